"""SQLite's trim, instr and replace, made linear.

The built-in ones compare every place of one text with the whole of the other: with two long texts
one call takes seconds to minutes, and no time limit is asked inside a call. These give the same
results for text and numbers; the public database holds no blobs.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from itertools import takewhile

SqlValue = str | int | float | bytes | None


def add_text_functions(conn: sqlite3.Connection) -> None:
    """Puts these functions in the place of the built-in ones on one connection."""
    functions = {"trim": trim, "ltrim": ltrim, "rtrim": rtrim, "instr": instr}
    for name, function in functions.items():
        conn.create_function(name, 2, function, deterministic=True)
    conn.create_function("replace", 3, replace, deterministic=True)


def ltrim(value: SqlValue, members: SqlValue) -> str | None:
    """The text without the members at its beginning.

    >>> ltrim("xyxhix", "xy")
    'hix'
    """
    if value is None or members is None:
        return None
    text = as_text(value)
    return text[_leading(text, as_text(members)) :]


def rtrim(value: SqlValue, members: SqlValue) -> str | None:
    """The text without the members at its end."""
    if value is None or members is None:
        return None
    text = as_text(value)
    return text[: len(text) - _leading(reversed(text), as_text(members))]


def trim(value: SqlValue, members: SqlValue) -> str | None:
    """The text without the members at either end."""
    return rtrim(ltrim(value, members), members)


def instr(value: SqlValue, part: SqlValue) -> int | None:
    """Where the part first stands in the text, from 1; 0 where it does not.

    >>> instr("quillfish", "fish"), instr("a", "b"), instr(None, "b")
    (6, 0, None)
    """
    if value is None or part is None:
        return None
    return as_text(value).find(as_text(part)) + 1


def replace(value: SqlValue, part: SqlValue, other: SqlValue) -> str | None:
    """The text with each occurrence of the part replaced; unchanged where the part is empty."""
    if value is None or part is None or other is None:
        return None
    text, wanted = as_text(value), as_text(part)
    return text.replace(wanted, as_text(other)) if wanted else text


def as_text(value: str | int | float | bytes) -> str:
    """What SQLite takes a value to be where it needs a text."""
    return value.decode(errors="replace") if isinstance(value, bytes) else str(value)


def _leading(text: Iterable[str], members: str) -> int:
    return len(tuple(takewhile(frozenset(members).__contains__, text)))

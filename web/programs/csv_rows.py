"""Rows as CSV in UTF-8, in the form of the releases' files: safe in a spreadsheet, nothing lost.

    number    1          as it is
    null                 nothing between the commas
    text      "..."      always in quotation marks, those within it doubled; the empty text is ""
    =1+1      "'=1+1"    a text that begins with one of = + - @ TAB CR or an apostrophe gets one
                         more apostrophe in front: a spreadsheet would run the others as formulas

Undone by taking one apostrophe from each text that begins with one. Lines end in LF.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

GUARDED = re.compile(r"[=+\-@\t\r']")
SqlCell = str | int | float | bytes | None


def cell(value: SqlCell) -> str:
    """One value as it stands in a line.

    >>> print(*map(cell, ("", 1.5, "=1+1", 'so "it" is', "'a")))
    "" 1.5 "'=1+1" "so ""it"" is" "''a"
    """
    if value is None:
        return ""
    if isinstance(value, int | float):
        return repr(value)
    text = value.hex() if isinstance(value, bytes) else value
    guard = "'" if GUARDED.match(text) else ""
    return f'"{guard}{text.replace(chr(34), chr(34) * 2)}"'


def line(values: Iterable[SqlCell]) -> str:
    """One row, or the names of its columns, with its end."""
    return ",".join(map(cell, values)) + "\n"

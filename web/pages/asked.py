"""What a visitor may ask of the pages about the record: each name once, each value one it can have.

What is asked wrongly is refused in a sentence, never answered by all rows or by none.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from urllib.parse import urlencode

from schema.dates import is_date
from web.upstream import Base400, Request

Check = Callable[[str], str | None]
"""What a value should be, as the end of a sentence; None where it is that."""
LONGEST_VALUE = 1_100
"""A published text of one line has at most a thousand characters, and a key begins with `name:`."""


def asked(request: Request, **known: Check) -> dict[str, str]:
    """What a request asks: a value for each known name, an empty one where it asks nothing.

    Raises: Base400 for a name that is not known, one given twice, or a value that it cannot have.
    """
    said = dict.fromkeys(known, "")
    for name in request.args:
        if name == "page":
            continue
        if name not in known:
            raise Base400(f"This page has no filter {name!r}.")
        value, *more = request.args.getlist(name)
        said[name] = value = value.strip()
        if more:
            raise Base400(f"{name} stands there more than once.")
        is_long = len(value) > LONGEST_VALUE
        if value and (wanted := "a shorter text" if is_long else known[name](value)):
            raise Base400(f"{name}={value[:LONGEST_VALUE]!r}: {wanted}.")
    return said


def query(said: dict[str, str], **other: object) -> str:
    """The query string that asks the same, with other values in place of some."""
    return urlencode({name: value for name, value in (said | other).items() if value})


def one_of(values: Iterable[str]) -> Check:
    """Takes one of the values."""
    known = tuple(values)
    return lambda value: None if value in known else f"one of {', '.join(known)}"


def anything(value: str) -> None:
    """Takes any text; whether there is such a thing is asked of the file."""


def whole_number(value: str) -> str | None:
    """Takes a number such as a row has."""
    return None if re.fullmatch(r"[1-9][0-9]{0,17}", value) else "a whole number"


def year(value: str) -> str | None:
    """Takes a year."""
    return None if re.fullmatch(r"[0-9]{4}", value) else "a year such as 2027"


def day(value: str) -> str | None:
    """Takes a day of the calendar."""
    return None if is_date(value) else "a day such as 2026-11-01"


def day_or_month(value: str) -> str | None:
    """Takes a day, or a month, which stands for all its days.

    >>> day_or_month("2026-11"), day_or_month("2026-11-30"), day_or_month("2026-13")
    (None, None, 'a day such as 2026-11-01, or a month such as 2026-11')
    """
    is_month = len(value) == len("2026-11") and is_date(f"{value}-01")
    return (
        None
        if is_month or is_date(value)
        else "a day such as 2026-11-01, or a month such as 2026-11"
    )

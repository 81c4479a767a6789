"""Dates as they are written, as exactly as they are said.

Pure. A date is `2027`, `2027-06`, `2027-06-30` or `2027-Q1`; of early, late, half a year, a season
and "the end of" it is the year or month that they belong to.
"""

from __future__ import annotations

import calendar
import re
from datetime import date

MONTHS = (
    "January February March April May June July August September October November December"
).split()
_SHORT = {name[:3].lower(): number for number, name in enumerate(MONTHS, 1)}
_MONTH = rf"(?:{'|'.join(MONTHS)}|(?:{'|'.join(name[:3] for name in MONTHS)}|Sept)(?:\.|(?= )))"
_YEAR = r"(?:19|20)\d\d"
_QUARTERS = {"first": 1, "second": 2, "third": 3, "fourth": 4, "last": 4, "final": 4}
_DAY = r"(?:[12]\d|3[01]|0?[1-9])(?:st|nd|rd|th)?"
DATE = (
    rf"(?:{_YEAR}-(?:0[1-9]|1[0-2])(?:-(?:0[1-9]|[12]\d|3[01]))?"
    rf"|(?:the )?{_DAY}(?: of)? {_MONTH},? {_YEAR}|{_MONTH} {_DAY},? {_YEAR}"
    rf"|{_MONTH},? (?:of )?{_YEAR}|[QH][1-4](?:[ -]| of ){_YEAR}|{_YEAR}[ -][QH][1-4]"
    rf"|{_YEAR})(?![\w%]|[.,:/]\d|-\d)"
)
"""One date, without words such as early before it."""
SOFT = (
    r"(?:(?:the )?(?:very )?(?:start|beginning|middle|end|close|first half|second half"
    r"|first quarter|second quarter|third quarter|fourth quarter|last quarter|final quarter"
    r"|spring|summer|autumn|fall|winter)(?: of)? (?:the year )?|the year |(?:early|mid"
    r"|late)(?: in)?[ -]|spring |summer |autumn |fall |winter )"
)
"""Words before a date that name a part of it."""
_FOUND_YEAR = re.compile(_YEAR)
_ISO = re.compile(rf"({_YEAR})-(\d\d)(?:-(\d\d))?\Z")
_Q = re.compile(r"(?<!\w)Q([1-4])")
_NAMED = re.compile(rf"{_MONTH}", re.IGNORECASE)
_DAYS = re.compile(rf"(?<!\d)({_DAY})(?!\d)")


def to_date(words: str) -> str | None:
    """The date that words say. Absent: None where there is no such day.

    >>> [to_date(each) for each in ("30 June 2027", "Q1 2028", "mid-2027", "May 2026")]
    ['2027-06-30', '2028-Q1', '2027', '2026-05']
    >>> to_date("the third quarter of 2027"), to_date("31 June 2027")
    ('2027-Q3', None)
    """
    if iso := _ISO.search(words):
        return iso[0] if _is_day(int(iso[1]), int(iso[2]), int(iso[3] or 1)) else None
    year = str(_FOUND_YEAR.findall(words)[-1])
    rest = words.replace(year, "")
    if quarter := _quarter(rest):
        return f"{year}-Q{quarter}"
    month = _NAMED.search(rest)
    if month is None:
        return year
    number = _SHORT[month[0][:3].lower()]
    day = _DAYS.search(rest)
    if day is None:
        return f"{year}-{number:02}"
    of_month = int(re.sub(r"\D", "", day[1]))
    return f"{year}-{number:02}-{of_month:02}" if _is_day(int(year), number, of_month) else None


def _quarter(words: str) -> int | None:
    if found := _Q.search(words):
        return int(found[1])
    named = re.search(rf"({'|'.join(_QUARTERS)}) quarter", words)
    return _QUARTERS[named[1]] if named else None


def _is_day(year: int, month: int, day: int) -> bool:
    return 1 <= month <= 12 and 1 <= day <= calendar.monthrange(year, month)[1]


_ANY_DATE = re.compile(rf"(?<![\w.,/$€£-]){DATE}")


def find_dates(text: str) -> list[tuple[int, int]]:
    """The spans of all dates in a text, a year alone among them.

    >>> find_dates("In 2024, or on 3 May 2025.")
    [(3, 7), (15, 25)]
    """
    return [found.span() for found in _ANY_DATE.finditer(text)]


def first_day(said: str) -> date:
    """The first day of a date.

    >>> first_day("2027").isoformat(), first_day("2028-Q2").isoformat()
    ('2027-01-01', '2028-04-01')
    """
    parts = said.split("-")
    month = 1
    if len(parts) > 1:
        month = 3 * int(parts[1][1]) - 2 if parts[1].startswith("Q") else int(parts[1])
    return date(int(parts[0]), month, int(parts[2]) if len(parts) > 2 else 1)


def last_day(said: str) -> date:
    """The last day of a date.

    >>> [last_day(each).isoformat() for each in ("2028-02", "2027", "2028-Q2", "2027-06-30")]
    ['2028-02-29', '2027-12-31', '2028-06-30', '2027-06-30']
    """
    first = first_day(said)
    parts = said.split("-")
    if len(parts) == 3:
        return first
    if len(parts) == 1:
        return date(first.year, 12, 31)
    month = first.month + (2 if parts[1].startswith("Q") else 0)
    return date(first.year, month, calendar.monthrange(first.year, month)[1])

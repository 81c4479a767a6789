"""Dates as they are written, as exactly as they are said.

Pure. A date is `2027`, `2027-06`, `2027-06-30` or `2027-Q1`; of early, late, half a year, a season
and "the end of" it is the year or month that they belong to.
"""

from __future__ import annotations

import calendar
import re
from datetime import date

from db.derived.passage import YEAR_SIGNS, Passage

_MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()
_MONTH = (
    r"(?:January|February|March|April|May|June|July|August|September|October|November|December"
    rf"|(?:{'|'.join(_MONTHS)}|Sept)(?:\.|(?= )))"
)
_YEAR = r"(?:19|20)\d\d"
_QUARTERS = {"first": "1", "second": "2", "third": "3", "fourth": "4", "last": "4", "final": "4"}
_DAY = r"(?:[12]\d|3[01]|0?[1-9])(?:st|nd|rd|th)?"
DATE = (
    rf"(?:{_YEAR}-(?:0[1-9]|1[0-2])(?:-(?:0[1-9]|[12]\d|3[01]))?"
    rf"|(?:the )?{_DAY}(?: of)? {_MONTH},? {_YEAR}|{_MONTH} {_DAY},? {_YEAR}"
    rf"|{_MONTH},? (?:of )?{_YEAR}|[QH][1-4](?:[ -]| of ){_YEAR}|{_YEAR}[ -][QH][1-4]"
    rf"|{_YEAR})(?![\w%]|[.,:/]\d|-\d)"
)
"""One date, without words such as early before it."""
_SEASON = r"spring|summer|autumn|fall|winter"
SOFT = (
    r"(?:(?:the )?(?:very )?(?:start|beginning|middle|end|close|(?:first|second) half"
    rf"|(?:{'|'.join(_QUARTERS)}) quarter|{_SEASON})(?: of)? (?:the year )?"
    rf"|the year |(?:early|mid|late)(?: in)?[ -]|(?:{_SEASON}) )"
)
"""Words before a date that name a part of it."""
_QUARTER = re.compile(rf"(?<!\w)(?:Q(?P<number>[1-4])|(?P<word>{'|'.join(_QUARTERS)}) quarter)")


def to_date(words: str) -> str | None:
    """The date that words say. Absent: None where there is no such day.

    >>> [to_date(each) for each in ("30 June 2027", "Q1 2028", "mid-2027", "2026-05")]
    ['2027-06-30', '2028-Q1', '2027', '2026-05']
    >>> to_date("the third quarter of 2027"), to_date("31 June 2027")
    ('2027-Q3', None)
    """
    year = str(re.findall(_YEAR, words)[-1])
    rest = words.replace(year, "")
    if quarter := _QUARTER.search(rest):
        return f"{year}-Q{quarter['number'] or _QUARTERS[quarter['word']]}"
    named = re.search(_MONTH, rest, re.IGNORECASE)
    parts = [_MONTHS.index(named[0][:3].title()) + 1] if named else []
    parts += [int(it) for it in re.findall(r"(?<!\w)\d{1,2}", rest)]
    try:
        date(int(year), *[*parts, 1, 1][:2])
    except ValueError:
        return None
    return "-".join((year, *(f"{it:02}" for it in parts)))


_ANY_DATE = re.compile(rf"(?<![\w.,/$€£-]){DATE}")


def find_dates(passage: Passage) -> list[tuple[int, int]]:
    """The spans of all dates in a text, a year alone among them.

    >>> find_dates(Passage("In 2024, or on 3 May 2025."))
    [(3, 7), (15, 25)]
    """
    return [found.span() for found in passage.found(_ANY_DATE, YEAR_SIGNS)]


def first_day(said: str) -> date:
    """The first day of a date.

    >>> first_day("2027").isoformat(), first_day("2028-Q2").isoformat()
    ('2027-01-01', '2028-04-01')
    """
    return _days(said)[0]


def last_day(said: str) -> date:
    """The last day of a date.

    >>> [last_day(each).isoformat() for each in ("2028-02", "2027", "2028-Q2", "2027-06-30")]
    ['2028-02-29', '2027-12-31', '2028-06-30', '2027-06-30']
    """
    return _days(said)[1]


def _days(said: str) -> tuple[date, date]:
    year, _, rest = said.partition("-")
    if "-" in rest:
        return date.fromisoformat(said), date.fromisoformat(said)
    first = 3 * int(rest[1]) - 2 if rest.startswith("Q") else int(rest or 1)
    last = first + 2 if rest.startswith("Q") else int(rest or 12)
    end = calendar.monthrange(int(year), last)[1]
    return date(int(year), first, 1), date(int(year), last, end)

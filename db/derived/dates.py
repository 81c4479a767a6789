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
_ORDINALS = "first second third fourth fifth sixth".split()
_PARTS = rf"(?:{'|'.join(_ORDINALS)}|last|final) (?:quarter|half)"
_DAY = r"\d{1,3}(?:st|nd|rd|th)?"
_PART = r"[QH]\d{1,2}"
"""A quarter or half of a year."""
DATE = (
    rf"(?:{_YEAR}-\d\d(?:-\d\d)?"
    rf"|(?:the )?{_DAY}(?: of)? {_MONTH},? {_YEAR}|{_MONTH} {_DAY},? {_YEAR}"
    rf"|{_MONTH},? (?:of )?{_YEAR}|{_PART}(?:[ /-]| of ){_YEAR}|{_YEAR}[ /-]?{_PART}"
    rf"|(?<!\d[./]){_YEAR})(?![\w%]|[.,:/]\d|-\d)"
)
"""One date, without words such as early before it. It may be none of the calendar, "Q5 2027" or
"32 May 2027": what is left of such a one without its part would be another date. See `to_date`."""
_SEASON = r"spring|summer|autumn|fall|winter"
SOFT = (
    rf"(?:(?:the )?(?:very )?(?:start|beginning|middle|end|close|{_PARTS}|{_SEASON})"
    r"(?: of)? (?:the year )?"
    rf"|the year |(?:early|mid|late)(?: in)?[ -]|(?:{_SEASON}) )"
)
"""Words before a date that name a part of it."""
_PART_OF = re.compile(
    r"(?<!\w)(?:(?P<sign>[QH])(?P<number>\d{1,2})|(?P<word>\w+) (?P<kind>quarter|half))",
    re.IGNORECASE,
)


def to_date(words: str) -> str | None:
    """The date that words say. Absent: None where there is no such day, month or quarter.

    >>> [to_date(each) for each in ("30 June 2027", "Q1 2028", "mid-2027", "2026-05")]
    ['2027-06-30', '2028-Q1', '2027', '2026-05']
    >>> to_date("the third quarter of 2027"), to_date("31 June 2027"), to_date("2027-Q5")
    ('2027-Q3', None, None)
    """
    year = str(re.findall(_YEAR, words)[-1])
    rest = words.replace(year, "")
    if part := _PART_OF.search(rest):
        number, most = _number_of(part)
        if not 1 <= number <= most:
            return None
        if most == 4:
            return f"{year}-Q{number}"
    named = re.search(_MONTH, rest, re.IGNORECASE)
    parts = [_MONTHS.index(named[0][:3].title()) + 1] if named else []
    parts += [int(it) for it in re.findall(r"(?<!\w)\d{1,3}", rest)]
    try:
        date(int(year), *[*parts, 1, 1][:2])
    except ValueError:
        return None
    return "-".join((year, *(f"{it:02}" for it in parts)))


def _number_of(part: re.Match[str]) -> tuple[int, int]:
    """Which quarter or half is said, and how many a year has."""
    most = 4 if (part["sign"] or part["kind"])[0].lower() == "q" else 2
    if part["number"]:
        return int(part["number"]), most
    word = part["word"].lower()
    return _ORDINALS.index(word) + 1 if word in _ORDINALS else most, most


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

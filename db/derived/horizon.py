"""When a prediction falls due: from its horizon and when it was made, both known as intervals.

Pure. A quote is first seen on one day and was last known to be absent on an earlier one: it was
made between them. So it falls due between two days as well; each is the last day on which the event
may still come in time.
"""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from db.derived.dates import first_day, last_day

TimeUnit = Literal["day", "week", "month", "quarter", "year"]
TimeRelation = Literal["in", "within", "by", "before", "until", "next"]
_MONTHS: dict[TimeUnit, int] = {"month": 1, "quarter": 3, "year": 12}
_DAYS: dict[TimeUnit, int] = {"day": 1, "week": 7}
_OPEN_ENDED = ("by", "before", "until", "next")
"""Relations whose length may be one of the calendar ("by next year") or counted from the day."""


@dataclass(frozen=True)
class Horizon:
    """How far a prediction reaches: a length or a date, never both.

    Absent: amount and unit are None for a date, and the date for a length.
    """

    relation: TimeRelation
    amount: int | None = None
    unit: TimeUnit | None = None
    date: str | None = None


@dataclass(frozen=True)
class Due:
    """Between which two days a prediction falls due. Absent: the earliest is None where nobody
    knows since when the words were there."""

    earliest: date | None
    latest: date


def due_between(horizon: Horizon, last_absent: date | None, first_seen: date) -> Due:
    """When a prediction falls due that was made between two days.

    A length counted from both days; of a calendar ("next year", or an amount of 0, the one running)
    its end. Where the words leave open which is meant, the interval holds both.
    Shape: "in 12 months", absent on 2026-01-31 and seen on 2026-02-28, is due between 2027-01-31
    and 2027-02-28.

    >>> due_between(Horizon("in", 1, "month"), date(2028, 1, 31), date(2028, 2, 29))
    Due(earliest=datetime.date(2028, 2, 29), latest=datetime.date(2028, 3, 29))
    >>> due_between(Horizon("by", date="2027-Q1"), None, date(2026, 7, 1)).latest.isoformat()
    '2027-03-31'
    """
    if horizon.date is not None:
        last = last_day(horizon.date)
        # "before 2027" ends with 2026, "before the end of 2027" with that; the date is the same.
        is_before = horizon.relation == "before"
        return Due(first_day(horizon.date) - timedelta(days=1) if is_before else last, last)
    if horizon.amount is None or horizon.unit is None:
        raise ValueError("a horizon is a length or a date")
    amount, unit = horizon.amount, horizon.unit
    latest = shifted(first_seen, amount, unit)
    if not amount or horizon.relation in _OPEN_ENDED:
        latest = end_of(unit, latest)
    if last_absent is None:
        return Due(None, latest)
    if not amount:
        return Due(end_of(unit, last_absent), latest)
    if horizon.relation == "before":
        return Due(end_of(unit, shifted(last_absent, amount - 1, unit)), latest)
    return Due(shifted(last_absent, amount, unit), latest)


def shifted(day: date, amount: int, unit: TimeUnit) -> date:
    """The day so many units later; of a month without that day, its last one.

    Absent: what lies after the year 9999 is the last day of it.

    >>> shifted(date(2028, 2, 29), 1, "year").isoformat()
    '2029-02-28'
    >>> shifted(date(2026, 8, 31), 2, "quarter").isoformat()
    '2027-02-28'
    """
    if unit in _DAYS:
        days = amount * _DAYS[unit]
        return day + timedelta(days=days) if days <= (date.max - day).days else date.max
    months = day.year * 12 + day.month - 1 + amount * _MONTHS[unit]
    year, month = months // 12, months % 12 + 1
    if year > date.max.year:
        return date.max
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def end_of(unit: TimeUnit, day: date) -> date:
    """The last day of the day, week (to Sunday), month, quarter or year that a day lies in.

    >>> [end_of(unit, date(2028, 2, 1)).isoformat() for unit in ("quarter", "week")]
    ['2028-03-31', '2028-02-06']
    """
    if unit == "day":
        return day
    if unit == "week":
        return shifted(day, 6 - day.weekday(), "day")
    month = {"month": day.month, "quarter": (day.month + 2) // 3 * 3, "year": 12}[unit]
    return date(day.year, month, calendar.monthrange(day.year, month)[1])

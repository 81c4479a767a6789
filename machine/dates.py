"""Dates that are known less exactly than to the second: what they say, and the latest they mean."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from machine.clock import parse_stamp, stamp
from schema.dates import Precision
from schema.errors import UsageError

_FORMS: tuple[tuple[str, str, Precision], ...] = (
    (r"\d{4}", "%Y", "year"),
    (r"\d{4}-\d{2}", "%Y-%m", "month"),
    (r"\d{4}-\d{2}-\d{2}", "%Y-%m-%d", "day"),
    (r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}Z", "%Y-%m-%dT%H:%MZ", "minute"),
)
"""Source: WARC 1.1, section 5.4, which takes its reduced forms from the W3C's note on dates."""


class Dated(NamedTuple):
    """A time, written, and how exactly it is known: the earliest moment that it may mean."""

    at: str
    precision: Precision = "second"


def read_date(text: str, *, where: str = "date") -> Dated:
    """A time from ISO 8601, as exact as it is written.

    >>> read_date("2026").at, read_date("2026-11-01T12:30Z").precision
    ('2026-01-01T00:00:00Z', 'minute')

    Raises: UsageError naming `where` when it is no such time.
    """
    text = text.strip()
    for form, written, precision in _FORMS:
        if re.fullmatch(form, text, re.ASCII):
            try:
                moment = datetime.strptime(text, written).replace(tzinfo=UTC)
            except ValueError as error:
                raise UsageError(what=f"{where}: {text!r} is not an ISO 8601 time") from error
            return Dated(stamp(parse_stamp(moment.isoformat(), where=where)), precision)
    return Dated(stamp(parse_stamp(text, where=where)))


def latest(at: str, precision: Precision) -> str | None:
    """The last second that a date may mean. Absent: None where nothing is known of it.

    >>> latest("2026-01-01T00:00:00Z", "year"), latest("2026-02-01T00:00:00Z", "month")
    ('2026-12-31T23:59:59Z', '2026-02-28T23:59:59Z')
    """
    begun = parse_stamp(at)
    if precision == "unknown":
        return None
    if precision == "second":
        return at
    if precision == "year":
        after = begun.replace(year=begun.year + 1)
    elif precision == "month":
        after = (begun.replace(day=1) + timedelta(days=32)).replace(day=1)
    else:
        after = begun + (timedelta(days=1) if precision == "day" else timedelta(minutes=1))
    return stamp(after - timedelta(seconds=1))

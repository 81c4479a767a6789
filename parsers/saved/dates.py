"""The times that savers of pages write, in the few forms in which they write them."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import NamedTuple

from schema.dates import Precision

MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()
_CLOCK = r"(?P<hour>\d{1,2}):(?P<minute>\d\d):(?P<second>\d\d)"
_ZONE = r"(?P<zone>[+-]\d\d:?\d\d)"
_FORMS = tuple(
    re.compile(form, re.ASCII | re.DOTALL)
    for form in (
        r"(?P<year>\d{4})(?P<month>\d\d)(?P<day>\d\d)"
        r"(?P<hour>\d\d)(?P<minute>\d\d)(?P<second>\d\d)(?:\d{3})?",
        r"(?P<year>\d{4})-(?P<month>\d\d)-(?P<day>\d\d)"
        rf"(?:[T ]{_CLOCK}(?:\.\d+)?(?:Z|{_ZONE})?)?",
        r"[A-Z][a-z]{2} (?P<month>[A-Z][a-z]{2}) (?P<day>\d{1,2}) (?P<year>\d{4})"
        rf"(?: {_CLOCK} (?:GMT|UTC){_ZONE}?(?: \(.*\))?)?",
        r"(?:[A-Z][a-z]{2}, )?(?P<day>\d{1,2}) (?P<month>[A-Z][a-z]{2}) (?P<year>\d{4})"
        rf" {_CLOCK} (?:GMT|UTC|{_ZONE})",
        rf"{_CLOCK} (?P<month>[A-Z][a-z]{{2}}) (?P<day>\d{{1,2}}), (?P<year>\d{{4}})",
    )
)
"""Digits alone (web archives, ScrapBook), ISO 8601 (monolith, PyWebCopy), the text that browsers
make of a Date (SingleFile, Save Page WE), RFC 822 (HTTrack), the Internet Archive's own."""


class MarkedDate(NamedTuple):
    """A time in UTC, written as ISO 8601, and how exactly it is known."""

    at: str
    precision: Precision


def read_date(text: str) -> MarkedDate | None:
    """A time as a saver writes it; one without a zone is UTC. Absent: None for no such time.

    >>> read_date("Sun Nov 29 2026 22:10:01 GMT-0330 (Newfoundland Standard Time)")
    MarkedDate(at='2026-11-30T01:40:01Z', precision='second')
    >>> read_date("03:35:37 Nov 29, 2026").at, read_date("soon")
    ('2026-11-29T03:35:37Z', None)
    """
    found = next((match for form in _FORMS if (match := form.fullmatch(text.strip()))), None)
    if found is None:
        return None
    said = found.groupdict()
    try:
        month = MONTHS.index(said["month"]) + 1 if said["month"].isalpha() else int(said["month"])
        hour, minute, second = (int(said[unit] or 0) for unit in ("hour", "minute", "second"))
        moment = datetime(int(said["year"]), month, int(said["day"]), hour, minute, second)
        moment -= _offset(said.get("zone"))
    except (ValueError, OverflowError):
        return None
    at = moment.isoformat(timespec="seconds") + "Z"
    return MarkedDate(at, "second" if said["hour"] else "day")


def _offset(zone: str | None) -> timedelta:
    if zone is None:
        return timedelta()
    hours, minutes = int(zone[1:3]), int(zone[-2:])
    return timedelta(hours=hours, minutes=minutes) * (-1 if zone[0] == "-" else 1)

"""The one clock: what time it is, and how times are written.

Nothing else in the project asks the machine for the date; tests set `$VERDICTS_NOW` instead.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from schema.errors import UsageError

VARIABLE = "VERDICTS_NOW"
EARLIEST, LATEST = 1970, 2999
"""The years that a time may lie in."""
JUMP_S = 60.0
"""A clock that is off by no more is put right as clocks are; by more, it jumped. Units: seconds."""

_then: list[datetime] = []


def now() -> datetime:
    """The present time in UTC, whole seconds.

    Raises: UsageError when `$VERDICTS_NOW` is set to something that is no time.
    """
    if _then:
        return _then[-1]
    fixed = os.environ.get(VARIABLE)
    if fixed:
        return parse_stamp(fixed, where=f"${VARIABLE}")
    return datetime.now(UTC).replace(microsecond=0)


@contextmanager
def as_of(moment: str) -> Iterator[None]:
    """Let it be that time for a while, so that what was done then can be done again.

    >>> with as_of("2026-11-01T12:00:00Z"):
    ...     later(days=1)
    '2026-11-02T12:00:00Z'

    Raises: UsageError when `moment` is no time.
    """
    _then.append(parse_stamp(moment))
    try:
        yield
    finally:
        _then.pop()


def stamp(moment: datetime | None = None) -> str:
    """How a time is written everywhere.

    >>> stamp(datetime(2026, 11, 1, 12, 0, tzinfo=UTC))
    '2026-11-01T12:00:00Z'
    """
    return _written(now() if moment is None else moment)


@lru_cache(maxsize=256)
def _written(moment: datetime) -> str:
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="seconds") + "Z"


class Watch:
    """Holds the clock against the one that only counts seconds. One that is set stands still."""

    def __init__(self) -> None:
        self._at, self._count_s = now(), _count_s()

    def jump(self) -> str | None:
        """A sentence with both times where the clock jumped since the last jump. Absent: None."""
        at, count_s = now(), _count_s()
        expected = self._at + timedelta(seconds=count_s - self._count_s)
        if abs((at - expected).total_seconds()) <= JUMP_S:
            return None
        self._at, self._count_s = at, count_s
        return f"the clock of this machine jumped from {stamp(expected)} to {stamp(at)}"


def _count_s() -> float:
    return 0.0 if os.environ.get(VARIABLE) else time.monotonic()


def later(**span: float) -> str:
    """The time that lies `span` (as of timedelta) after now, written."""
    return stamp(now() + timedelta(**span))


def parse_stamp(text: str, *, where: str = "date") -> datetime:
    """A time from ISO 8601; one without a zone is taken as UTC.

    >>> parse_stamp("2026-11-01")
    datetime.datetime(2026, 11, 1, 0, 0, tzinfo=datetime.timezone.utc)

    Raises: UsageError naming `where` when it is no such time.
    """
    try:
        moment = datetime.fromisoformat(text.strip())
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=UTC)
        moment = moment.astimezone(UTC).replace(microsecond=0)
    except (ValueError, OverflowError) as error:
        raise UsageError(what=f"{where}: {text!r} is not an ISO 8601 time") from error
    # Due dates and intervals are reckoned from it, and must stay within the calendar.
    if not EARLIEST <= moment.year <= LATEST:
        raise UsageError(what=f"{where}: {text!r} lies outside {EARLIEST} to {LATEST}")
    return moment

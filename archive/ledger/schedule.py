"""When a page is asked for again: sooner where it changed, later where it did not. Pure."""

from __future__ import annotations

from datetime import timedelta
from functools import lru_cache

from machine.clock import parse_stamp, stamp
from schema.errors import UsageError

FIRST_DAYS = 30.0
"""The interval after a page's first capture. Units: days."""
SHORTEST_DAYS, LONGEST_DAYS = 1.0, 120.0
"""The bounds of the interval. No page grows older than the longer one unasked. Units: days."""
SHORTER, LONGER = 0.5, 1.5
"""What the interval is multiplied by after a change, and where there was none."""
AGAIN_DAYS = 1.0
"""A page that failed or was refused is asked again after so long. Units: days."""
GONE_RUNS = 3
"""A page is gone after so many runs in a row, each on a day of its own, did not find it."""
GONE_DAYS = 90.0
"""A page that is gone is asked again after so long: it may come back. Units: days."""
REDISCOVER_DAYS = 1
"""A site's lists are read again after so long. Units: days."""
FURTHEST_DAYS = max(FIRST_DAYS, LONGEST_DAYS, AGAIN_DAYS, GONE_DAYS) + 1.0
"""No due date is set further ahead: one that lies there was set by a clock that was wrong, and
counts as due. The day more is for clocks that are put right by less. Units: days."""
ZONES_DAYS = 1.0
"""So far ahead a date may lie because it was written in another zone. Units: days."""
NEVER, ALWAYS = "9999", ""
"""Sort behind and before every time."""
IS_DUE = "(due <= ? OR due > ?)"
"""Whether a page is due, for a query; its two values are `due_bounds`."""


@lru_cache(maxsize=8)
def due_bounds(at: str) -> tuple[str, str]:
    """The times between which a page is not due yet at the time `at`.

    >>> due_bounds("2026-11-01T12:00:00Z")
    ('2026-11-01T12:00:00Z', '2027-03-02T12:00:00Z')

    Raises: UsageError when `at` is no time.
    """
    return at, stamp(parse_stamp(at) + timedelta(days=FURTHEST_DAYS))


def is_due(due: str | None, at: str) -> bool:
    """Whether a page is to be asked again at the time `at`; the same as `IS_DUE`.

    >>> [is_due(due, "2026-11-01T12:00:00Z") for due in ("2026-11-01T12:00:00Z", "2026-12-01",
    ...                                                  "2028-01-01T00:00:00Z", None)]
    [True, False, True, False]
    """
    earliest, furthest = due_bounds(at)
    return due is not None and not earliest < due <= furthest


def next_interval(before: float | None, *, is_unchanged: bool) -> float:
    """The days until a captured page is asked again. Absent: `before` is None the first time.

    >>> next_interval(None, is_unchanged=False), next_interval(30.0, is_unchanged=True)
    (30.0, 45.0)
    >>> next_interval(30.0, is_unchanged=False), next_interval(1.5, is_unchanged=False)
    (15.0, 1.0)
    """
    if before is None:
        return FIRST_DAYS
    after = before * (LONGER if is_unchanged else SHORTER)
    return min(max(after, SHORTEST_DAYS), LONGEST_DAYS)


def past_date(lastmod: str | None, at: str) -> str | None:
    """A sitemap's date of the last change. Absent: None for none, and one that cannot have been.

    >>> [past_date(date, "2026-11-01T12:00:00Z") for date in ("2026-11-02", "2099-01-01", "May")]
    ['2026-11-02', None, None]
    """
    if lastmod is None:
        return None
    try:
        changed = parse_stamp(lastmod)
    except UsageError:
        return None
    return lastmod if changed <= parse_stamp(at) + timedelta(days=ZONES_DAYS) else None


def hinted_bounds(lastmod: str, last: str, *, is_new: bool) -> tuple[str, str]:
    """The bounds that a page's last change puts on its due date, last captured at `last`.

    A page that changed since is brought forward, but by one date only once (`is_new`: it was not
    given before) and by any number of dates once a day; one that did not can wait. It is a hint: no
    page goes unasked for longer than the longest interval.

    >>> hinted_bounds("2026-11-04", "2026-11-01T12:00:00Z", is_new=True)
    ('', '2026-11-02T12:00:00Z')
    >>> hinted_bounds("2026-11-04", "2026-11-01T12:00:00Z", is_new=False)
    ('', '9999')
    >>> hinted_bounds("2026-10-01", "2026-11-01T12:00:00Z", is_new=False)
    ('2027-03-01T12:00:00Z', '9999')
    """
    changed, captured = stamp(parse_stamp(lastmod)), parse_stamp(last)
    # A date without a time means its whole day.
    is_newer = changed[:10] >= last[:10] if len(lastmod.strip()) == 10 else changed > last
    if not is_newer:
        return stamp(captured + timedelta(days=LONGEST_DAYS)), NEVER
    return ALWAYS, stamp(captured + timedelta(days=SHORTEST_DAYS)) if is_new else NEVER


def count_missing(runs: int, last: str | None, run_id: int, day: str) -> tuple[int, str]:
    """How many runs in a row have now missed a page, and the mark of the last that counted.

    A second miss in one run, or on one day, does not count.

    >>> count_missing(1, "2026-11-01 7", 8, "2026-11-02")
    (2, '2026-11-02 8')
    >>> count_missing(1, "2026-11-01 7", 8, "2026-11-01")
    (1, '2026-11-01 7')
    """
    if last is not None:
        last_day, _, last_run = last.partition(" ")
        if last_day == day or last_run == str(run_id):
            return runs, last
    return runs + 1, f"{day} {run_id}"

"""When a page is asked for again: sooner where it changed, later where it did not. Pure."""

from __future__ import annotations

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

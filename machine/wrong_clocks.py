"""Whose clock was wrong, told by the order in which runs were at work. Pure.

Runs are at work one after another, and so their dates go on: of the longest line of runs whose
dates follow each other, all are believed; the others were made by a wrong clock.

    stored    1st      2nd      3rd          4th      5th
    dates     11-01 ── 11-08    2030-01-01   11-15 ── 11-22
                          └────────────────────┘            the line
    place                       11-15                       a second before the fourth

There it stands behind all imports that are dated before the fourth: what it says a publisher wishes
holds until a run that is believed says otherwise.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Sequence
from datetime import timedelta
from typing import NamedTuple

from machine.clock import parse_stamp, stamp

BEHIND_ALL = "9999"
"""A place behind all that has a date."""
FIRST_CRAWL = "2026"
"""No crawl of this software is older: a clock that says so has lost its battery."""
CLOCKS_DIFFER = timedelta(days=1)
"""So much a crawl's dates may go back behind the one before: no claim is finer than a day."""


class RunDates(NamedTuple):
    """The first and the last date of a run."""

    run: int
    first: str
    last: str


class WrongClock(NamedTuple):
    """What is known of a crawl by those around it: its place, and when the one after it began.

    Absent: `until` is None where none came later.
    """

    place: str
    until: str | None


def wrong_clocks(crawls: Sequence[RunDates]) -> dict[int, WrongClock]:
    """The crawls whose clock was wrong, of all, which are told as they were stored.

    Of two lines of one length that is believed which ends earlier, then whose dates lie closer.

    >>> days = ("2026-11-01", "2026-11-08", "2030-01-01", "2026-11-15")
    >>> wrong_clocks([RunDates(run, day, day) for run, day in enumerate(days, 1)])
    {3: WrongClock(place='2026-11-14T23:59:59Z', until='2026-11-15')}
    """
    possible = [crawl for crawl in crawls if crawl.first >= FIRST_CRAWL]
    believed = {possible[at].run for at in _longest_line(possible)}
    found, after, waiting = dict[int, WrongClock](), "", list[int]()
    for crawl in crawls:
        if crawl.run not in believed:
            waiting.append(crawl.run)
            continue
        before = stamp(parse_stamp(crawl.first) - timedelta(seconds=1))
        found |= {run: WrongClock(max(after, before), crawl.first) for run in waiting}
        waiting.clear()
        after = max(after, crawl.last)
    return found | {run: WrongClock(BEHIND_ALL, None) for run in waiting}


class _Link(NamedTuple):
    """A crawl at the end of the best line to it. Shape: `end` is the last date of that line."""

    at: int
    end: str


def _longest_line(crawls: Sequence[RunDates]) -> set[int]:
    """The places among the crawls of the longest line of those that follow each other."""
    ends = list[str]()  # the earliest of the lines of each length
    links = defaultdict[int, list[_Link]](list)
    for at, crawl in enumerate(crawls):
        longest = bisect_right(ends, _followed(crawl))
        # By the day that clocks may differ, a shorter line may now end earlier than it did.
        shortest = min(longest, bisect_right(ends, crawl.last))
        for length in range(longest, shortest - 1, -1):
            end = max(crawl.last, ends[length - 1]) if length else crawl.last
            ends[length : length + 1] = [min([end, *ends[length : length + 1]])]
            links[length].append(_Link(at, end))
    line, before, until = set[int](), len(crawls), ends[-1] if ends else ""
    for length in reversed(range(len(ends))):
        told = [link for link in links[length] if link.at < before and link.end <= until]
        # The one that lies next: a date that is far off is the likelier to be wrong.
        before = max(told, key=lambda link: (link.end, link.at)).at
        line.add(before)
        until = min(until, _followed(crawls[before]))
    return line


def _followed(crawl: RunDates) -> str:
    """Until when a crawl may have ended that this one follows."""
    return stamp(parse_stamp(crawl.first) + CLOCKS_DIFFER)

"""Where captures stand in time: by their dates, or where these tell less, by what is known of them.

A crawl's clock may have been wrong. Crawls are stored one after another, and so their dates go on
too: of the longest line of crawls whose dates follow each other, all are believed; the others were
made by a wrong clock, and stand where they were stored, without a date.

    stored    1st      2nd      3rd          4th      5th
    dates     11-01 ── 11-08    2030-01-01   11-15 ── 11-22
                          └────────────────────┘            the line
    place                       11-08~3                     behind the second, before the fourth

A place is a text, and places sort as texts. Pure: no SQL, no rows.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import NamedTuple

from archive.ledger import UNDATED
from machine.clock import parse_stamp, stamp
from machine.dates import latest
from schema.dates import Precision

BEFORE_ALL = "."
"""A place before all that has a date, and behind what is `UNDATED`."""
WRONG, VAGUE = "~", "?"
"""What parts a place from the run that a wrong clock made, and from the last moment it may mean."""
VAGUEST: tuple[Precision, ...] = ("month", "year")
"""Precisions by which nobody can tell which of two captures came first."""
CLOCKS_DIFFER = timedelta(days=1)
"""So much a crawl's dates may go back behind the one before: no claim is finer than a day."""


class CrawlDates(NamedTuple):
    """The first and the last date that a crawl gave its captures."""

    run: int
    first: str
    last: str


class WrongClock(NamedTuple):
    """What is known of a crawl by the crawls around it: it lies behind one, and before the other.

    Absent: `until` is None where none came later.
    """

    after: str
    until: str | None


def wrong_clocks(crawls: Sequence[CrawlDates]) -> dict[int, WrongClock]:
    """The crawls whose clock was wrong, of all, which are told as they were stored.

    Of two lines of one length that is believed which ends earlier, then whose dates lie closer.

    >>> days = ("2026-11-01", "2026-11-08", "2030-01-01", "2026-11-15")
    >>> wrong_clocks([CrawlDates(run, day, day) for run, day in enumerate(days, 1)])
    {3: WrongClock(after='2026-11-08', until='2026-11-15')}
    """
    believed = _longest_line(crawls)
    found, after = dict[int, WrongClock](), BEFORE_ALL
    waiting = list[int]()
    for at, crawl in enumerate(crawls):
        if at not in believed:
            waiting.append(crawl.run)
            continue
        found |= {run: WrongClock(after, crawl.first) for run in waiting}
        waiting.clear()
        after = max(after, crawl.last)
    return found | {run: WrongClock(after, None) for run in waiting}


class _Link(NamedTuple):
    """A crawl at the end of the best line to it. Shape: `end` is the last date of that line."""

    at: int
    end: str


def _longest_line(crawls: Sequence[CrawlDates]) -> set[int]:
    """The places among the crawls of the longest line of those that follow each other."""
    ends = list[str]()  # the earliest of the lines of each length
    links = defaultdict[int, list[_Link]](list)
    for at, crawl in enumerate(crawls):
        length = bisect_right(ends, _followed(crawl))
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


def _followed(crawl: CrawlDates) -> str:
    """Until when a crawl may have ended that this one follows."""
    return stamp(parse_stamp(crawl.first) + CLOCKS_DIFFER)


def dated_place(at: str, source: str, precision: Precision) -> str:
    """The place of what an import took in."""
    if source == "file" or precision == "unknown":
        return UNDATED + at
    return f"{at}{VAGUE}{latest(at, precision)}" if precision in VAGUEST else at


def sound_date(place: str) -> str | None:
    """The date that a place is. Absent: None where it is none that anyone could vouch for."""
    return place if is_in_order(place) and WRONG not in place and VAGUE not in place else None


def is_in_order(place: str) -> bool:
    """Whether it says anything of what came first."""
    return not place.startswith(UNDATED)


def span_of(places: Iterable[str]) -> tuple[str, str]:
    """The first and the last of some places, of those that tell most."""
    every = sorted(places)
    told = [each for each in every if is_in_order(each)]
    exact = [each for each in told if VAGUE not in each]
    best = exact or told or every
    return best[0], best[-1]

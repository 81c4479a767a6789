"""What the parts of one crawl share: its jobs, its books, and four things that change.

tally     what was asked and what came of it        pace     how fast each site may be asked
welcome   whether a site wants to be asked          stopping what has ended, and why
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from archive import OpenRun, RunLog
from archive.ledger import Ending, Lease
from crawler.drift.profiler import Profiler
from crawler.pace import Pace, Welcome
from crawler.reading.look import LookTask, PageLook
from crawler.stopping import Stopping
from crawler.tally import Tally, code_of
from machine.clock import Watch
from machine.worker import GuardedPool
from parsers import Site

Progress = Callable[[str, int, int], None]

PAGES_A_DAY = 5000
"""So many pages of one site are asked for on one day, by however many runs."""

SHARE_COUNTED = 100
"""What waits is counted again once one in so many of it is done: each count looks at every page."""


@dataclass(frozen=True, slots=True)
class Job:
    """One site to crawl. Absent: `origin` is None where the site itself is asked, no mirror."""

    site: Site
    origin: str | None

    @property
    def base(self) -> str:
        """Where requests go."""
        return self.origin or self.site.base


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a run is to ask for, and how much. `named` are the pages that come first.

    Absent: `max_pages` is None where there is no limit. Units: seconds between requests.
    """

    delay_s: float
    max_pages: int | None = None
    plan: Literal["all", "coverage"] = "all"
    per_day: int = PAGES_A_DAY
    named: frozenset[int] = frozenset()


@dataclass
class Crawl:
    """One crawl, handed to the spider and from there to every component."""

    books: OpenRun
    pool: GuardedPool[LookTask, PageLook]
    log: RunLog
    wanted: Wanted
    progress: Progress | None = None
    tally: Tally = field(default_factory=Tally)
    stopping: Stopping = field(init=False)
    pace: Pace = field(init=False)
    welcome: Welcome = field(init=False)
    profiler: Profiler = field(init=False)
    _watch: Watch = field(default_factory=Watch)
    _left: tuple[int, int] = (0, 0)
    """How many pages there are in all, and at how many done they are counted again."""

    def __post_init__(self) -> None:
        self.stopping = Stopping(self.log)
        self.pace = Pace(self.wanted.delay_s, self.log, self.stopping)
        self.welcome = Welcome(self.stopping)
        self.profiler = Profiler(self.books)
        self._say_clock(self.books.clock)

    def settle(self, lease: Lease, ending: Ending) -> None:
        """End a lease that gave nothing to store."""
        self.books.frontier.settle(lease, ending)
        self.ended(lease, ending)

    def ended(self, lease: Lease, ending: Ending, *, is_unchanged: bool = False) -> None:
        """Count, weigh and tell how an attempt ended."""
        self.look_at_clock()
        self.tally.ended(lease, ending, is_unchanged=is_unchanged)
        self.welcome.weigh(lease, ending)
        code = code_of(ending)
        self.log.add("asked", address=lease.url, outcome=code, status=ending.status)
        if self.progress is not None:
            done = self.tally.done
            if done >= self._left[1]:
                waiting = self.books.frontier.waiting()
                self._left = done + waiting, done + 1 + waiting // SHARE_COUNTED
            self.progress(f"{lease.url} {code}", done, max(done, self._left[0]))

    def refuse_record(self, lease: Lease, code: str) -> None:
        """Count a comparison page that was stored but gives no record."""
        self.books.frontier.note(lease, "extraction_refused", code)
        self.tally.failed[f"extraction_refused:{code}"] += 1
        self.tally.without_record += 1

    def look_at_clock(self) -> None:
        """Say so where the clock jumped: dates and due dates of this run follow it."""
        self._say_clock(self._watch.jump())

    def _say_clock(self, said: str | None) -> None:
        if said is not None:
            self.log.add("clock", outcome=said)
            self.tally.notes[f"clock: {said}"] += 1

"""What the parts of one crawl share: its jobs, its books, its count, and whether it must stop."""

from __future__ import annotations

import asyncio
import time
from collections import Counter, defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from archive import OpenRun, RunLog
from archive.ledger import NOT_ASKED, Ending, Lease
from archive.warc import Message
from crawler.drift.profiler import Profiler
from crawler.judge import NETWORK_ERRORS, Ruling, judge_error
from crawler.reading.look import Seen, Task
from machine.clock import Watch
from machine.worker import GuardedPool
from parsers import Site

Progress = Callable[[str, int, int], None]

MAX_WAIT_S = 3600
"""A site that asks us to wait longer is left alone in this run. Units: seconds."""
YEAR_S = 366 * 86_400
"""A wait of more is not worth its figure. Units: seconds."""
PAGES_A_DAY = 5000
"""So many pages of one site are asked for on one day, by however many runs."""
BAD_IN_A_ROW = 15
"""After so many tries without an answer that helps, the site is left alone in this run."""
LAST_TRIES = 30
"""So it is where more than half of so many tries brought none."""
UNWELCOME = (401, 403, 451)
"""Statuses that say that we are not wanted; 429 and those from 500 on stop a run too."""


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
class Kept:
    """An answer that is in the archive, the lease under which it came, and what it means."""

    lease: Lease
    message: Message
    ruling: Ruling
    capture_id: int
    is_unchanged: bool


@dataclass(slots=True)
class Tally:
    """The count of one run. `failed` and `refused` are comparison pages, `notes` all else.

    `asked` are comparison pages for which a request was sent, each once however often it was tried
    or led on.
    """

    asked: int = 0
    stored: int = 0
    unchanged: int = 0
    failed: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    notes: Counter[str] = field(default_factory=Counter)


@dataclass
class Crawl:
    """One crawl, handed to the spider and from there to every component."""

    books: OpenRun
    jobs: list[Job]
    pool: GuardedPool[Task, Seen]
    max_pages: int | None
    delay_s: float
    progress: Progress | None
    log: RunLog
    plan: Literal["all", "coverage"] = "all"
    per_day: int = PAGES_A_DAY
    named: frozenset[int] = frozenset()
    """The pages that were named, which come first."""
    tally: Tally = field(default_factory=Tally)
    robots_state: str | None = None
    stopped: str | None = None
    profiler: Profiler = field(init=False)
    left: dict[str, str] = field(default_factory=dict)
    """The sites that this run asks no more, and why."""
    is_cut: bool = False
    """Whether the run, or a site's part of it, ended early by more than a limit of our own."""
    fatal: BaseException | None = None
    network_errors: tuple[type[BaseException], ...] = NETWORK_ERRORS
    _watch: Watch = field(default_factory=Watch)
    _asked: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))
    _tries: dict[str, deque[bool]] = field(
        default_factory=lambda: defaultdict(lambda: deque(maxlen=LAST_TRIES))
    )
    _ready_at: dict[str, float] = field(default_factory=dict)
    _wakes: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.profiler = Profiler(self.books)
        self._say_clock(self.books.clock)

    def stop(self, why: str, *, is_limit: bool = False) -> None:
        """End the run after the exchange that is under way."""
        if self.stopped is None:
            self.log.add("stopped", outcome=why)
        self.is_cut |= not is_limit
        self.stopped = self.stopped or why
        self._wakes.set()

    def leave(self, site: str, why: str, *, is_limit: bool = False) -> None:
        """Ask one site for nothing more in this run; others go on."""
        if site not in self.left:
            self.log.add("left", site=site, outcome=why)
        self.is_cut |= not is_limit
        self.left.setdefault(site, why)
        self._wakes.set()

    def is_left(self, site: str) -> bool:
        """Whether nothing more is to be asked of a site."""
        return self.stopped is not None or site in self.left

    def fail(self, error: BaseException) -> None:
        """End the run because of an error that is raised again once Scrapy has ended."""
        self.fatal = self.fatal or error
        self.stop(type(error).__name__)

    def settle_error(self, lease: Lease, error: BaseException, url: str) -> None:
        """Settle a page that gave no answer; an error of ours ends the run instead."""
        ending = judge_error(lease, error, url)
        if ending is None:
            self.fail(error)
            return
        if ending.outcome not in NOT_ASKED:
            self.sent(lease)
        self.books.frontier.settle(lease, ending)
        self.count(lease, ending)

    def sent(self, lease: Lease) -> None:
        """Count a comparison page for which a request was sent."""
        pages = self._asked[lease.site]
        if lease.role == "comparison" and lease.page_id not in pages:
            pages.add(lease.page_id)
            self.tally.asked += 1

    def asked_of(self, site: str) -> int:
        """How many comparison pages of a site this run asked for."""
        return len(self._asked[site])

    def look_at_clock(self) -> None:
        """Say so where the clock jumped: dates and due dates of this run follow it."""
        self._say_clock(self._watch.jump())

    def _say_clock(self, said: str | None) -> None:
        if said is not None:
            self.log.add("clock", outcome=said)
            self.tally.notes[f"clock: {said}"] += 1

    def count(self, lease: Lease, ending: Ending, *, is_unchanged: bool = False) -> None:
        """Count an attempt's end, and stop the run where the site does not want us now."""
        self.look_at_clock()
        code = f"{ending.outcome}:{ending.reason}".rstrip(":")
        if lease.role != "comparison":
            if ending.outcome != "ok":
                self.tally.notes[f"{lease.role} {code}"] += 1
        elif ending.state == "captured":
            self.tally.stored += not is_unchanged
            self.tally.unchanged += is_unchanged
        elif ending.state == "failed":
            self.tally.failed[code] += 1
        elif ending.state == "refused":
            self.tally.refused[code] += 1
        # What was never asked, and what only led on, tells nothing of how welcome we are.
        if ending.outcome not in NOT_ASKED and ending.state != "leased":
            self._weigh(lease.site, code, is_bad=_is_unwelcome(ending))
        self.log.add("asked", address=lease.url, outcome=code, status=ending.status)
        self._tell(f"{lease.url} {code}")

    def _weigh(self, site: str, code: str, *, is_bad: bool) -> None:
        """Leave a site where its last tries say that it does not want us, or is not well."""
        tries = self._tries[site]
        tries.append(is_bad)
        bad = sum(tries)
        if len(tries) >= BAD_IN_A_ROW and all(list(tries)[-BAD_IN_A_ROW:]):
            self.leave(site, f"{BAD_IN_A_ROW} tries in a row failed, the last with {code}")
        elif bad * 2 > LAST_TRIES:
            self.leave(site, f"{bad} of the last {len(tries)} tries failed, the last with {code}")

    def refuse_record(self, lease: Lease, code: str) -> None:
        """Count a comparison page that was stored but gives no record."""
        self.books.frontier.note(lease, "extraction_refused", code)
        self.tally.failed[f"extraction_refused:{code}"] += 1

    def report_robots(self, origin: str, state: str) -> None:
        """Keep the worst state of the robots.txt files read."""
        self.log.add("robots", address=origin, outcome=state)
        order = ("none", "read", "unreachable")
        self.robots_state = max(self.robots_state or state, state, key=order.index)

    def hold(self, site: str, seconds: float) -> None:
        """Ask a site nothing for a while, because it asked for that."""
        if seconds > MAX_WAIT_S:
            when = f"in {seconds:.0f} seconds" if seconds < YEAR_S else "in years"
            self.leave(site, f"the site asks us to come back {when}")
            return
        self.log.add("held", site=site, seconds=seconds)
        self._ready_at[site] = max(self._ready_at.get(site, 0.0), time.monotonic() + seconds)

    async def ready(self, site: str) -> bool:
        """Wait until asking a site is allowed; False when it is to be asked no more."""
        while not self.is_left(site):
            left = self._ready_at.get(site, 0.0) - time.monotonic()
            if left <= 0:
                return True
            try:
                await asyncio.wait_for(self._wakes.wait(), left)
            except TimeoutError:
                continue
            self._wakes.clear()
        return False

    def _tell(self, what: str) -> None:
        if self.progress is not None:
            done = self.tally.stored + self.tally.unchanged + self.tally.failed.total()
            self.progress(what, done, done + self.books.frontier.waiting())


def _is_unwelcome(ending: Ending) -> bool:
    status = ending.status or 0
    return ending.outcome == "network_error" or (
        ending.outcome == "http_error"
        and (ending.reason == "throttled" or status in UNWELCOME or status >= 500)
    )

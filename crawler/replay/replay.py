"""What the crawl and the import made of stored answers, done again for a ledger that is made anew.

The functions that did it then do it once more, with the clock put back to the time of each answer.
What never came into the archive is not replayed: attempts without an answer, and what lists named.
Pages that came in other bytes are read once more, by the parser of today, to know their intervals.
"""

from __future__ import annotations

import sqlite3
from collections import Counter, defaultdict
from collections.abc import Callable
from functools import partial
from typing import cast

from archive import Home
from archive.ledger import (
    LISTS,
    Ending,
    Found,
    Frontier,
    Lease,
    Ledger,
    Role,
    end_attempt,
    failed,
    give_back_leases,
    note_run,
    said_the_same,
    settle_import,
    whole_before,
)
from archive.rebuild import ORPHAN, Entered, RebuildReport, StoredExchange, rebuild_ledger
from archive.store import Exchange, Store
from crawler.hosts.addresses import origin_of
from crawler.importing.imported import imported_role, outcome_of
from crawler.judge import TRANSIENT, kept
from crawler.reading.look import LookTask, PageLook, look
from crawler.reading.same import LookAt, is_same, task_before
from crawler.replay.robots import RobotsReplay
from crawler.start.planning import role_of
from machine.clock import as_of, now
from machine.worker import GuardedPool
from parsers.sites import site_named
from schema.errors import IntegrityError
from schema.page import RawPage

PASSING = ("throttled", *map(str, TRANSIENT))
"""The reasons of an HTTP error after which a page is tried again."""


def rebuild(home: Home, progress: Callable[[str, int, int], None] | None = None) -> RebuildReport:
    """A home's ledger made again from its segments. Raises: as `rebuild_ledger`."""
    with GuardedPool(look) as pool:
        return rebuild_ledger(home, partial(Replay, home, pool.call), progress)


class Replay:
    """Settles each capture of a new ledger as it was settled when it was stored."""

    def __init__(self, home: Home, look_at: LookAt, ledger: Ledger) -> None:
        self._ledger, self._robots = ledger, RobotsReplay()
        self._store, self._look_at = Store(home, ledger, run_id=0), look_at
        self._frontiers: dict[int, Frontier] = {}
        self._counts: dict[int, Counter[str]] = defaultdict(Counter)
        self._asked: set[tuple[int, int]] = set()
        """The runs and pages that are counted."""
        self._began: dict[tuple[str, str | None], Frontier] = {}
        """The sites and mirrors whose lists were asked for, as a crawl from the root does."""
        self._hop: tuple[int, int] | None = None
        """The run and the page whose last answer led to another address."""

    def page(self, stored: StoredExchange, run_id: int) -> int:
        """The page of an exchange that is about to be entered; a new one is made."""
        exchange = stored.exchange
        if run_id not in self._frontiers:
            self._frontiers[run_id] = Frontier(self._ledger, run_id)
        frontier = self._frontiers[run_id]
        with as_of(stored.stored_at):
            if exchange.date_source != "crawl":
                return frontier.enter(Found(exchange.site, exchange.url, _role(exchange)))
            known = frontier.page_id(exchange.site, exchange.url)
            if known is not None and self._hop == (run_id, known):
                return known
            found = Found(exchange.site, exchange.url, _role(exchange), _mirror(exchange))
            if found.role in LISTS:
                self._began[found.site, found.origin] = frontier
            return frontier.know(found, wants=False)

    def settle(self, db: sqlite3.Connection, entered: Entered) -> None:
        """Do again what ended the page's lease in the commit of a capture."""
        if entered.stored.exchange.date_source == "crawl":
            self._settle_crawl(db, entered)
        else:
            self._settle_import(db, entered)

    def _settle_crawl(self, db: sqlite3.Connection, entered: Entered) -> None:
        asked, is_unchanged = (entered.run_id, entered.page_id), entered.original_id is not None
        with as_of(entered.stored.exchange.captured_at):
            lease = self._frontiers[entered.run_id].lease(entered.page_id)
        with as_of(entered.stored.stored_at):
            ending = _ending(lease, entered)
            end_attempt(db, lease, ending, capture_id=entered.capture_id, is_unchanged=is_unchanged)
            if ending.adapts and not is_unchanged and self._says_the_same(entered):
                said_the_same(db, lease)
                is_unchanged = True
            is_hop = ending.state == "leased"
            if lease.role == "robots":
                self._robots.read(db, entered, is_hop=is_hop)
            else:
                self._robots.keep_to(db, entered)
        self._hop = asked if is_hop else None
        if lease.role == "comparison":
            is_good = ending.state == "captured"
            self._counts[entered.run_id].update(
                asked=asked not in self._asked,
                stored=is_good and not is_unchanged,
                unchanged=is_good and is_unchanged,
                failed=ending.state == "failed",
            )
            self._asked.add(asked)

    def _says_the_same(self, entered: Entered) -> bool:
        """Whether a page said what it said before, as the parser of today reads both."""
        exchange, message = entered.stored.exchange, entered.stored.message
        body = message.decoded.body
        if body is None or whole_before(self._ledger, entered.capture_id) is None:
            return False
        page = RawPage(exchange.url, body, message.header("content-type"), now())
        seen = self._look_at(LookTask(page, exchange.site, "record"))
        if not isinstance(seen, PageLook):
            return False
        try:
            task = task_before(self._ledger, self._store, entered.capture_id, seen)
        except IntegrityError:
            return False  # named with the damage
        return task is not None and is_same(self._look_at(task), seen)

    def _settle_import(self, db: sqlite3.Connection, entered: Entered) -> None:
        is_repeat = entered.original_id is not None
        outcome, reason = outcome_of(entered.stored.message, is_repeat=is_repeat)
        role = imported_role(entered.stored.exchange)
        with as_of(entered.stored.stored_at):
            settle_import(db, entered.capture_id, outcome, reason)
            if role == "robots":
                self._robots.note_import(db, entered)
        is_failed = outcome != "ok" and role == "comparison"
        self._counts[entered.run_id].update(asked=1, stored=1, failed=is_failed)

    def finish(self) -> list[str]:
        """Close the books of all runs; gives a sentence for each thing that is lost."""
        for frontier in self._frontiers.values():
            frontier.close()
        for (name, origin), frontier in self._began.items():
            # What the lists named is not known any more: the next crawl is to read them again.
            site = site_named(name)
            frontier.forget_lists(name)
            root = site.own_address(site.base + "/")
            if frontier.page_id(name, root) is None:
                frontier.know(Found(name, root, role_of(site, root), origin), wants=False)
        # A redirect whose end is not in the archive is taken up again by the next run.
        give_back_leases(self._ledger)
        with self._ledger.transaction() as db:
            for run_id, count in self._counts.items():
                note_run(db, run_id, **count)
        return self._robots.lost


def _ending(lease: Lease, entered: Entered) -> Ending:
    """How an attempt ended, from what its answer was taken for."""
    status = entered.stored.message.status
    outcome, _, reason = _taken_for(entered).partition(":")
    if (outcome, reason) in (("ok", "redirect"), ("http_error", "other_body")):
        return Ending(outcome, reason, "leased", tries=lease.tries, status=status)
    if outcome == "ok":
        return kept(lease, status)
    is_passing = outcome in ("network_error", "damaged") or reason in PASSING
    if outcome == "http_error" and reason.isdigit():
        status = int(reason)  # a page that led home counts as one that is missing
    return failed(lease, outcome, reason, is_final=not is_passing, status=status)


def _taken_for(entered: Entered) -> str:
    """As it was noted; of an archive of the first version, which did not, as an import's."""
    if entered.is_orphan:
        return ORPHAN
    if entered.stored.exchange.outcome is not None:
        return entered.stored.exchange.outcome
    if entered.original_id is not None:
        return "ok:"
    return ":".join(outcome_of(entered.stored.message))


def _role(exchange: Exchange) -> Role:
    # What an import notes is not what the address says.
    is_noted = exchange.role and exchange.date_source == "crawl"
    return cast(Role, exchange.role) if is_noted else imported_role(exchange)


def _mirror(exchange: Exchange) -> str | None:
    """The mirror that was asked. Absent: None where it was the site itself."""
    if exchange.url.startswith("urn:"):
        return None
    asked = origin_of(exchange.fetched_url)
    return None if asked == origin_of(exchange.url) else asked

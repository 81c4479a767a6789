"""What the crawl and the import made of stored answers, done again for a ledger that is made anew.

The functions that did it then do it once more, with the clock put back to the time of each answer.
What never came into the archive is not replayed: attempts without an answer, and what lists named.
"""

from __future__ import annotations

import sqlite3
from collections import Counter, defaultdict
from typing import cast

from archive.ledger import (
    LISTS,
    REDISCOVER_DAYS,
    Ending,
    Found,
    Frontier,
    Lease,
    Ledger,
    Role,
    captured,
    end_attempt,
    failed,
    give_back_leases,
    note_run,
    settle_import,
)
from archive.rebuild import ORPHAN, Entered, StoredExchange
from archive.store import Exchange
from crawler.hosts.addresses import origin_of
from crawler.importing.imported import imported_role, outcome_of
from crawler.judge import TRANSIENT
from crawler.replay.robots import RobotsReplay
from crawler.start.planning import role_of
from machine.clock import as_of, later
from parsers.sites import site_named

PASSING = ("throttled", *map(str, TRANSIENT))
"""The reasons of an HTTP error after which a page is tried again."""


class Replay:
    """Settles each capture of a new ledger as it was settled when it was stored."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger, self._robots = ledger, RobotsReplay()
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

    def _settle_import(self, db: sqlite3.Connection, entered: Entered) -> None:
        is_repeat = entered.original_id is not None
        outcome, reason = outcome_of(entered.stored.message, is_repeat=is_repeat)
        role = imported_role(entered.stored.exchange)
        with as_of(entered.stored.stored_at):
            settle_import(db, entered.capture_id, outcome, reason)
            if role == "robots":
                self._robots.learn(entered)
        is_failed = outcome != "ok" and role == "comparison"
        self._counts[entered.run_id].update(asked=1, stored=1, failed=is_failed)

    def finish(self) -> list[str]:
        """Close the books of all runs; gives a sentence for each thing that is lost."""
        for frontier in self._frontiers.values():
            frontier.close()
        for (name, origin), frontier in self._began.items():
            # What the lists named is not known any more: the next crawl is to read them again.
            site = site_named(name)
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
    if outcome == "ok" and lease.role == "comparison":
        return captured(status)
    if outcome == "ok":
        due = later(days=REDISCOVER_DAYS) if lease.role == "listing" else None
        return Ending(outcome, reason, "captured", due, status=status)
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

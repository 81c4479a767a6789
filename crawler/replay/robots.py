"""The rules that each run kept to, read again from the robots.txt files in the archive."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from dataclasses import replace

from archive.ledger import RobotsRow, note_robots, note_run
from archive.rebuild import Entered
from crawler.hosts.addresses import origin_of
from crawler.importing.imported import imported_rules
from crawler.robots.rules import Rules, body_of, is_fresh, read_rules
from crawler.tally import Tally
from machine.clock import stamp
from parsers.sites import site_named


class RobotsReplay:
    """Notes for each run the rules of each origin that it asked."""

    def __init__(self) -> None:
        self._rules: dict[int, Rules] = {}
        self._newest: dict[tuple[str, str], RobotsRow] = {}
        self._asked: set[tuple[int, str, str]] = set()
        self._tallies: dict[int, Tally] = defaultdict(Tally)
        self._hop: tuple[tuple[int, int], str] | None = None
        """The run, the page and the origin whose robots.txt is on its way by redirects."""
        self.lost: list[str] = []
        """A sentence for each origin that a run asked by rules that cannot be read any more."""

    def read(self, db: sqlite3.Connection, entered: Entered, *, is_hop: bool) -> None:
        """Take a robots.txt, and note it unless it only led to another address."""
        if entered.is_orphan:
            return  # what the pages asked next were asked by is not known any more
        asked, exchange = (entered.run_id, entered.page_id), entered.stored.exchange
        origin = origin_of(exchange.fetched_url)
        if self._hop is not None and self._hop[0] == asked:
            origin = self._hop[1]
        self._hop = (asked, origin) if is_hop else None
        rules = self.learn(entered)
        if not is_hop:
            read = replace(rules, read_at=stamp(), capture_id=entered.capture_id)
            self._note(db, read.row(entered.run_id, site_named(exchange.site), origin))

    def learn(self, entered: Entered) -> Rules:
        """The rules of a robots.txt, its own or those of the one that it repeats."""
        rules, message = self._rules.get(entered.original_id or 0), entered.stored.message
        rules = rules or read_rules(message.status, body_of(message))
        self._rules[entered.capture_id] = rules
        return rules

    def note_import(self, db: sqlite3.Connection, entered: Entered) -> None:
        """Note what an imported robots.txt asked for, as the import did."""
        exchange, rules = entered.stored.exchange, self.learn(entered)
        note_robots(db, imported_rules(rules, exchange, entered.run_id, entered.capture_id))

    def keep_to(self, db: sqlite3.Connection, entered: Entered) -> None:
        """Note by which rules a page was asked: those that a run before had read that day."""
        run_id, exchange = entered.run_id, entered.stored.exchange
        origin = origin_of(exchange.fetched_url)
        if (run_id, exchange.site, origin) in self._asked:
            return
        row = self._newest.get((exchange.site, origin))
        is_kept = row is not None and is_fresh(row.read_at)
        if row is None or not is_kept or row.state == "unreachable":
            self.lost.append(
                f"{origin}/robots.txt as run {run_id} of {stamp()} read it: what it"
                " withheld is what the one before withheld, if any"
            )
        if row is None:
            self._asked.add((run_id, exchange.site, origin))
            return
        row = replace(row, run_id=run_id)
        if not is_kept:
            # Its bytes are gone: it is asked for anew, and what the last one denied still holds.
            row = replace(row, read_at=stamp(), state="unreachable", capture_id=None)
        self._note(db, row)

    def _note(self, db: sqlite3.Connection, row: RobotsRow) -> None:
        self._asked.add((row.run_id, row.site, row.origin))
        self._newest[row.site, row.origin] = row
        note_robots(db, row)
        tally = self._tallies[row.run_id]
        tally.robots(row.state)
        note_run(db, row.run_id, robots_state=tally.robots_state)

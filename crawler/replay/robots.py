"""The rules that each run kept to, read again from the robots.txt files in the archive."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from dataclasses import replace

from archive.ledger import RobotsRow, note_robots, note_run
from archive.rebuild import Entered
from crawler.hosts.addresses import origin_of
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
        self._hop: tuple[int, int, str] | None = None
        """The run, the page and the origin whose robots.txt is on its way by redirects."""
        self.lost: list[str] = []
        """A sentence for each origin that a run asked by rules that cannot be read any more."""

    def read(self, db: sqlite3.Connection, entered: Entered, *, is_hop: bool) -> None:
        """Take a robots.txt, and note it unless it only led to another address."""
        if entered.is_orphan:
            return  # what the pages asked next were asked by is not known any more
        run_id, page_id = entered.run_id, entered.page_id
        origin = origin_of(entered.exchange.fetched_url)
        if self._hop is not None and self._hop[:2] == (run_id, page_id):
            origin = self._hop[2]
        self._hop = (run_id, page_id, origin) if is_hop else None
        rules, site = self.learn(entered), entered.exchange.site
        if not is_hop:
            read = replace(rules, read_at=stamp(), capture_id=entered.capture_id)
            self._note(db, read.row(run_id, site_named(site), origin))

    def learn(self, entered: Entered) -> Rules:
        """The rules of a robots.txt, its own or those of the one that it repeats."""
        known = self._rules.get(entered.original_id or 0)
        message = entered.message
        self._rules[entered.capture_id] = (
            read_rules(message.status, body_of(message)) if known is None else known
        )
        return self._rules[entered.capture_id]

    def keep_to(self, db: sqlite3.Connection, entered: Entered) -> None:
        """Note by which rules a page was asked: those that a run before had read that day."""
        run_id, site = entered.run_id, entered.exchange.site
        origin = origin_of(entered.exchange.fetched_url)
        if (run_id, site, origin) in self._asked:
            return
        rules = self._newest.get((site, origin))
        if rules is None or rules.state == "unreachable" or not is_fresh(rules.read_at):
            self.lost.append(
                f"{origin}/robots.txt as run {run_id} of {stamp()} read it: what it"
                " withheld is what the one before withheld, if any"
            )
        if rules is None:
            self._asked.add((run_id, site, origin))
        elif is_fresh(rules.read_at):
            self._note(db, replace(rules, run_id=run_id))
        else:
            # Its bytes are gone: it is asked for anew, and what the last one denied still holds.
            unread = replace(rules, state="unreachable", capture_id=None)
            self._note(db, replace(unread, run_id=run_id, read_at=stamp()))

    def _note(self, db: sqlite3.Connection, row: RobotsRow) -> None:
        self._asked.add((row.run_id, row.site, row.origin))
        self._newest[row.site, row.origin] = row
        note_robots(db, row)
        tally = self._tallies[row.run_id]
        tally.robots(row.state)
        note_run(db, row.run_id, robots_state=tally.robots_state)

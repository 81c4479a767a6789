"""The rules that each run kept to, read again from the robots.txt files in the archive."""

from __future__ import annotations

import sqlite3
from dataclasses import asdict, dataclass, replace

from archive.ledger import insert
from archive.rebuild import Entered
from crawler.hosts.addresses import origin_of
from crawler.robots.rules import Rules, body_of, is_fresh, read_rules
from machine.clock import stamp
from parsers.sites import site_named

STATES = ("none", "read", "unreachable")
"""From the best to the worst, which is what a run reports."""


@dataclass(frozen=True, slots=True)
class _Row:
    """What the table `robots` says of one reading. Absent: as there."""

    run_id: int
    site: str
    origin: str
    read_at: str
    state: str
    crawl_delay_s: float | None
    denied_tokens: str
    capture_id: int | None


class RobotsReplay:
    """Notes for each run the rules of each origin that it asked."""

    def __init__(self) -> None:
        self._rules: dict[int, Rules] = {}
        self._newest: dict[tuple[str, str], _Row] = {}
        self._asked: set[tuple[int, str, str]] = set()
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
            self._note(
                db,
                _Row(
                    run_id,
                    site,
                    origin,
                    stamp(),
                    rules.state,
                    rules.crawl_delay_s or None,
                    " ".join(rules.denied(origin, site_named(site))),
                    entered.capture_id,
                ),
            )

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
            self._note(
                db,
                replace(
                    rules, run_id=run_id, read_at=stamp(), state="unreachable", capture_id=None
                ),
            )

    def _note(self, db: sqlite3.Connection, row: _Row) -> None:
        self._asked.add((row.run_id, row.site, row.origin))
        self._newest[row.site, row.origin] = row
        insert(db, "robots", asdict(row))
        before = db.execute("SELECT robots_state FROM run WHERE id = ?", (row.run_id,)).fetchone()[
            0
        ]
        db.execute(
            "UPDATE run SET robots_state = ? WHERE id = ?",
            (max(before or row.state, row.state, key=STATES.index), row.run_id),
        )

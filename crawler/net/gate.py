"""The gate that a request passes only when the robots.txt of its origin was read and allows it.

Scrapy's own middleware looks at neither the status nor the kind of page that came.
"""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING

from scrapy import Request
from scrapy.downloadermiddlewares.robotstxt import RobotsTxtMiddleware

from archive.ledger import Found, last_robots, note_robots
from crawler.hosts.addresses import origin_of
from crawler.robots.rules import RobotsRefused, Rules, body_of, is_fresh, read_rules
from machine.clock import now, parse_stamp

if TYPE_CHECKING:
    from crawler.context import Job


class RobotsGate(RobotsTxtMiddleware):
    """Lets a request pass only when the rules of its origin were read and allow it."""

    def __init__(self, crawler: object) -> None:
        super().__init__(crawler)  # type: ignore[arg-type]
        self._rules: dict[str, Rules] = {}

    async def process_request(self, request: Request) -> None:  # type: ignore[override]
        """Raises: RobotsRefused, which settles the page."""
        if request.meta["role"] == "robots":
            return
        rules = await self.rules_for(request.meta["job"], origin_of(request.url))
        if rules.state == "unreachable":
            raise RobotsRefused(reason="unreachable")
        if not rules.allows(request.url):
            raise RobotsRefused(reason="disallowed")

    async def rules_for(self, job: Job, origin: str) -> Rules:
        """The rules of an origin, asked for once a day in all runs, archived, and noted."""
        known = self._rules.get(origin)
        if known is None or not known.is_fresh:
            rules = self._archived(job, origin) or await self._fetch(job, origin)
            self._rules[origin] = rules
            self._note(job, origin, rules)
        return self._rules[origin]

    def _archived(self, job: Job, origin: str) -> Rules | None:
        """The rules as they were read last, if by an answer of the last day that came whole."""
        books = self.crawler.spider.run.books  # type: ignore[union-attr]
        last = last_robots(books.ledger, job.site.name, origin)
        if last is None or last.state == "unreachable" or not is_fresh(last.read_at):
            return None
        status, body = 404, b""
        if last.state == "read":
            if last.capture_id is None:  # what it said is not known: it is asked for anew
                return None
            status, body = 200, books.store.body_of(last.capture_id)
        age_s = (now() - parse_stamp(last.read_at)).total_seconds()
        return replace(
            read_rules(status, body, last.capture_id),
            read_at=last.read_at,
            counted_from=time.monotonic() - age_s,
        )

    async def _fetch(self, job: Job, origin: str) -> Rules:
        run = self.crawler.spider.run  # type: ignore[union-attr]
        own = f"{origin}/robots.txt" if job.origin is None else job.site.own_address("/robots.txt")
        page = Found(job.site.name, own, "robots", job.origin)
        page_id = run.books.frontier.know(page, wants=False)
        lease = run.books.frontier.lease(page_id)
        kept = await self.crawler.spider.asking.ask(job, lease)  # type: ignore[union-attr]
        if kept is None:
            self._look_at_clock(job)
            return read_rules(None, None)
        status, body = kept.message.status, body_of(kept.message)
        if kept.stored.is_unchanged:
            status, body = 200, run.books.store.body_of(kept.stored.capture_id)
        rules = read_rules(status, body, kept.stored.capture_id)
        if rules.state != "unreachable":  # else nothing is asked for after it
            await run.pace.ready(job.site.name)
        return rules

    def _look_at_clock(self, job: Job) -> None:
        """Where certificates are out of date, it is as likely the clock that is wrong."""
        run = self.crawler.spider.run  # type: ignore[union-attr]
        expired = run.tally.notes["robots network_error:tls_expired"]
        if not expired:
            return
        why = "certificates have expired or are not valid yet: check the clock of this machine"
        run.stopping.leave(job.site.name, why)
        if expired > 1 and expired * 2 > len(self._rules) + 1:
            run.stopping.stop(f"of {len(self._rules) + 1} sites {expired} cannot be asked: {why}")

    def _note(self, job: Job, origin: str, rules: Rules) -> None:
        run = self.crawler.spider.run  # type: ignore[union-attr]
        with run.books.ledger.transaction() as db:
            note_robots(db, rules.row(run.books.id, job.site, origin))
        run.log.add("robots", address=origin, outcome=rules.state)
        run.tally.robots(rules.state)
        if rules.groups.rootless:
            said = "Disallow lines that begin with no slash, obeyed from the path that they mean"
            run.tally.notes[f"{origin}/robots.txt: {said}"] = rules.groups.rootless

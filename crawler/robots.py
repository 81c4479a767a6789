"""robots.txt by RFC 9309: no answer means no, 4xx means there are no rules.

Scrapy's own middleware looks at neither the status nor the kind of page that came.
"""

from __future__ import annotations

import codecs
import re
import time
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal

from protego import Protego
from scrapy import Request
from scrapy.downloadermiddlewares.robotstxt import RobotsTxtMiddleware
from scrapy.exceptions import IgnoreRequest
from scrapy.http.request import NO_CALLBACK

from archive.clock import later, now, parse_stamp, stamp
from archive.frontier import Found
from archive.http1 import Message
from crawler.addresses import on_origin, origin_of
from crawler.asking import Asked, asked_of, request_for
from crawler.objections import Usages, objections, read_usages
from parsers.site import Site
from schema.errors import CrawlError

if TYPE_CHECKING:
    from crawler.context import Job

TOKEN = "verdicts"
"""Our product token: what a robots.txt names us by."""
MAX_BYTES = 512 << 10
MAX_AGE_HOURS = 24
"""Rules are read again when they are older. Source: RFC 9309, section 2.4. Units: hours."""
MAX_CRAWL_DELAY_S = 60
"""A site that asks for more is left alone in this run. Units: seconds."""
_VERSION = re.compile(r"(?im)^([ \t]*user-agent[ \t]*:[ \t]*[a-z_-]+)[^\r\n]*")
"""A line that names an agent as its requests do, with a version: only the token counts."""
_RULE = re.compile(r"(?im)^[ \t]*(user-agent|allow|disallow|sitemap)[ \t]*:")


class RobotsRefused(IgnoreRequest):
    """An address that may not be asked for; `reason` as the ledger's outcomes name it."""

    def __init__(self, *, reason: str) -> None:
        self.reason = reason
        super().__init__(f"refused_robots:{reason}")


@dataclass(frozen=True, slots=True)
class Rules:
    """What a site's robots.txt means, from when it was read until a day later."""

    state: Literal["read", "none", "unreachable"]
    parsed: Protego
    capture_id: int | None = None
    usages: Usages = ()
    """What their Content-Usage lines refuse."""
    read_at: str = field(default_factory=stamp)
    counted_from: float = field(default_factory=time.monotonic)
    """When they were read, in seconds of the clock that does not jump."""

    @property
    def is_fresh(self) -> bool:
        """Whether they need not be read again yet, by either clock."""
        age_s = time.monotonic() - self.counted_from
        return age_s < MAX_AGE_HOURS * 3600 and is_fresh(self.read_at)

    def allows(self, url: str, token: str = TOKEN) -> bool:
        """Whether `token` may ask for the address."""
        return self.state != "unreachable" and bool(self.parsed.can_fetch(url, token))

    def denied(self, base: str, site: Site) -> list[str]:
        """What they say against the use of the site by AI; nothing where none were read."""
        if self.state != "read":
            return []
        return objections(base, site, self.usages, self.allows)

    @property
    def crawl_delay_s(self) -> float:
        """The delay the site asks for; 0 where it asks for none."""
        return float(self.parsed.crawl_delay(TOKEN) or 0)

    @property
    def sitemaps(self) -> list[str]:
        """The addresses on its Sitemap lines."""
        return list(self.parsed.sitemaps)


def read_rules(status: int | None, body: bytes | None, capture_id: int | None = None) -> Rules:
    """The rules of an answer to a request for robots.txt; None, None where none came.

    Of a body that is too long, the whole lines in its beginning count.

    >>> read_rules(404, b"").state, read_rules(503, b"").state, read_rules(200, b"<html>").state
    ('none', 'unreachable', 'unreachable')
    """
    empty = Protego.parse("")
    if status is not None and 400 <= status < 500 and status != 429:
        return Rules("none", empty, capture_id)
    if status != 200 or body is None:
        return Rules("unreachable", empty, capture_id)
    is_wide = body.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    text = body[:MAX_BYTES].decode("utf-16" if is_wide else "utf-8-sig", "replace")
    text = text.replace("\0", "").replace("\r", "\n")
    if len(body) > MAX_BYTES:
        # A rule that is cut could allow what the whole one would not.
        text = text[: text.rfind("\n") + 1]
        if not text:
            return Rules("unreachable", empty, capture_id)
    is_rules = _RULE.search(text) is not None
    if not is_rules and text.lstrip().startswith("<"):
        return Rules("unreachable", empty, capture_id)
    parsed = Protego.parse(_VERSION.sub(r"\1", text))
    return Rules("read", parsed, capture_id, read_usages(text))


def is_fresh(read_at: str) -> bool:
    """Whether rules that were read then need not be read again yet."""
    return later(hours=-MAX_AGE_HOURS) < read_at <= stamp()


def body_of(message: Message) -> bytes | None:
    """The body of a robots.txt, or what there is of one that was cut because it is too large.

    Absent: None where the answer has no body that can be read.
    """
    if message.decoded.outcome == "too_large" and message.header("content-encoding") is None:
        return message.wire
    return message.decoded.body


class RobotsGate(RobotsTxtMiddleware):
    """Lets a request pass only when the rules of its origin were read and allow it."""

    def __init__(self, crawler: object) -> None:
        super().__init__(crawler)  # type: ignore[arg-type]
        self._rules: dict[str, Rules] = {}

    async def process_request(self, request: Request) -> None:  # type: ignore[override]
        """Raises: RobotsRefused, which settles the page."""
        asked = asked_of(request)
        if asked.lease.role == "robots":
            return
        rules = await self.rules_for(asked.job, origin_of(request.url))
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
        found = books.ledger.rows(
            "SELECT state, read_at, capture_id, damage FROM robots LEFT JOIN capture ON"
            " capture.id = capture_id WHERE robots.site = ? AND origin = ?"
            " ORDER BY robots.id DESC LIMIT 1", (job.site.name, origin))
        if not found or not is_fresh(found[0]["read_at"]):
            return None
        state, read_at, capture_id, damage = found[0]
        if state == "unreachable" or damage is not None:
            return None
        status, body = (404, b"") if state == "none" else (200, books.store.body_of(capture_id))
        age_s = (now() - parse_stamp(read_at)).total_seconds()
        return replace(read_rules(status, body, capture_id), read_at=read_at,
                       counted_from=time.monotonic() - age_s)

    async def _fetch(self, job: Job, origin: str) -> Rules:
        run = self.crawler.spider.run  # type: ignore[union-attr]
        own = f"{origin}/robots.txt" if job.origin is None else job.site.own_address("/robots.txt")
        page_id = run.books.frontier.know(Found(job.site.name, own, "robots", job.origin),
                                          wants=False)
        url: str | None = on_origin(own, job.origin)
        hops, is_plain = 0, False
        while url is not None:
            lease = run.books.frontier.lease(page_id)
            asked = Asked(job, lease, hops, is_plain=is_plain)
            request = request_for(url, asked, run.books.store, callback=NO_CALLBACK)
            try:
                await self.crawler.engine.download_async(request)
            except CrawlError:
                return read_rules(None, None)
            except (IgnoreRequest, *run.network_errors) as error:
                run.settle_error(lease, error, url)
                self._look_at_clock(job)
                return read_rules(None, None)
            kept = asked.kept
            assert kept is not None  # or an error would have been raised
            if kept.is_unchanged:
                return read_rules(200, run.books.store.body_of(kept.capture_id), kept.capture_id)
            if kept.ruling.hop is None:
                return read_rules(kept.message.status, body_of(kept.message), kept.capture_id)
            url, hops, is_plain = kept.ruling.hop, hops + 1, kept.ruling.is_plain
        raise AssertionError("the loop above always returns")

    def _look_at_clock(self, job: Job) -> None:
        """Where certificates are out of date, it is as likely the clock that is wrong."""
        run = self.crawler.spider.run  # type: ignore[union-attr]
        expired = run.tally.notes["robots network_error:tls_expired"]
        if not expired:
            return
        why = "certificates have expired or are not valid yet: check the clock of this machine"
        run.leave(job.site.name, why)
        if expired > 1 and expired * 2 > len(self._rules) + 1:
            run.stop(f"of {len(self._rules) + 1} sites {expired} cannot be asked: {why}")

    def _note(self, job: Job, origin: str, rules: Rules) -> None:
        run = self.crawler.spider.run  # type: ignore[union-attr]
        denied = " ".join(rules.denied(origin, job.site))
        with run.books.ledger.transaction() as db:
            db.execute(
                "INSERT INTO robots (run_id, site, origin, read_at, state, crawl_delay_s,"
                " denied_tokens, capture_id) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (run.books.id, job.site.name, origin, rules.read_at, rules.state,
                 rules.crawl_delay_s or None, denied, rules.capture_id))
        run.report_robots(origin, rules.state)

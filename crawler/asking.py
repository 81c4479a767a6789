"""One page asked for: the whole way of a response, from its lease to its use, from top to bottom.

    lease        committed before anything is asked
      |
    request      names the validators of what we hold                      reach "leased"
      |
    fetch        gate (robots.txt), pause, wire: the bytes as they came    net/
      |                 `- no answer: the attempt ends with the reason why
      |                 `- one that no record may hold: kept in quarantine
      |                                                                    reach "fetched"
    exchange     what is to be stored, taken apart to be judged            archive/store
      |
    ruling       what it means for the page; a worker begins to look at it  judge.py
      |
    commit       record written, synced, then one transaction: capture     reach "written",
      |          stored, attempt ended, next page leased; read back        "synced", "committed"
      |
    use          counted; a redirect is asked like the page; what was stored is looked at, and
                 where it says the same in other bytes, waits as an unchanged page does

Each step hands the next what it made; nothing is filled in later by somebody else.
"""

from __future__ import annotations

import asyncio
import re
import sqlite3
from collections.abc import Awaitable, Callable
from concurrent.futures import Future
from dataclasses import dataclass, replace

from scrapy import Request
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response

from archive.ledger import NOT_ASKED, Ending, Lease, end_attempt, failed
from archive.store import Exchange, Store, Stored, keep_aside, keep_results
from archive.warc import Message, UnwritableError
from crawler.choosing.discovery import Discovery
from crawler.context import Crawl, Job
from crawler.hosts.addresses import on_origin
from crawler.judge import Ruling, judge_answer, judge_error, noted
from crawler.net.handler import Fetched
from crawler.net.wire import RefusedHead, WireAnswer
from crawler.reading.look import LookTask, PageLook
from crawler.reading.same import is_same, task_before
from machine.clock import now, stamp
from machine.failpoints import reach
from machine.worker import Died
from schema.errors import CrawlError, IntegrityError
from schema.page import RawPage

_NEXT = re.compile(r'<([^<>\s]+)>\s*(?:;[^;,]*)*?;\s*rel="?(?:[^";,]*\s)?next\b', re.IGNORECASE)
_SAID_BY = {"If-None-Match": "etag", "If-Modified-Since": "last-modified"}
"""The header in which an answer says what a request names in another."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One request of a lease: the address itself, or one that a redirect led to.

    Absent: `named` is empty where no validators are named: there are none, none that can be sent,
    or their answer was not to be trusted. `validates` is then None, else the capture they are of.
    """

    job: Job
    lease: Lease
    url: str
    hops: int
    named: dict[str, str]
    validates: int | None


@dataclass(frozen=True, slots=True)
class Kept:
    """An answer that is in the archive, the lease under which it came, and what it means."""

    lease: Lease
    message: Message
    ruling: Ruling
    stored: Stored
    looking: Looking | None
    """What a worker sees in the page, begun while it was stored. Absent: None where none was."""


Looking = Future[PageLook | Died]


class Asking:
    """Asks for the pages of one run, through what Scrapy downloads with."""

    def __init__(self, run: Crawl, download: Callable[[Request], Awaitable[Response]]) -> None:
        self._run, self._download = run, download

    async def ask(self, job: Job, lease: Lease, discovery: Discovery | None = None) -> Kept | None:
        """The answer that settled a leased page, after those of the redirects that led to it.

        Absent: None where there was none to be kept; `discovery` is None for a robots.txt.
        """
        books = self._run.books
        asked = asked_for(job, lease, on_origin(lease.url, job.origin), books.store)
        while (kept := await self._once(asked, discovery)) is not None:
            ruling = kept.ruling
            if ruling.hop is None:
                return kept
            if ruling.wait_s is not None and not await self._run.pace.ready(lease.site):
                return None  # the next run gives the lease back
            # The redirect ended the lease: its page is leased for the address that it leads to.
            lease = replace(books.frontier.lease(lease.page_id), was_refused=lease.was_refused)
            store = None if ruling.is_plain else books.store
            asked = asked_for(job, lease, ruling.hop, store, hops=asked.hops + 1)
        return None

    async def _once(self, asked: Asked, discovery: Discovery | None) -> Kept | None:
        """One exchange, kept; or settled, where there is nothing to keep."""
        reach("leased")
        try:
            answer = await self._fetch(asked)
            self._run.tally.sent(asked.lease)  # before the next page's lease looks at the limit
            reach("fetched")
            return self.keep(asked, answer, discovery)
        except UnwritableError as error:
            ending = failed(asked.lease, "damaged", "headers", is_final=False, detail=str(error))
            self._set_aside(asked.lease, ending, answer.block)
        except (CrawlError, IgnoreRequest) as error:
            self._end(asked.lease, error)
        return None

    def _end(self, lease: Lease, error: CrawlError | IgnoreRequest) -> None:
        """Settle a lease whose request gave no answer to be kept."""
        ending = judge_error(lease, error)
        if ending.outcome not in NOT_ASKED:
            self._run.tally.sent(lease)
        if isinstance(error, RefusedHead) and error.came:
            self._set_aside(lease, ending, error.came)
        else:
            self._run.settle(lease, ending)

    async def _fetch(self, asked: Asked) -> WireAnswer:
        meta = {"job": asked.job, "role": asked.lease.role, "download_slot": asked.lease.site}
        headers = {name: value.encode("latin-1") for name, value in asked.named.items()}
        response = await self._download(Request(asked.url, headers=headers, meta=meta))
        assert isinstance(response, Fetched)
        return response.answer

    def _set_aside(self, lease: Lease, ending: Ending, block: bytes) -> None:
        """Keep an answer that no segment may hold where a person can look at it."""
        kept = keep_aside(self._run.books.home, lease.url, block)
        detail = f"{str(ending.detail)[:200]}; kept in quarantine as {kept.name}"
        self._run.settle(lease, replace(ending, detail=detail))

    def keep(self, asked: Asked, answer: WireAnswer, discovery: Discovery | None) -> Kept:
        """Store an answer; the commit that does so ends its lease, and begins the next one's.

        Raises: UnwritableError for one that cannot be written down.
        """
        exchange = _exchange(asked, answer)
        message = exchange.message()
        ruling = self._ruling(asked, answer, message)
        exchange = replace(
            exchange,
            validates=None if ruling.is_plain else asked.validates,
            outcome=f"{ruling.ending.outcome}:{ruling.ending.reason}",
        )
        lease, ahead = asked.lease, None
        looking = self._look_ahead(exchange, message, lease, ruling)

        def settle(db: sqlite3.Connection, capture_id: int, is_unchanged: bool) -> None:
            nonlocal ahead
            end_attempt(db, lease, ruling.ending, capture_id=capture_id, is_unchanged=is_unchanged)
            if discovery is not None and ruling.leads_to is not None:
                discovery.lead_to(ruling.leads_to, lease.url)
            if discovery is not None and lease.role == "comparison" and ruling.hop is None:
                ahead = discovery.lease_ahead(lease)

        stored = self._run.books.store.add(exchange, message, lease.page_id, settle)
        if discovery is not None:
            # Only now: had the commit failed, there would be no such lease.
            discovery.ahead = ahead
        self._run.ended(lease, ruling.ending, is_unchanged=stored.is_unchanged)
        self._run.pace.after(lease.site, ruling.ending, ruling.wait_s)
        return Kept(lease, message, ruling, stored, looking)

    def _look_ahead(
        self, exchange: Exchange, message: Message, lease: Lease, ruling: Ruling
    ) -> Looking | None:
        """Have a page looked at while the disk is waited for; not one that is as it was."""
        body, run = message.decoded.body, self._run
        is_page = lease.role == "comparison" and ruling.ending.state == "captured"
        if not is_page or not body or run.books.store.repeats(exchange, message, lease.page_id):
            return None
        page = RawPage(lease.url, body, message.header("content-type"), now(), message.body_sha256)
        return run.pool.submit(LookTask(page, lease.site, "result"))

    def _ruling(self, asked: Asked, answer: WireAnswer, message: Message) -> Ruling:
        said = {_SAID_BY[name]: value for name, value in asked.named.items()}
        ruling = judge_answer(
            asked.lease,
            asked.job.site,
            asked.url,
            message,
            asked.hops,
            named=said if asked.validates is not None else None,
        )
        return noted(ruling, message, has_extra=answer.has_extra)

    async def use(self, job: Job, kept: Kept, discovery: Discovery) -> None:
        """Look at a stored page: for addresses, or to know whether it gives a record."""
        lease, run = kept.lease, self._run
        if kept.ruling.ending.state != "captured":
            return
        is_page = lease.role == "comparison"
        if kept.stored.is_unchanged and is_page and not lease.was_refused:
            run.profiler.see_unchanged(job.site.name)
            return
        body = kept.message.decoded.body
        if kept.stored.is_unchanged or body is None:
            body = run.books.store.body_of(kept.stored.capture_id)
        kind, url = kept.message.header("content-type"), lease.url
        if not is_page:
            is_html = "html" in (kind or "")
            if discovery.take_sitemap(lease, body, is_html=is_html):
                return
            # By what it answered it is a page, whatever it is called.
            kind, url = kind if is_html else "text/html", on_origin(url, job.origin)
        page = RawPage(url=url, body=body, fetched_at=now(), content_type=kind)
        task = LookTask(page, job.site.name, "record" if is_page else "links")
        seen = await asyncio.wrap_future(kept.looking or run.pool.submit(task))
        if not is_page and isinstance(seen, PageLook):
            seen = replace(seen, links=(*seen.links, *_next_pages(kept.message)))
        discovery.take_page(lease, seen)
        if not is_page:
            run.tally.links[lease.page_id] = 0 if isinstance(seen, Died) else len(seen.links)
        else:
            run.profiler.see(job.site.name, kept.stored.capture_id, seen)
            if not kept.stored.is_unchanged and isinstance(seen, PageLook):
                if seen.result is not None:
                    keep_results(run.books.home, [(kept.stored.segment, seen.result)])
                await self._compare(kept, seen)

    async def _compare(self, kept: Kept, seen: PageLook) -> None:
        """Let a page that says what it said before be due as one that did not change."""
        run = self._run
        try:
            task = task_before(run.books.ledger, run.books.store, kept.stored.capture_id, seen)
        except IntegrityError:
            run.tally.notes["earlier capture not readable, see `verdicts check --deep`"] += 1
            return
        if task is None:
            return
        before = await asyncio.wrap_future(run.pool.submit(task))
        if is_same(before, seen):
            run.books.frontier.said_the_same(kept.lease)
            run.tally.said_the_same()


def _next_pages(message: Message) -> list[str]:
    """Where a list goes on, by its head alone. Source: RFC 8288."""
    said = (value for name, value in message.headers if name.lower() == "link")
    return [url for value in said for url in _NEXT.findall(value)]


def asked_for(job: Job, lease: Lease, url: str, store: Store | None, *, hops: int = 0) -> Asked:
    """A request that need not bring again what we hold.

    Absent: `store` is None where it is to name no validators.
    """
    known = None if store is None else store.validators(lease.page_id, url)
    # An imported answer may hold what may not be sent.
    if known is None or not all(value.isprintable() for _, value in known.headers):
        return Asked(job, lease, url, hops, {}, None)
    return Asked(job, lease, url, hops, dict(known.headers), known.capture_id)


def _exchange(asked: Asked, answer: WireAnswer) -> Exchange:
    return Exchange(
        site=asked.lease.site,
        url=asked.lease.url,
        fetched_url=asked.url,
        captured_at=stamp(),
        date_source="crawl",
        request=answer.request,
        block=answer.block,
        role=asked.lease.role,
        truncated=answer.truncated,
        ip=answer.ip,
    )

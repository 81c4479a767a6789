"""The one spider for all sites: it asks for what the ledger leases it, one page at a time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import urlsplit

from scrapy import Request, Spider, signals
from scrapy.crawler import Crawler
from scrapy.http import Response
from twisted.python.failure import Failure

from archive.ledger import Lease
from crawler.asking import Asked, asked_of, request_for
from crawler.choosing.discovery import Discovery
from crawler.choosing.taken import Taken
from crawler.context import Crawl, Job, Kept
from crawler.hosts.addresses import on_origin
from crawler.net.gate import RobotsGate
from crawler.reading.look import Task
from crawler.robots.rules import MAX_CRAWL_DELAY_S, Rules
from crawler.settings import slot_delay
from machine.clock import now
from schema.page import RawPage


class PageSpider(Spider):
    """Feeds Scrapy from the ledger and settles every page it was leased."""

    name = "pages"

    def __init__(self, run: Crawl, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.run = run
        self.allowed_domains = sorted({host for job in run.jobs for host in _hosts(job)})
        self._done = asyncio.Event()
        self._kept: Kept | None = None
        self._taken = Taken(run.books.home)

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> PageSpider:
        """What Scrapy calls; errors that it would only log are made the run's own."""
        spider = super().from_crawler(crawler, *args, **kwargs)
        crawler.signals.connect(spider._failed, signal=signals.spider_error)
        return spider

    def _failed(self, failure: Failure) -> None:
        self.run.fail(_error_of(failure))

    async def start(self) -> AsyncIterator[Any]:
        """Every request of the run, each only after the one before it is settled."""
        for job in self.run.jobs:
            if self.run.stopped is not None:
                return
            gate = self.crawler.get_downloader_middleware(RobotsGate)
            assert gate is not None
            rules = await gate.rules_for(job, job.base)
            if not self._may_ask(job, rules):
                continue
            async for request in self._work(job, rules):
                yield request

    def _may_ask(self, job: Job, rules: Rules) -> bool:
        site = job.site.name
        if rules.state == "unreachable":
            self.run.leave(site, "robots.txt could not be read")
        elif rules.crawl_delay_s > MAX_CRAWL_DELAY_S:
            self.run.tally.notes["refused_robots:crawl_delay"] += 1
            self.run.leave(
                site, f"robots.txt asks for {rules.crawl_delay_s:.0f} seconds between requests"
            )
        elif rules.crawl_delay_s > self.run.delay_s:
            self._set_delay(job, rules.crawl_delay_s)
        return not self.run.is_left(site)

    def _set_delay(self, job: Job, delay_s: float) -> None:
        downloader = self.crawler.engine.downloader
        # Slots that were idle are forgotten and made again from these settings.
        downloader.per_slot_settings[job.site.name] = {"delay": slot_delay(delay_s)}
        if job.site.name in downloader.slots:
            downloader.slots[job.site.name].delay = slot_delay(delay_s)

    async def _work(self, job: Job, rules: Rules) -> AsyncIterator[Request]:
        discovery = Discovery(self.run, job, rules)
        while (lease := discovery.next()) is not None:
            if self._is_taken(job, lease):
                continue
            async for request in self._ask(job, lease, discovery):
                yield request
            await self._use(job, discovery)
            if not await self.run.ready(job.site.name):
                break
        discovery.close()

    def _is_taken(self, job: Job, lease: Lease) -> bool:
        """Whether a lease ends here because its page was taken down, perhaps only now."""
        ending = self._taken.refusal(job.site, lease)
        if ending is None:
            return False
        self.run.books.frontier.settle(lease, ending)
        self.run.count(lease, ending)
        return True

    async def _ask(self, job: Job, lease: Lease, discovery: Discovery) -> AsyncIterator[Request]:
        """The request for a leased page and those for the redirects it leads to."""
        url: str | None = on_origin(lease.url, job.origin)
        hops, is_plain = 0, False
        self._kept = None
        while url is not None:
            self._done.clear()
            asked = Asked(job, lease, hops, discovery, is_plain)
            yield request_for(
                url, asked, self.run.books.store, callback=self._answered, errback=self._unanswered
            )
            await self._done.wait()
            url = None
            if self._kept is not None and self._kept.ruling.hop is not None:
                ruling = self._kept.ruling
                url, hops, is_plain = ruling.hop, hops + 1, ruling.is_plain
                lease = self.run.books.frontier.lease_again(lease)
                self._kept = None

    def _answered(self, response: Response) -> None:
        assert response.request is not None
        self._kept = asked_of(response.request).kept
        self._done.set()

    def _unanswered(self, failure: Failure) -> None:
        request: Request = failure.request  # type: ignore[attr-defined]
        asked = asked_of(request)
        if self.run.fatal is None and not asked.is_settled:
            self.run.settle_error(asked.lease, _error_of(failure), request.url)
        self._done.set()

    async def _use(self, job: Job, discovery: Discovery) -> None:
        """Look at a stored page: for addresses, or to know whether it gives a record."""
        kept = self._kept
        if kept is None or kept.ruling.ending.state != "captured":
            return
        lease = kept.lease
        if kept.is_unchanged and lease.role == "comparison" and not lease.was_refused:
            self.run.profiler.see_unchanged(job.site.name)
            return
        body = kept.message.decoded.body
        if kept.is_unchanged or body is None:
            body = self.run.books.store.body_of(kept.capture_id)
        if lease.role == "sitemap":
            discovery.take_sitemap(lease, body)
            return
        page = RawPage(
            url=lease.url,
            body=body,
            fetched_at=now(),
            content_type=kept.message.header("content-type"),
        )
        wants = "record" if lease.role == "comparison" else "links"
        task = Task(page, job.site.name, wants)  # type: ignore[arg-type]
        seen = await asyncio.to_thread(self.run.pool.call, task)
        discovery.take_page(lease, seen)
        if lease.role == "comparison":
            self.run.profiler.see(job.site.name, kept.capture_id, seen)


def _error_of(failure: Failure) -> BaseException:
    return failure.value if failure.value is not None else RuntimeError(str(failure))


def _hosts(job: Job) -> list[str]:
    return [urlsplit(job.origin).hostname or ""] if job.origin else list(job.site.hosts)

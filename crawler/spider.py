"""The spider: every request of a crawl, each only after the one before it is settled."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import Any
from urllib.parse import urlsplit

from scrapy import Spider, signals
from scrapy.crawler import Crawler

from crawler.asking import Asking
from crawler.choosing.discovery import Discovery
from crawler.choosing.taken import TakenPages
from crawler.context import Crawl, Job
from crawler.net.gate import RobotsGate
from crawler.net.upstream import set_slot_delay
from crawler.robots.rules import MAX_CRAWL_DELAY_S, Rules
from crawler.settings import slot_delay
from schema.errors import VerdictsError


class PageSpider(Spider):
    """Feeds Scrapy's downloader from the ledger and settles every page it was leased."""

    name = "pages"

    def __init__(self, run: Crawl, jobs: Sequence[Job], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.run, self._jobs = run, jobs
        origins = {urlsplit(job.origin).hostname or "" for job in jobs if job.origin}
        own = {host for job in jobs if not job.origin for host in job.site.hosts}
        self.allowed_domains = sorted(origins | own)
        self._taken = TakenPages(run.books.home)

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> PageSpider:
        """What Scrapy calls; errors that it would only log are made the run's own."""
        spider = super().from_crawler(crawler, *args, **kwargs)
        crawler.signals.connect(spider._failed, signal=signals.spider_error)
        return spider

    def _failed(self, failure: Any) -> None:
        self.run.stopping.fail(failure.value)

    async def start(self) -> AsyncIterator[Any]:
        """The whole run. Nothing is left to Scrapy's scheduler: it is asked only to download."""
        self.asking = Asking(self.run, self.crawler.engine.download_async)
        try:
            for job in self._jobs:
                await self._crawl(job)
        except VerdictsError as error:
            self.run.stopping.fail(error)
        requests: list[Any] = []
        for request in requests:  # what Scrapy wants is a generator
            yield request

    async def _crawl(self, job: Job) -> None:
        if self.run.stopping.why is not None:
            return
        gate = self.crawler.get_downloader_middleware(RobotsGate)
        assert gate is not None
        rules = await gate.rules_for(job, job.base)
        if self._may_ask(job, rules):
            await self._work(job, Discovery(self.run, job, rules))

    def _may_ask(self, job: Job, rules: Rules) -> bool:
        site, stopping = job.site.name, self.run.stopping
        if rules.state == "unreachable":
            waiting = self.run.books.frontier.waiting(site)
            waits = f", {waiting} known pages wait" if waiting else ""
            stopping.leave(site, f"robots.txt could not be read{waits}")
        elif rules.crawl_delay_s > MAX_CRAWL_DELAY_S:
            self.run.tally.notes["refused_robots:crawl_delay"] += 1
            delay = f"{rules.crawl_delay_s:.0f} seconds between requests"
            stopping.leave(site, f"robots.txt asks for {delay}")
        elif rules.crawl_delay_s > self.run.pace.delay_s:
            set_slot_delay(self.crawler, site, slot_delay(rules.crawl_delay_s))
        return not stopping.has_left(site)

    async def _work(self, job: Job, discovery: Discovery) -> None:
        while (lease := discovery.next()) is not None:
            refused = self._taken.refusal(job.site, lease)
            if refused is not None:  # its page was taken down, perhaps only now
                self.run.settle(lease, refused)
                continue
            kept = await self.asking.ask(job, lease, discovery)
            if kept is not None:
                await self.asking.use(job, kept, discovery)
            if not await self.run.pace.ready(job.site.name):
                break
        discovery.close()
        self.run.tally.named[job.base] = discovery.named

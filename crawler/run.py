"""One crawl from beginning to end. Scrapy's reactor runs once in a process, so this does too."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import Any

from scrapy.crawler import AsyncCrawlerProcess

from archive.clock import stamp
from archive.home import Home
from archive.runs import OpenRun, open_run
from archive.worker import GuardedPool
from crawler.context import Crawl, Job, Progress
from crawler.look import look
from crawler.planning import MIN_DELAY_S, jobs_with_work, named_pages, require_manners
from crawler.report import CrawlReport
from crawler.settings import TIMEOUT_S, crawl_settings
from crawler.spider import PageSpider
from parsers.site import Site


def crawl(
    home: Path, *, addresses: Sequence[str] = (), site: Site | None = None,
    max_pages: int | None = None, delay_s: float | None = None, contact: str = "",
    allow_private: bool = False, progress: Progress | None = None, timeout_s: float = TIMEOUT_S,
) -> CrawlReport:
    """Fetch and archive what was named, or without a name what is waiting or due.

    Units: seconds between requests, and for one whole exchange.
    Raises: UsageError, StartError before anything is asked; IntegrityError when the archive does
    not hold what it should; StoppedError when the disk does not take more.
    """
    place = Home(home)
    delay = MIN_DELAY_S if delay_s is None else delay_s
    named = named_pages(addresses, site)
    by_key = {(job.site.name, job.origin): job for job, _ in named}
    jobs = list(by_key.values()) if named else jobs_with_work(place, site)
    require_manners(jobs, delay_s=delay, contact=contact, allow_private=allow_private)
    settings = crawl_settings(delay_s=delay, contact=contact, allow_private=allow_private,
                              version=version("verdicts"), timeout_s=timeout_s)
    with open_run(place, "crawl") as books, GuardedPool(look) as pool:
        for _, found in named:
            books.frontier.know(found, is_forced=True)
        for job in jobs if not named else ():
            books.frontier.want_all(job.site.name)
        run = Crawl(books, jobs, pool, max_pages, delay, progress)
        if jobs:
            _run_scrapy(run, settings)
        if run.fatal is not None:
            raise run.fatal
        return _report(run, jobs)


def _run_scrapy(run: Crawl, settings: dict[str, Any]) -> None:
    process = AsyncCrawlerProcess(settings)
    task = process.crawl(PageSpider, run=run)
    with _signals(lambda: run.stop("it was told to stop")):
        process.start(install_signal_handlers=False)
    error = task.exception() if task.done() and not task.cancelled() else None
    if error is not None:
        raise error


@contextmanager
def _signals(stop: Callable[[], None]) -> Iterator[None]:
    """Let SIGINT and SIGTERM end the run after the exchange under way."""
    from twisted.internet import reactor

    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def told(number: int, frame: object) -> None:
        reactor.callFromThread(stop)

    before = {number: signal.signal(number, told) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _report(run: Crawl, jobs: Sequence[Job]) -> CrawlReport:
    tally, books = run.tally, run.books
    exit_code = 20 if run.stopped is not None else 10 if tally.failed else 0
    report = CrawlReport(
        run_id=books.id, asked=tally.asked, stored=tally.stored, unchanged=tally.unchanged,
        failed=dict(tally.failed), refused=dict(tally.refused), notes=dict(tally.notes),
        waiting=books.frontier.waiting(), robots_state=run.robots_state, stopped=run.stopped,
        exit_code=exit_code,
    )
    _note(books, report, jobs)
    return report


def _note(books: OpenRun, report: CrawlReport, jobs: Sequence[Job]) -> None:
    names = {job.site.name for job in jobs}
    books.note(
        site=names.pop() if len(names) == 1 else None, asked=report.asked, stored=report.stored,
        unchanged=report.unchanged, failed=sum(report.failed.values()), ended_at=stamp(),
        exit_code=report.exit_code, robots_state=report.robots_state,
    )

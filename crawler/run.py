"""One crawl from beginning to end."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Iterable, Sequence
from contextlib import closing, suppress
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import Any, Literal

from scrapy.crawler import AsyncCrawlerRunner

from archive import Home, OpenRun, RunLog, open_run
from archive.ledger import captures_by_role, failed_in, forget_well, report_before, still_held
from crawler.context import PAGES_A_DAY, Crawl, Job, Progress, Wanted
from crawler.drift.profiler import judge_rest
from crawler.nothing import found_nothing, nothing_due_until
from crawler.reading.look import look
from crawler.report import CrawlReport
from crawler.settings import crawl_settings
from crawler.spider import PageSpider
from crawler.start.planning import (
    MIN_DELAY_S,
    jobs_with_work,
    named_pages,
    require_manners,
    require_pages,
)
from crawler.start.timeouts import USUAL, Timeouts
from crawler.start.trust import require_trust
from crawler.stopping import ends
from machine.worker import GuardedPool
from parsers import Site
from schema.errors import StoppedError

NUMBER = re.compile(r"\b\d[\d.,]*%?")
"""A count in a sentence: with another one it still says the same."""


def crawl(
    home: Path,
    *,
    addresses: Sequence[str] = (),
    site: Site | None = None,
    max_pages: int | None = None,
    delay_s: float | None = None,
    contact: str = "",
    allow_private: bool = False,
    progress: Progress | None = None,
    timeouts: Timeouts = USUAL,
    all_due: bool = False,
    plan: Literal["all", "coverage"] = "all",
    ack: int | None = None,
    per_day: int = PAGES_A_DAY,
) -> CrawlReport:
    """Fetch and archive what was named, or without a name what is waiting or due.

    `all_due` asks for everything known, conditionally, whether due or not; `plan` says whether
    the rest is fetched after the pages that show every tool; `timeouts` when what is given up.

    `ack` is a file descriptor that gets a line (address, SHA-256 of the body) for each capture
    once it is safe. Units: `delay_s` in seconds between requests.
    Raises: UsageError, StartError before anything is asked; IntegrityError when the archive does
    not hold what it should; StoppedError when the disk does not take more.
    """
    place = Home(home)
    delay = MIN_DELAY_S if delay_s is None else delay_s
    named = named_pages(addresses, site)
    jobs = [job for job, _ in named]
    if not named:
        require_pages(place)
    if not named or all_due:
        jobs += jobs_with_work(place, site, is_all=all_due)
    jobs = list({(job.site.name, job.origin): job for job in jobs}.values())
    require_manners(jobs, delay_s=delay, contact=contact, allow_private=allow_private)
    require_trust(jobs, allow_private=allow_private)
    settings = crawl_settings(
        delay_s=delay,
        contact=contact,
        allow_private=allow_private,
        version=version("verdicts"),
        timeouts=timeouts,
    )
    with (
        open_run(place, "crawl", ack) as books,
        closing(RunLog(place)) as log,
        GuardedPool(look, wall_s=timeouts.page_s) as pool,
    ):
        for job in jobs:
            books.frontier.mend_roles(job.site.name, job.site.is_comparison)
        pages = [found for _, found in named]
        ids = frozenset(books.frontier.know_all(pages, is_forced=True))
        for job in jobs if not named or all_due else ():
            books.frontier.want_all(job.site.name, is_forced=all_due)
        before = judge_rest(books, pool.call)
        run = Crawl(books, pool, log, Wanted(delay, max_pages, plan, per_day, ids), progress)
        log.add("run_started", run=books.id, kind="crawl")
        if jobs:
            with asyncio.Runner() as runner:
                runner.get_loop()  # where no handle is left for one, nothing is begun
                runner.run(_run_scrapy(run, jobs, settings, timeouts))
        if run.stopping.fatal is not None:
            with suppress(StoppedError):  # what a full disk does not take, the next run judges
                run.profiler.save()
            raise run.stopping.fatal
        report = _report(run, jobs, before)
        said = {name: getattr(report, name) for name in ("exit_code", "asked", "stored")}
        log.add("run_ended", outcome=report.stopped, **said)
        return report


async def _run_scrapy(
    run: Crawl, jobs: Sequence[Job], settings: dict[str, Any], timeouts: Timeouts
) -> None:
    task = AsyncCrawlerRunner(settings).crawl(PageSpider, run=run, jobs=jobs)
    with ends(run.stopping, task, run_s=timeouts.run_s, stop_s=timeouts.stop_s):
        await asyncio.wait([task])
    if run.stopping.fatal is None:
        await task


def _report(run: Crawl, jobs: Sequence[Job], before: list[str]) -> CrawlReport:
    run.look_at_clock()
    tally, books, stopped = run.tally, run.books, run.stopping.told
    if run.log.problem is not None:
        tally.notes[f"log: {run.log.problem}"] += 1
    drift = before + run.profiler.finish()
    held = still_held(books.home.path, {job.site.name for job in jobs})
    for run_id in held.keys() - {books.id}:
        tally.notes[f"held since run {run_id}, see `verdicts drift --run {run_id}`"] = held[run_id]
    nothing = found_nothing(run, jobs)
    unread = sorted(set(tally.unread))
    failed = failed_in(books.ledger, books.id)
    forget_well(books.ledger)
    newly = [each.url for each in failed if not each.is_known]
    before_told = report_before(books.ledger, books.id, _site(jobs))
    told = {"drift": drift, "found_nothing": nothing, "unread_lists": unread}
    waits = [each for name, said in told.items() for each in unsaid(said, before_told.get(name))]
    # Drift needs a person; that a limit was reached as well does not.
    is_short = stopped is not None and (run.stopping.is_cut or not {*drift} & {*waits})
    exit_code = 20 if is_short else 10 if newly or waits else 0
    report = CrawlReport(
        run_id=books.id,
        asked=tally.asked_in_all,
        stored=tally.stored,
        unchanged=tally.unchanged,
        failed=dict(tally.failed),
        without_record=tally.without_record,
        captures=captures_by_role(books.ledger, books.id),
        refused=dict(tally.refused),
        notes=dict(tally.notes),
        drift=drift,
        found_nothing=nothing,
        unread_lists=unread,
        waiting=books.frontier.waiting(),
        failing={"as_before": len(failed) - len(newly), "newly": len(newly)},
        waits_newly=waits,
        nothing_due_until=nothing_due_until(run),
        robots_state=tally.robots_state,
        stopped=stopped,
        exit_code=exit_code,
    )
    _note(books, report, jobs)
    return report


def _site(jobs: Sequence[Job]) -> str | None:
    """The site that a run is about. Absent: None where it is about several."""
    names = {job.site.name for job in jobs}
    return names.pop() if len(names) == 1 else None


def unsaid(said: Iterable[str], before: Iterable[str] | None) -> list[str]:
    """The sentences that were not said before, be it with other numbers.

    >>> unsaid(["3 of 40 pages lack a price", "no list"], ["2 of 38 pages lack a price"])
    ['no list']
    """
    known = {NUMBER.sub("#", each) for each in before or ()}
    return [each for each in said if NUMBER.sub("#", each) not in known]


def _note(books: OpenRun, report: CrawlReport, jobs: Sequence[Job]) -> None:
    """Write a report into the run's own row: what has a column there, and the rest as JSON."""
    told = asdict(report)
    columns = ("asked", "stored", "unchanged", "exit_code", "robots_state")
    others = (
        "captures", "drift", "failed", "failing", "found_nothing", "notes", "refused", "stopped",
        "unread_lists", "without_record",
    )  # fmt: skip
    books.note(
        site=_site(jobs),
        failed=sum(report.failed.values()),
        report=json.dumps({name: told[name] for name in others}, sort_keys=True),
        **{name: told[name] for name in columns},
    )

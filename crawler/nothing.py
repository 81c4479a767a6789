"""A run that found no comparison where it looked for some: a sentence for each site, with why.

It reads the books of the run once it has ended, and writes nothing.
"""

from __future__ import annotations

from collections.abc import Sequence

from archive.ledger import MISSING, ListAsked, count_comparisons, lists_asked, next_due
from crawler.choosing.discovery import root_of
from crawler.context import Crawl, Job
from machine.text import some

NAMED = 3
"""So many lists that could not be read are named."""
_NONE = tuple(map(str, MISSING))
"""The reasons of lists that are not there."""


def found_nothing(run: Crawl, jobs: Sequence[Job]) -> list[str]:
    """A sentence for each site whose lists were asked for and named no comparison.

    None for a site that was left early: that is said by itself, and the next run goes on.
    """
    told = [_of_job(run, job) for job in jobs if not run.stopping.has_left(job.site.name)]
    if not jobs and not count_comparisons(run.books.ledger):
        again = next_due(run.books.ledger)
        when = "by itself; name an address" if again is None else f"before {again}"
        told.append(f"no comparison page is known, and nothing is asked again {when}")
    return [each for each in told if each is not None]


def nothing_due_until(run: Crawl) -> str | None:
    """When the next known page is due. Absent: None where a page was asked for, or one waits."""
    if run.tally.asked_in_all or run.books.frontier.waiting():
        return None
    return next_due(run.books.ledger)


def _of_job(run: Crawl, job: Job) -> str | None:
    """The sentence for one site. Absent: None where its lists named some, or were not due."""
    if run.tally.named[job.base]:
        return None
    asked = lists_asked(run.books.ledger, run.books.id, job.site.name, job.origin)
    root = next((each for each in asked if each.url == root_of(job)), None)
    begun = [each for each in asked if each is root or each.page_id in run.wanted.named]
    known = count_comparisons(run.books.ledger, job.site.name)
    is_closed = all(each.outcome == "refused_robots" for each in asked)
    # Of known pages that robots.txt closes, `refused` tells; a list that was left from a run
    # before need not name any.
    if not asked or (known and (is_closed or not begun)):
        return None
    where = f"{job.base}/" if root is not None or not begun else begun[0].url
    why = "; ".join(_why(run, asked, root))
    if not known:
        return f"{where} led to no comparison page: {why}"
    was = "names no" if any(each.outcome == "ok" for each in asked) else "could not be read for a"
    return f"{where} {was} comparison any more, {known} are known: {why}"


def _why(run: Crawl, asked: list[ListAsked], root: ListAsked | None) -> list[str]:
    """What each of the lists gave instead."""
    read = [each for each in asked if each.outcome == "ok"]
    closed = [each for each in asked if each.outcome == "refused_robots"]
    lost = [each for each in asked if each not in read and each not in closed]
    told = []
    if closed:
        others = [some(len(closed) - (root in closed), "list")] if closed != [root] else []
        told.append("robots.txt closes " + " and ".join((["its root"] * (root in closed)) + others))
    if root in lost:
        told.append(f"its root gave {lost.pop(lost.index(root)).code}")
    lists = [each for each in read if each.role == "listing"]
    if lists:
        links = sum(run.tally.links[each.page_id] for each in lists)
        whose = "its root has" if lists == [root] else f"{some(len(lists), 'list')} with"
        told.append(f"{whose} {some(links, 'link')}, none of a comparison")
    maps = [each for each in asked if each.role == "sitemap" and each.reason not in _NONE]
    lost = [each for each in lost if each.reason not in _NONE]
    told += [f"{each.url} gave {each.code}" for each in lost[:NAMED]]
    if len(lost) > NAMED:
        told.append(f"{len(lost) - NAMED} more lists could not be read")
    if count := sum(each in read for each in maps):
        told.append(f"no comparison in {some(count, 'sitemap')}")
    elif root is not None and not maps:
        told.append("no sitemap")
    return told

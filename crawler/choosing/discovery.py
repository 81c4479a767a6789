"""Which page of a site comes next, and what the pages so far say of further ones.

Sitemaps named by robots.txt come first, then /sitemap.xml, then the links of listing pages; each
only where the one before it led to no comparison page. What a run that was killed had read of them
is read from the archive, not asked for again.
"""

from __future__ import annotations

from collections.abc import Iterable

from archive.ledger import REDISCOVER_DAYS, Found, Lease, Role, is_due, newest_whole, page_at
from crawler.choosing.ordering import CoverOrder
from crawler.choosing.sitemaps import MAX_DEPTH, Sitemap, SitemapError, read_sitemap
from crawler.context import Crawl, Job
from crawler.hosts.addresses import is_of_site, strict_address
from crawler.reading.look import PageLook
from crawler.robots.rules import Rules
from machine.clock import later, stamp
from machine.worker import Died
from schema.errors import CrawlError

MAX_LISTS = 1000
"""At most so many sitemaps, and so many listing pages, are asked for in one run."""


class Discovery:
    """The order of one job's requests."""

    def __init__(self, run: Crawl, job: Job, rules: Rules) -> None:
        self._run, self._job, self._rules = run, job, rules
        self._frontier = run.books.frontier
        self._root_id = self._frontier.page_id(job.site.name, root_of(job))
        self._steps = [rules.sitemaps, [job.base + "/sitemap.xml"]]
        self._sitemaps: set[str] = set()
        self._listings: set[str] = set()
        self._found = 0
        self._day, self._before = "", 0
        self._order = CoverOrder(run.books.ledger, job.site, job.origin, run.wanted.named)
        self.ahead: Lease | None = None
        """The page that was leased in the commit that ended the lease before it."""

    def next(self) -> Lease | None:
        """The page to ask next; None when there is none, or the run asked for enough."""
        if self._run.stopping.has_left(self._job.site.name):
            return None
        lease, self.ahead = self.ahead or self._choose(), None
        return lease

    def lease_ahead(self, last: Lease) -> Lease | None:
        """Choose what `next` is to give, as a step of the transaction that ends `last`.

        It is `ahead` once that is committed. Absent: None where it cannot be said yet, or none
        is left.
        """
        # Not where it depends on what is still to be read in the page: that needs a commit first.
        if self._run.stopping.has_left(self._job.site.name) or self._order.waits_for(last.page_id):
            return None
        return self._choose(unread=last.page_id)

    @property
    def named(self) -> int:
        """How many comparisons the lists named so far."""
        return self._found

    def close(self) -> None:
        """Give back a page that was leased ahead and is not to be asked any more."""
        if self.ahead is not None:
            self._frontier.give_back(self.ahead)

    def _choose(self, unread: int | None = None) -> Lease | None:
        lease = self._take("sitemap") or self._next_of_root() or self._take("listing")
        return lease or self._next_page(unread)

    def _take(self, role: Role) -> Lease | None:
        lease = self._frontier.next(self._job.site.name, role, self._job.origin)
        if lease is not None and role == "sitemap":
            # It may have waited from before; what names it now need not have it asked twice.
            self._sitemaps.add(lease.url)
        return lease

    def _next_of_root(self) -> Lease | None:
        """The next sitemap, while the root is to be discovered from and none helped so far."""
        if self._root_id is None or not self._frontier.is_wanted(self._root_id):
            return None
        while self._steps and not self._found:
            self._add_sitemaps([(url, None) for url in self._steps.pop(0)], depth=0)
            lease = self._take("sitemap")
            if lease is not None:
                return lease
        if self._found:
            self._frontier.finish(self._root_id, later(days=REDISCOVER_DAYS))
        return None

    def _next_page(self, unread: int | None) -> Lease | None:
        page_id = self._order.next(unread)
        if page_id is None and self._run.wanted.plan == "coverage":
            if self._order.is_stuck:
                self._run.stopping.leave(
                    self._job.site.name, "its pages no longer give records", is_limit=True
                )
            return None
        limit = self._run.wanted.max_pages
        if limit is not None and self._run.tally.asked_in_all >= limit:
            if self._frontier.has_work(self._job.site.name):
                self._run.stopping.stop(f"{limit} pages were asked for", is_limit=True)
            return None
        if self._is_spent():
            return None
        return self._take("comparison") if page_id is None else self._frontier.lease(page_id)

    def _is_spent(self) -> bool:
        """Whether the site was asked for enough pages today, by this run or others."""
        site, day = self._job.site.name, stamp()[:10]
        asked = len(self._run.tally.asked[site])
        if self._day != day:
            self._day, self._before = day, self._frontier.asked_on(site, day) - asked
        if self._before + asked < self._run.wanted.per_day:
            return False
        if self._frontier.has_work(site):
            why = f"{self._before + asked} pages were asked for today, of at most"
            self._run.stopping.leave(site, f"{why} {self._run.wanted.per_day}", is_limit=True)
        return True

    def take_sitemap(self, lease: Lease, body: bytes) -> None:
        """Enter what a sitemap lists."""
        try:
            sitemap = read_sitemap(body)
        except SitemapError as error:
            self._frontier.note(lease, error.outcome, error.reason, str(error))
            self._run.tally.notes[f"sitemap {error.outcome}:{error.reason}"] += 1
            return
        self._enter(sitemap, lease.depth)

    def _enter(self, sitemap: Sitemap, depth: int) -> None:
        if sitemap.is_index:
            self._add_sitemaps(sitemap.entries, depth=depth + 1)
        else:
            self._add_pages(sitemap.entries, depth=0, is_listing=False)

    def take_page(self, lease: Lease, seen: PageLook | Died) -> None:
        """Count a page that gives no record; enter the links of a listing."""
        failure = "parser_died" if isinstance(seen, Died) else seen.failure
        if failure is not None:
            if lease.role == "comparison":
                self._run.refuse_record(lease, failure)
            else:
                self._frontier.note(lease, "extraction_refused", failure)
                self._run.tally.notes[f"listing extraction_refused:{failure}"] += 1
        elif lease.role == "listing" and isinstance(seen, PageLook):
            self._add_pages(
                [(link, None) for link in seen.links], depth=lease.depth + 1, is_listing=True
            )

    def _add_sitemaps(self, entries: Iterable[tuple[str, str | None]], *, depth: int) -> None:
        for own, lastmod in self._own(entries, counts=True):
            if depth >= MAX_DEPTH or own in self._sitemaps or len(self._sitemaps) >= MAX_LISTS:
                continue
            self._sitemaps.add(own)
            known = self._known_answer(own)
            if known is not None:
                self._enter(known, depth)
                continue
            self._frontier.know(
                Found(self._job.site.name, own, "sitemap", self._job.origin, depth, lastmod),
                is_forced=True,
            )

    def _known_answer(self, own: str) -> Sitemap | None:
        """What an earlier run was told at a sitemap's address, and knew to the end.

        Absent: None where it is to be asked for: after a day, or because a person named the site.
        """
        if self._run.wanted.named:
            return None
        page = page_at(self._run.books.ledger, self._job.site.name, own)
        if page is None:
            return None
        nothing, at = Sitemap(False, ()), stamp()
        if page["state"] in ("failed", "gone") and page["due"] and not is_due(page["due"], at):
            return nothing
        newest = newest_whole(self._run.books.ledger, page["id"])
        if page["state"] != "captured" or newest is None:
            return None
        if not later(days=-REDISCOVER_DAYS) < newest["captured_at"] <= at:
            return None
        if page["last_outcome"] != "ok":
            return nothing
        try:
            return read_sitemap(self._run.books.store.body_of(newest["id"]))
        except SitemapError:
            return None  # its next answer is noted with what is wrong with it

    def _add_pages(
        self, entries: Iterable[tuple[str, str | None]], *, depth: int, is_listing: bool
    ) -> None:
        site = self._job.site
        found: dict[str, Found] = {}
        for own, lastmod in self._own(entries, counts=not is_listing):
            role: Role = "other"
            if site.is_comparison(own):
                role = "comparison"
                self._found += 1
            elif site.is_listing(own):
                if not is_listing or depth >= MAX_DEPTH or len(self._listings) >= MAX_LISTS:
                    continue
                self._listings.add(own)
                role = "listing"
            found[own] = Found(site.name, own, role, self._job.origin, depth, lastmod)
        self._frontier.know_all(found.values())
        self._order.found(sum(each.role == "comparison" for each in found.values()))

    def _own(
        self, entries: Iterable[tuple[str, str | None]], *, counts: bool
    ) -> Iterable[tuple[str, str | None]]:
        """The entries that lie on the site, as its own addresses."""
        for url, lastmod in entries:
            try:
                strict = strict_address(url)
                if not is_of_site(strict, self._job.site, self._job.origin):
                    raise CrawlError(url=url, outcome="refused_scope", reason="host")
            except CrawlError as error:
                if counts:
                    self._run.tally.notes[f"{error.outcome}:{error.reason}"] += 1
                continue
            yield self._job.site.own_address(strict), lastmod


def root_of(job: Job) -> str:
    """The own address of a site's root."""
    return job.site.own_address(job.site.base + "/")

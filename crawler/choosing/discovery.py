"""Which page of a site comes next, and what the pages so far say of further ones.

Sitemaps named by robots.txt come first, then /sitemap.xml if they led to no comparison page, then
the root and the lists that it links: always, since a sitemap may name few of what they name. What
an address is, its answer says: a sitemap, a feed, or a page with links. What a run that was killed
had read of them is read from the archive, not asked for again.
"""

from __future__ import annotations

from collections.abc import Iterable

from archive.ledger import LISTS, REDISCOVER_DAYS, Lease, Role, is_due, newest_whole, page_at
from crawler.choosing.named import ListSorter
from crawler.choosing.ordering import CoverOrder
from crawler.choosing.sitemaps import ListEntry, Sitemap, SitemapError, read_sitemap
from crawler.context import Crawl, Job
from crawler.hosts.addresses import MAX_HOPS
from crawler.reading.look import PageLook
from crawler.robots.rules import Rules
from machine.clock import later, stamp
from machine.worker import Died


class Discovery:
    """The order of one job's requests."""

    def __init__(self, run: Crawl, job: Job, rules: Rules) -> None:
        self._run, self._job, self._rules = run, job, rules
        self._frontier = run.books.frontier
        root_id = self._frontier.page_id(job.site.name, root_of(job))
        self._is_rooted = root_id is not None and self._frontier.is_wanted(root_id)
        self._steps = [rules.sitemaps, ["/sitemap.xml"]]
        self._has_sitemap, self._found = False, 0
        self._named = ListSorter(run, job)
        self._day, self._before = "", 0
        self._led: dict[str, int] = {}
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
        if lease is not None and role in LISTS:
            # It may have waited from before; what names it now need not have it asked twice.
            self._named.lists.add(lease.url)
        return lease

    def _next_of_root(self) -> Lease | None:
        """The next sitemap, while the root is to be discovered from and none helped so far."""
        while self._is_rooted and self._steps and not self._has_sitemap:
            entries = [ListEntry(url, is_sitemap=True) for url in self._steps.pop(0)]
            self._enter(entries, self._job.base + "/robots.txt", -1)
            lease = self._take("sitemap")
            if lease is not None:
                return lease
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

    def take_sitemap(self, lease: Lease, body: bytes, *, is_html: bool) -> bool:
        """Enter what a list names that is no page; whether it is such a list.

        One that is neither list nor page is noted as what it is.
        """
        try:
            found = read_sitemap(body, is_html=is_html)
        except SitemapError as error:
            self._frontier.note(lease, error.outcome, error.reason, str(error))
            self._run.tally.notes[f"{lease.role} {error.outcome}:{error.reason}"] += 1
            self._run.tally.unread.append(lease.url)
            return True
        if found is None:
            return False
        self._tell(lease, found)
        self._frontier.is_now(lease, "sitemap")
        self._read(found, lease.url, lease.depth)
        return True

    def _tell(self, lease: Lease, found: Sitemap) -> None:
        """Say what was repaired in a sitemap, and what of it was left out."""
        told = [f"sitemap repaired: {what}" for what in found.repairs]
        for what in told:
            self._run.tally.tell(what, lease.url)
        if found.left:
            what = f"entries of a sitemap beyond {len(found.entries)}, not read"
            self._run.tally.tell(what, lease.url, found.left)
            self._run.tally.unread.append(lease.url)
            told.append(f"{found.left} {what}")
        if told:
            self._frontier.note(lease, "ok", "", "; ".join(told))

    def _read(self, found: Sitemap, url: str, depth: int) -> None:
        comparisons = self._enter(found.entries, self._named.asked(url), depth)
        self._has_sitemap = self._has_sitemap or bool(comparisons)
        self._found += len(comparisons)

    def take_page(self, lease: Lease, seen: PageLook | Died) -> None:
        """Count a page that gives no record; enter the links of a list."""
        failure = "parser_died" if isinstance(seen, Died) else seen.failure
        if lease.role == "comparison" and isinstance(seen, PageLook) and seen.canonicals:
            self._turn(lease, seen.canonicals)
        if failure is not None:
            if lease.role == "comparison":
                self._run.refuse_record(lease, failure)
            else:
                self._frontier.note(lease, "extraction_refused", failure)
                self._run.tally.notes[f"{lease.role} extraction_refused:{failure}"] += 1
                self._run.tally.unread.append(lease.url)
        elif lease.role != "comparison" and isinstance(seen, PageLook):
            if lease.role == "sitemap":
                self._run.tally.tell("pages with links where a sitemap was looked for", lease.url)
            self._frontier.is_now(lease, "listing")
            entries = [ListEntry(link) for link in seen.links]
            entries += [ListEntry(link, is_sitemap=True) for link in seen.lists]
            found = self._enter(entries, lease.url, lease.depth, is_page=True)
            whole = self._job.site.list_address(lease.url)
            self._named.pages.read(lease.url, whole, found)
            self._found += len(found)

    def _turn(self, lease: Lease, canonicals: Iterable[str]) -> None:
        """Enter the comparison that a page calls itself, where it is the same pair turned."""
        site = self._job.site
        ways = {way[::-1] for way in site.slugs(lease.url)}
        turned = [ListEntry(url) for url in canonicals if ways.intersection(site.slugs(url))]
        if turned:
            self._enter(turned, lease.url, 0, is_page=True)

    def lead_to(self, url: str, before: str) -> None:
        """Enter a comparison to which the address `before` leads, as a step of an open transaction.

        One that lies too many such steps behind the first is not asked for, and told.
        """
        own = self._job.site.own_address(url)
        self._led[own] = self._led.get(before, 0) + 1
        if self._led[own] > MAX_HOPS:
            self._run.tally.tell("comparisons behind a chain of others, not asked", own)
            return
        self._enter([ListEntry(url)], url, 0, is_page=True)

    def _enter(
        self, entries: Iterable[ListEntry], beside: str, depth: int, *, is_page: bool = False
    ) -> set[str]:
        """Enter what a list names; gives the comparisons among it.

        Shape: `beside` is the address of the list, as it was asked for.
        """
        named = self._named.sort(entries, beside, depth, is_page=is_page)
        answers = [(found, self._known_answer(found.url)) for found in named.sitemaps]
        self._frontier.know_all((f for f, known in answers if known is None), is_forced=True)
        for found, known in answers:
            if known is not None:
                self._read(known, found.url, found.depth)
        self._frontier.know_all(named.pages.values())
        comparisons = {own for own, each in named.pages.items() if each.role == "comparison"}
        self._order.found(len(comparisons))
        return comparisons

    def _known_answer(self, own: str) -> Sitemap | None:
        """What an earlier run was told at a sitemap's address, and knew to the end.

        Absent: None where it is to be asked for: after a day, or because a person named the site.
        """
        if self._run.wanted.named:
            return None
        page = page_at(self._run.books.ledger, self._job.site.name, own)
        if page is None:
            return None
        nothing, at = Sitemap(()), stamp()
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
            body = self._run.books.store.body_of(newest["id"])
            return read_sitemap(body) or nothing  # what a page links was entered when it was read
        except SitemapError:
            return None  # its next answer is noted with what is wrong with it


def root_of(job: Job) -> str:
    """The own address of a site's root."""
    return job.site.own_address(job.site.base + "/")

"""What a list names, told apart by address: comparisons, further lists, and what is not asked for.

Addresses alone are looked at here, and nothing is written; what a list is, its answer says.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from urllib.parse import urljoin

from archive.ledger import LISTS, Found, Role
from crawler.choosing.paging import MAX_PAGES_OF_LIST, ListPages
from crawler.choosing.sitemaps import MAX_DEPTH, ListEntry
from crawler.context import Crawl, Job
from crawler.hosts.addresses import is_of_site, on_origin, strict_address, tidy_address
from crawler.start.planning import role_of
from schema.errors import CrawlError

MAX_LISTS = 1000
"""At most so many sitemaps, and so many lists, are asked for in one run."""
ODD = "comparisons in a spelling that the site file does not tell, not asked"


@dataclass(slots=True)
class SortedEntries:
    """What a list names: pages by their own address, and what is to be asked for as a sitemap."""

    pages: dict[str, Found] = field(default_factory=dict)
    sitemaps: list[Found] = field(default_factory=list)


class ListSorter:
    """Tells apart what the lists of one job name, within the caps of one run.

    `lists` are the own addresses of all lists that were asked for or are to be.
    """

    def __init__(self, run: Crawl, job: Job) -> None:
        self._run, self._job = run, job
        self.lists: set[str] = set()
        self.pages = ListPages()
        self._counts = {"sitemap": 0, "listing": 0}
        self._spelled: dict[str, str] | None = None

    def asked(self, own: str) -> str:
        """The address at which an own address is asked for: a mirror's, where one is asked."""
        return on_origin(own, self._job.origin)

    def sort(
        self, entries: Iterable[ListEntry], beside: str, depth: int, *, is_page: bool
    ) -> SortedEntries:
        """What the entries are; what lies elsewhere is counted, unless a page links it."""
        found, site = SortedEntries(), self._job.site
        listed = list(self._own(entries, beside, counts=not is_page))
        # A page that is named in several ways is asked for in the plainest, where it is named so.
        listed.sort(key=lambda each: each[0] != site.plain_address(each[0]))
        for own, entry in listed:
            role = self._role(own, entry)
            if role in LISTS and not self._may_ask(own, role, beside, depth):
                continue
            url = self._first_spelling(own) if role == "comparison" else own
            deep = self._depth(own, role, beside, depth) if role in LISTS else 0
            page = Found(site.name, url, role, self._job.origin, deep, entry.lastmod)
            if role == "sitemap":
                found.sitemaps.append(page)
            else:
                found.pages[url] = page
            if role == "other" and site.is_odd_comparison(own):
                self._run.tally.tell(ODD, own)
        return found

    def _role(self, own: str, entry: ListEntry) -> Role:
        site, role = self._job.site, role_of(self._job.site, own)
        if role == "robots" or site.tool_slug(own):
            return "other"
        if role == "comparison":
            return role
        if entry.is_sitemap or role == "sitemap":
            return "sitemap"
        return "listing" if site.is_listing(own) else "other"

    def _may_ask(self, own: str, role: Role, beside: str, depth: int) -> bool:
        """Whether a list is asked for once more in this run; which cap it met is told."""
        if own in self.lists:
            return False
        whole, tell = self._job.site.list_address(own), self._run.tally.tell
        if self._depth(own, role, beside, depth) >= MAX_DEPTH:
            tell(f"{role}s more than {MAX_DEPTH} levels deep, not asked", own)
        elif role == "listing" and whole != own and not self.pages.may_ask(own, whole):
            tell(
                f"pages of a list beyond {MAX_PAGES_OF_LIST}, or after many that name nothing"
                " new, not asked",
                own,
            )
        elif self._counts[role] >= MAX_LISTS:
            tell(f"{role}s beyond {MAX_LISTS}, not asked", own)
        else:
            self.lists.add(own)
            self._counts[role] += 1
            return True
        return False

    def _depth(self, own: str, role: Role, beside: str, depth: int) -> int:
        """How deep a list lies: the pages of one list all lie where the list does."""
        site, whole_of = self._job.site, self._job.site.list_address
        if role == "listing" and whole_of(own) == whole_of(site.own_address(beside)):
            return depth
        return depth + 1

    def _first_spelling(self, own: str) -> str:
        """The address by which a comparison is known already, else this one."""
        site = self._job.site
        if self._spelled is None:
            known = self._run.books.frontier.urls(site.name) if site.spellings else []
            plain = ((site.plain_address(url), url) for url in known)
            # Of several that are known already the plainest stands for the others.
            self._spelled = dict(sorted(plain, key=lambda each: each[0] == each[1]))
        return self._spelled.setdefault(site.plain_address(own), own)

    def _own(
        self, entries: Iterable[ListEntry], beside: str, *, counts: bool
    ) -> Iterator[tuple[str, ListEntry]]:
        """The entries that lie on the site, by its own addresses."""
        site = self._job.site
        for entry in entries:
            try:
                url = tidy_address(entry.url)
                if url.partition("/")[0].lower() in site.hosts:
                    url = "//" + url  # a host without its scheme
                strict = strict_address(urljoin(beside, url))
                if not is_of_site(strict, site, self._job.origin):
                    raise CrawlError(url=url, outcome="refused_scope", reason="host")
            except (CrawlError, ValueError) as error:
                if counts:
                    code = (
                        f"{error.outcome}:{error.reason}" if isinstance(error, CrawlError) else ""
                    )
                    self._run.tally.notes[code or "refused_scope:url"] += 1
                continue
            yield site.own_address(strict), entry

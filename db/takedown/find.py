"""What a person means by an address, a tool or a quote.

This module only reads: record files, published databases and the ledger.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass

from archive import Archive
from archive.takedown import Kind, Takedown, TakenAddresses, active_takedowns
from db.publish.publish import present
from db.recognise.fold import folded, words_hash
from db.recognise.match import Showing
from db.records import recordfile
from db.records.snapshot import is_known_page
from db.rows.write import connect_read_only
from db.takedown.files import published_files, showings_of_database
from db.takedown.records import showing_of
from parsers import Site
from parsers.sites import site_named, site_of_url
from schema.errors import UsageError
from schema.records import Comparison

_KEY = re.compile(r"(?:.*/quote/)?([0-9a-f]{64})")
TOLD_LENGTH = 60
"""So much is repeated of what was asked for. Units: characters."""
_URN = re.compile(r"urn:sha256:[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Target:
    """What was asked for: the page's address, the tool's slug or name, or the quote's key."""

    kind: Kind
    site: str
    target: str


class Finder:
    """Finds what is meant in one home. Shape: `Finder(archive).find("alpha", site=None)`."""

    def __init__(self, archive: Archive) -> None:
        self._archive, self._home = archive, archive.home
        self._pages = [p for p in archive.pages() if is_known_page(p.site, p.url)]

    def find(self, asked: str, *, site: str | None) -> Target:
        """What is meant.

        Raises: UsageError when nothing, or more than one thing, goes by that name here.
        """
        asked = asked.strip()
        for each in active_takedowns(self._home):
            if each.target == asked and site in (None, each.site):
                return Target(each.kind, each.site, each.target)
        key = _KEY.fullmatch(asked)
        if key:
            return self._quote(asked, lambda quote_key, text: quote_key == key[1])
        if asked.startswith(("http://", "https://", "urn:")):
            return self._address(asked, site)
        if re.search(r"\s", asked) and "name:" not in asked:
            words = words_hash(folded(asked))
            return self._quote(
                asked, lambda _, text: text is not None and words_hash(folded(text)) == words
            )
        return self._pair(asked, site) or self._tool(asked, site)

    def _quote(self, asked: str, is_meant: Callable[[str, str | None], bool]) -> Target:
        for showing in self.showings():
            for quote in showing.quotes:
                if is_meant(quote.key, quote.text):
                    return Target("quote", showing.site, quote.key)
        raise UsageError(what=f"{told(asked)}: no quote of this archive{self._unless_built()}")

    def _address(self, asked: str, named: str | None) -> Target:
        if _URN.fullmatch(asked):
            return Target("page", self._only(asked, named, lambda page: page == asked), asked)
        site = site_named(named) if named else site_of_url(asked)
        if site is None:
            raise UsageError(what=f"{told(asked)}: no site claims this host; name one with --site")
        slug = site.tool_slug(asked)
        if slug is not None:
            return self._tool(slug, site.name)
        if not site.is_comparison(asked):
            raise UsageError(what=f"{told(asked)}: neither a comparison nor a tool of {site.name}")
        return Target("page", site.name, site.own_address(asked))

    def _pair(self, asked: str, named: str | None) -> Target | None:
        site, pair = _split(asked, named)
        pages = {
            (p.site, p.url)
            for p in self._pages
            if site in (None, p.site) and site_named(p.site).pair(p.url) == pair
        }
        if len(pages) > 1:
            raise UsageError(what=f"{told(asked)}: several pages go by it; name the address")
        return Target("page", *pages.pop()) if pages else None

    def _tool(self, asked: str, named: str | None) -> Target:
        site, tool = _split(asked, named)
        sites = {p.site for p in self._pages if tool in _halves(site_named(p.site), p.url)}
        sites |= {
            showing.site
            for showing in self.showings()
            for card in showing.cards
            if tool == (card.slug or f"name:{card.name}")
        }
        sites &= {site} if site else sites
        if len(sites) != 1:
            what = (
                "several sites have such a tool; name one with --site"
                if sites
                else (f"neither a page, a tool nor a quote of this archive{self._unless_built()}")
            )
            raise UsageError(what=f"{told(asked)}: {what}")
        return Target("tool", sites.pop(), tool)

    def _unless_built(self) -> str:
        """What to do first where names and words are looked for in what nobody has built."""
        if present(self._home) is not None:
            return ""
        return "; nothing is built here now; run `verdicts build`, then ask again"

    def _only(self, asked: str, named: str | None, is_meant: Callable[[str], bool]) -> str:
        sites = {p.site for p in self._pages if is_meant(p.url) and named in (None, p.site)}
        if len(sites) != 1:
            what = "several sites have such a page" if sites else "there is no such page"
            raise UsageError(what=f"{told(asked)}: {what}")
        return sites.pop()

    def showings(self) -> Iterator[Showing]:
        """What every record read so far shows, then what every published database shows."""
        captures = {(c.segment, c.offset): c for c in self._archive.captures()}
        for segment in self._archive.segments():
            for path in recordfile.record_paths(self._home.records, segment):
                try:
                    lines = list(recordfile.read_lines(path))
                except recordfile.READ_ERRORS:
                    continue  # it is made again by the next build
                for line in lines:
                    capture = captures.get((segment.name, line.offset))
                    record = line.reading.record if line.reading else None
                    if capture is not None and isinstance(record, Comparison):
                        yield showing_of(capture.site, capture.url, record)
        for database in published_files(self._home):
            try:
                with closing(connect_read_only(database)) as connection:
                    yield from showings_of_database(connection)
            except sqlite3.DatabaseError:
                continue  # `check` names it

    def is_known(self, target: Target) -> bool:
        """Whether the ledger knows the page."""
        return any((page.site, page.url) == (target.site, target.target) for page in self._pages)

    def pages(self, takedown: Takedown) -> list[int]:
        """The pages that a take-down covers, by address or by what they show, by number."""
        addresses = TakenAddresses([takedown])
        return [
            page.id
            for page in self._pages
            if page.url in takedown.matches.pages
            or addresses.covering(page.site, page.url, slugs_of(site_named(page.site), page.url))
            is not None
        ]


def told(asked: str) -> str:
    """What was asked for, short enough to be repeated in a sentence.

    >>> told("a-vs-b"), told("x" * 61) == "x" * 59 + "…"
    ('a-vs-b', True)
    """
    return asked if len(asked) <= TOLD_LENGTH else f"{asked[: TOLD_LENGTH - 1]}…"


def _halves(site: Site, url: str) -> set[str]:
    return {half for pair in slugs_of(site, url) for half in pair}


def slugs_of(site: Site, url: str) -> list[tuple[str, str]]:
    """Both slugs of a comparison address, in every way to read them; none of a urn."""
    return [] if url.startswith("urn:") else site.slugs(url)


def _split(asked: str, named: str | None) -> tuple[str | None, str]:
    """The site and the name, where the site is written in front. Absent: None where it is not."""
    site, colon, name = asked.partition(":")
    if colon and site != "name":
        return site_named(site).name, name
    return named and site_named(named).name, asked

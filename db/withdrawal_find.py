"""What a person means by an address, a tool or a quote, and by what it will be recognised.

This module only reads: record files, published databases and the ledger.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass

from archive import Archive
from archive.withdrawals import Kind, Matches, Takedown, TakenAddresses, active_takedowns
from db import recordfile
from db.publish import published
from db.snapshot import is_known_page
from db.withdrawal_files import showings_of_database
from db.withdrawal_fold import folded, text_hash, words_hash
from db.withdrawal_likeness import LEAST, Side
from db.withdrawal_match import Showing, quote_matches, sides_of
from db.withdrawal_records import GONE, showing_of
from db.write import connect_read_only
from parsers.site import Site
from parsers.sites import site_named, site_of_url
from schema.errors import UsageError
from schema.records import Comparison

_KEY = re.compile(r"(?:.*/quote/)?([0-9a-f]{64})")
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
        raise UsageError(what=f"{asked}: no quote of this archive; one that is not built yet has"
                              " no key (`verdicts build`)")  # fmt: skip

    def _address(self, asked: str, named: str | None) -> Target:
        if _URN.fullmatch(asked):
            return Target("page", self._only(asked, named, lambda page: page == asked), asked)
        site = site_named(named) if named else site_of_url(asked)
        if site is None:
            raise UsageError(what=f"{asked}: no site claims this host; name one with --site")
        slug = site.tool_slug(asked)
        if slug is not None:
            return self._tool(slug, site.name)
        if not site.is_comparison(asked):
            raise UsageError(what=f"{asked}: neither a comparison nor a tool of {site.name}")
        return Target("page", site.name, site.own_address(asked))

    def _pair(self, asked: str, named: str | None) -> Target | None:
        site, pair = _split(asked, named)
        pages = {(p.site, p.url) for p in self._pages
                 if site in (None, p.site) and site_named(p.site).pair(p.url) == pair}  # fmt: skip
        if len(pages) > 1:
            raise UsageError(what=f"{asked}: several pages go by it; name the address")
        return Target("page", *pages.pop()) if pages else None

    def _tool(self, asked: str, named: str | None) -> Target:
        site, tool = _split(asked, named)
        sites = {p.site for p in self._pages if tool in _halves(site_named(p.site), p.url)}
        sites |= {
            showing.site for showing in self.showings() for card in showing.cards
            if tool == (card.slug or f"name:{card.name}")
        }  # fmt: skip
        sites &= {site} if site else sites
        if len(sites) != 1:
            what = "several sites have such a tool; name one with --site" if sites else (
                "neither a page, a tool nor a quote of this archive")  # fmt: skip
            raise UsageError(what=f"{asked}: {what}")
        return Target("tool", sites.pop(), tool)

    def _only(self, asked: str, named: str | None, is_meant: Callable[[str], bool]) -> str:
        sites = {p.site for p in self._pages if is_meant(p.url) and named in (None, p.site)}
        if len(sites) != 1:
            raise UsageError(what=f"{asked}: {'several sites have' if sites else 'there is no'}"
                                  " such a page")  # fmt: skip
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
        for database in published(self._home):
            try:
                with closing(connect_read_only(database)) as connection:
                    yield from showings_of_database(connection)
            except sqlite3.DatabaseError:
                continue  # `check` names it

    def matches(self, target: Target) -> Matches:
        """By what a target is recognised from now on."""
        if target.kind == "page":
            return self._page_matches(target)
        if target.kind == "tool":
            return self._tool_matches(target)
        for showing in self.showings():
            for quote in showing.quotes:
                if quote.key == target.target and quote.text not in (None, GONE):
                    return quote_matches(quote.tool_name, quote.text or "", quote.key)
        return Matches(quotes=[target.target])

    def _page_matches(self, target: Target) -> Matches:
        own = [c for c in self._archive.captures()
               if (c.site, c.url) == (target.site, target.target) and c.status == 200]  # fmt: skip
        shown = {sides_of(showing) for showing in self.showings()
                 if (showing.site, showing.url) == (target.site, target.target)}  # fmt: skip
        slugs = _slugs(site_named(target.site), target.target)
        return Matches(
            slugs=[sorted(pair) for pair in slugs], bodies=sorted({c.body_sha256 for c in own}),
            sides=_listed(each for each in shown if all(each)),
        )  # fmt: skip

    def _tool_matches(self, target: Target) -> Matches:
        name = target.target.removeprefix("name:")
        is_nameless = name != target.target
        names, words = {text_hash(name)} if is_nameless else set(), set()
        shown: set[tuple[Side, ...]] = set()
        for showing in self.showings():
            for card, side in zip(showing.cards, sides_of(showing), strict=False):
                is_it = card.slug is None and text_hash(card.name) in names if is_nameless else (
                    card.slug == target.target)  # fmt: skip
                if showing.site == target.site and is_it:
                    names.add(text_hash(card.name))
                    shown.add((side,))
                    if card.description is not None:
                        words.add(text_hash(card.name, card.description))
        return Matches(slugs=[] if is_nameless else [[name]], names=sorted(names),
                       words=sorted(words),
                       sides=_listed(each for each in shown if len(each[0]) >= LEAST))  # fmt: skip

    def is_known(self, target: Target) -> bool:
        """Whether the ledger knows the page."""
        return any((page.site, page.url) == (target.site, target.target) for page in self._pages)

    def pages(self, takedown: Takedown) -> list[int]:
        """The pages that a take-down covers, by address or by what they show, by number."""
        addresses = TakenAddresses([takedown])
        return [
            page.id for page in self._pages
            if page.url in takedown.matches.pages or addresses.covering(
                page.site, page.url, _slugs(site_named(page.site), page.url)) is not None
        ]  # fmt: skip


def _listed(shown: Iterable[tuple[Side, ...]]) -> list[list[list[str]]]:
    return sorted([sorted(side) for side in sides] for sides in shown)


def _halves(site: Site, url: str) -> set[str]:
    return {half for pair in _slugs(site, url) for half in pair}


def _slugs(site: Site, url: str) -> list[tuple[str, str]]:
    return [] if url.startswith("urn:") else site.slugs(url)


def _split(asked: str, named: str | None) -> tuple[str | None, str]:
    """The site and the name, where the site is written in front. Absent: None where it is not."""
    site, colon, name = asked.partition(":")
    if colon and site != "name":
        return site_named(site).name, name
    return named and site_named(named).name, asked

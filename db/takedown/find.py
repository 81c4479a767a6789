"""What a person means by an address, a tool or a quote, and by what it is known from then on.

This module only reads; what is kept of a target holds hashes and addresses, no words.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import reduce
from typing import NamedTuple

from archive.takedown import Matches, Takedown, TakedownKind, TakenAddresses, active_takedowns
from db.publish.publish import present
from db.recognise.fold import folded, text_hash, words_hash
from db.recognise.likeness import CardSide
from db.recognise.match import CardWords, PageWords, quote_matches, sides_of
from db.takedown.evidence import Evidence
from db.takedown.records import GONE
from parsers.sites import site_named, site_of_url
from schema.errors import UsageError

_KEY = re.compile(r"(?:.*/quote/)?([0-9a-f]{64})")
TOLD_LENGTH = 60
"""So much is repeated of what was asked for. Units: characters."""
_URN = re.compile(r"urn:sha256:[0-9a-f]{64}")
Twins = dict[str, dict[tuple[str, str], CardSide]]
"""Cards by the hash of their name, then by their slug, or key where they have none, and key."""


class Target(NamedTuple):
    """What was asked for: the page's address, the tool's slug or name, or the quote's key."""

    kind: TakedownKind
    site: str
    target: str


def find(evidence: Evidence, asked: str, *, site: str | None) -> Target:
    """What is meant. Shape: `find(evidence, "alpha", site=None)`.

    Raises: UsageError when nothing, or more than one thing, goes by that name here.
    """
    asked = asked.strip()
    for each in active_takedowns(evidence.home):
        if each.target == asked and site in (None, each.site):
            return Target(each.kind, each.site, each.target)
    key = _KEY.fullmatch(asked)
    if key:
        return _quote(evidence, asked, lambda quote_key, text: quote_key == key[1])
    if asked.startswith(("http://", "https://", "urn:")):
        return _address(evidence, asked, site)
    if re.search(r"\s", asked) and "name:" not in asked:
        words = words_hash(folded(asked))
        return _quote(
            evidence, asked, lambda _, text: text is not None and words_hash(folded(text)) == words
        )
    return _pair(evidence, asked, site) or _tool(evidence, asked, site)


def _quote(evidence: Evidence, asked: str, is_meant: Callable[[str, str | None], bool]) -> Target:
    for showing in evidence.showings:
        for quote in showing.quotes:
            if is_meant(quote.key, quote.text):
                return Target("quote", showing.site, quote.key)
    raise UsageError(what=f"{told(asked)}: no quote of this archive{_unless_built(evidence)}")


def _address(evidence: Evidence, asked: str, named: str | None) -> Target:
    if _URN.fullmatch(asked):
        sites = {p.site for p in evidence.pages if p.url == asked and named in (None, p.site)}
        return Target("page", _only(sites, asked, "page", "there is no such page"), asked)
    site = site_named(named) if named else site_of_url(asked)
    if site is None:
        raise UsageError(what=f"{told(asked)}: no site claims this host; name one with --site")
    slug = site.tool_slug(asked)
    if slug is not None:
        return _tool(evidence, slug, site.name)
    if not site.is_comparison(asked):
        raise UsageError(what=f"{told(asked)}: neither a comparison nor a tool of {site.name}")
    return Target("page", site.name, site.own_address(asked))


def _pair(evidence: Evidence, asked: str, named: str | None) -> Target | None:
    site, pair = _split(asked, named)
    pages = {
        (p.site, p.url)
        for p in evidence.pages
        if site in (None, p.site) and site_named(p.site).pair(p.url) == pair
    }
    if len(pages) > 1:
        raise UsageError(what=f"{told(asked)}: several pages go by it; name the address")
    return Target("page", *pages.pop()) if pages else None


def _tool(evidence: Evidence, asked: str, named: str | None) -> Target:
    site, tool = _split(asked, named)
    sites = {p.site for p in evidence.pages if any(tool in s for s in slugs_of(p.site, p.url))}
    sites |= {
        showing.site
        for showing in evidence.showings
        for card in showing.cards
        if tool == (card.slug or f"name:{card.name}")
    }
    sites &= {site} if site else sites
    nowhere = f"neither a page, a tool nor a quote of this archive{_unless_built(evidence)}"
    return Target("tool", _only(sites, asked, "tool", nowhere), tool)


def _only(sites: set[str], asked: str, kind: str, nowhere: str) -> str:
    """The one site that has it."""
    if len(sites) == 1:
        return sites.pop()
    several = f"several sites have such a {kind}; name one with --site"
    raise UsageError(what=f"{told(asked)}: {several if sites else nowhere}")


def _unless_built(evidence: Evidence) -> str:
    """What to do first where names and words are looked for in what nobody has built."""
    if present(evidence.home) is not None:
        return ""
    return "; nothing is built here now; run `verdicts build`, then ask again"


def told(asked: str) -> str:
    """What was asked for, short enough to be repeated in a sentence.

    >>> told("a-vs-b"), told("x" * 61) == "x" * 59 + "…"
    ('a-vs-b', True)
    """
    return asked if len(asked) <= TOLD_LENGTH else f"{asked[: TOLD_LENGTH - 1]}…"


def slugs_of(site: str, url: str) -> list[tuple[str, str]]:
    """Both slugs of a comparison address, in every way to read them; none of a urn."""
    return [] if url.startswith("urn:") else site_named(site).slugs(url)


def _split(asked: str, named: str | None) -> tuple[str | None, str]:
    """The site and the name, where the site is written in front. Absent: None where it is not."""
    site, colon, name = asked.partition(":")
    if colon and site != "name":
        return site_named(site).name, name
    return named and site_named(named).name, asked


def covered_pages(evidence: Evidence, takedown: Takedown) -> list[int]:
    """The pages that a take-down covers, by address or by what they show, by number."""
    shown, taken = set(takedown.matches.pages), TakenAddresses([takedown])
    return [
        page.id
        for page in evidence.pages
        if page.url in shown
        or taken.covering(page.site, page.url, slugs_of(page.site, page.url)) is not None
    ]


def matches_of(target: Target, evidence: Evidence) -> Matches:
    """By what a target is recognised from now on: all that was ever read of it."""
    if target.kind == "page":
        return Matches().joined(_page_matches(target, evidence))
    if target.kind == "tool":
        return Matches().joined(_tool_matches(target, evidence.showings))
    found = (
        quote_matches(quote, showing)
        for showing in evidence.showings
        for quote in showing.quotes
        if quote.key == target.target and quote.text not in (None, GONE)
    )
    return reduce(Matches.joined, found, Matches(quotes=[target.target]))


def _page_matches(target: Target, evidence: Evidence) -> Matches:
    twins = _twins(evidence.showings)
    own = (each for each in evidence.captures if each.status == 200)
    return Matches(
        slugs=[sorted(pair) for pair in slugs_of(target.site, target.target)],
        bodies=sorted({c.body_sha256 for c in own if (c.site, c.url) == target[1:]}),
        shown=[
            [sides_of(each)[at].known(*_others(each, at, twins)) for at in (0, 1)]
            for each in evidence.showings
            if (each.site, each.url) == target[1:]
        ],
    )


def _tool_matches(target: Target, showings: Iterable[PageWords]) -> Matches:
    twins = _twins(showings)
    name = target.target.removeprefix("name:")
    is_nameless = name != target.target
    names = {text_hash(name)} if is_nameless else set()

    def is_it(card: CardWords) -> bool:
        if is_nameless:
            return card.slug is None and text_hash(card.name) in names
        return card.slug == target.target

    shown = [
        sides_of(each)[at].known(*_others(each, at, twins))
        for each in showings
        for at, card in enumerate(each.cards)
        if each.site == target.site and is_it(card)
    ]
    names |= {side.name for side in shown if side.name is not None}
    slugs = [] if is_nameless else [[name]]
    return Matches(slugs=slugs, names=sorted(names), shown=[[side] for side in shown])


def _twins(showings: Iterable[PageWords]) -> Twins:
    """The cards of one name that some page shows beside each other: they are two tools."""
    found: Twins = {}
    for showing in showings:
        sides = sides_of(showing)
        if len({side.name for side in sides}) == 1:
            of_name = found.setdefault(sides[0].name, {})
            for card, side in zip(showing.cards, sides, strict=True):
                of_name[card.slug or card.key, card.key] = side
    return found


def _others(showing: PageWords, at: int, twins: Twins) -> tuple[CardSide, list[CardSide]]:
    """What is told apart from one card of a page: the one beside it, and others of its name."""
    sides, card = sides_of(showing), showing.cards[at]
    of_name = twins.get(sides[at].name, {})
    others = [side for (tool, _), side in of_name.items() if tool != (card.slug or card.key)]
    return sides[1 - at], others

"""What a person means by an address, a tool or a quote, and by what it is known from then on.

This module only reads; what is kept of a target holds hashes and addresses, no words.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable
from functools import reduce
from itertools import islice
from typing import NamedTuple

from archive.takedown import KnownSide, Matches, Takedown, TakedownKind, active_takedowns
from db.publish.publish import present
from db.recognise.fold import folded, text_hash, words_hash
from db.recognise.likeness import CardWords, PageWords
from db.recognise.match import TakedownMatcher, quote_matches
from db.takedown.evidence import Evidence
from db.takedown.records import GONE
from db.takedown.shown import Shown
from machine.text import shortened
from parsers.sites import site_named, site_of_url
from schema.errors import UsageError

_KEY = re.compile(r"(?:.*/quote/)?([0-9a-f]{64})")
TOLD_LENGTH = 60
"""So much is repeated of what was asked for. Units: characters."""
_URN = re.compile(r"urn:sha256:[0-9a-f]{64}")


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
    found, nowhere = _named(evidence, asked, site)
    if len(found) == 1:
        return found.pop()
    several = "several go by it; name the address, or one site with --site"
    raise UsageError(what=f"{told(asked)}: {several if found else nowhere}")


def _named(evidence: Evidence, asked: str, site: str | None) -> tuple[set[Target], str]:
    """All that goes by a name, and what to say where nothing does."""
    is_built = present(evidence.home) is not None
    hint = "" if is_built else "; nothing is built here now; run `verdicts build`, then ask again"
    nowhere = f"neither a page, a tool nor a quote of this archive{hint}"
    is_address, key = asked.startswith(("http://", "https://", "urn:")), _KEY.fullmatch(asked)
    if key or (not is_address and re.search(r"\s", asked) and "name:" not in asked):
        return _quotes(evidence, asked, key and key[1]), f"no quote of this archive{hint}"
    if not is_address:
        where, name = _split(asked, site)
        return _pages(evidence, where, name) or _tools(evidence, where, name), nowhere
    if _URN.fullmatch(asked):
        pages = (each for each in evidence.pages() if each.url == asked)
        found = {Target("page", each.site, asked) for each in pages if site in (None, each.site)}
        return found, "there is no such page"
    owner = site_named(site) if site else site_of_url(asked)
    if owner is None:
        return set(), "no site claims this host; name one with --site"
    slug = owner.tool_slug(asked)
    if slug is not None:
        return _tools(evidence, owner.name, slug), nowhere
    is_page = owner.is_comparison(asked)
    found = {Target("page", owner.name, owner.own_address(asked))} if is_page else set()
    return found, f"neither a comparison nor a tool of {owner.name}"


def _quotes(evidence: Evidence, asked: str, key: str | None) -> set[Target]:
    """The first quote of that key or, without one, of these words: all of the same are known."""
    words = words_hash(folded(asked))
    found = (
        Target("quote", site, quote.key)
        for site, card in evidence.showings.cards()
        for quote in card.quotes
        if quote.key == key or (key is None and words_hash(folded(quote.text or "")) == words)
    )
    return set(islice(found, 1))


def _pages(evidence: Evidence, site: str | None, pair: str) -> set[Target]:
    pages = (each for each in evidence.pages() if site in (None, each.site))
    return {Target("page", p.site, p.url) for p in pages if site_named(p.site).pair(p.url) == pair}


def _tools(evidence: Evidence, site: str | None, tool: str) -> set[Target]:
    named = {
        (page.site, slug)
        for page in evidence.pages()
        for slugs in site_named(page.site).slugs(page.url)
        for slug in slugs
    }
    named |= {
        (where, card.slug or f"name:{card.name}") for where, card in evidence.showings.cards()
    }
    return {
        Target("tool", where, tool) for where, t in named if t == tool and site in (None, where)
    }


def told(asked: str) -> str:
    """What was asked for, short enough to be repeated in a sentence.

    >>> told("a-vs-b"), told("x" * 61) == "x" * 59 + "…"
    ('a-vs-b', True)
    """
    return shortened(asked, TOLD_LENGTH)


def _split(asked: str, named: str | None) -> tuple[str | None, str]:
    """The site and the name, where the site is written in front. Absent: None where it is not."""
    site, colon, name = asked.partition(":")
    if colon and site != "name":
        return site_named(site).name, name
    return named and site_named(named).name, asked


def covered_pages(evidence: Evidence, takedown: Takedown) -> list[int]:
    """The pages that a take-down covers, by address or by what they show, by number."""
    shown, taken = set(takedown.matches.pages), TakedownMatcher([takedown])
    return [
        page.id
        for page in evidence.pages()
        if page.url in shown or taken.address(page.site, page.url) is not None
    ]


def matches_of(target: Target, evidence: Evidence) -> Matches:
    """By what a target is recognised from now on: all that was ever read of it."""
    if target.kind == "quote":
        found = (
            quote_matches(quote, showing)
            for showing in evidence.showings.with_card(
                lambda _, card: any(quote.key == target.target for quote in card.quotes)
            )
            for quote in showing.quotes
            if quote.key == target.target and quote.text not in (None, GONE)
        )
        return reduce(Matches.joined, found, Matches(quotes=[target.target]))
    find_in = _page_matches if target.kind == "page" else _tool_matches
    return Matches().joined(find_in(target, evidence))


def _page_matches(target: Target, evidence: Evidence) -> Matches:
    own = [page.id for page in evidence.pages() if (page.site, page.url) == target[1:]]
    captures = evidence.archive.captures_of_pages(own)
    return Matches(
        slugs=[sorted(pair) for pair in site_named(target.site).slugs(target.target)],
        bodies=sorted({each.body_sha256 for each in captures if each.status == 200}),
        shown=_known(evidence.showings, evidence.showings.of_page(*target[1:])),
    )


def _tool_matches(target: Target, evidence: Evidence) -> Matches:
    _, site, slug = target
    name = slug.removeprefix("name:")
    own = {text_hash(name)} if name != slug else set()

    def is_it(where: str, card: CardWords) -> bool:
        is_meant = card.slug is None and card.name_hash in own if own else card.slug == slug
        return where == site and is_meant

    showing = evidence.showings.with_card(is_it)
    known = _known(evidence.showings, showing, lambda card: is_it(site, card))
    shown = [[side] for version in known for side in version]
    names = own | {side.name for (side,) in shown if side.name is not None}
    return Matches(slugs=[] if own else [[slug]], names=sorted(names), shown=shown)


def _known(
    shown: Shown, showing: Iterable[PageWords], is_meant: Callable[[CardWords], bool] = bool
) -> list[list[KnownSide]]:
    """By what the cards that are meant are known again: a version for each page that shows any."""
    twins: dict[str, dict[tuple[str, str], CardWords]] = defaultdict(dict)
    for cards in shown.twins():
        # Some page shows them beside each other: they are two tools of one name.
        twins[cards[0].name_hash] |= {(card.tool, card.key): card for card in cards}
    versions = [
        [
            card.known(beside, *(t for t in twins[card.name_hash].values() if t.tool != card.tool))
            for card, beside in zip(each.cards, each.cards[::-1], strict=True)
            if is_meant(card)
        ]
        for each in showing
    ]
    return [version for version in versions if version]

"""By what a page, a tool or a quote is recognised from now on: all that was ever read of it.

This module only reads; what it gives holds hashes and addresses, no words.
"""

from __future__ import annotations

from archive import Archive
from archive.takedown import KnownSide, Matches
from db.recognise.fold import text_hash
from db.recognise.likeness import Side
from db.recognise.match import Showing, quote_matches, sides_of
from db.takedown.find import Finder, Target, slugs_of
from db.takedown.records import GONE
from parsers.sites import site_named

Twins = dict[str, dict[tuple[str, str], Side]]
"""Cards by the hash of their name, then by their slug, or key where they have none, and key."""


def matches_of(target: Target, finder: Finder, archive: Archive) -> Matches:
    """By what a target is recognised from now on."""
    if target.kind == "page":
        return _page_matches(target, finder, archive)
    if target.kind == "tool":
        return _tool_matches(target, finder)
    return _quote_matches(target, finder)


def _page_matches(target: Target, finder: Finder, archive: Archive) -> Matches:
    own = [
        c
        for c in archive.captures()
        if (c.site, c.url) == (target.site, target.target) and c.status == 200
    ]
    pairs = slugs_of(site_named(target.site), target.target)
    twins = _twins(finder)
    shown = [
        [_known_card(showing, at, twins) for at in (0, 1)]
        for showing in finder.showings()
        if (showing.site, showing.url) == (target.site, target.target)
    ]
    bodies = sorted({capture.body_sha256 for capture in own})
    return Matches().joined(
        Matches(slugs=[sorted(pair) for pair in pairs], bodies=bodies, shown=shown)
    )


def _tool_matches(target: Target, finder: Finder) -> Matches:
    name = target.target.removeprefix("name:")
    is_nameless = name != target.target
    names = {text_hash(name)} if is_nameless else set()
    twins = _twins(finder)
    shown: list[list[KnownSide]] = []
    for showing in finder.showings():
        for at, card in enumerate(showing.cards if showing.site == target.site else ()):
            is_it = (
                card.slug is None and text_hash(card.name) in names
                if is_nameless
                else (card.slug == target.target)
            )
            if is_it:
                names.add(text_hash(card.name))
                shown.append([_known_card(showing, at, twins)])
    slugs = [] if is_nameless else [[name]]
    return Matches().joined(Matches(slugs=slugs, names=sorted(names), shown=shown))


def _quote_matches(target: Target, finder: Finder) -> Matches:
    found = Matches(quotes=[target.target])
    for showing in finder.showings():
        for quote in showing.quotes:
            if quote.key == target.target and quote.text not in (None, GONE):
                found = found.joined(quote_matches(quote, showing))
    return found


def _twins(finder: Finder) -> Twins:
    """The cards of one name that some page shows beside each other: they are two tools."""
    found: Twins = {}
    for showing in finder.showings():
        sides = sides_of(showing)
        if len({side.name for side in sides}) == 1:
            of_name = found.setdefault(sides[0].name, {})
            for card, side in zip(showing.cards, sides, strict=True):
                of_name[card.slug or card.key, card.key] = side
    return found


def _known_card(showing: Showing, at: int, twins: Twins) -> KnownSide:
    """By what one card of a page is known."""
    sides, card = sides_of(showing), showing.cards[at]
    of_name = twins.get(sides[at].name, {})
    others = [side for (tool, _), side in of_name.items() if tool != (card.slug or card.key)]
    return sides[at].known(sides[1 - at], others)

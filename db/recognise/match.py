"""What a take-down covers: words folded and hashed, so that a changed comma brings nothing back.

Pure. The ledger holds hashes only, so that the words themselves need be kept nowhere.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from archive.takedown import KnownSide, Matches, Takedown, TakenAddresses
from db.recognise.fold import folded, readings, text_hash, words_hash
from db.recognise.likeness import (
    PIECE_WORDS,
    SHORT_WORDS,
    CardWords,
    PageWords,
    QuoteWords,
    is_like,
    is_shown,
    windows,
)
from parsers.sites import site_named


def quote_matches(quote: QuoteWords, showing: PageWords) -> Matches:
    """By what a quote is recognised, and which that stand beside it are others."""
    text = quote.text or ""
    words = folded(text)
    pieces = set(windows(words, min(PIECE_WORDS, len(words))))
    beside = [
        set(windows(folded(other.text), PIECE_WORDS))
        for other in showing.quotes
        if other.text is not None and other.key != quote.key
    ]
    apart = {piece for other in beside if is_like(pieces, other) for piece in other - pieces}
    return Matches(
        words=sorted({words_hash(each) for each in readings(text)}),
        quotes=[quote.key],
        names=[text_hash(quote.tool_name)],
        pieces=sorted(pieces),
        apart=sorted(apart),
    )


class TakedownMatcher:
    """All take-downs that hold, to be asked of addresses, pages, quotes and details.

    One index leads from each hash to the take-downs that know it; what a page or a text shows of
    these alone is then looked at.
    """

    def __init__(self, active: Iterable[Takedown]) -> None:
        self.active = list(active)
        self.ids = [each.id for each in self.active]
        self._addresses = TakenAddresses(self.active)
        self._kinds = {each.kind for each in self.active}
        self._index: dict[tuple[str, str], list[Takedown]] = {}
        self._told: dict[tuple[str, bool], int | None] = {}
        for each in self.active:
            for sign in _signs(each):
                self._index.setdefault(sign, []).append(each)

    def _near(self, what: str, hashes: Iterable[str]) -> Collection[Takedown]:
        found = (self._index.get((what, each), ()) for each in hashes)
        return {each.id: each for several in found for each in several}.values()

    def address(self, site: str, url: str, *shown: str) -> int | None:
        """The take-down for which a page is refused, by its address, and slugs that it shows.

        Absent: None.
        """
        slugs = [*site_named(site).slugs(url), *((slug, "") for slug in shown)]
        return self._addresses.covering(site, url, slugs)

    def page(self, showing: PageWords) -> int | None:
        """The take-down for which a page is refused, by what it shows. Absent: None."""
        slugs = [card.slug for card in showing.cards if card.slug is not None]
        by_address = self.address(showing.site, showing.url, *slugs)
        found = {by_address} if by_address is not None else set()
        if self._kinds - {"quote"}:
            found |= self.cards(showing.cards)
            # Without an address nobody can tell whether it is another tool of the same name.
            nameless = (card.name_hash for card in showing.cards if card.slug is None)
            near = self._near("name", nameless)
            found |= {each.id for each in near if each.site == showing.site}
        return min(found, default=None)

    def cards(self, shown: Sequence[CardWords]) -> set[int]:
        """The take-downs of which a page with these cards shows the page, or the tool."""
        signs = (sign for c in shown for sign in (c.name_hash, c.hash, *c.told) if sign)
        near = self._near("card", signs)
        return {each.id for each in near if any(is_shown(known, shown) for known in _shown(each))}

    def touches(self, site: str, card: CardWords) -> bool:
        """Whether a page of a site may be refused, or a quote of it left out, for a card."""
        signs = [sign for sign in (card.name_hash, card.hash, *card.told) if sign]
        if self._near("card", signs) or any(self.quote(q) is not None for q in card.quotes):
            return True
        if card.slug is None:
            return bool(self._near("name", [card.name_hash]))
        return self._addresses.covering(site, "", [(card.slug, "")]) is not None

    def quote(self, quote: QuoteWords) -> int | None:
        """The take-down for which a quote is left out. Absent: None."""
        if "quote" not in self._kinds:
            return None
        said = quote.key, quote.text is None
        if said not in self._told:  # each is shown on many pages
            found = {each.id for each in self._near("key", [quote.key])}
            for words in readings(quote.text or ""):
                pieces = set(windows(words, PIECE_WORDS))
                near = self._near("words", [words_hash(words), *pieces])
                found |= {each.id for each in near if _says(each.matches, words, pieces, quote)}
            self._told[said] = min(found, default=None)
        return self._told[said]

    def cited(self, detail: str) -> int | None:
        """The take-down of a quote that a detail cites, if only a few words of it. Absent: None."""
        pieces = (
            piece
            for words in (readings(detail) if "quote" in self._kinds else ())
            for length in range(1, PIECE_WORDS + 1)
            for piece in windows(words, length)
        )
        return min((each.id for each in self._near("words", pieces)), default=None)

    def out_of(self, showings: Iterable[PageWords]) -> dict[int, Matches]:
        """What each take-down takes out of what is shown: addresses, keys of cards and quotes."""
        found: dict[int, dict[str, set[str]]] = {}
        for showing in showings:
            refused = self.page(showing)
            gone = [(refused, "pages", showing.url)]
            gone += [(refused, "cards", card.key) for card in showing.cards]
            for quote in showing.quotes:
                by = self.quote(quote) if refused is None else refused
                gone.append((by, "quotes", quote.key))
            for by, field, value in gone:
                if by is not None:
                    found.setdefault(by, {}).setdefault(field, set()).add(value)
        return {
            by: Matches.model_validate({field: sorted(each) for field, each in gone.items()})
            for by, gone in found.items()
        }


def _signs(each: Takedown) -> set[tuple[str, str]]:
    """By which hashes the take-down is looked for, and in what."""
    known = each.matches
    if each.kind == "quote":
        keys = {("key", key) for key in (each.target, *known.quotes)}
        return keys | {("words", sign) for sign in (*known.words, *known.pieces)}
    sides = [side for version in _shown(each) for side in version]
    cards = {("card", sign) for k in sides for sign in (k.name, k.card, *k.quotes) if sign}
    return cards | {("name", name) for name in known.names}


def _shown(each: Takedown) -> list[list[KnownSide]]:
    """What each version of a page or a tool showed: both cards, or one."""
    return [*each.matches.shown, *([KnownSide(card=card)] for card in each.matches.words)]


def _says(known: Matches, words: list[str], pieces: set[str], quote: QuoteWords) -> bool:
    """Whether a text is the known one, holds it whole, or says nearly the same of the same tool."""
    is_of_tool = text_hash(quote.tool_name) in known.names
    if words_hash(words) in known.words:
        return is_of_tool or len(words) >= SHORT_WORDS
    # What is too short cannot be told within other words.
    is_short = len(known.pieces) < SHORT_WORDS - PIECE_WORDS + 1 or len(words) < SHORT_WORDS
    if is_short or not pieces.isdisjoint(known.apart):
        return False
    return pieces.issuperset(known.pieces) or (is_of_tool and is_like(known.pieces, pieces))

"""What a take-down covers: words folded and hashed, so that a changed comma brings nothing back.

Pure. The ledger holds hashes only, so that the words themselves need be kept nowhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from archive.withdrawals import Matches, Takedown, TakenAddresses
from db.withdrawal_fold import folded, text_hash, words_hash
from db.withdrawal_likeness import SHORT_WORDS, Likenesses, Side, side_of
from parsers.sites import site_named

PIECE_WORDS = 4
"""So many words in a row tell that a detail cites a quote."""


class ShownCard(NamedTuple):
    """A card as one version of a page shows it. Absent: None where it is not known."""

    slug: str | None
    name: str
    description: str | None
    key: str


class ShownWords(NamedTuple):
    """A quote as one version of a page shows it. Absent: `text` is None where it is withheld."""

    key: str
    tool_name: str
    text: str | None
    position: int

    @property
    def side(self) -> int:
        """The card that it stands under: 1 or 2."""
        return 2 - self.position % 2


class Showing(NamedTuple):
    """What one version of one page shows."""

    site: str
    url: str
    cards: tuple[ShownCard, ...]
    quotes: tuple[ShownWords, ...]


def sides_of(showing: Showing) -> tuple[Side, Side]:
    """The quotes that a page shows of its first and of its second card."""
    first, second = (
        side_of(quote.text for quote in showing.quotes if quote.side == side) for side in (1, 2)
    )
    return first, second


def quote_matches(tool_name: str, text: str, key: str) -> Matches:
    """By what a quote is recognised: its key, its words, and its words within others."""
    words = folded(text)
    return Matches(
        words=[words_hash(words)], names=[text_hash(tool_name)], quotes=[key],
        runs=[(len(words), words_hash(words))] if len(words) >= SHORT_WORDS else [],
        pieces=sorted(set(_windows(words, min(PIECE_WORDS, len(words))))),
    )  # fmt: skip


def _windows(words: list[str], length: int) -> Iterator[str]:
    for at in range(len(words) - length + 1):
        yield words_hash(words[at : at + length])


class Taken:
    """All take-downs that hold, to be asked of addresses, pages, quotes and details."""

    def __init__(self, active: Iterable[Takedown]) -> None:
        self.active = list(active)
        self.ids = [each.id for each in self.active]
        self._addresses = TakenAddresses(self.active)
        self._likenesses = Likenesses(self.active)
        self._slugs: dict[tuple[str, str], int] = {}
        self._names: dict[tuple[str, str], int] = {}
        self._cards: dict[str, int] = {}
        self._quotes: dict[str, Takedown] = {}
        self._keys: dict[str, int] = {}
        self._runs: dict[int, dict[str, int]] = {}
        self._pieces: dict[str, int] = {}
        for each in reversed(self.active):  # the oldest has the last word
            self._add(each)

    def _add(self, each: Takedown) -> None:
        matches = each.matches
        if each.kind == "tool":
            self._slugs |= {(each.site, slugs[0]): each.id for slugs in matches.slugs}
            self._names |= {(each.site, name): each.id for name in matches.names}
            self._cards |= dict.fromkeys(matches.words, each.id)
        elif each.kind == "quote":
            self._quotes |= dict.fromkeys(matches.words, each)
            self._keys |= dict.fromkeys((each.target, *matches.quotes), each.id)
            for length, run in matches.runs:
                self._runs.setdefault(length, {})[run] = each.id
            self._pieces |= dict.fromkeys(matches.pieces, each.id)

    def address(self, site: str, url: str) -> int | None:
        """The take-down for which a page is refused, by its address alone. Absent: None."""
        slugs = [] if url.startswith("urn:") else site_named(site).slugs(url)
        return self._addresses.covering(site, url, slugs)

    def page(self, showing: Showing) -> int | None:
        """The take-down for which a page is refused, by what it shows. Absent: None."""
        found = {self.address(showing.site, showing.url)}
        if self._likenesses:
            found |= self._likenesses.find(sides_of(showing))
        if self._slugs or self._names:
            found |= {self._card(showing.site, card) for card in showing.cards}
        return min((each for each in found if each is not None), default=None)

    def _card(self, site: str, card: ShownCard) -> int | None:
        if card.slug is not None and (site, card.slug.lower()) in self._slugs:
            return self._slugs[site, card.slug.lower()]
        # Without an address nobody can tell whether it is another tool of the same name.
        if card.slug is None and (site, text_hash(card.name)) in self._names:
            return self._names[site, text_hash(card.name)]
        if card.description is None:
            return None
        return self._cards.get(text_hash(card.name, card.description))

    def quote(self, quote: ShownWords) -> int | None:
        """The take-down for which a quote is left out. Absent: None."""
        if quote.key in self._keys or quote.text is None or not self._quotes:
            return self._keys.get(quote.key)
        words = folded(quote.text)
        same = self._quotes.get(words_hash(words))
        if same is not None and (
            len(words) >= SHORT_WORDS or text_hash(quote.tool_name) in same.matches.names
        ):
            return same.id
        return self._within(words)

    def _within(self, words: list[str]) -> int | None:
        for length, runs in self._runs.items():
            for window in _windows(words, length):
                if window in runs:
                    return runs[window]
        return None

    def cited(self, detail: str) -> int | None:
        """The take-down of a quote that a detail cites, if only a few words of it. Absent: None."""
        words = folded(detail) if self._pieces else []
        for length in range(1, PIECE_WORDS + 1):
            for window in _windows(words, length):
                if window in self._pieces:
                    return self._pieces[window]
        return None

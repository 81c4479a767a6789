"""What a take-down covers: words folded and hashed, so that a changed comma brings nothing back.

Pure. The ledger holds hashes only, so that the words themselves need be kept nowhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from archive.takedown import Matches, Takedown, TakenAddresses
from db.recognise.fold import folded, readings, text_hash, words_hash
from db.recognise.likeness import PIECE_WORDS, SHORT_WORDS, CardSide, Likenesses, is_like, windows
from parsers.sites import site_named


class CardWords(NamedTuple):
    """A card as one version of a page shows it. Absent: None where it is not known."""

    slug: str | None
    name: str
    description: str | None
    key: str


class QuoteWords(NamedTuple):
    """A quote as one version of a page shows it. Absent: `text` is None where it is withheld."""

    key: str
    tool_name: str
    text: str | None
    position: int

    @property
    def side(self) -> int:
        """The card that it stands under: 1 or 2."""
        return 2 - self.position % 2


class PageWords(NamedTuple):
    """What one version of one page shows."""

    site: str
    url: str
    cards: tuple[CardWords, ...]
    quotes: tuple[QuoteWords, ...]


def sides_of(showing: PageWords) -> list[CardSide]:
    """The two cards that a page shows, each with its quotes."""
    return [
        CardSide(card.name, card.description, [q.text for q in showing.quotes if q.side == at])
        for at, card in enumerate(showing.cards, 1)
    ]


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
    """All take-downs that hold, to be asked of addresses, pages, quotes and details."""

    def __init__(self, active: Iterable[Takedown]) -> None:
        self.active = list(active)
        self.ids = [each.id for each in self.active]
        self._addresses = TakenAddresses(self.active)
        self._likenesses = Likenesses(self.active)
        self._names: dict[tuple[str, str], int] = {}
        self._quotes: dict[str, Takedown] = {}
        self._keys: dict[str, int] = {}
        self._pieces: dict[str, list[Takedown]] = {}
        self._told: dict[str, int | None] = {}
        for each in reversed(self.active):  # the oldest has the last word
            self._add(each)

    def _add(self, each: Takedown) -> None:
        matches = each.matches
        if each.kind == "tool":
            self._names |= {(each.site, name): each.id for name in matches.names}
        elif each.kind == "quote":
            self._quotes |= dict.fromkeys(matches.words, each)
            self._keys |= dict.fromkeys((each.target, *matches.quotes), each.id)
            for piece in matches.pieces:
                self._pieces.setdefault(piece, []).append(each)

    def address(self, site: str, url: str, *shown: str) -> int | None:
        """The take-down for which a page is refused, by its address, and slugs that it shows.

        Absent: None.
        """
        slugs = [] if url.startswith("urn:") else site_named(site).slugs(url)
        return self._addresses.covering(site, url, [*slugs, *((slug, "") for slug in shown)])

    def page(self, showing: PageWords) -> int | None:
        """The take-down for which a page is refused, by what it shows. Absent: None."""
        slugs = [card.slug for card in showing.cards if card.slug is not None]
        found = {self.address(showing.site, showing.url, *slugs)}
        if self._likenesses:
            found |= self._likenesses.find(sides_of(showing))
        if self._names:
            # Without an address nobody can tell whether it is another tool of the same name.
            nameless = (text_hash(card.name) for card in showing.cards if card.slug is None)
            found |= {self._names.get((showing.site, name)) for name in nameless}
        return min((each for each in found if each is not None), default=None)

    def quote(self, quote: QuoteWords) -> int | None:
        """The take-down for which a quote is left out. Absent: None."""
        if quote.key in self._keys or quote.text is None or not self._quotes:
            return self._keys.get(quote.key)
        if quote.key not in self._told:  # each is shown on many pages
            found = (self._by_words(words, quote.tool_name) for words in readings(quote.text))
            self._told[quote.key] = min((id_ for id_ in found if id_ is not None), default=None)
        return self._told[quote.key]

    def _by_words(self, words: list[str], tool_name: str) -> int | None:
        same = self._quotes.get(words_hash(words))
        if len(words) < SHORT_WORDS:
            is_it = same is not None and text_hash(tool_name) in same.matches.names
            return same.id if same is not None and is_it else None
        if same is not None:
            return same.id
        shown = set(windows(words, PIECE_WORDS))
        near = {each.id: each for piece in shown for each in self._pieces.get(piece, ())}
        found = (
            number for number, each in near.items() if _is_reworded(each.matches, shown, tool_name)
        )
        return min(found, default=None)

    def out_of(self, showing: PageWords) -> Iterator[tuple[int, str, str]]:
        """What is left out of what a page shows: by which take-down, and the field and value that
        `Matches` keeps of it.
        """
        refused = self.page(showing)
        if refused is None:
            found = ((self.quote(quote), quote.key) for quote in showing.quotes)
            yield from ((by, "quotes", key) for by, key in found if by is not None)
            return
        yield refused, "pages", showing.url
        yield from ((refused, "cards", card.key) for card in showing.cards)
        yield from ((refused, "quotes", quote.key) for quote in showing.quotes)

    def cited(self, detail: str) -> int | None:
        """The take-down of a quote that a detail cites, if only a few words of it. Absent: None."""
        found = [
            each.id
            for words in (readings(detail) if self._pieces else ())
            for length in range(1, PIECE_WORDS + 1)
            for piece in windows(words, length)
            for each in self._pieces.get(piece, ())
        ]
        return min(found, default=None)


def _is_reworded(known: Matches, shown: set[str], tool_name: str) -> bool:
    """Whether a longer text holds a quote whole, or one of the same tool says nearly the same."""
    if len(known.pieces) < SHORT_WORDS - PIECE_WORDS + 1:
        return False  # too short to be told within other words
    if not shown.isdisjoint(known.apart):
        return False
    return shown.issuperset(known.pieces) or (
        text_hash(tool_name) in known.names and is_like(known.pieces, shown)
    )

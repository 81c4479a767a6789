"""What a page shows, and its likeness to what is known though some of its words were changed.

Pure. A card is hashed once, however many pages show it. A site pairs each tool with many others and
repeats its quotes on every such page: a page is told by both of its cards, never by one.

The numbers were measured in November 2026 on 208 quotes and descriptions, five published pages
among them. Two different texts share at most 18 % of their pieces. Of texts of 10 to 30 words in
which every tenth was changed, 86 % keep two fifths of theirs, of longer ones 99 %.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from archive.takedown import KnownSide
from db.recognise.fold import readings, text_hash, words_hash

SHORT_WORDS = 5
"""A quote of fewer words tells nothing by itself: others say as much."""
PIECE_WORDS = 4
"""So many words in a row are a piece: enough to tell that a detail cites a quote."""
LIKE_SHARE = 2 / 5
"""So much of the known pieces must be there."""
LIKE_PIECES = 3
"""And so many, or all where there are fewer."""
LEAST_QUOTES = 2
"""So many quotes, word for word, tell a card under any name."""
KEPT_PIECES = 64
"""So many pieces of a card are kept. The share of a sample is wrong by 6 % on average."""


def windows(words: Sequence[str], length: int) -> Iterator[str]:
    """The hashes of so many words in a row, from every word on."""
    for at in range(len(words) - length + 1):
        yield words_hash(words[at : at + length])


def is_like(known: Collection[str], shown: Collection[str]) -> bool:
    """Whether enough of the known pieces of a text are shown.

    >>> is_like(["a", "b", "c", "d", "e", "f", "g"], {"a", "b", "g", "z"})
    True
    >>> is_like(["a", "b"], {"a", "c"}), is_like([], {"a"})
    (False, False)
    """
    same = sum(piece in shown for piece in known)
    return same >= max(LIKE_SHARE * len(known), min(LIKE_PIECES, len(known)), 1)


class QuoteWords(NamedTuple):
    """A quote as one version of a page shows it. Absent: `text` is None where it is withheld."""

    key: str
    tool_name: str
    text: str | None
    position: int


@dataclass(frozen=True)
class CardWords:
    """A card as one version of a page shows it, its quotes with it; hashed when asked for.

    Absent: the slug or the description is None where it is not known.
    """

    slug: str | None
    name: str
    description: str | None
    key: str
    quotes: tuple[QuoteWords, ...]

    @property
    def tool(self) -> str:
        """What tells its tool from others of its name."""
        return self.slug or self.key

    @cached_property
    def name_hash(self) -> str:
        """The hash of the display name."""
        return text_hash(self.name)

    @cached_property
    def hash(self) -> str | None:
        """The hash of the name with the description. Absent: None where that is withheld."""
        return None if self.description is None else text_hash(self.name, self.description)

    @cached_property
    def told(self) -> frozenset[str]:
        """The hashes of the quotes that are long enough to tell something."""
        said = (words for quote in self.quotes for words in readings(quote.text or ""))
        return frozenset(words_hash(words) for words in said if len(words) >= SHORT_WORDS)

    @cached_property
    def pieces(self) -> frozenset[str]:
        """The hashes of all pieces of the description and the quotes."""
        texts = (self.description, *(quote.text for quote in self.quotes))
        said = (words for text in texts for words in readings(text or ""))
        return frozenset(piece for words in said for piece in windows(words, PIECE_WORDS))

    def known(self, *others: CardWords) -> KnownSide:
        """The same, as a take-down keeps it, without what tells nothing.

        That is what the quotes of the card beside it, and of other tools of its name, say as well,
        and what descriptions of tools of its name do.
        """
        namesakes = (other for other in others if other.name_hash == self.name_hash)
        pieces = self.pieces.difference(*(other.pieces for other in namesakes))
        return KnownSide(
            name=self.name_hash,
            card=self.hash,
            quotes=sorted(self.told.difference(*(other.told for other in others))),
            # The lowest hashes are those of any words, so they are a fair sample.
            pieces=sorted(pieces)[:KEPT_PIECES],
        )


class PageWords(NamedTuple):
    """What one version of one page shows."""

    site: str
    url: str
    cards: tuple[CardWords, ...]

    @property
    def quotes(self) -> list[QuoteWords]:
        """The quotes under both cards."""
        return [quote for card in self.cards for quote in card.quotes]


def is_shown(known: Sequence[KnownSide], shown: Sequence[CardWords]) -> bool:
    """Whether a page shows the card, or both cards in either order."""
    if len(known) == 1:
        return any(_is_same(known[0], card) for card in shown)
    return any(
        all(_is_same(mine, theirs) for mine, theirs in zip(known, order, strict=True))
        for order in (shown, shown[::-1])
    )


def _is_same(known: KnownSide, shown: CardWords) -> bool:
    """Whether a card is the known one: the same, with two of its quotes, or alike by its name."""
    if known.card is not None and known.card == shown.hash:
        return True
    if sum(quote in shown.told for quote in known.quotes) >= LEAST_QUOTES:
        return True
    return known.name == shown.name_hash and is_like(known.pieces, shown.pieces)

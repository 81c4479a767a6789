"""Likeness: a quote, a page or a tool known again though some of its words were changed.

Pure. A site pairs each tool with many others and repeats its quotes on every such page: a page is
therefore told by both of its cards, never by one.

The numbers were measured in November 2026 on 208 quotes and descriptions, five published pages
among them. Two different texts share at most 18 % of their pieces. Of texts of 10 to 30 words in
which every tenth was changed, 86 % keep two fifths of theirs, of longer ones 99 %.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import cached_property

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


class CardSide:
    """One card of a page and the quotes under it, as they are compared; hashed when asked for."""

    def __init__(self, name: str, description: str | None, quotes: Iterable[str | None]) -> None:
        self._name, self._description = name, description
        self._texts = [text for text in quotes if text is not None]

    @cached_property
    def name(self) -> str:
        """The hash of the display name."""
        return text_hash(self._name)

    @cached_property
    def card(self) -> str | None:
        """The hash of the name with the description. Absent: None where that is withheld."""
        return None if self._description is None else text_hash(self._name, self._description)

    @cached_property
    def quotes(self) -> frozenset[str]:
        """The hashes of the quotes that are long enough to tell something."""
        return frozenset(
            words_hash(words)
            for text in self._texts
            for words in readings(text)
            if len(words) >= SHORT_WORDS
        )

    @cached_property
    def pieces(self) -> frozenset[str]:
        """The hashes of all pieces of the description and the quotes."""
        texts = [*self._texts, self._description or ""]
        return frozenset(
            piece
            for text in texts
            for words in readings(text)
            for piece in windows(words, PIECE_WORDS)
        )

    def known(self, *others: CardSide) -> KnownSide:
        """The same, as a take-down keeps it, without what tells nothing.

        That is what the quotes of the card beside it, and of other tools of its name, say as well,
        and what descriptions of tools of its name do.
        """
        namesakes = (other for other in others if other.name == self.name)
        # The lowest hashes are those of any words, so they are a fair sample.
        return KnownSide(
            name=self.name,
            card=self.card,
            quotes=sorted(self.quotes.difference(*(other.quotes for other in others))),
            pieces=sorted(self.pieces.difference(*(other.pieces for other in namesakes)))[
                :KEPT_PIECES
            ],
        )


def signs_of(side: CardSide | KnownSide) -> list[str]:
    """The hashes of which a card shares one with any that it may be taken for."""
    return [sign for sign in (side.name, side.card, *side.quotes) if sign is not None]


def is_shown(known: Sequence[KnownSide], shown: Sequence[CardSide]) -> bool:
    """Whether a page shows the card, or both cards in either order."""
    if len(known) == 1:
        return any(_is_same(known[0], side) for side in shown)
    return any(
        all(_is_same(mine, theirs) for mine, theirs in zip(known, order, strict=True))
        for order in (shown, shown[::-1])
    )


def _is_same(known: KnownSide, shown: CardSide) -> bool:
    """Whether a card is the known one: the same, with two of its quotes, or alike by its name."""
    if known.card is not None and known.card == shown.card:
        return True
    if sum(quote in shown.quotes for quote in known.quotes) >= LEAST_QUOTES:
        return True
    return known.name == shown.name and is_like(known.pieces, shown.pieces)

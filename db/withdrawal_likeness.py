"""A page or a tool known again by most of its quotes, though some were changed.

Pure. A site pairs each tool with many others and repeats its quotes on every such page: one tool's
quotes are therefore never enough to tell a page.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from archive.withdrawals import Takedown
from db.withdrawal_fold import folded, words_hash

SHORT_WORDS = 5
"""A quote of fewer words tells nothing by itself: others say as much."""
LEAST = 2
"""So many quotes of each side must be the same, or all where a side has fewer."""

Side = frozenset[str]


class Known(NamedTuple):
    """The quotes by which one take-down is recognised: two sides of a page, or a tool's one."""

    takedown: int
    sides: tuple[Side, ...]


def side_of(texts: Iterable[str | None]) -> Side:
    """The hashes of the quotes of one card that are long enough to tell something."""
    words = (folded(text) for text in texts if text is not None)
    return frozenset(words_hash(each) for each in words if len(each) >= SHORT_WORDS)


class Likenesses:
    """All that is known by its quotes, to be asked of the two sides of a page."""

    def __init__(self, active: Iterable[Takedown]) -> None:
        self._by_quote: dict[str, list[Known]] = {}
        for takedown in active:
            for hashes in takedown.matches.sides:
                known = Known(takedown.id, tuple(frozenset(each) for each in hashes))
                for quote in frozenset().union(*known.sides):
                    self._by_quote.setdefault(quote, []).append(known)

    def __bool__(self) -> bool:
        return bool(self._by_quote)

    def find(self, sides: Sequence[Side]) -> set[int]:
        """The take-downs of which a page with these two sides shows the page, or the tool."""
        seen = frozenset().union(*sides)
        near = {known for quote in seen for known in self._by_quote.get(quote, ())}
        return {known.takedown for known in near if _is_shown(known.sides, sides)}


def _is_shown(known: tuple[Side, ...], shown: Sequence[Side]) -> bool:
    if len(known) == 1:
        return any(_is_most(known, [side]) for side in shown)
    return any(_is_most(known, order) for order in (shown, shown[::-1]))


def _is_most(known: Sequence[Side], shown: Sequence[Side]) -> bool:
    """Whether more than half of the known quotes are shown, and enough of each side."""
    same = [len(mine & theirs) for mine, theirs in zip(known, shown, strict=True)]
    return sum(same) * 2 > sum(map(len, known)) and all(
        count >= max(1, min(LEAST, len(side))) for count, side in zip(same, known, strict=True)
    )

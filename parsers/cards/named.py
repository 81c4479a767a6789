"""Which tool a card is of: its name, and what stands in one text with it.

<h2>Kettle                          the name
<h2><i>Tool:</i> Kettle             behind a label
<h2>Kettle <b>Ship</b>              before the badge
<h2>1. Kettle <small>Health</small> a number; the category, as the decision table repeats it
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Set
from itertools import zip_longest
from typing import NamedTuple

from parsers.cards.cells import find_labels, row_element
from parsers.cards.labels import label_of
from parsers.cards.paragraphs import CardSpan, tokens_of
from parsers.cards.statistics import Triple
from parsers.page.tokens import Tokens
from parsers.values import without_icons

_NUMBER = re.compile(r"\W*[0-9]{1,2}\W+")
_EDGES = re.compile(r"^[\W_]+|[\W_]+$")


class Repeated(NamedTuple):
    """What the decision table says again of the tools: the words of two of its rows."""

    categories: frozenset[str] = frozenset()
    taglines: frozenset[str] = frozenset()

    def besides(self, names: tuple[str, str]) -> Repeated:
        """The same without the tools' names, which may stand in the cells."""
        return Repeated(self.categories - {*names}, self.taglines - {*names})


class Named(NamedTuple):
    """A triple and the name over it.

    `element` is the card, 0 where none holds it; tokens before `low` are not the card's.
    """

    triple: Triple
    span: CardSpan
    name: str
    element: int
    low: int
    is_bound: bool
    """Whether the element tells where the card begins."""
    beside: tuple[CardSpan, ...] = ()
    """A badge, a category or a tagline in one text with the name."""


MOST_LABELS = 60
"""No table has so many rows; each of more would cost a look at all others."""


def repeated_words(tokens: Tokens, first: int) -> Repeated:
    """The words of the rows of two labels, from token `first` on."""
    labels = find_labels(tokens, first, len(tokens.text))
    found: dict[str, set[str]] = {label.row: set() for label in labels}
    keys = {tokens.key[each.at] for each in labels}
    if len(labels) > MOST_LABELS:
        labels = []
    for label, after in zip_longest(labels, labels[1:]):
        row = row_element(tokens, label.at) if tokens.document.kind == "html" else 0
        places = tokens_of(tokens, row)
        if not row or any(each.at in places for each in labels if each.row != label.row):
            places = range(label.at + 1, min(label.at + 4, after.at if after else len(tokens.text)))
        found[label.row].update(tokens.text[at] for at in places if tokens.key[at] not in keys)
        if label.size:
            found[label.row].add(tokens.text[label.at][label.size :])
    rows = (found.get(row, set()) for row in ("category", "best_for"))
    return Repeated(*map(frozenset, rows))


def find_named(
    tokens: Tokens, triple: Triple, name: str, floor: int, element: int, repeated: Repeated
) -> Named | None:
    """The card of a triple, if it has this name. Absent: None if it has another."""
    for first in range(triple.start - 1, floor - 1, -1):
        spans = _name_at(tokens, first, triple.start, name, repeated)
        if not spans or tokens.is_control(first):
            continue
        begin, end = tokens.document.blocks_of(element) if element else (0, 0)
        is_inside = bool(element) and begin <= tokens.start[first] < end
        low = bisect_left(tokens.start, begin) if is_inside else 0
        own = element if is_inside else 0
        is_bound = is_inside and low >= floor
        return Named(triple, spans[0], name, own, max(low, floor), is_bound, tuple(spans[1:]))
    return None


def _name_at(
    tokens: Tokens, first: int, stop: int, name: str, repeated: Repeated
) -> list[CardSpan]:
    """The name that begins at a token, and what else is in it. Absent: none for another text."""
    text = tokens.text[first]
    if name.startswith(text):
        ends = range(first + 1, min(first + 4, stop) + 1)
        return [CardSpan(first, end) for end in ends if tokens.join(first, end) == name][:1]
    before, found, after = text.partition(name)
    if not found or before[-1:].isalnum() or after[:1].isalnum():
        return []
    if label_of(text, "name") == before and not after:
        return [CardSpan(first, first + 1, len(before))]
    parts = [_EDGES.sub("", part) for part in (before, after)]
    told = repeated.categories | repeated.taglines | tokens.words.badges.keys()
    is_told = (
        _NUMBER.fullmatch(before) or not without_icons(before) or _is_told(parts[0], told),
        not without_icons(after) or _is_told(parts[1], told),
    )
    if not all(is_told):
        return []
    rest = [part for part in parts if part and not part.isdigit()]
    return [_within(text, first, part) for part in (name, *rest)]


def _is_told(part: str, told: Set[str]) -> bool:
    return part in told or part.casefold() in told


def _within(text: str, at: int, part: str) -> CardSpan:
    """The span of a part of a token's text."""
    before, _, after = text.partition(part)
    return CardSpan(at, at + 1, len(before), len(after))

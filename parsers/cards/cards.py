"""The two cards under the heading: names are accepted only where they make the heading."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from dataclasses import dataclass

from parsers.cards.descriptions import (
    Span,
    is_badge,
    is_field_label,
    is_initial,
    one_badge,
    read_description,
)
from parsers.cards.guards import require_no_repeat, require_no_statistics
from parsers.cards.heading import Heading, own_headings, splits
from parsers.cards.missing import explain_missing
from parsers.cards.statistics import Triple, find_triples
from parsers.page.tokens import Tokens
from parsers.values import word_key
from schema.errors import FieldError, LayoutError, ParseError

LONGEST_CATEGORY = 60
"""Longer than any category seen; holds only where no element tells where a card begins."""


@dataclass(frozen=True, slots=True)
class Card:
    """One tool card: where each of its fields stands."""

    triple: Triple
    name: Span
    category: Span
    tagline: Span
    badge: Span | None
    description: Span
    start: int
    end: int
    extra: int
    """How many tokens of the card stand before its category and mean nothing to us."""
    tagline_boxes: int
    """How many paragraphs the tagline takes."""


@dataclass(frozen=True, slots=True)
class Cards:
    """The heading and both cards; `spans` are the tokens of each card, copies included."""

    title: str
    heading: Heading
    names: tuple[str, str]
    pair: tuple[Card, Card]
    spans: list[tuple[int, int]]

    def regions(self, tokens: Tokens, begin: int, end: int) -> list[tuple[int, int]]:
        """The tokens after the heading and outside the cards up to `end`.

        They are parted at the scorecard's heading `begin`.
        """
        first = bisect_left(tokens.end, self.heading[1])
        starts = [first, *(stop for _, stop in self.spans), begin + 1]
        stops = [*(start for start, _ in self.spans), begin, end]
        return list(zip(starts, stops, strict=True))


@dataclass(slots=True)
class _Head:
    """What stands before a triple: everything of a card but its description."""

    triple: Triple
    name: Span
    category: Span
    tagline: Span
    badge: Span | None
    start: int
    extra: int
    element: int
    is_bound: bool
    """Whether an element tells where the card begins."""


def read_cards(tokens: Tokens, headings: list[Heading], stop: int) -> Cards:
    """The heading and the cards before token `stop`, the scorecard.

    Raises: LayoutError when there is no heading, not two cards, or several readings;
    FieldError when a field of a card is missing or ambiguous.
    """
    triples = [triple for triple in find_triples(tokens) if triple.end <= stop]
    if not headings:
        raise LayoutError(code="heading_missing", field="title", detail="no block reads 'A vs B'")
    if len(triples) < 2:
        raise explain_missing(tokens)
    headings = own_headings(tokens, headings, triples[-1].start)
    elements = _card_elements(tokens, triples)
    readings: dict[tuple[str, str], Cards] = {}
    problems: list[ParseError] = []
    for heading in headings:
        for names in splits(heading[2], tokens.words.versus):
            if names in readings or not _has_both(tokens, names):
                continue
            try:
                readings[names] = _read(tokens, heading, names, triples, elements, stop)
            except ParseError as problem:
                problems.append(problem)
    if len(readings) > 1:
        raise LayoutError(
            code="heading_ambiguous", field="title", detail=f"{len(readings)} readings of the names"
        )
    if readings:
        return next(iter(readings.values()))
    raise _worst(problems) or LayoutError(
        code="names_mismatch",
        field="title",
        detail=f"no two cards are named as the heading {headings[0][2][:80]!r} says",
    )


def _worst(problems: list[ParseError]) -> ParseError | None:
    """The problem of the reading that came farthest: one about a field."""
    fields = [problem for problem in problems if problem.code != "names_mismatch"]
    return next(iter(fields or problems), None)


def _has_both(tokens: Tokens, names: tuple[str, str]) -> bool:
    return all(
        name in tokens.text or any(name.startswith(text) for text in tokens.text) for name in names
    )


def _card_elements(tokens: Tokens, triples: list[Triple]) -> list[int]:
    """For each triple the largest element that holds no other triple; 0 where there is none."""
    document = tokens.document
    chains = [document.ancestors(tokens.start[triple.label]) for triple in triples]
    counts = Counter([element for chain in chains for element in chain])
    largest = []
    for chain in chains:
        alone = [element for element in chain if counts[element] == 1]
        largest.append(alone[-1] if alone else 0)
    return largest


def _read(
    tokens: Tokens,
    heading: Heading,
    names: tuple[str, str],
    triples: list[Triple],
    elements: list[int],
    stop: int,
) -> Cards:
    """The cards under one reading of the heading."""
    begin = bisect_left(tokens.end, heading[1])
    heads: list[tuple[str, _Head]] = []
    floor = begin + 1
    for triple, element in zip(triples, elements, strict=True):
        if triple.start < floor:
            continue
        for name in dict.fromkeys(names):
            head = _head(tokens, triple, name, floor, element)
            if head is not None:
                heads.append((name, head))
                break
        else:
            raise LayoutError(
                code="names_mismatch",
                field="title",
                detail=f"a card stands under another name than {names[0][:60]!r} or "
                f"{names[1][:60]!r}",
            )
        floor = triple.end
    cards = _with_descriptions(tokens, names, [head for _, head in heads], stop)
    chosen = _choose([name for name, _ in heads], cards, tokens, names)
    _require_even(chosen)
    spans = [(card.start, card.end) for card in cards]
    return Cards(heading[2], heading, names, chosen, spans)


def _head(tokens: Tokens, triple: Triple, name: str, floor: int, element: int) -> _Head | None:
    """The card before a triple, if it has this name. Absent: None if it has another."""
    for first in range(triple.start - 1, floor - 1, -1):
        last = _name_end(tokens, first, triple.start, name)
        if last is None:
            continue
        begin, end = tokens.document.blocks_of(element) if element else (0, 0)
        is_inside = bool(element) and begin <= tokens.start[first] < end
        low = max(floor, bisect_left(tokens.start, begin)) if is_inside else floor
        return _around_name(
            tokens, triple, Span(first, last), name, low, element if is_inside else 0, floor
        )
    return None


def _name_end(tokens: Tokens, first: int, stop: int, name: str) -> int | None:
    if not name.startswith(tokens.text[first]):
        return None
    for last in range(first + 1, min(first + 4, stop) + 1):
        if tokens.join(first, last) == name:
            return last
    return None


def _around_name(
    tokens: Tokens, triple: Triple, name: Span, text: str, low: int, element: int, floor: int
) -> _Head:
    """Category before the name, tagline after it, the badge anywhere between."""
    badges = [at for at in range(name.last, triple.start) if is_badge(tokens, at)]
    after = [at for at in range(name.last, triple.start) if _means(tokens, at, text)]
    tagline = [at for at in after if at not in badges]
    if not tagline:
        raise FieldError(code="field_missing", field="tagline", detail=f"none under {text[:40]!r}")
    if tagline[-1] - tagline[0] >= len(tagline) and any(
        tagline[0] < at < tagline[-1] for at in badges
    ):
        raise FieldError(code="field_ambiguous", field="tagline", detail="a badge stands inside it")
    before = [at for at in range(low, name.first) if _means(tokens, at, text)]
    # Without a box the badge of the card before may stand there, over its description.
    early = [at for at in before[-3 if low > floor else -2 :] if is_badge(tokens, at)]
    before = [at for at in before if at not in early]
    if not before:
        raise FieldError(code="field_missing", field="category", detail=f"none over {text[:40]!r}")
    if text == tokens.text[before[-1]]:
        raise FieldError(code="duplicate_block", field="name", detail=f"{text[:40]!r} stands twice")
    category = before[-1]
    if len(before) > 1 and tokens.text[before[-2]] == tokens.text[category]:
        raise FieldError(code="duplicate_block", field="category", detail="it stands twice")
    require_no_repeat(tokens, tagline[0], tagline[-1] + 1, "tagline")
    require_no_statistics(tokens, tagline[0], tagline[-1] + 1, "tagline")
    start = _start(tokens, category, low, text)
    return _Head(
        triple,
        name,
        Span(category, category + 1),
        Span(tagline[0], tagline[-1] + 1),
        one_badge([*early, *badges]),
        start,
        len(before) - 1 if element and low > floor else 0,
        element,
        bool(element and low > floor),
    )


def _start(tokens: Tokens, category: int, low: int, name: str) -> int:
    """The first token of a card: its category, or an avatar, icon or badge before it."""
    start = category
    while start > low and (not _means(tokens, start - 1, name) or is_badge(tokens, start - 1)):
        start -= 1
    return start


def _means(tokens: Tokens, at: int, name: str) -> bool:
    """Whether a token is more than an icon, the avatar's letter or a label of the card itself."""
    if tokens.is_decoration(at) or is_initial(tokens.text[at], name):
        return False
    return not is_field_label(tokens, at)


def _with_descriptions(
    tokens: Tokens, names: tuple[str, str], heads: list[_Head], stop: int
) -> list[Card]:
    """Each card with the text after its triple, up to the next card or section."""
    decision = {word_key(word) for word in tokens.words.decision}
    cards = []
    for number, head in enumerate(heads):
        first = head.triple.end
        limit = heads[number + 1].start if number + 1 < len(heads) else stop
        inside = first
        if head.element:
            last_block = tokens.document.blocks_of(head.element)[1]
            while inside < limit and tokens.start[inside] < last_block:
                inside += 1
        if inside > first:
            limit = inside
        is_flat = inside == first
        ends = (at for at in range(first, limit) if tokens.key[at] in decision)
        limit = min(limit, next(ends, limit)) if is_flat or number + 1 == len(heads) else limit
        description, badge = read_description(tokens, names, first, limit, head.badge)
        if not head.is_bound:
            _require_category(tokens, head)
        boxes = {
            tokens.document.box[tokens.start[at]]
            for at in range(head.tagline.first, head.tagline.last)
        }
        cards.append(
            Card(
                head.triple,
                head.name,
                head.category,
                head.tagline,
                badge,
                description,
                head.start,
                limit,
                head.extra,
                len(boxes),
            )
        )
    return cards


def _require_category(tokens: Tokens, head: _Head) -> None:
    """Where no element tells where a card begins, its category must not be a sentence."""
    text = tokens.join(head.category.first, head.category.last)
    if len(text) > LONGEST_CATEGORY or text[-1] in '.!?…”"':
        raise FieldError(
            code="field_ambiguous", field="category", detail=f"{text[:60]!r} reads as a sentence"
        )


def _choose(
    found: list[str], cards: list[Card], tokens: Tokens, names: tuple[str, str]
) -> tuple[Card, Card]:
    """The two cards; a complete second copy, equal word for word, is dropped."""
    if len(cards) < 2 or set(found) != set(names):
        raise LayoutError(
            code="names_mismatch", field="title", detail=f"{len(cards)} cards bear the two names"
        )
    if len(cards) == 2 and tuple(found) == names:
        return cards[0], cards[1]
    if len(cards) == 4:
        contents = [_content(tokens, card) for card in cards]
        for one, other in (((0, 1), (2, 3)), ((0, 2), (1, 3))):
            copies = zip(one, other, strict=True) if one == (0, 1) else ((0, 1), (2, 3))
            if tuple(found[at] for at in one) == names and all(
                contents[a] == contents[b] for a, b in copies
            ):
                return cards[one[0]], cards[one[1]]
    raise LayoutError(
        code="card_count", field="tools", detail=f"{len(cards)} cards that are not two and a copy"
    )


def _content(tokens: Tokens, card: Card) -> tuple[str | None, ...]:
    spans = (card.name, card.category, card.tagline, card.description)
    values = (card.triple.share, card.triple.community, card.triple.entry)
    texts = [tokens.join(span.first, span.last) for span in spans]
    return (*texts, *(value.text if value else None for value in values))


def _require_even(pair: tuple[Card, Card]) -> None:
    """Unknown blocks before one category only mean that something was dropped or added."""
    if pair[0].extra != pair[1].extra:
        raise FieldError(code="field_ambiguous", field="category", detail="only one card has more")
    for card, other in (pair, pair[::-1]):
        if card.badge is None and other.badge is not None and card.tagline_boxes > 1:
            raise FieldError(
                code="field_word",
                field="badge",
                detail="one card has a badge and the other has more under its name",
            )

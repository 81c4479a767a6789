"""The two cards under the heading: names are accepted only where they make the heading."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from itertools import chain
from typing import NamedTuple

from parsers.cards.cells import ends_in_link
from parsers.cards.columns import Said
from parsers.cards.descriptions import ends_in_own_words, read_description, require_no_tail
from parsers.cards.heading import Heading, own_headings, splits
from parsers.cards.labels import label_of
from parsers.cards.missing import explain_missing
from parsers.cards.named import Named, Repeated, find_named, repeated_words
from parsers.cards.opening import Opening, read_opening
from parsers.cards.paragraphs import CardSpan, Paragraphs, is_sentence, own_words
from parsers.cards.statistics import Triple, find_triples
from parsers.page.hidden import hidden_rest
from parsers.page.tokens import Tokens
from parsers.values import label_key, word_key
from schema.errors import FieldError, LayoutError, ParseError

_OTHER_LABEL = re.compile(
    r"(?:pricing|price|entry|category|community|panel verdict|best for|score|verdict)\s?:", re.I
)
LONGEST_CATEGORY = 60
"""Longer than any category seen; holds only where no element tells where a card begins."""
MOST_COPIES = 3
"""One for each width of a screen."""


class Card(NamedTuple):
    """One tool card: where each of its fields stands."""

    triple: Triple
    name: CardSpan
    category: CardSpan
    tagline: CardSpan
    badge: CardSpan | None
    description: CardSpan
    start: int
    end: int
    extra: int
    """How many tokens of the card stand before its category and mean nothing to us."""


class Cards(NamedTuple):
    """The heading and both cards; `spans` are the tokens of each card, copies included."""

    title: str
    heading: Heading
    names: tuple[str, str]
    pair: tuple[Card, Card]
    spans: list[tuple[int, int]]

    def said(self, tokens: Tokens) -> Said:
        """What the decision table repeats of the cards."""
        best, category = (
            (self.pair[0].tagline.text(tokens), self.pair[1].tagline.text(tokens)),
            (self.pair[0].category.text(tokens), self.pair[1].category.text(tokens)),
        )
        return Said(self.names, {"best_for": best, "category": category})

    def regions(self, tokens: Tokens, begin: int, end: int) -> list[tuple[int, int]]:
        """The tokens after the heading and outside the cards up to `end`.

        They are parted at the scorecard's heading `begin`.
        """
        first = bisect_left(tokens.end, self.heading[1])
        starts = [first, *(stop for _, stop in self.spans), begin + 1]
        stops = [*(start for start, _ in self.spans), begin, end]
        return list(zip(starts, stops, strict=True))


LONGEST_BADGE = 20
"""What stands in a badge's place and is no longer may be one of other words. Units: characters."""
_CHIPS = frozenset(("beta", "featured", "new", "popular", "trending", "updated", "verified"))
"""What a card says of its tool in a word, and is no verdict."""


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
    repeated = repeated_words(tokens, triples[-1].end)
    readings: dict[tuple[str, str], Cards] = {}
    problems: list[ParseError] = []
    for heading in headings:
        for names in splits(heading[2], tokens.words.versus):
            if names in readings or not _has_both(tokens, names):
                continue
            if any(one == names[0] and other.startswith(names[1]) for one, other in readings):
                continue  # the year is the name's own
            try:
                readings[names] = _read(
                    tokens, heading, names, triples, elements, stop, repeated.besides(names)
                )
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
        name in tokens.text or any(name.startswith(text) or name in text for text in tokens.text)
        for name in names
    )


def _card_elements(tokens: Tokens, triples: list[Triple]) -> list[int]:
    """For each triple the largest element that holds no other triple; 0 where there is none."""
    document = tokens.document
    chains = [document.ancestors(tokens.start[triple.label]) for triple in triples]
    counts = Counter(chain.from_iterable(chains))
    largest = []
    for above in chains:
        alone = [element for element in above if counts[element] == 1]
        largest.append(alone[-1] if alone else 0)
    return largest


def _read(
    tokens: Tokens,
    heading: Heading,
    names: tuple[str, str],
    triples: list[Triple],
    elements: list[int],
    stop: int,
    repeated: Repeated,
) -> Cards:
    """The cards under one reading of the heading."""
    begin = bisect_left(tokens.end, heading[1])
    found: list[Named] = []
    floor = begin + 1
    for triple, element in zip(triples, elements, strict=True):
        if triple.start < floor:
            continue
        ways = (
            find_named(tokens, triple, name, floor, element, repeated)
            for name in dict.fromkeys(names)
        )
        named = next((way for way in ways if way is not None), None)
        if named is None:
            raise LayoutError(
                code="names_mismatch",
                field="title",
                detail=f"a card stands under another name than {names[0][:60]!r} or "
                f"{names[1][:60]!r}",
            )
        found.append(named)
        floor = triple.end
    twins = [next((n for n in found if n.name != own.name), None) for own in found]
    openings = [read_opening(tokens, n, t, repeated) for n, t in zip(found, twins, strict=True)]
    cards = _with_descriptions(tokens, names, openings, stop)
    chosen = _choose([named.name for named in found], cards, tokens, names)
    pair = _require_even(tokens, chosen)
    spans = [(card.start, card.end) for card in cards]
    return Cards(heading[2], heading, names, pair, spans)


def _with_descriptions(
    tokens: Tokens, names: tuple[str, str], openings: list[Opening], stop: int
) -> list[Card]:
    """Each card with its text, which stands under its statistics or else over them."""
    starts = [opening.start for opening in openings[1:]]
    under = [
        _under_triple(tokens, opening, limit, is_last=number == len(starts))
        for number, (opening, limit) in enumerate(zip(openings, [*starts, stop], strict=True))
    ]
    places, said = under, _paragraphs(tokens, openings, under)
    is_over = False
    if not _has_own(said) and all(opening.named.is_bound for opening in openings):
        over = [CardSpan(opening.tagline.end, opening.named.triple.start) for opening in openings]
        above = _paragraphs(tokens, openings, over)
        if is_over := all(any(map(is_sentence, each.texts)) for each in above):
            places, said = over, above
    cards = []
    for opening, place, words, end in zip(openings, places, said, under, strict=True):
        own, badge = opening.named, opening.badge
        if is_over and badge is not None and badge.first >= place.first:
            badge = None  # it may be found there again
        twin = next((other for other in said if other.name != own.name), None)
        alike = words.shared_with(twin) if twin else frozenset[str]()
        text, badge = read_description(tokens, names, place, badge, own.name, alike)
        badge = badge or opening.badge
        if not own.is_bound:
            _require_category(tokens, opening)
        parts = (own.triple, own.span, opening.category, opening.tagline, badge, text)
        cards.append(Card(*parts, opening.start, end.end, opening.extra))
    return cards


def _paragraphs(
    tokens: Tokens, openings: list[Opening], places: list[CardSpan]
) -> list[Paragraphs]:
    """What each card says at its place."""
    pairs = zip(openings, places, strict=True)
    return [Paragraphs.read(tokens, place.places, opening.named.name) for opening, place in pairs]


def _has_own(said: list[Paragraphs]) -> bool:
    """Whether the cards say more at their places than labels that both have."""
    held = [frozenset(filter(is_sentence, each.texts)) for each in said]
    if len(set(held)) > 1:
        return True
    texts = [[text for text in each.texts if not label_of(text)] for each in said]
    return all(texts) and len({each.likenesses() for each in said}) > 1


def _under_triple(tokens: Tokens, opening: Opening, limit: int, *, is_last: bool) -> CardSpan:
    """The tokens of a card after its triple, `limit` being where the next one begins."""
    decision = {word_key(word) for word in tokens.words.decision}
    first = inside = opening.named.triple.end
    if opening.named.element:
        last_block = tokens.document.blocks_of(opening.named.element)[1]
        while inside < limit and tokens.start[inside] < last_block:
            inside += 1
    if inside > first:
        limit = inside
    if inside == first or is_last:
        limit = next((at for at in range(first, limit) if tokens.key[at] in decision), limit)
    return CardSpan(first, limit)


def _require_category(tokens: Tokens, opening: Opening) -> None:
    """Where no element tells where a card begins, its category must not be a sentence."""
    text = opening.category.text(tokens)
    if len(text) > LONGEST_CATEGORY or text[-1] in '.!?…”"':
        raise FieldError(
            code="field_ambiguous", field="category", detail=f"{text[:60]!r} reads as a sentence"
        )


def _choose(
    found: list[str], cards: list[Card], tokens: Tokens, names: tuple[str, str]
) -> tuple[Card, Card]:
    """The two cards; further complete copies, equal word for word, are dropped."""
    if len(cards) < 2 or set(found) != set(names):
        raise LayoutError(
            code="names_mismatch", field="title", detail=f"{len(cards)} cards bear the two names"
        )
    if len(cards) == 2 and tuple(found) == names:
        return cards[0], cards[1]
    copies, rest = divmod(len(cards), 2)
    if not rest and 1 < copies <= MOST_COPIES:
        contents = [(n, _content(tokens, c)) for n, c in zip(found, cards, strict=True)]
        for step in (copies, 1):  # all of one tool's and then the other's, or in turns
            pair = (0, step)
            wanted = [contents[0]] * copies + [contents[step]] * copies
            shown = contents if step > 1 else contents[::2] + contents[1::2]
            if shown == wanted and tuple(found[at] for at in pair) == names:
                return cards[0], cards[step]
    raise LayoutError(
        code="card_count", field="tools", detail=f"{len(cards)} cards that are not two and copies"
    )


def _content(tokens: Tokens, card: Card) -> tuple[str | None, ...]:
    spans = (card.name, card.category, card.tagline, card.badge, card.description)
    values = (card.triple.share, card.triple.community, card.triple.entry)
    texts = [span.text(tokens) if span else None for span in spans]
    return (*texts, *(value.text if value else None for value in values))


def _require_even(tokens: Tokens, pair: tuple[Card, Card]) -> tuple[Card, Card]:
    """Both cards, their descriptions without a label that both begin with.

    Unknown blocks before one category only mean that something was dropped or added.
    """
    if pair[0].extra != pair[1].extra:
        raise FieldError(code="field_ambiguous", field="category", detail="only one card has more")
    _require_no_other_badge(tokens, pair)
    texts = [card.description.text(tokens) for card in pair]
    labels = {label_of(text, "description") for text in texts}
    label = labels.pop() if len(labels) == 1 else ""
    _require_no_link(tokens, "category", [card.category for card in pair])
    _require_no_link(tokens, "tagline", [card.tagline for card in pair])
    if label and label_of(texts[0]) != label:
        raise FieldError(
            code="field_ambiguous", field="description", detail=f"both cards begin with {label!r}"
        )
    bare = (text[len(label) :] for text in texts)
    if any(map(_OTHER_LABEL.match, texts)):
        detail = "it begins with the label of another field"
        raise FieldError(code="field_ambiguous", field="description", detail=detail)
    blocks = [(tokens.start[s.first], tokens.end[s.end - 1]) for s in (c.description for c in pair)]
    if rest := hidden_rest(tokens.document, blocks):
        detail = f"{rest[:40]!r} is hidden beside it, and may be a part of it"
        raise FieldError(code="field_ambiguous", field="description", detail=detail)
    is_own = all(ends_in_own_words(tokens, card.description) for card in pair)
    one, other = map(own_words, bare, [card.name.text(tokens) for card in pair])
    require_no_tail(one, other, is_own=is_own)
    if not label:
        return pair
    spans = (card.description._replace(skip=len(label)) for card in pair)
    first, second = (card._replace(description=s) for card, s in zip(pair, spans, strict=True))
    return first, second


def _require_no_other_badge(tokens: Tokens, pair: tuple[Card, Card]) -> None:
    """Cards without a badge show no few words in its place, between tagline and statistics."""
    places = [range(card.tagline.end, card.triple.start) for card in pair]
    shown = [[tokens.text[at] for at in place if not tokens.is_control(at)] for place in places]
    if all(card.badge is None and len(own) == 1 for card, own in zip(pair, shown, strict=True)):
        words = [own[0] for own in shown]
        if all(len(w) <= LONGEST_BADGE and label_key(w) not in _CHIPS for w in words):
            raise FieldError(code="field_word", field="badge", detail=f"{words[0]!r} is none")


def _require_no_link(tokens: Tokens, field: str, spans: list[CardSpan]) -> None:
    """Two fields that both end in a link of one word hold the interface's."""
    ends = {span.text(tokens).casefold().split()[-1] for span in spans}
    has_links = all(not span.skip and ends_in_link(tokens, span) for span in spans)
    if len(ends) == 1 and has_links:
        detail = f"both cards end it with a link, {ends.pop()[:40]!r}"
        raise FieldError(code="field_ambiguous", field=field, detail=detail)

"""The paragraphs of a card, and which of them the page's interface says rather than the publisher.

Both cards are built by one hand, so what they say in the same words is a button, a link or a label:
`Visit website`, `4.2k stars` beside `12 stars`, `Visit Kettle` beside `Visit Lantern`. The longest
paragraph of a card is never judged so: two tools may be described alike.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from parsers.page.document import Edge
from parsers.page.edges import (
    ASIDES,
    DECORATIONS,
    is_apart,
    is_glued_trail,
    is_lead_alone,
    is_ribbon,
    may_be_foreign_lead,
    may_be_foreign_trail,
)
from parsers.page.tokens import Tokens
from parsers.placeholders import is_placeholder
from parsers.sentences import ENDS, ends_sentence
from parsers.values import LONGEST_LABEL
from schema.errors import FieldError

_NUMBER = re.compile(
    r"\d[\d.,]*[kKmM]?\b|\b(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?"
    r"|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\b",
    re.IGNORECASE,
)
"""A number, or the name of a month."""
_BETWEEN = re.compile(rf"(?<=[{ENDS}])\s")
_SIGNS = DECORATIONS + " "
MANY_WORDS = 8
SEVERAL = 3
"""So many paragraphs that hold a sentence of the other card's are a description both share."""


class CardSpan(NamedTuple):
    """Tokens [first, end) without so many characters at their beginning and end."""

    first: int
    end: int
    skip: int = 0
    cut: int = 0

    @property
    def places(self) -> range:
        """The numbers of its tokens."""
        return range(self.first, self.end)

    def text(self, tokens: Tokens) -> str:
        """The words of the span as one field."""
        first, end, skip, cut = self
        text = tokens.text[first] if end - first == 1 else tokens.join(first, end)
        return text[skip : len(text) - cut] if skip or cut else text


def own_part(
    tokens: Tokens, span: CardSpan, twin: CardSpan, known: str | None, path: str, name: str
) -> CardSpan:
    """A value without words in elements of their own at its edges, a category without signs too.

    Those are left out only where the value is `known` without them; `twin` is the other tool's,
    `name` the tool's.
    Raises: FieldError (field_ambiguous) where they may be no part of it.
    """
    text = span.text(tokens)
    edges, bare = _edges(tokens, span), text.strip(_SIGNS)
    has_ribbon = any(is_ribbon(edge.text) for edge in edges if edge.text)
    if not bare or (text == known and not has_ribbon):
        return span
    is_label = path.endswith(".category")  # other texts stay as they were published
    if not edges[0].text and not edges[1].text:
        return _within(span, text, bare, 0) if is_label or bare == known else span
    others = _edges(tokens, twin)
    told = [
        len(edge.text) if is_apart(edge, other) else 0
        for edge, other in zip(edges, others, strict=True)
    ]
    for skip, cut in ((told[0], 0), (0, told[1]), (told[0], told[1])):
        part = text[skip : len(text) - cut].strip(_SIGNS)
        if known is not None and part == known != text:
            return _within(span, text, known, skip)
    lead = len(edges[0].text)
    rest = text[lead:].lstrip()
    is_lead = may_be_foreign_lead(edges[0], others[0], rest) or is_lead_alone(edges[0], rest, name)
    is_short = len(text) <= LONGEST_LABEL or edges[1].tag in ASIDES
    is_trail = is_short and may_be_foreign_trail(edges[1], others[1])
    is_trail |= any(map(str.isalnum, edges[1].text)) and is_placeholder(edges[1].text, ".text")
    is_trail |= is_glued_trail(text, edges[1])
    if is_lead or is_trail:
        words = edges[0 if is_lead else 1].text
        detail = f"{words[:40]!r} at the edge of {text[:40]!r} may be no part of it"
        raise FieldError(code="field_ambiguous", field=path, detail=detail)
    return _within(span, text, bare, 0) if is_label else span


def _edges(tokens: Tokens, span: CardSpan) -> tuple[Edge, Edge]:
    """The edges of a span, as far as its skip and cut leave them."""
    if span.first >= span.end:
        return Edge(), Edge()
    lead, trail = tokens.edges(span.first, span.end)
    return (
        lead._replace(text=lead.text[span.skip :].lstrip()) if lead.text else lead,
        Edge() if span.cut >= len(trail.text) else trail,
    )


def _within(span: CardSpan, text: str, part: str, after: int) -> CardSpan:
    """The part of a span's text that begins behind so many characters."""
    start = text.index(part, after)
    cut = len(text) - start - len(part)
    return CardSpan(span.first, span.end, span.skip + start, span.cut + cut)


def tokens_of(tokens: Tokens, element: int) -> range:
    """The tokens under an element."""
    return range(*(bisect_left(tokens.start, at) for at in tokens.document.blocks_of(element)))


def paragraphs(tokens: Tokens, places: Iterable[int]) -> list[CardSpan]:
    """The tokens at these places, in order, those of one box together."""
    found: list[CardSpan] = []
    box = tokens.document.box
    for at in places:
        is_same = found and found[-1].end == at
        if is_same and box[tokens.start[at]] == box[tokens.start[at - 1]]:
            found[-1] = CardSpan(found[-1].first, at + 1)
        else:
            found.append(CardSpan(at, at + 1))
    return found


def is_sentence(text: str) -> bool:
    """Whether a text is more than a label: it ends as a sentence, or is as long as one.

    >>> is_sentence("Updated 3 days ago"), is_sentence("Sorts mail on your own machine.")
    (False, True)
    """
    # In this order: a long text is looked at in no case.
    return len(text) > LONGEST_LABEL or text.count(" ") >= MANY_WORDS or ends_sentence(text)


def likeness(text: str, name: str) -> str:
    """A label as it is compared with the other card's: without case, numbers and its tool's name.

    >>> likeness("Visit Kettle (4.2k)", "Kettle") == likeness("visit Lantern (12)", "Lantern")
    True
    """
    if is_sentence(text):
        return text if text.count(" ") >= MANY_WORDS else _NUMBER.sub("0", text)
    return _NUMBER.sub("0", own_words(text.casefold(), name.casefold()))


def sentences(text: str) -> frozenset[str]:
    """The sentences of a text."""
    return frozenset(_BETWEEN.split(text))


def own_words(text: str, name: str) -> str:
    """A text without its tool's name."""
    return text.replace(name, "_")


@dataclass(frozen=True, slots=True)
class Paragraphs:
    """What a part of a card says of the tool `name`."""

    name: str
    texts: list[str]

    @classmethod
    def read(cls, tokens: Tokens, places: Iterable[int], name: str) -> Paragraphs:
        """The paragraphs of the tokens at these places."""
        return cls(name, [span.text(tokens) for span in paragraphs(tokens, places)])

    def likenesses(self) -> frozenset[str]:
        """What each paragraph is like."""
        return frozenset(likeness(text, self.name) for text in self.texts)

    def shared_with(self, other: Paragraphs) -> frozenset[str]:
        """What both cards say, so that it may be neither publisher's word on either tool.

        Where sentences of several paragraphs are the same in both but for the tools' names, they
        are one description of two tools: a notice under both would be one of them, seldom two.
        """
        if len(self.texts) < 2:  # nothing is beside it; a label may be left alone
            is_label = len(other.texts) > 1 and not any(map(is_sentence, self.texts))
            return self.likenesses() & other.likenesses() if is_label else frozenset()
        alike = other.likenesses()
        if not any(is_sentence(text) for text in alike & self.likenesses()):
            return alike
        one, two = self._sentences(), other._sentences()
        if sum(not said.isdisjoint(frozenset[str]().union(*two)) for said in one) < SEVERAL:
            return alike
        return frozenset(text for text in alike if not is_sentence(text))

    def _sentences(self) -> list[frozenset[str]]:
        """The sentences of each paragraph, without the tool's name."""
        texts = (own_words(text, self.name) for text in self.texts if is_sentence(text))
        return [sentences(text) for text in texts]

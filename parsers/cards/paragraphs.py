"""The paragraphs of a card, and which of them the page's interface says rather than the publisher.

Both cards are built by one hand, so what they say in the same words is a button, a link or a label:
`Visit website`, `4.2k stars` beside `12 stars`, `Visit Kettle` beside `Visit Lantern`. The longest
paragraph of a card is never judged so: two tools may be described alike.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from parsers.page.tokens import Tokens
from parsers.values import LONGEST_LABEL

_NUMBER = re.compile(r"\d[\d.,]*[kKmM]?\b")
ENDS = ".!?…。！？।؟"
"""What ends a sentence in the scripts met so far."""
_ENDED = re.compile(rf"""[{ENDS}]['’"”)\]]*\Z""")
MANY_WORDS = 8


@dataclass(frozen=True, slots=True)
class CardSpan:
    """Tokens [first, last)."""

    first: int
    last: int


def paragraphs(tokens: Tokens, places: Iterable[int]) -> list[CardSpan]:
    """The tokens at these places, in order, those of one box together."""
    found: list[CardSpan] = []
    box = tokens.document.box
    for at in places:
        is_same = found and found[-1].last == at
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
    return len(text) > LONGEST_LABEL or text.count(" ") >= MANY_WORDS or bool(_ENDED.search(text))


def likeness(text: str, name: str) -> str:
    """A label as it is compared with the other card's: without case, numbers and its tool's name.

    >>> likeness("Visit Kettle (4.2k)", "Kettle") == likeness("visit Lantern (12)", "Lantern")
    True
    """
    if is_sentence(text):
        return text
    return _NUMBER.sub("0", text.casefold().replace(name.casefold(), "\0"))


def likenesses(tokens: Tokens, places: Iterable[int], name: str) -> frozenset[str]:
    """What each paragraph at these places is like."""
    spans = paragraphs(tokens, places)
    return frozenset(likeness(tokens.join(s.first, s.last), name) for s in spans)

"""The description of a card, told from what may stand around it: badge, name, picture's letter."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from parsers.cards.guards import require_no_repeat, require_no_statistics
from parsers.page.tokens import Tokens
from schema.errors import FieldError

FIELD_LABELS = frozenset(("category name tool tagline description badge about summary").split())
LABEL_TAGS = frozenset(("dt", "th", "label"))


@dataclass(frozen=True, slots=True)
class Span:
    """Tokens [first, last)."""

    first: int
    last: int


def read_description(
    tokens: Tokens, names: tuple[str, str], first: int, last: int, badge: Span | None
) -> tuple[Span, Span | None]:
    """The paragraphs between [first, last) that describe the tool, and the card's badge.

    Around them may stand a picture's letter, a name or the badge, each in a paragraph of its own.
    """
    while first < last and is_field_label(tokens, first):
        first += 1
    if first == last:
        raise FieldError(code="field_missing", field="description", detail="nothing under the card")
    alone = _alone(tokens, names, first, last) if last - first > 1 else []
    while alone and first < last - 1 and alone[0] == first:
        first = alone.pop(0) + 1
        badge = _with_badge(tokens, badge, first - 1)
    while alone and first < last - 1 and alone[-1] == last - 1:
        last = alone.pop()
        badge = _with_badge(tokens, badge, last)
    inside = next((at for at in alone if is_badge(tokens, at)), None)
    if inside is not None:
        raise FieldError(
            code="field_ambiguous",
            field="description",
            detail=f"a paragraph is only {tokens.text[inside]!r}",
        )
    require_no_statistics(tokens, first, last, "description")
    require_no_repeat(tokens, first, last, "description")
    return Span(first, last), badge


def _alone(tokens: Tokens, names: tuple[str, str], first: int, last: int) -> list[int]:
    """The paragraphs in [first, last) that are only a badge, a tool's name or its first letter."""
    found = [
        at
        for at in range(first, last)
        if is_badge(tokens, at)
        or tokens.text[at] in names
        or any(is_initial(tokens.text[at], name) for name in names)
    ]
    if not found:
        return found
    boxes = Counter(tokens.document.box[tokens.start[at]] for at in range(first, last))
    return [at for at in found if boxes[tokens.document.box[tokens.start[at]]] == 1]


def _with_badge(tokens: Tokens, badge: Span | None, at: int) -> Span | None:
    """The card's badge, which may be the token `at`."""
    if not is_badge(tokens, at):
        return badge
    return one_badge([at] if badge is None else [badge.first, at])


def is_initial(text: str, name: str) -> bool:
    """Whether a text is the letter, or two, that stand for a tool's picture."""
    return len(text) <= 2 and text.casefold() == name[: len(text)].casefold() and text != name


def one_badge(badges: list[int]) -> Span | None:
    """The badge at one of these tokens. Raises: FieldError (field_ambiguous) for several."""
    if len(badges) > 1:
        raise FieldError(code="field_ambiguous", field="badge", detail="more than one badge")
    return Span(badges[0], badges[0] + 1) if badges else None


def is_badge(tokens: Tokens, at: int) -> bool:
    """Whether a token is nothing but a badge."""
    return tokens.key[at] in tokens.words.badges


def is_field_label(tokens: Tokens, at: int) -> bool:
    """Whether a token is marked up as a label of the card itself."""
    return tokens.key[at] in FIELD_LABELS and tokens.document.tag[tokens.element(at)] in LABEL_TAGS

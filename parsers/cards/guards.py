"""What a field of several paragraphs may not hold: signs that a block was doubled or lost."""

from __future__ import annotations

from parsers.cards.paragraphs import CardSpan
from parsers.cards.statistics import is_statistic
from parsers.page.tokens import Tokens
from parsers.values import word_key
from schema.errors import FieldError


def require_no_statistics(tokens: Tokens, span: CardSpan, field: str) -> None:
    """A field of several paragraphs has none that is only a label or a value of the triple."""
    if len(span.places) < 2:
        return
    boxes = [tokens.document.box[tokens.start[at]] for at in span.places]
    if len(set(boxes)) < 2:
        return
    words = tokens.words
    rows = {
        word_key(word)
        for word in (words.panel_verdict, words.pricing, words.best_for, words.scorecard)
    }
    plain = {
        box
        for at, box in zip(span.places, boxes, strict=True)
        if not is_statistic(tokens, at) and tokens.key[at] not in rows
    }
    for at, box in zip(span.places, boxes, strict=True):
        if box not in plain:
            raise FieldError(
                code="field_ambiguous",
                field=field,
                detail=f"a paragraph is only {tokens.text[at][:40]!r}",
            )


def require_no_repeat(tokens: Tokens, first: int, end: int, field: str) -> None:
    """No paragraph of a field stands in it twice. Raises: FieldError (duplicate_block)."""
    if end - first < 2:
        return
    seen: set[str] = set()
    for at in range(first, end):
        text = tokens.text[at]
        if (len(text) > 20 and text in seen) or (at > first and text == tokens.text[at - 1]):
            raise FieldError(code="duplicate_block", field=field, detail=f"{text[:40]!r} twice")
        seen.add(text)

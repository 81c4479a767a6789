"""A quote must be whole: its first words with an offer to read the rest are no quote."""

from __future__ import annotations

from parsers.page.tokens import Tokens
from parsers.scorecard.cells import NamedCell
from parsers.scorecard.wording import (
    ends_in_more,
    is_ended,
    is_more,
    is_twice,
    says_how_much_more,
    tail_of,
)
from parsers.sentences import is_cut
from parsers.values import outer_quotes
from schema.errors import FieldError

FAR_SHORTER = 3
"""A text of fewer than one in so many characters of each quote may be none."""


def require_whole(tokens: Tokens, cells: tuple[NamedCell, ...]) -> None:
    """Every quote is whole, as far as its page tells.

    One that ends in an ellipsis may be so by itself, but nothing tells: a short one among longer
    ones is cut by hand, a whole sentence before it is where an editor cuts. One that is no whole
    sentence is whole where the others end as such and nothing offers the rest, unless it is far
    shorter; where the rest is offered for some quotes alone, those are parts.
    Raises: FieldError (truncated_quote, duplicate_block).
    """
    shown = [tokens.join(*cell.quote) for cell in cells]
    texts = [_inside(text) for text in shown]
    unended = [text for text in texts if not is_ended(text) and tail_of(text) is None]
    if 2 * len(unended) > len(texts):
        raise _truncated(unended[0])
    shortest = min((len(text) for text in texts if is_ended(text)), default=0)
    phrases = (text for text in unended if " " in text and FAR_SHORTER * len(text) < shortest)
    if phrase := next(phrases, None):
        raise _truncated(phrase)
    offers, amounts, within = list[bool](), list[bool](), list[bool]()
    for cell in cells:
        first = cell.raw.span.first
        said = tokens.text[first : cell.end + 1]  # and what is right behind
        more = [is_more(text) for text in said]
        offers.append(True in more)
        within.append(True in more[: cell.raw.span.end - first])
        amounts.append(True in [says_how_much_more(text) for text in said])
    is_of_some = 0 < sum(within) < len(cells)
    for text, is_offered, is_within, has_more in zip(texts, offers, within, amounts, strict=True):
        if is_twice(text):
            detail = f"its beginning stands twice: {text[:40]!r}"
            raise FieldError(code="duplicate_block", field="quotes[].text", detail=detail)
        is_open = is_cut(text) or ends_in_more(text)
        is_short_of = is_offered and not is_ended(text)
        is_part = is_open or is_short_of or (is_of_some and is_within)
        if has_more or (is_part and not is_more(text)):
            raise _truncated(text)


def _inside(text: str) -> str:
    """A text inside its outer quotation marks, without white space at its ends."""
    start, end = outer_quotes(text)
    return text[start:end].strip()


def _truncated(text: str) -> FieldError:
    detail = f"only its beginning is shown: it ends {text[-40:]!r}"
    return FieldError(code="truncated_quote", field="quotes[].text", detail=detail)

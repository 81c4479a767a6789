"""A quote must be whole: its first words with an offer to read the rest are no quote."""

from __future__ import annotations

from collections.abc import Callable

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


def require_whole(tokens: Tokens, cells: tuple[NamedCell, ...]) -> None:
    """Every quote is whole, as far as its page tells.

    One that ends in an ellipsis may be so by itself, but nothing tells: a short one among longer
    ones is cut by hand, a whole sentence before it is where an editor cuts. One that is no whole
    sentence is whole where the others end as such and nothing offers the rest; where the rest is
    offered for some quotes alone, those are parts.
    Raises: FieldError (truncated_quote, duplicate_block).
    """
    shown = [tokens.join(*cell.quote) for cell in cells]
    texts = [text[slice(*outer_quotes(text))].strip() for text in shown]
    unended = [text for text in texts if not is_ended(text) and tail_of(text) is None]
    if 2 * len(unended) > len(texts):
        raise _truncated(unended[0])
    offered = [_is_offered(tokens, cell, is_more) for cell in cells]
    within = [any(map(is_more, tokens.text[slice(*cell.raw.span)])) for cell in cells]
    is_of_some = 0 < sum(within) < len(cells)
    for cell, text, has_offer, is_within in zip(cells, texts, offered, within, strict=True):
        if is_twice(text):
            detail = f"its beginning stands twice: {text[:40]!r}"
            raise FieldError(code="duplicate_block", field="quotes[].text", detail=detail)
        is_open = is_cut(text) or ends_in_more(text)
        is_short_of = not is_ended(text) and has_offer
        is_part = is_open or is_short_of or (is_of_some and is_within)
        if _is_offered(tokens, cell, says_how_much_more) or (is_part and not is_more(text)):
            raise _truncated(text)


def _is_offered(tokens: Tokens, cell: NamedCell, says: Callable[[str], bool]) -> bool:
    """Whether a cell offers more of its quote, in it or right behind."""
    end = min(cell.end + 1, len(tokens.text))
    return any(says(tokens.text[at]) for at in range(cell.raw.span.first, end))


def _truncated(text: str) -> FieldError:
    detail = f"only its beginning is shown: it ends {text[-40:]!r}"
    return FieldError(code="truncated_quote", field="quotes[].text", detail=detail)

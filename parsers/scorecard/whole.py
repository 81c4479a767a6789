"""A quote must be whole: its first words with an offer to read the rest are no quote."""

from __future__ import annotations

from parsers.page.tokens import Tokens
from parsers.scorecard.shape import NamedCell
from parsers.scorecard.wording import ends_in_more, is_cut, is_ended, is_more
from schema.errors import FieldError


def require_whole(tokens: Tokens, cells: tuple[NamedCell, ...]) -> None:
    """Every quote is whole, as far as its page tells.

    One that ends in an ellipsis may be whole; most of a page's quotes never end so by themselves.
    Raises: FieldError (truncated_quote).
    """
    texts = [tokens.join(*cell.quote) for cell in cells]
    if 2 * sum(map(is_cut, texts)) > len(texts):
        raise _truncated(next(text for text in texts if is_cut(text)))
    for cell, text in zip(cells, texts, strict=True):
        if ends_in_more(text):
            raise _truncated(text)
        if not is_ended(text) and _is_offered(tokens, cell):
            raise _truncated(text)


def _is_offered(tokens: Tokens, cell: NamedCell) -> bool:
    """Whether a cell offers more of its quote, in it or right behind."""
    end = min(cell.end + 1, len(tokens.text))
    return any(is_more(tokens.text[at]) for at in range(cell.raw.span.first, end))


def _truncated(text: str) -> FieldError:
    detail = f"only its beginning is shown: it ends {text[-40:]!r}"
    return FieldError(code="truncated_quote", field="quotes[].text", detail=detail)

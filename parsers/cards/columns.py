"""Which column of the decision table is whose: told by its head, or by what its cells repeat.

    head      told by its words          not understood             not there
    cells     repeat the cards: as told  repeat the cards: so       repeat the cards: so
              the other way: refused     say nothing: refused       say nothing: in the cards' order

A head that is not understood is never passed over.
"""

from __future__ import annotations

from typing import NamedTuple

from parsers.cards.paragraphs import CardSpan
from parsers.heads import headed_tool
from parsers.page.tokens import Tokens
from schema.errors import FieldError

Order = tuple[int, int]
"""Which of two cells is each tool's."""


DecisionRow = tuple[str, CardSpan, CardSpan]
"""A row's label and its two cells in the page's order."""


class Said(NamedTuple):
    """What the cards say: the names, and the words that the table repeats, by row."""

    names: tuple[str, str]
    words: dict[str, tuple[str, str]]


def order_of(
    tokens: Tokens, said: Said, heads: list[str], rows: list[DecisionRow], named: set[Order]
) -> Order:
    """Which cell of each row is each tool's; `named` are the orders that names in cells tell.

    Raises: FieldError (field_ambiguous) where heads and cells disagree, or neither tells.
    """
    told = [headed_tool(head, said.names) for head in heads]
    if len(told) == 2 and told[0] == told[1] != 0 and said.names[0] != said.names[1]:
        raise _uncertain(f"both heads name one tool, {heads!r}")
    ways = (_by_heads(heads, said.names), *_by_words(tokens, said, rows), *named)
    found = {way for way in ways if way is not None}
    if len(found) > 1:
        raise _uncertain(f"its head {heads!r} and its cells do not agree")
    if not found and heads:
        raise _uncertain(f"its head reads {heads!r}")
    return found.pop() if found else (0, 1)


def _uncertain(why: str) -> FieldError:
    detail = f"which column of the decision table is whose is not certain: {why[:160]}"
    return FieldError(code="field_ambiguous", field="tools[].pricing", detail=detail)


def _by_heads(heads: list[str], names: tuple[str, str]) -> Order | None:
    """The order that the heads tell. Absent: None where they do not tell it."""
    if names[0] == names[1]:
        return 0, 1
    tools = [headed_tool(text, names) for text in heads]
    if len(tools) == 2 and sorted(tools)[0] == 0 and any(tools):
        # One is understood, and the other, which is not, stands over the other column.
        return (0, 1) if tools[0] == 1 or tools[1] == 2 else (1, 0)
    told = [tool for tool in tools if tool]
    for order, first in (((0, 1), [1, 2]), ((1, 0), [2, 1])):
        if told and told == first * (len(told) // 2):
            return order
    return None


def _by_words(tokens: Tokens, said: Said, rows: list[DecisionRow]) -> set[Order]:
    """The orders in which cells repeat what the cards say."""
    found = set[Order]()
    for name, *cells in rows:
        words = said.words.get(name)
        shown = tuple(cell.text(tokens) for cell in cells)
        if words is not None and words[0] != words[1] and set(shown) == set(words):
            found.add((0, 1) if shown == words else (1, 0))
    return found

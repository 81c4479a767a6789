"""What a page shows around its cells that tells where they belong: heads and empty places."""

from __future__ import annotations

from bisect import bisect_left
from itertools import pairwise

from parsers.heads import INITIALS, Names, headed_tool
from parsers.page.document import common
from parsers.page.tokens import Tokens
from parsers.scorecard.cells import means
from parsers.scorecard.shape import NamedCell, is_alike
from parsers.scorecard.sides import Board, Panels, Side
from parsers.scorecard.wording import is_name_like, may_be_reviewer


def read_board(tokens: Tokens, names: Names, cells: tuple[NamedCell, ...], panels: Panels) -> Board:
    """All that tells where the cells belong."""
    heads = [[_head(tokens, names, cell, at) for at in cell.raw.outer] for cell in cells]
    is_one_name = names[0] == names[1]
    return Board(
        cells=cells,
        heads=tuple(_in_turn(found, is_one_name=is_one_name) for found in heads),
        unread=() if is_one_name else _unread(tokens, names, cells),
        places=_places(tokens, cells) if len(cells) < 8 else (),
        panels=panels,
        is_one_name=is_one_name,
    )


def _head(tokens: Tokens, names: Names, cell: NamedCell, at: int) -> int:
    """The tool that a token outside of the cells names. Absent: 0 for none.

    A letter beside a name that begins with it is that name's avatar.
    """
    text = tokens.text[at]
    if len(text) <= INITIALS and text not in names:
        beside = (other for other in (at - 1, at + 1) if other in cell.raw.outer)
        if any(tokens.text[other][0] == text[0] for other in beside):
            return 0
    return headed_tool(text, names)


def _in_turn(found: list[int], *, is_one_name: bool) -> tuple[int, ...]:
    """The tools that heads name, one that is named twice in a row once."""
    named = [tool for tool in found if tool]
    if is_one_name:
        return tuple(named)
    return tuple(tool for before, tool in pairwise([0, *named]) if tool != before)


def _unread(tokens: Tokens, names: Names, cells: tuple[NamedCell, ...]) -> tuple[str, ...]:
    """The texts that stand where the tools' names would, as heads of columns, and name none.

    They are two alone in an element before the cells, or one in the midst of cells that have none.
    """
    if tokens.document.kind != "html":
        return ()
    shown = [[at for at in cell.raw.outer if _may_be_head(tokens, names, at)] for cell in cells]
    for one, other in pairwise(shown[0]):
        if is_alike(tokens, one, other) and _are_alone(tokens, one, other):
            return tokens.text[one], tokens.text[other]
    inside = [found[-1] for found in shown[1:] if found]
    if len(inside) == 1 and shown[0]:
        pair = tokens.text[shown[0][-1]], tokens.text[inside[0]]
        return pair if pair[0] != pair[1] else ()
    return ()


def _may_be_head(tokens: Tokens, names: Names, at: int) -> bool:
    text = tokens.text[at]
    if headed_tool(text, names) or tokens.key[at] in tokens.words.badges:
        return False
    return is_name_like(text) and may_be_reviewer(text)


def _are_alone(tokens: Tokens, one: int, other: int) -> bool:
    """Whether two tokens stand in an element that holds at most a corner beside them."""
    if tokens.text[one] == tokens.text[other]:
        return False
    document = tokens.document
    start, end = document.blocks_of(common(document, tokens.element(one), tokens.element(other)))
    return end - start <= 3


def _places(tokens: Tokens, cells: tuple[NamedCell, ...]) -> tuple[Side, ...]:
    """For each cell its place among the cells and empty elements beside it, and their number."""
    elements = [_element(tokens, cell) for cell in cells]
    return tuple(_place(tokens, each, elements) if each else (0, 0) for each in elements)


def _element(tokens: Tokens, cell: NamedCell) -> int:
    """The element that is the cell. Absent: 0 where none is."""
    own = tokens.document.ancestors(tokens.start[cell.raw.anchor.first])
    depth = len(own) - len(cell.raw.above)
    return own[depth - 1] if cell.raw.above and depth else 0


def _place(tokens: Tokens, element: int, cells: list[int]) -> tuple[int, int]:
    parent = tokens.document.parent
    beside = [
        e
        for e, above in enumerate(parent)
        if e and above == parent[element] and (e in cells or not _has_words(tokens, e))
    ]
    return beside.index(element) + 1, len(beside)


def _has_words(tokens: Tokens, element: int) -> bool:
    start, end = tokens.document.blocks_of(element)
    first, last = bisect_left(tokens.start, start), bisect_left(tokens.start, end)
    return any(means(tokens, at) for at in range(first, last))

"""The reviewer scorecard: eight quotes, or the fewer that the page explains, with their sides.

This module puts the stages in their order; each has a module of its own.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import NamedTuple

from parsers.heads import Names
from parsers.page.tokens import LONGEST_SCORE, Tokens
from parsers.scorecard.anchors import Anchor
from parsers.scorecard.arrangements import place_cells
from parsers.scorecard.board import read_board
from parsers.scorecard.cells import RawCell, build_cells
from parsers.scorecard.copies import longest, one_of_copies
from parsers.scorecard.edges import require_own_edges
from parsers.scorecard.flat import is_flat, spread_flat
from parsers.scorecard.reviewers import require_names
from parsers.scorecard.rows import name_by_row
from parsers.scorecard.shape import name_cells, own_words
from parsers.scorecard.sides import Panels, PlacedCell
from parsers.scorecard.signs import require_no_signs
from parsers.scorecard.whole import require_whole
from parsers.scorecard.wording import masked
from schema.errors import LayoutError

FEW_ALIKE = 3
"""A text that stands there so often, figures aside, may be what each cell shows."""


class Scorecard(NamedTuple):
    """The cells in the page's order with their sides, and the first token after them."""

    cells: tuple[PlacedCell, ...]
    end: int


def read_scorecard(
    tokens: Tokens, anchors: list[Anchor], names: Names, begin: int, panels: Panels
) -> Scorecard:
    """The cells after the scorecard's heading `begin`, around their anchors.

    Raises: LayoutError quote_count, quote_side, cell_shape, truncated_quote, field_ambiguous;
    FieldError quote_empty.
    """

    def read(cells: tuple[RawCell, ...]) -> tuple[PlacedCell, ...]:
        return _read(tokens, names, cells, panels)

    cells = build_cells(tokens, names, anchors, begin)
    count, expected = len(cells), _expected_count(panels)
    placed = None
    if count in (8, expected):
        placed = read(cells)
        if count > expected and len({longest(tokens, cell) for cell in cells}) < count:
            placed = None
    for times in (2, 3):
        if placed is None and count % times == 0 and count // times in (8, expected):
            placed = one_of_copies(tokens, cells, count // times, read)
    if placed is None:
        raise _wrong_count(tokens, begin, count, panels)
    ends = [cell.span.end for cell in cells] + [each.cell.end for each in placed]
    return Scorecard(placed, max(ends))


def _expected_count(panels: Panels) -> int:
    """How many quotes the page explains: fewer than eight only with a stated panel of three."""
    return sum(3 if panel == 3 else 4 for panel in panels)


def _wrong_count(tokens: Tokens, begin: int, count: int, panels: Panels) -> LayoutError:
    stated = sum(panel if panel is not None else 4 for panel in panels)
    detail = f"found {count}, the page's votes say {stated}"
    if count < stated and (unread := _unread(tokens, begin)):
        detail += f"; {unread!r} and its like may be scores, and are not read"
    return LayoutError(code="quote_count", field="quotes", detail=detail)


def _unread(tokens: Tokens, begin: int) -> str | None:
    """A short text with figures, of so many of so many or again with others. Absent: None."""
    blocks = tokens.document.text[tokens.end[begin] :]
    is_read = tokens.patterns.is_score
    short = [text for text in blocks if len(text) <= LONGEST_SCORE and not is_read(text)]
    alike = Counter(each for text in short if (each := masked(text)) != text)
    alone = (text for text in short if re.match(r"\d+ ?/ ?\d+\b", text))
    return next((text for text in short if alike[masked(text)] >= FEW_ALIKE), next(alone, None))


def _read(
    tokens: Tokens, names: Names, cells: tuple[RawCell, ...], panels: Panels
) -> tuple[PlacedCell, ...]:
    """The stages of one scorecard: parts, wholeness, sides, reviewers of rows."""
    rests = own_words(tokens, cells)
    if is_flat(tokens, cells, rests):
        named = spread_flat(tokens, names, cells)
    else:
        named = name_cells(tokens, names, cells, rests)
    require_no_signs(tokens, named)
    require_whole(tokens, named)
    require_own_edges(tokens, names, named)
    placed = name_by_row(tokens, names, place_cells(read_board(tokens, names, named, panels)))
    require_names(tokens, names, placed)
    return placed

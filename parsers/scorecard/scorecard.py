"""The reviewer scorecard: eight quotes, or the fewer that the page explains, with their sides."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise

from parsers.page.tokens import Patterns, Score, Tokens
from parsers.scorecard.cells import (
    Cell,
    build_cells,
    find_columns,
    find_quoted,
    find_scores,
    find_verdicts,
)
from parsers.scorecard.reviewers import (
    drop_common,
    is_name_like,
    name_reviewers,
    reviewer_name,
    spread_flat,
)
from parsers.scorecard.sides import Panels, Side, assign_sides
from parsers.values import word_key
from schema.errors import LayoutError, ParseError


@dataclass(frozen=True, slots=True)
class Scorecard:
    """The cells in the page's order with their sides, and the first token after them."""

    cells: list[Cell]
    sides: list[Side]
    end: int


Found = list[tuple[int, Score]]


def find_scorecard(tokens: Tokens, patterns: Patterns) -> tuple[int, Found]:
    """The token of the scorecard's heading, and the scores after it.

    It is the last heading before the first score, or before the first quoted text. Without either
    the verdicts stand in for the scores.

    Raises: LayoutError (scorecard_missing) where there is none.
    """
    key = word_key(tokens.words.scorecard)
    headings = [at for at, other in enumerate(tokens.key) if other == key]
    if not headings:
        raise LayoutError(
            code="scorecard_missing",
            field="quotes",
            detail=f"no block reads {tokens.words.scorecard!r}",
        )
    scores = find_scores(tokens, patterns, headings[0])
    if scores:
        return max(at for at in headings if at < scores[0][0]), scores
    quoted = (at for at in range(headings[0], len(tokens.text)) if tokens.text[at][0] == "“")
    first = next(quoted, None)
    if first is not None:
        return max(at for at in headings if at < first), []
    verdicts = find_verdicts(tokens, headings[-1]) if tokens.document.kind == "html" else []
    return headings[-1], verdicts


def read_scorecard(
    tokens: Tokens, scores: Found, names: tuple[str, str], begin: int, panels: Panels
) -> Scorecard:
    """The cells after the scorecard's heading, around its scores or, without any, its quotes.

    Raises: LayoutError quote_count, quote_side, cell_shape; FieldError quote_empty.
    """
    anchors: list[tuple[int, int, Score | None]] = [(at, at + 1, score) for at, score in scores]
    if not anchors:
        anchors = [(first, last, None) for first, last in find_quoted(tokens, begin + 1)]
    cells = build_cells(tokens, names, anchors, begin) if anchors else []
    end = max((cell.last for cell in cells), default=begin)
    expected = _expected_count(panels)
    if len(cells) in (12, 14, 16) and len(cells) // 2 in (8, expected):
        chosen, sides = _without_copy(tokens, names, cells, panels)
    else:
        if len(cells) not in (8, expected):
            raise _wrong_count(len(cells), panels)
        chosen, sides = cells, _read(tokens, names, cells, panels)
        if len(cells) > expected and len(set(_words(tokens, cells))) < len(cells):
            raise _wrong_count(len(cells), panels)
    return Scorecard(chosen, sides, max(end, *(cell.last for cell in chosen)))


def _expected_count(panels: Panels) -> int:
    """How many quotes the page explains: fewer than eight only with a stated panel of three."""
    return sum(3 if panel == 3 else 4 for panel in panels)


def _wrong_count(count: int, panels: Panels) -> LayoutError:
    stated = [panel if panel is not None else 4 for panel in panels]
    return LayoutError(
        code="quote_count",
        field="quotes",
        detail=f"found {count}, the page's votes say {sum(stated)}",
    )


def _read(tokens: Tokens, names: tuple[str, str], cells: list[Cell], panels: Panels) -> list[Side]:
    """Fill in reviewer and quote of each cell, and tell its side."""
    drop_common(tokens, cells)
    if _is_flat(tokens, cells):
        for cell in cells:
            cell.first, cell.last = cell.anchor, max(cell.anchor, cell.verdict_at or 0) + 1
        spread_flat(tokens, cells, tokens.words.newsletter)
    else:
        name_reviewers(tokens, cells)
    if len(cells) < 8:
        find_columns(tokens, cells)
    markers = [[tokens.text[at] for at in cell.outer if tokens.text[at] in names] for cell in cells]
    sides = assign_sides(cells, names, markers, panels)
    if all(cell.reviewer is None for cell in cells):
        _name_by_row(tokens, names, cells, sides)
    return sides


def _is_flat(tokens: Tokens, cells: list[Cell]) -> bool:
    """Whether the quotes stand outside the elements of their scores."""
    return all(
        cell.score is not None
        and all(is_name_like(tokens.text[at]) for at in cell.lead + cell.trail)
        for cell in cells
    )


def _name_by_row(
    tokens: Tokens, names: tuple[str, str], cells: list[Cell], sides: list[Side]
) -> None:
    """The reviewer who stands once in a row, outside its cells, for both of them.

    A word that stands between the cells of every row is no name.
    Raises: LayoutError (cell_shape) where the rows show several texts that could be the name, or
    it is not certain which row a name belongs to.
    """
    rows = _beside_rows(tokens, names, cells, sides)
    if sum(map(bool, rows.values())) < len(rows) - 1:
        return
    _drop_between(rows, cells, sides)
    if any(len(found) > 1 for found in rows.values()):
        detail = "several texts of a row could be its reviewer"
        raise LayoutError(code="cell_shape", field="quotes[].reviewer", detail=detail)
    if not rows[sides[0][1]] and _may_stand_behind(tokens, rows, cells):
        detail = "the first row shows no reviewer: the names may stand before or behind their rows"
        raise LayoutError(code="cell_shape", field="quotes[].reviewer", detail=detail)
    for cell, (_, slot) in zip(cells, sides, strict=True):
        for name, at in rows[slot].items():
            cell.reviewer, cell.reviewer_at = reviewer_name(name), at


def _beside_rows(
    tokens: Tokens, names: tuple[str, str], cells: list[Cell], sides: list[Side]
) -> dict[int, dict[str, int]]:
    """For each row the texts outside its cells that could be a name, and where each stands."""
    rows: dict[int, dict[str, int]] = {slot: {} for _, slot in sides}
    for number, (cell, (_, slot)) in enumerate(zip(cells, sides, strict=True)):
        shown = [at for at in cell.outer if tokens.text[at] not in names]
        before = cells[number - 1] if number else None
        behind = [at for at in shown if before and _is_nearer(tokens, at, before, cell)]
        for own, found in ((sides[number - 1][1], behind[:1]), (slot, shown[len(behind) :][-1:])):
            for at in found:
                if is_name_like(tokens.text[at]):
                    rows[own].setdefault(tokens.text[at], at)
    return rows


def _drop_between(rows: dict[int, dict[str, int]], cells: list[Cell], sides: list[Side]) -> None:
    """Leave out a word that every row of two cells shows between them."""
    pairs: dict[int, list[int]] = {}
    for cell, (_, slot) in zip(cells, sides, strict=True):
        pairs.setdefault(slot, []).append(cell.anchor)
    full = [slot for slot, anchors in pairs.items() if len(anchors) == 2]
    between = [{name for name, at in rows[slot].items() if at > min(pairs[slot])} for slot in full]
    for name in set.intersection(*between) if between else ():
        for found in rows.values():
            found.pop(name, None)


def _may_stand_behind(tokens: Tokens, rows: dict[int, dict[str, int]], cells: list[Cell]) -> bool:
    """Whether no element tells if a name belongs to the row after it or to the one before."""
    found = [at for names in rows.values() for at in names.values()]
    return any(
        before.last <= at < cell.first
        and not _is_nearer(tokens, at, before, cell)
        and not _is_nearer(tokens, at, cell, before)
        for before, cell in pairwise(cells)
        for at in found
    )


def _is_nearer(tokens: Tokens, at: int, one: Cell, other: Cell) -> bool:
    """Whether a token stands in an element with the one cell that does not hold the other."""
    above = tokens.document.ancestors(tokens.start[at])
    shared = (next((e for e in above if e in cell.chain), 0) for cell in (one, other))
    return next(shared) > next(shared)


def _without_copy(
    tokens: Tokens, names: tuple[str, str], cells: list[Cell], panels: Panels
) -> tuple[list[Cell], list[Side]]:
    """One of two complete copies of the cells, equal word for word.

    Raises: LayoutError (quote_count) where the cells are no such copies.
    """
    half = len(cells) // 2
    ways = [(cells[:half], cells[half:]), (cells[::2], cells[1::2]), _by_first_sight(tokens, cells)]
    for one, other in ways:
        if len(one) != half:
            continue
        read: list[tuple[list[Cell], list[Side]]] = []
        problem: ParseError | None = None
        for part in (one, other):
            # Reading fills the cells in, and what one way made of them is nothing to the next.
            own = [
                replace(cell, outer=[*cell.outer], lead=[*cell.lead], trail=[*cell.trail])
                for cell in part
            ]
            try:
                read.append((own, _read(tokens, names, own, panels)))
            except ParseError as error:
                problem = error
        if len(read) == 2 and _said(tokens, *read[0]) == _said(tokens, *read[1]):
            return max(read, key=lambda part: sum(cell.reviewer is not None for cell in part[0]))
        if len(read) == 1 and _words(tokens, one) == _words(tokens, other):
            return read[0]
        if problem is not None and _words(tokens, one) == _words(tokens, other):
            raise problem
    raise _wrong_count(len(cells), panels)


def _by_first_sight(tokens: Tokens, cells: list[Cell]) -> tuple[list[Cell], list[Cell]]:
    """The cells whose words were not seen before, and the others."""
    seen: set[str] = set()
    parts: tuple[list[Cell], list[Cell]] = ([], [])
    for cell, words in zip(cells, (_longest(tokens, cell) for cell in cells), strict=True):
        parts[words in seen].append(cell)
        seen.add(words)
    return parts


def _said(tokens: Tokens, cells: list[Cell], sides: list[Side]) -> list[tuple[Side, str]]:
    return sorted((side, tokens.join(*cell.quote)) for cell, side in zip(cells, sides, strict=True))


def _words(tokens: Tokens, cells: list[Cell]) -> list[str]:
    """The longest text of each cell, in an order that does not depend on theirs."""
    return sorted(_longest(tokens, cell) for cell in cells)


def _longest(tokens: Tokens, cell: Cell) -> str:
    return max((tokens.text[at] for at in range(cell.first, cell.last)), key=len)

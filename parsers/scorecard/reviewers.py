"""Reviewer and quote told apart inside the cells of the scorecard.

One reading must fit all cells; where none does, or more than one, the page is refused.
"""

from __future__ import annotations

from itertools import pairwise

from parsers.page.tokens import Tokens
from parsers.scorecard.cells import Cell, means
from parsers.values import word_key
from schema.errors import FieldError, LayoutError, ParseError

LONGEST_NAME = 60


def is_name_like(text: str) -> bool:
    """Whether a text could be a reviewer's name rather than a sentence."""
    return (
        len(text) <= LONGEST_NAME
        and len(text.split()) <= 6
        and text[-1] not in '.!?…”"'
        and text[0] not in '“"'
    )


def reviewer_name(text: str) -> str:
    """A reviewer's name as it is compared and recorded: without a leading 'The '."""
    return text.removeprefix("The ")


def drop_common(tokens: Tokens, cells: list[Cell]) -> None:
    """Leave out what every cell repeats word for word: a button or a label, no quote of theirs.

    One name that every cell repeats is their reviewer, unless the rows are headed by reviewers or
    the cells show another name beside it.
    """
    text = tokens.text
    # Lists, for a set would have to read every quote to its end.
    common = [text[at] for at in cells[0].lead + cells[0].trail]
    for cell in cells[1:]:
        shown = [text[at] for at in cell.lead + cell.trail]
        common = [each for each in common if each in shown]
        if not common:
            return
    headed = sum(any(is_name_like(text[at]) for at in cell.outer) for cell in cells)
    if headed < len(cells) // 2 - 1 and not all(_has_other_name(tokens, c, common) for c in cells):
        common = [each for each in common if not is_name_like(each)]
    kept = ([at for at in cell.lead + cell.trail if text[at] not in common] for cell in cells)
    # Where there is a score, something must be left: the quote itself is among it.
    if not common or (cells[0].score is not None and not all(kept)):
        return
    for cell in cells:
        cell.lead = [at for at in cell.lead if text[at] not in common]
        cell.trail = [at for at in cell.trail if text[at] not in common]


def _has_other_name(tokens: Tokens, cell: Cell, common: list[str]) -> bool:
    shown = (tokens.text[at] for at in cell.lead + cell.trail)
    return any(is_name_like(text) and text not in common for text in shown)


def name_reviewers(tokens: Tokens, cells: list[Cell]) -> None:
    """Tell reviewer and quote apart in cells that are elements.

    One reading must fit all cells: no reviewer, the reviewer first, or the reviewer last.
    Raises: LayoutError (cell_shape) where no reading, or more than one, fits.
    """
    if all(cell.score is None for cell in cells):
        _name_beside_quoted(tokens, cells)
        return
    readings = {}
    for reading in ("first", "last", "none"):
        parts = [part for cell in cells if (part := _part(tokens, cell, reading)) is not None]
        if len(parts) == len(cells):
            readings[reading] = parts
        elif 2 * len(parts) >= len(cells):
            break  # most cells name a reviewer: one that does not has lost a part
    if not readings:
        raise _unlike(tokens, cells)
    chosen = _choose_reading(tokens, readings)
    for cell, (reviewer, quote) in zip(cells, chosen, strict=True):
        cell.quote = quote
        if reviewer is not None:
            cell.reviewer, cell.reviewer_at = reviewer_name(tokens.text[reviewer]), reviewer
        elif cell.score is not None and cell.score.reviewer:
            cell.reviewer, cell.reviewer_at = reviewer_name(cell.score.reviewer), cell.anchor


def _unlike(tokens: Tokens, cells: list[Cell]) -> ParseError:
    """Why no reading fits all cells: one of them has no quote, or they are not built alike."""
    for cell in cells:
        if all(is_name_like(tokens.text[at]) for at in cell.lead + cell.trail):
            return FieldError(code="quote_empty", field="quotes", detail="a cell without a quote")
    return LayoutError(code="cell_shape", field="quotes", detail="the cells are not built alike")


_Part = tuple[int | None, tuple[int, int]]


def _part(tokens: Tokens, cell: Cell, reading: str) -> _Part | None:
    """Reviewer and quote of one cell under a reading. Absent: None where it does not fit."""
    rest = cell.lead + cell.trail
    reviewer = None
    if reading != "none":
        if len(rest) < 2:
            return None
        reviewer = rest[0] if reading == "first" else rest[-1]
        if not is_name_like(tokens.text[reviewer]):
            return None
        rest = rest[1:] if reading == "first" else rest[:-1]
    if not rest or rest[0] < cell.anchor < rest[-1]:
        return None
    return reviewer, (rest[0], rest[-1] + 1)


def _choose_reading(tokens: Tokens, readings: dict[str, list[_Part]]) -> list[_Part]:
    quoted = [r for r, parts in readings.items() if all(_is_quoted(tokens, p[1]) for p in parts)]
    if len(quoted) == 1:
        return readings[quoted[0]]
    if "first" in readings and "last" in readings:
        kinds = {
            reading: len({tokens.text[part[0] or 0] for part in readings[reading]})
            for reading in ("first", "last")
        }
        if kinds["first"] == kinds["last"]:
            raise LayoutError(
                code="cell_shape", field="quotes", detail="reviewer and quote look alike"
            )
        return readings[min(kinds, key=lambda reading: kinds[reading])]
    return readings.get("first") or readings.get("last") or readings["none"]


def _is_quoted(tokens: Tokens, span: tuple[int, int]) -> bool:
    return tokens.text[span[0]].startswith("“") and tokens.text[span[1] - 1].endswith("”")


def _name_beside_quoted(tokens: Tokens, cells: list[Cell]) -> None:
    """The reviewer beside a quoted text, where every cell shows exactly one."""
    beside = [cell.lead + cell.trail for cell in cells]
    if not all(len(rest) == 1 and is_name_like(tokens.text[rest[0]]) for rest in beside):
        if any(beside):
            raise LayoutError(
                code="cell_shape", field="quotes", detail="the cells are not built alike"
            )
        return
    for cell, rest in zip(cells, beside, strict=True):
        cell.reviewer, cell.reviewer_at = reviewer_name(tokens.text[rest[0]]), rest[0]


def spread_flat(tokens: Tokens, cells: list[Cell], newsletter: tuple[str, ...]) -> None:
    """Give cells without elements the tokens up to the next score: quote, then next reviewer.

    Raises: LayoutError where it is not certain which tokens are reviewers, FieldError where the
    last quote's end is not certain.
    """
    gaps = [
        [at for at in range(cell.last, after.first) if means(tokens, at)]
        for cell, after in pairwise(cells)
    ]
    before = [at for at in cells[0].outer if tokens.text[at] not in (cells[0].marker or "",)]
    named = [len(gap) > 1 and is_name_like(tokens.text[gap[-1]]) for gap in gaps]
    has_first = bool(before) and is_name_like(tokens.text[before[-1]])
    for gap in [before, *gaps]:
        if len(gap) > 1 and tokens.text[gap[-1]] == tokens.text[gap[-2]]:
            detail = f"{tokens.text[gap[-1]][:40]!r} twice"
            raise FieldError(code="duplicate_block", field="quotes", detail=detail)
    is_each, is_rows = _pattern(named, has_first)
    if has_first:
        cells[0].reviewer, cells[0].reviewer_at = reviewer_name(tokens.text[before[-1]]), before[-1]
    for (cell, after), gap, is_named in zip(pairwise(cells), gaps, named, strict=True):
        if is_named and (is_each or is_rows):
            after.reviewer_at = gap.pop()
            after.reviewer = reviewer_name(tokens.text[after.reviewer_at])
        if not gap:
            raise FieldError(code="quote_empty", field="quotes", detail="a score without a quote")
        cell.quote, cell.last = (gap[0], gap[-1] + 1), gap[-1] + 1
    if is_rows:
        for one, other in zip(cells[::2], cells[1::2], strict=False):
            other.reviewer, other.reviewer_at = one.reviewer, one.reviewer_at
    _end_last(tokens, cells, newsletter)


def _pattern(named: list[bool], has_first: bool) -> tuple[bool, bool]:
    """Whether each cell, or only the first of a row, shows its reviewer before the score."""
    is_each = has_first and all(named)
    is_rows = has_first and all(named[1::2]) and not any(named[::2])
    if not is_each and not is_rows and (has_first or any(named)):
        raise LayoutError(
            code="cell_shape", field="quotes", detail="only some scores have a reviewer"
        )
    return is_each, is_rows


def _end_last(tokens: Tokens, cells: list[Cell], newsletter: tuple[str, ...]) -> None:
    """The last quote ends at the newsletter box, or is as short as all others: one block."""
    last = cells[-1]
    rest = [at for at in range(last.last, len(tokens.text)) if means(tokens, at)]
    if not rest:
        raise FieldError(code="quote_empty", field="quotes", detail="a score without a quote")
    ends = {word_key(word) for word in newsletter}
    stop = next((n for n, at in enumerate(rest) if tokens.key[at] in ends), None)
    if stop is None:
        if any(cell.quote[1] - cell.quote[0] > 1 for cell in cells[:-1]):
            raise FieldError(
                code="field_ambiguous", field="quotes", detail="the last quote's end is not certain"
            )
        stop = 1
    if stop == 0:
        raise FieldError(code="quote_empty", field="quotes", detail="a score without a quote")
    last.quote, last.last = (rest[0], rest[stop - 1] + 1), rest[stop - 1] + 1

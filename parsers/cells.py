"""The cells of the scorecard: one score, or one quoted text, and what stands with it.

A cell is the largest element with exactly one score (or, without scores, one quoted text). Where
no element tells, as in an extracted text, a cell runs from its score to the next.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from dataclasses import dataclass, field

from parsers.tokens import Patterns, Score, Tokens
from parsers.values import label_key
from schema.errors import FieldError, LayoutError, ParseError

FIELD_LABELS = frozenset(["score", "verdict", "reviewer", "reviewers"])
LONGEST_NAME = 60


@dataclass(slots=True)
class Cell:
    """One scorecard cell: the tokens of its parts."""

    first: int
    last: int
    anchor: int
    score: Score | None
    verdict: str | None = None
    verdict_at: int | None = None
    marker: str | None = None
    """The tool's name shown in the cell."""
    lead: list[int] = field(default_factory=list)
    trail: list[int] = field(default_factory=list)
    outer: list[int] = field(default_factory=list)
    """The tokens between the cell before and this one."""
    reviewer: str | None = None
    reviewer_at: int | None = None
    quote: tuple[int, int] = (0, 0)
    chain: list[int] = field(default_factory=list)
    """The elements above the cell, nearest first, the cell itself left out."""
    column: tuple[int, int] = (0, 0)
    """The cell's place among the elements beside it, and how many those are."""


def is_name_like(text: str) -> bool:
    """Whether a text could be a reviewer's name rather than a sentence."""
    return (
        len(text) <= LONGEST_NAME and len(text.split()) <= 6
        and text[-1] not in ".!?…”\"" and text[0] not in "“\""
    )  # fmt: skip


def find_scores(tokens: Tokens, patterns: Patterns, first: int) -> list[tuple[int, Score]]:
    """Every token from `first` on that states a score, alone or with its reviewer's name."""
    texts = range(first, len(tokens.text))
    found = [(at, s) for at in texts if (s := patterns.read_score(tokens.text[at])) is not None]
    if found:
        return found
    return [(at, s) for at in texts if (s := patterns.read_named_score(tokens.text[at])) is not None]


def find_quoted(tokens: Tokens, first: int) -> list[tuple[int, int]]:
    """Every run of tokens [start, end) from `first` on that stands in curly quotation marks.

    Raises: LayoutError when one is opened and not closed.
    """
    found, at = [], first
    while at < len(tokens.text):
        if not tokens.text[at].startswith("“"):
            at += 1
            continue
        end = at + 1
        while not tokens.text[end - 1].endswith("”"):
            if end == len(tokens.text) or tokens.text[end].startswith("“"):
                raise LayoutError(
                    code="cell_shape", field="quotes",
                    detail=f"the quote {tokens.text[at][:30]!r} is not closed",
                )  # fmt: skip
            end += 1
        found.append((at, end))
        at = end
    return found


def build_cells(
    tokens: Tokens, names: tuple[str, str], anchors: list[tuple[int, int, Score | None]], begin: int
) -> list[Cell]:
    """A cell around each anchor: a score, or a quoted text. `begin` is the scorecard's heading.

    Shape: (first token, token after the last, score) for each anchor in.
    """
    spans = _spans(tokens, anchors, begin)
    cells: list[Cell] = []
    before = begin + 1
    for (first, last, score), (low, high, chain) in zip(anchors, spans, strict=True):
        cell = Cell(low, high, first, score, chain=chain)
        cell.outer = [at for at in range(before, low) if _means(tokens, at)]
        cell.lead = [at for at in range(low, first) if _means(tokens, at)]
        cell.trail = [at for at in range(last, high) if _means(tokens, at)]
        if score is None:
            cell.quote = (first, last)
        _take_marker(tokens, names, cell)
        _take_verdict(tokens, cell)
        cells.append(cell)
        before = high
    return cells


def _means(tokens: Tokens, at: int) -> bool:
    if tokens.is_decoration(at) or tokens.text[at] in "-–—−·|":
        return False
    return tokens.key[at] not in FIELD_LABELS


def _spans(
    tokens: Tokens, anchors: list[tuple[int, int, Score | None]], begin: int
) -> list[tuple[int, int, list[int]]]:
    """For each anchor its cell's tokens [first, last) and the elements above the cell."""
    document = tokens.document
    chains = [document.ancestors(tokens.start[first]) for first, _, _ in anchors]
    if document.kind != "html":
        return [(first, last, []) for first, last, _ in anchors]
    counts = Counter(element for chain in chains for element in chain)
    floor = tokens.end[begin]
    depths = []
    for chain in chains:
        own = [e for e in chain if counts[e] == 1 and document.blocks_of(e)[0] >= floor]
        depths.append(len(chain) - len(own))
    usual = Counter(depths).most_common(1)[0][0]
    if sum(depth < usual for depth in depths) <= 2:
        depths = [max(depth, usual) for depth in depths]
    spans = []
    for (first, last, _), chain, depth in zip(anchors, chains, depths, strict=True):
        if depth >= len(chain):
            spans.append((first, last, chain))
            continue
        start, end = document.blocks_of(chain[len(chain) - depth - 1])
        low, high = bisect_right(tokens.end, start), bisect_left(tokens.start, end)
        spans.append((min(low, first), max(high, last), chain[len(chain) - depth :]))
    return spans


def find_columns(tokens: Tokens, cells: list[Cell]) -> None:
    """Fill in where each cell stands in its row; needed only where a cell is missing."""
    for cell in cells:
        cell.column = _column(tokens, cell.anchor, cell.chain)


def _column(tokens: Tokens, anchor: int, chain: list[int]) -> tuple[int, int]:
    """Where the cell's element stands in its row, empty elements counted."""
    document = tokens.document
    own = document.ancestors(tokens.start[anchor])
    depth = len(own) - len(chain)
    if not chain or not depth:
        return 0, 0
    beside = [document.nth[e] for e, above in enumerate(document.parent) if e and above == chain[0]]
    return document.nth[own[depth - 1]], max(beside)


def _take_marker(tokens: Tokens, names: tuple[str, str], cell: Cell) -> None:
    for part in (cell.lead, cell.trail):
        for at in part:
            if tokens.text[at] in names:
                cell.marker = tokens.text[at]
                part.remove(at)
                return


def _take_verdict(tokens: Tokens, cell: Cell) -> None:
    """The verdict from the score's block, else from a block of its own beside the score."""
    if cell.score is None:
        return
    if cell.score.verdict is not None:
        cell.verdict, cell.verdict_at = cell.score.verdict, cell.anchor
        return
    words = tokens.words.verdicts
    for part in (cell.lead[::-1], cell.trail):
        for at in part:
            if tokens.key[at] in words:
                cell.verdict, cell.verdict_at = tokens.text[at], at
                (cell.lead if at < cell.anchor else cell.trail).remove(at)
                return


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
            cell.reviewer, cell.reviewer_at = tokens.text[reviewer], reviewer
        elif cell.score is not None and cell.score.reviewer:
            cell.reviewer, cell.reviewer_at = cell.score.reviewer, cell.anchor


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
        cell.reviewer, cell.reviewer_at = tokens.text[rest[0]], rest[0]


def spread_flat(tokens: Tokens, cells: list[Cell], newsletter: tuple[str, ...]) -> None:
    """Give cells without elements the tokens up to the next score: quote, then next reviewer.

    Raises: LayoutError where it is not certain which tokens are reviewers, FieldError where the
    last quote's end is not certain.
    """
    gaps = [list(range(cell.last, after.first)) for cell, after in zip(cells, cells[1:], strict=False)]
    gaps = [[at for at in gap if _means(tokens, at)] for gap in gaps]
    before = [at for at in cells[0].outer if tokens.text[at] not in (cells[0].marker or "",)]
    named = [len(gap) > 1 and is_name_like(tokens.text[gap[-1]]) for gap in gaps]
    has_first = bool(before) and is_name_like(tokens.text[before[-1]])
    for gap in [before, *gaps]:
        if len(gap) > 1 and tokens.text[gap[-1]] == tokens.text[gap[-2]]:
            raise FieldError(
                code="duplicate_block", field="quotes", detail=f"{tokens.text[gap[-1]][:40]!r} twice"
            )
    is_each, is_rows = _pattern(named, has_first)
    if has_first:
        cells[0].reviewer, cells[0].reviewer_at = tokens.text[before[-1]], before[-1]
    for cell, after, gap, is_named in zip(cells, cells[1:], gaps, named, strict=False):
        if is_named and (is_each or is_rows):
            after.reviewer, after.reviewer_at = tokens.text[gap[-1]], gap[-1]
            gap = gap[:-1]
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
            code="cell_shape", field="quotes", detail="some scores have a reviewer and some have not"
        )
    return is_each, is_rows


def _end_last(tokens: Tokens, cells: list[Cell], newsletter: tuple[str, ...]) -> None:
    """The last quote ends at the newsletter box, or is as short as all others: one block."""
    last = cells[-1]
    rest = [at for at in range(last.last, len(tokens.text)) if _means(tokens, at)]
    if not rest:
        raise FieldError(code="quote_empty", field="quotes", detail="a score without a quote")
    ends = {label_key(word) for word in newsletter}
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

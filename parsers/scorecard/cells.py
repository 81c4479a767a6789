"""The cells of the scorecard: one score, or one quoted text, and what stands with it.

A cell is the largest element with exactly one score (or, without scores, one quoted text). Where
no element tells, as in an extracted text, a cell runs from its score to the next.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from dataclasses import dataclass, field

from parsers.page.tokens import Patterns, Score, Tokens
from schema.errors import LayoutError

FIELD_LABELS = frozenset(["score", "verdict", "reviewer", "reviewers"])


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
    """Its place among the cells and empty elements beside it, and how many those are."""


def find_scores(tokens: Tokens, patterns: Patterns, first: int) -> list[tuple[int, Score]]:
    """Every token from `first` on that states a score, alone or with its reviewer's name."""
    texts = [at for at in range(first, len(tokens.text)) if "/" in tokens.text[at]]
    found = [(at, s) for at in texts if (s := patterns.read_score(tokens.text[at])) is not None]
    if found:
        return found
    named = ((at, patterns.read_named_score(tokens.text[at])) for at in texts)
    return [(at, score) for at, score in named if score is not None]


def find_verdicts(tokens: Tokens, first: int) -> list[tuple[int, Score]]:
    """Every token from `first` on that is a verdict alone, on a page that shows no scores."""
    words = tokens.words.verdicts
    return [
        (at, Score(None, tokens.text[at]))
        for at in range(first, len(tokens.text))
        if tokens.key[at] in words
    ]


def find_quoted(tokens: Tokens, first: int) -> list[tuple[int, int]]:
    """Every run of tokens [start, end) from `first` on that stands in curly quotation marks.

    A run ends where as many marks are closed as were opened: its paragraphs may quote others.
    Raises: LayoutError when one is opened and not closed.
    """
    found, at = [], first
    while at < len(tokens.text):
        if not tokens.text[at].startswith("“"):
            at += 1
            continue
        end, depth = at + 1, _depth(tokens.text[at])
        while depth > 0 or not tokens.text[end - 1].endswith("”"):
            if end == len(tokens.text):
                raise LayoutError(
                    code="cell_shape",
                    field="quotes",
                    detail=f"the quote {tokens.text[at][:30]!r} is not closed",
                )
            depth += _depth(tokens.text[end])
            end += 1
        found.append((at, end))
        at = end
    return found


def _depth(text: str) -> int:
    """How many more quotation marks a text opens than it closes."""
    return text.count("“") - text.count("”")


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
        cell.outer = [at for at in range(before, low) if means(tokens, at)]
        cell.lead = [at for at in range(low, first) if means(tokens, at)]
        cell.trail = [at for at in range(last, high) if means(tokens, at)]
        if score is None:
            cell.quote = (first, last)
        _take_marker(tokens, names, cell)
        _take_verdict(tokens, cell)
        cells.append(cell)
        before = high
    return cells


def means(tokens: Tokens, at: int) -> bool:
    """Whether a token is more than an icon, a dash or a label of the cell itself."""
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
    counts = Counter([element for chain in chains for element in chain])
    floor = tokens.end[begin]
    starts = document.first
    before = document.run[floor - 1]
    depths = []
    for chain in chains:
        own = 0
        for element in chain:
            if counts[element] != 1 or starts[element] <= before:
                break
            own += 1
        depths.append(len(chain) - own)
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
    elements = [_element(tokens, cell) for cell in cells]
    for cell, element in zip(cells, elements, strict=True):
        cell.column = _column(tokens, element, elements) if element else (0, 0)


def _element(tokens: Tokens, cell: Cell) -> int:
    """The element that is the cell. Absent: 0 where none is."""
    own = tokens.document.ancestors(tokens.start[cell.anchor])
    depth = len(own) - len(cell.chain)
    return own[depth - 1] if cell.chain and depth else 0


def _column(tokens: Tokens, element: int, cells: list[int]) -> tuple[int, int]:
    """A cell's place among the cells and empty elements beside it, and how many these are."""
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


def _take_marker(tokens: Tokens, names: tuple[str, str], cell: Cell) -> None:
    for part in (cell.lead, cell.trail):
        for at in part:
            if tokens.text[at] in names:
                cell.marker = tokens.text[at]
                part.remove(at)
                return


def _take_verdict(tokens: Tokens, cell: Cell) -> None:
    """The verdict from the score's block, else from a block of its own beside the score."""
    if cell.score is not None and cell.score.verdict is not None:
        cell.verdict, cell.verdict_at = cell.score.verdict, cell.anchor
        return
    words = tokens.words.verdicts
    for part in (cell.lead[::-1], cell.trail):
        for at in part:
            if tokens.key[at] in words:
                cell.verdict, cell.verdict_at = tokens.text[at], at
                (cell.lead if at < cell.anchor else cell.trail).remove(at)
                return

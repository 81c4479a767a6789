"""The first stage: what stands with one score, or with one quoted text.

A cell is the largest element with exactly one anchor. Where no element tells, as in an extracted
text, a cell is its anchor alone.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from itertools import chain
from typing import NamedTuple

from parsers.heads import Names, named_tools
from parsers.page.inline import INLINE
from parsers.page.tokens import FIELD_LABELS, Score, Tokens
from parsers.scorecard.anchors import Anchor, CellSpan
from schema.errors import LayoutError


class RawCell(NamedTuple):
    """The tokens of one scorecard cell: its anchor told, the rest of it not yet."""

    span: CellSpan
    anchor: CellSpan
    score: Score | None
    verdict_at: int | None
    tools: tuple[int, ...]
    """The tools that the cell's first line with a name names; both where they share it."""
    rest: tuple[int, ...]
    outer: tuple[int, ...]
    """The tokens between the cell before and this one."""
    above: tuple[int, ...]
    """The elements above the cell, nearest first, the cell itself left out."""

    def verdict(self, tokens: Tokens) -> str | None:
        """The verdict as it is printed. Absent: None where the cell shows none."""
        if self.score is not None and self.score.verdict is not None:
            return self.score.verdict
        if self.verdict_at is None:
            return None
        return tokens.patterns.read_verdict(tokens.text[self.verdict_at])


class NamedCell(NamedTuple):
    """A cell whose quote is told, and its reviewer where the cell itself names one."""

    raw: RawCell
    quote: CellSpan
    reviewer: str | None = None
    reviewer_at: int | None = None
    tool: int = 0
    """The tool that is named beside the reviewer. Absent: 0."""

    @property
    def end(self) -> int:
        """The first token after the cell."""
        return max(self.raw.span.end, self.quote.end)


def cell_shape(detail: str, field: str = "quotes") -> LayoutError:
    """The failure of cells whose parts are not certain."""
    return LayoutError(code="cell_shape", field=field, detail=detail)


def build_cells(
    tokens: Tokens, names: Names, anchors: list[Anchor], begin: int
) -> tuple[RawCell, ...]:
    """A cell around each anchor. `begin` is the scorecard's heading."""
    cells: list[RawCell] = []
    before = begin + 1
    headed = _tools_with_scores(anchors, names)
    for anchor, (span, above) in zip(anchors, _spans(tokens, anchors, begin), strict=True):
        inside = (*range(span.first, anchor.span.first), *range(anchor.span.end, span.end))
        rest = [at for at in inside if is_part(tokens, anchor.span, at)]
        tools = {at: named for at in rest if (named := named_tools(tokens.text[at], names))}
        score = anchor.score
        if headed and score is not None:
            tools[-1] = named_tools(score.reviewer or "", names)
            score = score._replace(reviewer=None)
        rest = [at for at in rest if at not in tools]
        verdict = _verdict(tokens, anchor, rest)
        cells.append(
            RawCell(
                span=span,
                anchor=anchor.span,
                score=score,
                verdict_at=verdict,
                tools=next(iter(tools.values()), ()),
                rest=tuple([at for at in rest if at != verdict]),
                outer=tuple([at for at in range(before, span.first) if means(tokens, at)]),
                above=tuple(above),
            )
        )
        before = span.end
    return tuple(cells)


def _tools_with_scores(anchors: list[Anchor], names: Names) -> bool:
    """Whether what stands in one text with each score is a tool's name, no reviewer's."""
    shown = [anchor.score.reviewer if anchor.score else None for anchor in anchors]
    return all(text and named_tools(text, names) for text in shown)


def means(tokens: Tokens, at: int) -> bool:
    """Whether a token is more than a sign, or than a label of the cell itself."""
    text = tokens.text[at]
    is_word = text[0].isalnum() or any(map(str.isalnum, text))
    return is_word and tokens.key[at] not in FIELD_LABELS


def is_part(tokens: Tokens, anchor: CellSpan, at: int) -> bool:
    """Whether a token means something that is the page's own.

    A word of the interface counts only in the control that holds the score too: an accordion's
    button says who speaks, one beside it only what a click would do.
    """
    if not means(tokens, at):
        return False
    if not tokens.is_control(at):
        return True
    between = range(min(at, anchor.first), max(at, anchor.first) + 1)
    return all(map(tokens.is_control, between))


def _verdict(tokens: Tokens, anchor: Anchor, rest: list[int]) -> int | None:
    """The token of the verdict: the score's own, else one beside it. Absent: None for none."""
    if anchor.score is not None and anchor.score.verdict is not None:
        return anchor.span.first
    near = [at for at in rest[::-1] if at < anchor.span.first]
    near += [at for at in rest if at > anchor.span.first]
    read = tokens.patterns.read_verdict
    return next((at for at in near if read(tokens.text[at])), None)


def _spans(tokens: Tokens, anchors: list[Anchor], begin: int) -> list[tuple[CellSpan, list[int]]]:
    """For each anchor its cell's tokens and the elements above the cell."""
    document = tokens.document
    if document.kind != "html":
        return [(anchor.span, []) for anchor in anchors]
    chains = [document.ancestors(tokens.start[anchor.span.first]) for anchor in anchors]
    depths = _depths(tokens, chains, begin)
    spans: list[tuple[CellSpan, list[int]]] = []
    for (own, _), above, depth in zip(anchors, chains, depths, strict=True):
        if depth >= len(above):
            spans.append((own, above))
            continue
        start, end = document.blocks_of(above[len(above) - depth - 1])
        first, stop = bisect_right(tokens.end, start), bisect_left(tokens.start, end)
        span = CellSpan(min(first, own.first), max(stop, own.end))
        spans.append((span, above[len(above) - depth :]))
    return spans


def _depths(tokens: Tokens, chains: list[list[int]], begin: int) -> list[int]:
    """How many elements stand above each cell: those that hold another anchor or the heading."""
    document = tokens.document
    counts, first = Counter(chain.from_iterable(chains)), document.first
    heading = document.run[tokens.end[begin] - 1]
    # What holds an element that another anchor shares, or the heading, is shared too.
    depths = [
        len(above) - bisect_left(above, True, key=lambda e: counts[e] != 1 or first[e] <= heading)
        for above in chains
    ]
    if len({*depths}) <= 1:
        return depths
    usual = Counter(depths).most_common(1)[0][0]
    if sum(depth < usual for depth in depths) <= 2:
        return [max(depth, usual) for depth in depths]
    return depths


def is_alike(tokens: Tokens, one: int, other: int) -> bool:
    """Whether the same tags stand above two tokens, up to what holds both; inline ones aside."""
    document = tokens.document
    above = [
        [e for e in document.ancestors(tokens.start[at]) if document.tag[e] not in INLINE]
        for at in (one, other)
    ]
    return len(above[0]) == len(above[1]) and all(
        a == b or document.tag[a] == document.tag[b] for a, b in zip(*above, strict=True)
    )

"""The second stage where no element tells the cells apart, as in an extracted text.

Builder / 85/100 · ship / It sang on time. / Builder / 52/100 · skip / It sang all night. / ...
          anchor          gap: quote, then     anchor
                          the next reviewer
"""

from __future__ import annotations

from parsers.heads import Names, named_tools
from parsers.page.tokens import Tokens
from parsers.scorecard.anchors import CellSpan
from parsers.scorecard.cells import NamedCell, RawCell, cell_shape, is_alike, is_part, means
from parsers.scorecard.speakers import with_names
from parsers.scorecard.wording import is_name_like, masked, may_be_reviewer
from parsers.values import word_key
from schema.errors import FieldError


def is_flat(tokens: Tokens, cells: tuple[RawCell, ...], rests: list[list[int]]) -> bool:
    """Whether the quotes stand outside the elements of their scores."""
    return all(
        cell.score is not None and all(is_name_like(tokens.text[at]) for at in rest)
        for cell, rest in zip(cells, rests, strict=True)
    )


def spread_flat(tokens: Tokens, names: Names, cells: tuple[RawCell, ...]) -> tuple[NamedCell, ...]:
    """Give each cell the tokens up to the next score: quote, then the next cell's reviewer.

    Raises: LayoutError where it is not certain which tokens are reviewers, FieldError where the
    last quote's end is not certain.
    """
    starts = [max(cell.anchor.end, (cell.verdict_at or 0) + 1) for cell in cells]
    ranges = [
        range(start, after.anchor.first) for start, after in zip(starts, cells[1:], strict=False)
    ]
    own = (*cells[0].outer, *range(cells[0].span.first, cells[0].anchor.first))
    before, *gaps = [
        [
            at
            for at in gap
            if is_part(tokens, cell.anchor, at) and not named_tools(tokens.text[at], names)
        ]
        for cell, gap in zip(cells, (own, *ranges), strict=True)
    ]
    for gap in [before, *gaps]:
        if len(gap) > 1 and tokens.text[gap[-1]] == tokens.text[gap[-2]]:
            detail = f"{tokens.text[gap[-1]][:40]!r} twice"
            raise FieldError(code="duplicate_block", field="quotes", detail=detail)
    if any(not is_name_like(tokens.text[at]) for at in before[-2:]):
        raise cell_shape(
            "a sentence stands before the first score: each quote may stand before its own"
        )
    is_told = all(cell.score is not None and cell.score.reviewer for cell in cells)
    reviewers: list[int | None] = [None] * len(cells)
    if not is_told:
        reviewers = _take_reviewers(tokens, before, gaps)
    if any(at is not None and not may_be_reviewer(tokens.text[at]) for at in reviewers):
        raise cell_shape("the text before a score names no reviewer")
    gaps.append(_last_gap(tokens, starts[-1], gaps))
    cells = _with_verdicts(tokens, cells, gaps)
    quotes = [CellSpan(gap[0], gap[-1] + 1) for gap in _trimmed(tokens, gaps)]
    return with_names(tokens, names, cells, quotes, reviewers)


def _take_reviewers(tokens: Tokens, before: list[int], gaps: list[list[int]]) -> list[int | None]:
    """Each cell's reviewer, taken off the end of the gap before it.

    Each cell shows its own before the score, or the first of a row shows it for both; then few
    rows may pair two reviewers.
    """
    named = [len(gap) > 1 and is_name_like(tokens.text[gap[-1]]) for gap in gaps]
    has_first = bool(before) and is_name_like(tokens.text[before[-1]])
    is_rows = has_first and all(named[1::2]) and 4 * sum(named[::2]) <= len(gaps) + 1
    if not (has_first and all(named)) and not is_rows:
        if has_first or any(named):
            raise cell_shape("only some scores have a reviewer")
        return [None] * (len(gaps) + 1)
    found: list[int | None] = [before[-1]]
    for gap, is_named in zip(gaps, named, strict=True):
        found.append(gap.pop() if is_named else found[-1])
    return found


def _with_verdicts(
    tokens: Tokens, cells: tuple[RawCell, ...], gaps: list[list[int]]
) -> tuple[RawCell, ...]:
    """The cells with the verdicts that stand first, or last, in all gaps; these without them.

    Raises: LayoutError (cell_shape) where only some gaps hold one.
    """
    read = tokens.patterns.read_verdict
    if any(cell.verdict(tokens) for cell in cells) or not all(gaps):
        return cells
    for end in (0, -1):
        told = [read(tokens.text[gap[end]]) is not None for gap in gaps]
        if all(told):
            return tuple(
                cell._replace(verdict_at=gap.pop(end))
                for cell, gap in zip(cells, gaps, strict=True)
            )
        if any(told):
            raise cell_shape("only some cells show a verdict", "quotes[].verdict")
    return cells


def _last_gap(tokens: Tokens, start: int, gaps: list[list[int]]) -> list[int]:
    """The last quote ends at the newsletter box, or is as short as all others: one block."""
    rest = [
        at
        for at in range(start, len(tokens.text))
        if means(tokens, at) and not tokens.is_control(at)
    ]
    one_each = [gap[0] for gap in gaps if len(gap) == 1]
    is_alone = len(rest) > 1 and len(one_each) == len(gaps) and not is_alike(tokens, *rest[:2])
    if is_alone and all(is_alike(tokens, at, rest[0]) for at in one_each):
        return rest[:1]  # built otherwise than all quotes: what follows is none of it
    ends = {word_key(word) for word in tokens.words.newsletter}
    stop = next((n for n, at in enumerate(rest) if tokens.key[at] in ends), None)
    if stop is None:
        if any(len(gap) > 1 for gap in gaps):
            raise FieldError(
                code="field_ambiguous", field="quotes", detail="the last quote's end is not certain"
            )
        stop = 1
    return rest[:stop]


def _trimmed(tokens: Tokens, gaps: list[list[int]]) -> list[list[int]]:
    """The gaps without what all of them begin or end with: a short block, or words they repeat."""
    if not all(gaps):
        raise FieldError(code="quote_empty", field="quotes", detail="a score without a quote")
    for end in (0, -1):
        while all(len(gap) > 1 for gap in gaps):
            edge = [masked(tokens.text[gap[end]]) for gap in gaps]
            if len(set(edge)) > 1 and not all(map(is_name_like, edge)):
                break
            for gap in gaps:
                gap.pop(end)
    for gap in gaps:
        short = [at for at in gap if is_name_like(tokens.text[at])]
        short += [at for at in range(gap[0], gap[-1]) if tokens.is_control(at)]
        if short and len(gap) > 1:
            detail = f"{tokens.text[short[0]][:40]!r} stands beside a quote, or within it"
            raise cell_shape(detail)
    return gaps

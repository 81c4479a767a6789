"""Who speaks in each cell: the short text in the same place of all of them, and its bare name."""

from __future__ import annotations

import re
from collections import Counter

from parsers.heads import Names, headed_tool, held_tool
from parsers.page.edges import ASIDES
from parsers.page.tokens import Tokens
from parsers.placeholders import is_placeholder
from parsers.scorecard.anchors import CellSpan
from parsers.scorecard.cells import NamedCell, RawCell, cell_shape
from parsers.scorecard.names import bare_names, longer_name, reviewer_name, without_tool
from parsers.scorecard.wording import is_absent, is_interface, is_name_like, may_be_reviewer
from parsers.sentences import is_initials

REVIEWER = "quotes[].reviewer"
_MOTTO = re.compile(
    r"(?!(?:A|An|As|And|By|For|From|Held|Is|Judged|Not|Of|On|Or|Says|The|With|Would|Written)\b)"
    r"[A-Z][a-z’'-]+(?:,? (?!ship|skip)[a-z’'-]+)+|(?!.*\b(?:ship|skip))[A-Z][\w’', -]{6,60}\?"
)
"""A phrase about a reviewer which names nobody, or a question: `Carries the pager`."""

_Place = tuple[tuple[str, ...], bool, bool, int]
"""The tags above a block, whether it stands on the score's side of the quote, and before the score,
and which of several such blocks it is."""


def find_reviewers(
    tokens: Tokens,
    names: Names,
    cells: tuple[RawCell, ...],
    quotes: list[CellSpan],
    beside: list[list[int]],
) -> list[int | None]:
    """The token that names each cell's reviewer, in the same place of all cells.

    Absent: None in cells that name none; where only some do, their rows must name the others.
    """
    places = [
        _places(tokens, names, cell, quote, own)
        for cell, quote, own in zip(cells, quotes, beside, strict=True)
    ]
    shared = [place for place in places[0] if all(place in other for other in places[1:])]
    if all(cell.score is not None and cell.score.reviewer for cell in cells):
        told = (cell.score.reviewer or "" for cell in cells if cell.score)
        if any(any(map(str.isdigit, without_tool(name, names))) for name in told):
            raise cell_shape("what stands before the scores is no name", REVIEWER)
        for place in shared:
            if len({tokens.text[own[place]] for own in places}) > 2:
                raise cell_shape("several texts of a cell could be its reviewer", REVIEWER)
        return [None] * len(cells)
    if is_headed(tokens, cells):
        # Under the tools' names a reviewer may stand before the quote whose score stands behind.
        is_other = is_headed(tokens, cells, names)
        shared = [place for place in shared if place[1] or (place[2] and not is_other)]
    chosen = _choose(tokens, shared, places)
    if chosen is not None:
        return _without_badges(tokens, chosen, places)
    if shared:
        return [None] * len(cells)
    return [next(iter(own.values())) if len(own) == 1 else None for own in places]


def _without_badges(
    tokens: Tokens, chosen: _Place, places: list[dict[_Place, int]]
) -> list[int | None]:
    """The tokens in the place chosen; where a cell has more of its kind, the one others show too.

    Raises: LayoutError (cell_shape) where that is not one.
    """
    if all(len(own) == 1 for own in places):
        return [own[chosen] for own in places]
    alike = [[at for place, at in own.items() if place[:3] == chosen[:3]] for own in places]
    fewest = min(map(len, alike))
    plain = {
        tokens.text[own[chosen]] for own, at in zip(places, alike, strict=True) if len(at) == fewest
    }
    found = list[int | None]()
    for own, several in zip(places, alike, strict=True):
        shown = [own[chosen]] if len(several) == fewest else several
        known = [at for at in shown if tokens.text[at] in plain]
        if len(known) != 1:
            raise cell_shape("one cell has one more text like its reviewer's", REVIEWER)
        found.append(known[0])
    return found


def _places(
    tokens: Tokens, tools: Names, cell: RawCell, quote: CellSpan, beside: list[int]
) -> dict[_Place, int]:
    """The tokens of a cell that could name its reviewer, by where they stand."""
    document, found = tokens.document, dict[_Place, int]()
    text, tag, score = tokens.text, document.tag, cell.anchor.first
    names = [at for at in beside if may_be_reviewer(without_tool(text[at], tools))]
    for at in names:
        others = [other for other in names if other != at] if len(text[at]) <= 3 else []
        if others and any(is_initials(text[at], reviewer_name(text[n])) for n in others):
            continue
        chain = document.ancestors(tokens.start[at])
        tags = tuple(map(tag.__getitem__, chain[: len(chain) - len(cell.above)]))
        is_near = cell.score is None or (at < quote.first) == (score < quote.first)
        place = tags, is_near, at < score, 0
        while place in found:
            place = tags, is_near, at < score, place[3] + 1
        found[place] = at
    return found


def is_headed(tokens: Tokens, cells: tuple[RawCell, ...], tools: Names | None = None) -> bool:
    """Whether the rows, or the cells, stand under names of their own, other than of the `tools`."""
    over = [at for cell in cells for at in cell.outer[-1:] if may_be_name(tokens, at)]
    headed = sum(tools is None or not headed_tool(tokens.text[at], tools) for at in over)
    return headed >= len(cells) // 2 - 1


def without_motto(tokens: Tokens, at: int) -> str:
    """A token without the phrase that an element sets apart behind a name: Ada <small>asks why."""
    document, end = tokens.document, tokens.end[at]
    element = document.element[end - 1]
    if document.tag[element] not in ASIDES:
        return tokens.text[at]
    start = document.blocks_of(element)[0]
    if start <= tokens.start[at]:
        return tokens.text[at]
    is_motto = _MOTTO.fullmatch(document.join(start, end)) is not None
    return document.join(tokens.start[at], start) if is_motto else tokens.text[at]


def may_be_name(tokens: Tokens, at: int) -> bool:
    """Whether a token outside of cells could name a reviewer."""
    text = without_motto(tokens, at)
    is_bracketed = text[0] == "[" and text[-1] == "]"  # a link to elsewhere
    is_name = is_name_like(text) and any(map(str.isalpha, text)) and not is_bracketed
    return is_name and not is_placeholder(text, REVIEWER) and not is_absent(text)


def _choose(tokens: Tokens, shared: list[_Place], places: list[dict[_Place, int]]) -> _Place | None:
    """The place of the reviewer among those that all cells share.

    Two texts in turn are no reviewers, for four spoke of each tool: they name the tools.
    A name on the far side of the quote from its score is one only where it is the only one, no
    heading names the reviewer, and it is not the same in all cells.
    Raises: LayoutError (cell_shape) where two places are as good.
    """
    shown = {p: {tokens.text[own[p]] for own in places} for p in shared}
    shared = [place for place in shared if len(shown[place]) != 2]
    near = [place for place in shared if place[1]]
    turns = {p: {*Counter(tokens.text[own[p]] for own in places).values()} for p in shared}
    if near and not any(turns[place] == {2} for place in near):
        # Whoever speaks once of each tool is told before chips that differ from cell to cell.
        paired = [place for place in shared if turns[place] == {2}]
        near = paired if paired and all(turns[place] == {1} for place in near) else near
    if not near:
        near = [place for place in shared if len(shown[place]) > 1]
    if len(near) > 1:  # a reviewer speaks once of each tool; what more cells say is another chip
        counts = {p: Counter(tokens.text[own[p]] for own in places) for p in near}
        near = [p for p in near if len(counts[p]) == 1 or max(counts[p].values()) <= 2] or near
    kinds = sorted(near, key=lambda place: len(shown[place]))
    if len(kinds) > 1 and len(shown[kinds[0]]) == 1:
        kinds = [place for place in kinds if len(shown[place]) > 1] or kinds[:1]
    if len(kinds) > 1 and len(shown[kinds[0]]) == len(shown[kinds[1]]):
        raise cell_shape("several texts of a cell could be its reviewer", REVIEWER)
    return kinds[0] if kinds else None


def with_names(
    tokens: Tokens,
    names: Names,
    cells: tuple[RawCell, ...],
    quotes: list[CellSpan],
    reviewers: list[int | None],
) -> tuple[NamedCell, ...]:
    """The cells with their reviewers: of the token given, else with the score.

    Raises: LayoutError (cell_shape) where a tool's name cannot be told from the reviewer's.
    """
    plain = set[str]()
    for at in reviewers:
        if at is not None and tokens.end[at] - tokens.start[at] == 1:
            plain.add(tokens.text[at])
    shown = [
        _name(tokens, at, plain) if at is not None else (cell.score and cell.score.reviewer) or ""
        for cell, at in zip(cells, reviewers, strict=True)
    ]
    bare = bare_names([text for text in shown if text], names)
    if badged := longer_name(bare):
        raise cell_shape(f"{badged[:60]!r} is more than another's name", REVIEWER)
    names_left = iter(bare)
    found = []
    for cell, quote, at, text in zip(cells, quotes, reviewers, shown, strict=True):
        if not text:
            found.append(NamedCell(cell, quote))
            continue
        where = cell.anchor.first if at is None else at
        tool = held_tool(text, names) if names[0] != names[1] else 0
        found.append(NamedCell(cell, quote, next(names_left), where, tool))
        if held_tool(found[-1].reviewer or "", names):
            detail = f"{text[:60]!r} names a reviewer and a tool"
            raise cell_shape(detail, REVIEWER)
    return tuple(found)


def _name(tokens: Tokens, at: int, plain: set[str]) -> str:
    """The name in a token, without an avatar's letters or an offer in an element of their own.

    Where one of its elements is a name that other cells show alone, that is it.

    Raises: LayoutError (cell_shape) for one of several elements that nothing parts.
    """
    if (bare := without_motto(tokens, at)) != tokens.text[at]:
        return bare
    text, whole = tokens.document.text, range(tokens.start[at], tokens.end[at])
    if len(whole) == 1:
        return bare
    kept = [block for block in whole if not is_interface(text[block])] or [*whole]
    if len(kept) > 1 and is_initials(text[kept[0]], reviewer_name(text[kept[1]])):
        kept = kept[1:]
    told = [block for block in kept if text[block] in plain]
    if len(told) == 1:
        return text[told[0]]
    if len(kept) > 1 and is_glued(tokens, at):
        raise cell_shape(f"{tokens.text[at][:60]!r} is more than one text", REVIEWER)
    return tokens.document.join(kept[0], kept[-1] + 1)


def is_glued(tokens: Tokens, at: int) -> bool:
    """Whether a token holds elements side by side whose words would run into each other."""
    text, glue = tokens.document.text, tokens.document.glue
    blocks = range(tokens.start[at] + 1, tokens.end[at])
    return any(
        not glue[block] and text[block - 1][-1].islower() and text[block][0].isupper()
        for block in blocks
    )

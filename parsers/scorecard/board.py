"""What a page shows around its cells that tells where they belong: heads and empty places."""

from __future__ import annotations

from bisect import bisect_left
from itertools import chain, pairwise

from parsers.heads import INITIALS, LONGEST_HEAD, Names, headed_tool, held_tool
from parsers.page.document import common
from parsers.page.tokens import Tokens
from parsers.scorecard.cells import NamedCell, is_alike, means
from parsers.scorecard.sides import Board, Panels, Side
from parsers.scorecard.spoken import cell_element, spoken_tools
from parsers.scorecard.wording import is_name_like, masked, may_be_reviewer


def read_board(tokens: Tokens, names: Names, cells: tuple[NamedCell, ...], panels: Panels) -> Board:
    """All that tells where the cells belong."""
    names_tools = [[_head(tokens, names, cell, at) for at in cell.raw.outer] for cell in cells]
    sentences = [[held_tool(tokens.text[at], names) for at in cell.raw.outer] for cell in cells]
    if any(map(any, sentences)) and {*chain(*sentences)} - {0} == {1, 2}:
        names_tools = [
            [one or other for one, other in zip(*found, strict=True)]
            for found in zip(names_tools, sentences, strict=True)
        ]
    is_one_name = names[0] == names[1]
    spoken = spoken_tools(tokens, names, cells)
    if not any(map(any, names_tools)) and not any(c.raw.tools or c.tool for c in cells):
        names_tools = spoken.over
    return Board(
        cells=cells,
        spoken=tuple(map(frozenset, spoken.within)),
        called=tuple([tuple(dict.fromkeys(found)) for found in spoken.over]),
        heads=tuple([_in_turn(found, is_one_name=is_one_name) for found in names_tools]),
        unread=() if is_one_name else _unread(tokens, names, cells),
        is_reordered=_is_reordered(tokens, cells),
        has_gap=_has_gap(tokens, cells),
        under=() if is_one_name else _under(tokens, names, cells),
        over=tuple([tuple([tokens.text[at] for at in cell.raw.outer]) for cell in cells]),
        labels=() if is_one_name else tuple([_labels(tokens, cell) for cell in cells]),
        places=_places(tokens, cells) if len(cells) < 8 else (),
        panels=panels,
        names=names,
    )


def _labels(tokens: Tokens, cell: NamedCell) -> frozenset[str]:
    """The short texts in a cell and right before it, but for its score and verdict."""
    raw = cell.raw
    first, end = cell.quote
    shown = [*raw.outer, *[at for at in range(*raw.span) if not first <= at < end]]
    first, end = raw.anchor
    return frozenset(
        [
            tokens.text[at]
            for at in shown
            if not first <= at < end
            and at != raw.verdict_at
            and len(tokens.text[at]) <= LONGEST_HEAD
            and means(tokens, at)
        ]
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
    if is_one_name or len(named) < 2:
        return tuple(named)
    return tuple(tool for before, tool in pairwise([0, *named]) if tool != before)


def _unread(tokens: Tokens, names: Names, cells: tuple[NamedCell, ...]) -> tuple[str, ...]:
    """The two texts that stand before the cells as the heads of columns do, and name none."""
    if tokens.document.kind != "html":
        return ()
    for at in cells[0].raw.outer:
        if _is_turned(tokens.text[at], names):
            return (tokens.text[at],)
    outer = [at for at in cells[0].raw.outer if _may_be_head(tokens, names, at)]
    for one, other in pairwise(outer):
        if is_alike(tokens, one, other) and _are_alone(tokens, one, other):
            pair = tokens.text[one], tokens.text[other]
            if tokens.document.tag[_row(tokens, one, other)] == "tr" or _are_labels(*pair):
                return pair
    return ()


def _is_reordered(tokens: Tokens, cells: tuple[NamedCell, ...]) -> bool:
    """Whether an element that holds some of the cells is shown in another order by its style."""
    document = tokens.document
    if not document.reordered and not document.flowing:
        return False
    own = [document.ancestors(tokens.start[cell.raw.anchor.first]) for cell in cells]
    everything = set(own[0]).intersection(*own[1:])
    if any(document.reordered.intersection(chain) - everything for chain in own):
        return True
    # A list of cells in columns is told by nothing; what stands in rows stays in them.
    flows = document.flowing.intersection(everything)
    below = [{chain[chain.index(element) - 1] for chain in own} for element in flows]
    return any(len(each) == len(cells) for each in below)


def _under(tokens: Tokens, names: Names, cells: tuple[NamedCell, ...]) -> tuple[int, ...]:
    """The tools that are named behind the last cell, in the element that holds all of them."""
    held = set.intersection(*(set(cell.raw.above) for cell in cells))
    if not held:
        return ()
    document, element = tokens.document, max(held)
    if document.tag[element] == "tbody":  # a foot may follow
        element = document.parent[element]
    stop = bisect_left(tokens.start, document.blocks_of(element)[1])
    named = [headed_tool(tokens.text[at], names) for at in range(cells[-1].end, stop)]
    return tuple(filter(None, named))


def _is_turned(text: str, names: Names) -> bool:
    """Whether a text over the cells names both tools, the second first."""
    said = text.casefold() if len(text) <= LONGEST_HEAD else ""
    places = [said.find(name.casefold()) for name in names]
    return min(places) >= 0 and places[1] < places[0] and names[0] not in names[1]


def _may_be_head(tokens: Tokens, names: Names, at: int) -> bool:
    is_word = tokens.key[at] in tokens.words.badges or tokens.is_control(at)
    return not is_word and not headed_tool(tokens.text[at], names)


def _are_labels(one: str, other: str) -> bool:
    """Whether two texts are names, or differ by their number alone: Tool 1, Tool 2."""
    if masked(one) == masked(other):
        return True
    return all(is_name_like(text) and may_be_reviewer(text) for text in (one, other))


def _row(tokens: Tokens, one: int, other: int) -> int:
    """The element that holds two tokens."""
    return common(tokens.document, tokens.element(one), tokens.element(other))


def _are_alone(tokens: Tokens, one: int, other: int) -> bool:
    """Whether two tokens stand in an element that holds at most a corner beside them."""
    if tokens.text[one] == tokens.text[other]:
        return False
    start, end = tokens.document.blocks_of(_row(tokens, one, other))
    return end - start <= 3


def _has_gap(tokens: Tokens, cells: tuple[NamedCell, ...]) -> bool:
    """Whether a row of a table has its cells in other columns than the rows beside it.

    A wider one has an empty cell more, unless it is the first, whose cell may span the others.
    """
    document = tokens.document
    elements = list[int]()
    for cell in cells:
        elements.append(cell_element(tokens, cell))
        if document.tag[elements[-1]] not in ("td", "th"):
            return False
    rows = {document.parent[each]: list[int]() for each in elements}
    for element, row in enumerate(document.parent):
        if row in rows:
            rows[row].append(element)
    others = [*rows.values()][1:]
    widths = {len(row) for row in rows.values()}
    if len(widths) == 1:
        held = {tuple(n for n, e in enumerate(row) if e in elements) for row in rows.values()}
        return len(held) > 1 and len({len(each) for each in held}) == 1
    wide = [row for row in others if len(row) > min(widths)]
    return any(not _has_words(tokens, element) for row in wide for element in row)


def _places(tokens: Tokens, cells: tuple[NamedCell, ...]) -> tuple[Side, ...]:
    """For each cell its place among the cells and empty elements beside it, and their number."""
    elements = [cell_element(tokens, cell) for cell in cells]
    return tuple(_place(tokens, each, elements) if each else (0, 0) for each in elements)


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

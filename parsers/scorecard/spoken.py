"""The tools that pictures and labels name where no block does: a logo, a label to be heard.

<th><img alt="Beta"></th>              over a column
<section aria-label="On Beta">         around one
<p><svg><title>Beta</title></svg></p>  within a cell
"""

from __future__ import annotations

from bisect import bisect_left
from typing import NamedTuple

from parsers.heads import Names, held_tool
from parsers.page.tokens import Tokens
from parsers.scorecard.cells import NamedCell


class SpokenTools(NamedTuple):
    """For each cell the tools so named before it, and within it."""

    over: list[list[int]]
    within: list[list[int]]


def spoken_tools(tokens: Tokens, names: Names, cells: tuple[NamedCell, ...]) -> SpokenTools:
    """The tools that are named by what is told and not shown, in and around the cells."""
    document = tokens.document
    found = SpokenTools([[] for _ in cells], [[] for _ in cells])
    if not document.spoken and not document.hidden:
        return found
    elements = [cell_element(tokens, cell) for cell in cells]
    if names[0] == names[1] or not all(elements):
        return found
    begin = cells[0].raw.outer[0] if cells[0].raw.outer else cells[0].raw.span.first
    first = document.run[tokens.start[begin]]
    for _, element, text, _ in sorted((*document.spoken, *document.hidden)):
        tool = held_tool(text, names)
        if not tool or document.end[element] < first:
            continue
        above = element
        while above and above not in elements:
            above = document.parent[above]
        if above:
            found.within[elements.index(above)].append(tool)
        elif (at := bisect_left(elements, element)) < len(cells):
            found.over[at].append(tool)
    nothing: list[list[int]] = [[] for _ in cells]
    # One tool over them all is a link back; the same in every cell is a mark of the page.
    is_told = {tool for own in found.over for tool in own} == {1, 2}
    is_mark = all(found.within) and len({*map(tuple, found.within)}) == 1
    return SpokenTools(found.over if is_told else nothing, nothing if is_mark else found.within)


def cell_element(tokens: Tokens, cell: NamedCell) -> int:
    """The element that is the cell. Absent: 0 where none is."""
    own = tokens.document.ancestors(tokens.start[cell.raw.anchor.first])
    depth = len(own) - len(cell.raw.above)
    return own[depth - 1] if cell.raw.above and depth else 0

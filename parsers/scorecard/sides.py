"""What tells which tool, and which row, each scorecard cell belongs to.

Nothing is decided by a guess: what stays open, and a head that is not understood, is the failure
quote_side.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field
from itertools import chain, pairwise
from typing import NamedTuple

from parsers.heads import Names
from parsers.scorecard.cells import NamedCell
from schema.errors import LayoutError

Side = tuple[int, int]
"""Tool (1 or 2) and slot (1 to 4)."""
ROWS = 4
Panels = tuple[int | None, int | None]
"""How many reviewers the page says each tool had; None where it does not say."""


class PlacedCell(NamedTuple):
    """A cell with its side."""

    cell: NamedCell
    tool: int
    slot: int


@dataclass(slots=True)
class Board:
    """All that tells where the cells belong."""

    cells: tuple[NamedCell, ...]
    heads: tuple[tuple[int, ...], ...]
    """For each cell the tools that are named between it and the cell before."""
    spoken: tuple[frozenset[int], ...]
    """For each cell the tools that its pictures, or labels to be heard, name."""
    called: tuple[tuple[int, ...], ...]
    """For each cell the tools by which what begins with it is called."""
    unread: tuple[str, ...]
    """What stands where the tools' names would, and names none."""
    is_reordered: bool
    """Whether a style may show cells in another order than they are written in."""
    has_gap: bool
    """Whether a row of a table has an empty cell that other rows have not."""
    under: tuple[int, ...]
    """The tools that are named behind the last cell."""
    over: tuple[tuple[str, ...], ...]
    """For each cell the texts between it and the cell before."""
    labels: tuple[frozenset[str], ...]
    """The short texts in and right before each cell."""
    places: tuple[Side, ...]
    """For each cell its place among the cells and empty elements beside it, and their number."""
    panels: Panels
    names: Names
    named: list[int] = field(init=False)
    """The tool that each cell names, in it or right before. Absent: empty if one does not."""
    groups: list[int] = field(init=False)
    """For each cell the number of its group: the cells of its nearest shared element."""
    sizes: list[int] = field(init=False)
    """How many cells each group has."""
    reviewers: list[str | None] = field(init=False)
    """The reviewer that each cell names."""

    def __post_init__(self) -> None:
        """Work out what follows from the rest."""
        self.named, self.groups = self._named(), self._groups()
        self.sizes = [*Counter(self.groups).values()]
        self.reviewers = [cell.reviewer for cell in self.cells]

    @property
    def is_one_name(self) -> bool:
        """Whether both tools bear the same name."""
        return self.names[0] == self.names[1]

    def _named(self) -> list[int]:
        found = list[int]()
        for cell, heads, spoken in zip(self.cells, self.heads, self.spoken, strict=True):
            own = cell.raw.tools or ((cell.tool,) if cell.tool else _sole(heads) or _sole(spoken))
            if not own or self.is_one_name:
                return []
            found.append(next(iter(own)))
        return found

    def _groups(self) -> list[int]:
        counts = Counter(chain.from_iterable([cell.raw.above for cell in self.cells]))
        owners = list[int]()
        for cell in self.cells:
            owners.append(0)
            for element in cell.raw.above:
                if counts[element] > 1:
                    owners[-1] = element
                    break
        is_rows = [*Counter(owners).values()].count(2) >= 2
        numbers = [0]
        for one, other in pairwise(owners):
            # A cell alone in its row is owned by the whole table: never a row with its neighbour.
            is_next = one != other or (is_rows and (not one or counts[one] > 2))
            numbers.append(numbers[-1] + is_next)
        return numbers

    def first_tool(self, *middle: int) -> int:
        """The tool of a row's first cell, as heads with both names say, else the first.

        In the `middle` of the cells nothing may stand that is like the head of a second column.
        """
        orders = {heads for heads in self.heads if heads}
        if self.is_one_name:
            return 1
        if not orders:
            self._require_no_heads(middle)
            return 1
        firsts = {
            first
            for first in (1, 2)
            if all(shown == (first, 3 - first) * (len(shown) // 2) for shown in orders)
        }
        if len(firsts) != 1:
            raise uncertain("the header does not name each tool once")
        return firsts.pop()

    def _require_no_heads(self, middle: tuple[int, ...]) -> None:
        unread = self.unread
        more = [at for at in middle if at < len(self.over) and self.over[at]]
        rest = max(
            (len(texts) for at, texts in enumerate(self.over) if at and at not in more), default=0
        )
        if len(more) == 1 and self.over[0] and len(self.over[more[0]]) > rest:
            pair = self.over[0][-1], self.over[more[0]][-1]
            unread = unread or (pair if pair[0] != pair[1] else ())
        if unread:
            raise uncertain(f"{unread} may name the tools, and it is not certain how")


def _sole(tools: Collection[int]) -> Collection[int]:
    """The one tool that is named. Absent: none where several are."""
    return tools if len(tools) == 1 else ()


def uncertain(detail: str) -> LayoutError:
    """The failure of quotes whose tool is not certain."""
    return LayoutError(code="quote_side", field="quotes", detail=detail)


def side_of_single(panels: Panels) -> int:
    """A cell alone in its row is about the tool whose panel is not the one of three."""
    if panels[0] == 3 and panels[1] != 3:
        return 2
    if panels[1] == 3 and panels[0] != 3:
        return 1
    raise uncertain("a row has one cell, and the page does not say which tool's is missing")

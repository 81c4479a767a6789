"""Which tool, and which row, each scorecard cell belongs to.

Told by the tool's name in the cell, by headers, by how the cells are grouped, and last by position:
row by row. Nothing is decided by a guess: what stays open is the failure quote_side.
"""

from __future__ import annotations

from collections import Counter
from itertools import pairwise

from parsers.scorecard.cells import Cell
from schema.errors import LayoutError

Side = tuple[int, int]
"""Tool (1 or 2) and slot (1 to 4)."""
ROWS = 4
Panels = tuple[int | None, int | None]
"""How many reviewers the page says each tool had; None where it does not say."""


def _uncertain(detail: str) -> LayoutError:
    return LayoutError(code="quote_side", field="quotes", detail=detail)


def assign_sides(
    cells: list[Cell], names: tuple[str, str], markers: list[list[str]], panels: Panels
) -> list[Side]:
    """Tool and slot of each cell, in the order of the cells.

    Shape: `markers[i]` are the tool names shown between cell i - 1 and cell i.
    Raises: LayoutError (quote_side) where it is not certain.
    """
    tools = _by_names(cells, names, markers)
    groups = _groups(cells)
    if tools is None:
        tools = _by_groups(cells, names, markers, groups, panels)
    _require_counts(tools, panels, len(cells))
    if names[0] != names[1]:
        for cell, tool in zip(cells, tools, strict=True):
            if cell.marker is not None and cell.marker != names[tool - 1]:
                raise _uncertain(f"a cell of the other tool names {cell.marker[:40]!r}")
    return _with_slots(cells, tools, groups)


def _by_names(
    cells: list[Cell], names: tuple[str, str], markers: list[list[str]]
) -> list[int] | None:
    """Sides from a name in, or right before, every cell, or at the head of each column."""
    if names[0] != names[1]:
        shown = [
            cell.marker or (before[-1] if len(before) == 1 else None)
            for cell, before in zip(cells, markers, strict=True)
        ]
        if all(shown):
            return [1 if name == names[0] else 2 for name in shown]
    at = [number for number, before in enumerate(markers) if before]
    if len(at) == 2 and at[0] == 0 and all(len(markers[number]) == 1 for number in at):
        heads = (markers[0][0], markers[at[1]][0])
        if heads == names or heads == names[::-1]:
            first = 1 if heads == names else 2
            return [first if number < at[1] else 3 - first for number in range(len(cells))]
    return None


def _groups(cells: list[Cell]) -> list[int]:
    """For each cell the number of its group: the cells of its nearest shared element."""
    counts = Counter([element for cell in cells for element in cell.chain])
    owners = [next((e for e in cell.chain if counts[e] > 1), 0) for cell in cells]
    is_rows = sum(count == 2 for count in Counter(owners).values()) >= 2
    numbers, number = [0], 0
    for one, other in pairwise(owners):
        # A cell alone in its row is owned by the whole table: never one row with its neighbour.
        number += one != other or (is_rows and (not one or counts[one] > 2))
        numbers.append(number)
    return numbers


def _by_groups(
    cells: list[Cell],
    names: tuple[str, str],
    markers: list[list[str]],
    groups: list[int],
    panels: Panels,
) -> list[int]:
    """Sides from rows or columns of cells, in the header's order."""
    sizes = [count for _, count in sorted(Counter(groups).items())]
    if len(sizes) == 2 and min(sizes) >= 3:
        first = _first_column(names, markers, groups)
        return [first if group == groups[0] else 3 - first for group in groups]
    first = _first_cell(names, markers)
    if set(sizes) <= {1, 2} and sizes.count(2) >= 2:
        return _by_rows(cells, groups, first, panels)
    if len(sizes) == 1:
        if (places := _places(cells)) is not None:
            return [first if tool == 1 else 3 - first for tool, _ in _in_list(cells, places)]
        return _by_position(cells, first, panels)
    raise _uncertain(f"the cells stand in groups of {sizes}")


def _first_column(names: tuple[str, str], markers: list[list[str]], groups: list[int]) -> int:
    """The tool of the first of two columns, as the one name over a column says, else the first."""
    if names[0] == names[1]:
        return 1
    heads = [(groups[at], before[0]) for at, before in enumerate(markers) if len(before) == 1]
    if len(heads) == 1 and heads[0][0] == groups[0]:
        raise _uncertain("only one name stands over the columns")
    firsts = {1 if (name == names[0]) == (group == groups[0]) else 2 for group, name in heads}
    if len(firsts) > 1:
        raise _uncertain("the names over the columns do not agree")
    return firsts.pop() if firsts else _first_cell(names, markers)


def _first_cell(names: tuple[str, str], markers: list[list[str]]) -> int:
    """The tool of a row's first cell, as a header with both names says, else the first."""
    orders = {tuple(before) for before in markers if before}
    if names[0] == names[1] or not orders:
        return 1
    firsts = {
        first
        for first, order in ((1, names), (2, names[::-1]))
        if all(shown == order * (len(shown) // 2) for shown in orders)
    }
    if len(firsts) != 1:
        raise _uncertain("the header does not name each tool once")
    return firsts.pop()


def _by_rows(cells: list[Cell], groups: list[int], first: int, panels: Panels) -> list[int]:
    counts = Counter(groups)
    tools: list[int] = []
    for number, group in enumerate(groups):
        if counts[group] == 1:
            tools.append(_side_in_row(cells, groups, number, first) or _side_of_single(panels))
        else:
            is_second = number > 0 and groups[number - 1] == group
            tools.append(3 - first if is_second else first)
    return tools


def _side_in_row(cells: list[Cell], groups: list[int], number: int, first: int) -> int | None:
    """The side of a cell alone in its row, where an empty element holds the other's place.

    Absent: None where the row is shorter than the others and so tells nothing.
    """
    counts = Counter(groups)
    full = [cells[n].column for n, group in enumerate(groups) if counts[group] == 2]
    places = sorted({place for place, _ in full})
    place, width = cells[number].column
    if len(places) != 2 or place not in places or any(width != other for _, other in full):
        return None
    return first if place == places[0] else 3 - first


def _side_of_single(panels: Panels) -> int:
    """A cell alone in its row is about the tool whose panel is not the one of three."""
    if panels[0] == 3 and panels[1] != 3:
        return 2
    if panels[1] == 3 and panels[0] != 3:
        return 1
    raise _uncertain("a row has one cell, and the page does not say which tool's is missing")


def _places(cells: list[Cell]) -> list[int] | None:
    """For each cell its place among eight, where empty elements hold those of the missing ones.

    Absent: None where no cell is missing, or no list of eight elements says where.
    """
    lists = {cell.chain[0] if cell.chain else 0 for cell in cells}
    if len(cells) == 2 * ROWS or len(lists) > 1 or any(cell.column[1] != 8 for cell in cells):
        return None
    places = [cell.column[0] - 1 for cell in cells]
    return places if places == sorted(set(places)) else None


def _in_list(cells: list[Cell], places: list[int]) -> list[Side]:
    """Sides of cells that stand at these of eight places, the first place being tool 1's.

    Row by row, unless the reviewers' names show two columns.
    """
    shown = {place: cell.reviewer for place, cell in zip(places, cells, strict=True)}

    def equal(pairs: list[tuple[int, int]]) -> tuple[int, int]:
        whole = [
            (shown[one], shown[other]) for one, other in pairs if one in shown and other in shown
        ]
        return sum(one == other is not None for one, other in whole), len(whole)

    rows, of_rows = equal([(at, at + 1) for at in range(0, 2 * ROWS, 2)])
    columns, of_columns = equal([(at, at + ROWS) for at in range(ROWS)])
    if rows < of_rows - 1 and columns >= of_columns - 1:
        return [(at // ROWS + 1, at % ROWS + 1) for at in places]
    return [(at % 2 + 1, at // 2 + 1) for at in places]


def _by_position(cells: list[Cell], first: int, panels: Panels) -> list[int]:
    """Cells in one list: row by row, unless the reviewers' names show two columns."""
    count = len(cells)
    reviewers = [cell.reviewer for cell in cells]
    rows = [first if number % 2 == 0 else 3 - first for number in range(count)]
    if count == 6:
        if not all(reviewers) or _equal(reviewers[::2], reviewers[1::2]) < 3:
            raise _uncertain("six quotes in one list, and which row each belongs to is not certain")
        return rows
    if count % 2 == 0:
        if all(reviewers) and _equal(reviewers[::2], reviewers[1::2]) < count // 2 - 1:
            half = count // 2
            if _equal(reviewers[:half], reviewers[half:]) >= half - 1:
                return [first if number < half else 3 - first for number in range(count)]
        return rows
    return _with_one_missing(reviewers, panels)


def _equal(ones: list[str | None], others: list[str | None]) -> int:
    return sum(one == other for one, other in zip(ones, others, strict=False))


def _with_one_missing(reviewers: list[str | None], panels: Panels) -> list[int]:
    """Seven cells in one list: the row that is short must be the only one that can be."""
    alone = _side_of_single(panels)
    fitting = []
    for row in range(4):
        tools = [1, 2] * row + [alone] + [1, 2] * (3 - row)
        pairs = [
            at
            for at in range(7)
            if at + 1 < 7
            and tools[at] == 1
            and tools[at + 1] == 2
            and (at < 2 * row or at > 2 * row)
        ]
        if all(reviewers) and all(reviewers[at] == reviewers[at + 1] for at in pairs):
            fitting.append(tools)
    if len(fitting) != 1:
        raise _uncertain("seven quotes in one list, and which row is short is not certain")
    return fitting[0]


def _require_counts(tools: list[int], panels: Panels, count: int) -> None:
    for tool in (1, 2):
        found = tools.count(tool)
        panel = panels[tool - 1]
        expected = 4 if count == 8 else panel if panel in (3, 4) else 4
        if found != expected:
            raise _uncertain(f"{found} of the quotes would be about tool {tool}, not {expected}")


def _in_rows(cells: list[Cell], tools: list[int]) -> list[Side] | None:
    """Slots of cells in one list, row by row, the sides in the order that unites most reviewers.

    Absent: None where the cells do not make four rows at most.
    """

    def united(sides: list[Side]) -> int:
        shown: dict[int, list[str | None]] = {}
        for cell, (_, slot) in zip(cells, sides, strict=True):
            shown.setdefault(slot, []).append(cell.reviewer)
        return sum(len(names) == 2 and names[0] == names[1] for names in shown.values())

    ways = [_rows_of(tools, 1)]
    is_alternating = all(one != other for one, other in pairwise(tools))
    if not is_alternating:
        ways.append(_rows_by_reviewer(cells, tools))
    if not is_alternating or tools[0] == 2:
        ways.append(_rows_of(tools, 2))
    fitting = [way for way in ways if way[-1][1] <= ROWS]
    return max(fitting, key=united, default=None)


def _rows_of(tools: list[int], first: int) -> list[Side]:
    """Slots where a row ends as soon as a side comes again or was passed."""
    sides: list[Side] = []
    slot, last = 1, 0
    for tool in tools:
        place = 1 if tool == first else 2
        slot += bool(last) and place <= last
        sides.append((tool, slot))
        last = place
    return sides


def _rows_by_reviewer(cells: list[Cell], tools: list[int]) -> list[Side]:
    """Slots where two cells side by side, of one reviewer and different tools, are a row."""
    sides: list[Side] = []
    slot = 0
    is_second = False
    for at, tool in enumerate(tools):
        before = at - 1
        is_second = (
            bool(at)
            and not is_second
            and tools[before] != tool
            and cells[before].reviewer == cells[at].reviewer is not None
        )
        slot += not is_second
        sides.append((tool, slot))
    return sides


def _with_slots(cells: list[Cell], tools: list[int], groups: list[int]) -> list[Side]:
    """Slots in the order of each side; where a cell is missing, by row or reviewer."""
    if len(tools) < 8 and set(Counter(groups).values()) == {1, 2}:
        slot_of = {group: slot for slot, group in enumerate(dict.fromkeys(groups), start=1)}
        return [(tool, slot_of[group]) for tool, group in zip(tools, groups, strict=True)]
    columns = sorted(tools)
    is_listed = len(tools) < 8 and len(set(groups)) == 1
    if is_listed and (places := _places(cells)) is not None:
        listed = _in_list(cells, places)
        if [tool for tool, _ in listed] in (tools, [3 - tool for tool in tools]):
            return [(tool, slot) for tool, (_, slot) in zip(tools, listed, strict=True)]
    if is_listed and tools not in (columns, columns[::-1]) and (rows := _in_rows(cells, tools)):
        return rows
    seen = Counter[int]()
    sides = []
    for tool in tools:
        seen[tool] += 1
        sides.append((tool, seen[tool]))
    if seen[1] == seen[2]:
        return sides
    short = 1 if seen[1] < seen[2] else 2
    full = {cells[n].reviewer: slot for n, (tool, slot) in enumerate(sides) if tool != short}
    own = [full.get(cells[n].reviewer) for n, (tool, _) in enumerate(sides) if tool == short]
    slots = [slot for slot in own if slot is not None]
    if None in full or len(slots) < len(own) or slots != sorted(set(slots)):
        return sides
    waiting = iter(slots)
    return [(tool, next(waiting) if tool == short else slot) for tool, slot in sides]

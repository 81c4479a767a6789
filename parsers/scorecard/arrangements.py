"""The third stage: how the cells are arranged, and with that the tool and slot of each.

The arrangements stand in one table and are tried in order. In each, tools are told by the name in
every cell, by heads, and last by position.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from itertools import pairwise
from typing import NamedTuple

from parsers.heads import headed_tool
from parsers.scorecard.sides import ROWS, Board, PlacedCell, Side, side_of_single, uncertain

_NAMELESS = frozenset(("Product", "Tool", "product", "tool"))
"""What stands where a tool's name would."""


def place_cells(board: Board) -> tuple[PlacedCell, ...]:
    """The cells with tool and slot, in the order of the cells.

    Raises: LayoutError (quote_side) where it is not certain.
    """
    told = [
        bool(cell.raw.tools) or len(heads) == 1
        for cell, heads in zip(board.cells, board.heads, strict=True)
    ]
    if len(told) < 2 * sum(told) < 2 * len(told) and not board.is_one_name:
        raise uncertain("only some cells name their tool")
    nameless = [own & _NAMELESS for own in board.labels]
    if not board.named and nameless and all(nameless):
        raise uncertain(f"each cell says {min(nameless[0])!r}, and names none")
    if board.is_reordered and not board.named and not board.is_one_name:
        raise uncertain("a style may show the cells in another order")
    if board.has_gap and not board.is_one_name and not all(cell.tool for cell in board.cells):
        raise uncertain("a row of the table has an empty cell more")
    assign = next((each.assign for each in ARRANGEMENTS if each.applies(board)), None)
    if assign is None:
        raise uncertain(f"the cells stand in groups of {board.sizes}")
    sides = assign(board)
    tools = [tool for tool, _ in sides]
    _require_counts(tools, board)
    for cell, tool, spoken in zip(board.cells, tools, board.spoken, strict=True):
        is_other = len(cell.raw.tools) == 1 and cell.raw.tools[0] != tool
        if is_other or cell.tool not in (0, tool) or spoken == {3 - tool}:
            raise uncertain(f"a cell of tool {tool} names the other")
    if any(len(own) == 1 and own[0] != tool for own, tool in zip(board.called, tools, strict=True)):
        raise uncertain("what holds the quotes of one tool is called by the other's name")
    _require_heads(tools, board)
    _require_agreement(tools, board)
    placed = (PlacedCell(cell, *side) for cell, side in zip(board.cells, sides, strict=True))
    return tuple(placed)


def _require_heads(tools: list[int], board: Board) -> None:
    """Names over the cells say what the names within them say."""
    if board.is_one_name:
        return
    rows, columns = set(board.sizes) <= {1, 2}, len(board.sizes) == 2 and min(board.sizes) > 2
    pairs = {heads for heads in board.heads if len(heads) == 2}
    if len(board.under) == 2 and (rows or columns) and board.under[0] != tools[0]:
        raise uncertain("the names under the cells are not those of their columns")
    for number, (group, heads) in enumerate(zip(board.groups, board.heads, strict=True)):
        own = board.cells[number].raw.tools
        is_first = board.groups[number + 1 : number + 2] == [group] and (
            rows or (columns and not number)
        )
        order = tools[number], 3 - tools[number]
        if (len(own) == len(heads) == 1 and own != heads) or (is_first and pairs - {order}):
            raise uncertain("the names over the cells are not those within them")


def _require_agreement(tools: list[int], board: Board) -> None:
    """What all cells of one tool show, and none of the other's, names that tool: it must be so."""
    if not board.labels:
        return
    labels = [  # a row's two heads stand before its first cell, and are no part of it
        own if len(heads) < 2 else frozenset(x for x in own if not headed_tool(x, board.names))
        for own, heads in zip(board.labels, board.heads, strict=True)
    ]
    own = [[x for x, t in zip(labels, tools, strict=True) if t == n] for n in (1, 2)]
    only = [frozenset.intersection(*own[n]).difference(*own[1 - n]) for n in (0, 1)]
    named = [{headed_tool(text, board.names) for text in only[n]} - {0} for n in (0, 1)]
    if not named[0] <= {1} or not named[1] <= {2}:
        raise uncertain("the cells of one tool name the other")
    halves = [] if any(board.heads) or board.named else _halves(board.labels)
    if halves and not any(
        half in ([t == 1 for t in tools], [t == 2 for t in tools]) for half in halves
    ):
        raise uncertain("two texts part the cells in another way")
    if all(only) and not any(named) and not any(board.heads):
        raise uncertain(f"{min(only[0])!r} and {min(only[1])!r} may name the tools")


def _halves(labels: tuple[frozenset[str], ...]) -> list[list[bool]]:
    """The ways in which two texts, each in half of the cells, part all of them."""
    counts = Counter(text for own in labels for text in own)
    half = [text for text, count in counts.items() if 2 * count == len(labels)]
    shown = {tuple(text in own for own in labels) for text in half}
    return [[*one] for one in shown if tuple(not is_shown for is_shown in one) in shown]


def _require_counts(tools: list[int], board: Board) -> None:
    for tool, panel in zip((1, 2), board.panels, strict=True):
        expected = 4 if len(tools) == 8 or panel not in (3, 4) else panel
        if tools.count(tool) != expected:
            detail = f"{tools.count(tool)} of the quotes would be about tool {tool}, not {expected}"
            raise uncertain(detail)


# --- rows ---


def _is_rows(board: Board) -> bool:
    """Pairs of cells in elements of their own; a row may have lost one."""
    if not set(board.sizes) <= {1, 2} or board.sizes.count(2) < 2 or len(board.sizes) > ROWS:
        return False
    shown = list(zip(board.groups, board.named, strict=False))
    return len(set(shown)) == len(shown)


def _rows(board: Board) -> list[Side]:
    counts, sides = Counter(board.groups), list[Side]()
    first = 0 if board.named else board.first_tool()
    for number, group in enumerate(board.groups):
        if board.named:
            tool = board.named[number]
        elif counts[group] == 1:
            tool = _side_in_row(board, number, first) or side_of_single(board.panels)
        else:
            is_second = number > 0 and board.groups[number - 1] == group
            tool = 3 - first if is_second else first
        sides.append((tool, group + 1))
    return sides


def _side_in_row(board: Board, number: int, first: int) -> int | None:
    """The side of a cell alone in its row, where an empty element holds the other's place.

    Absent: None where the row is shorter than the others and so tells nothing.
    """
    counts = Counter(board.groups)
    full = [board.places[n] for n, group in enumerate(board.groups) if counts[group] == 2]
    columns = sorted({place for place, _ in full})
    place, width = board.places[number]
    if len(columns) != 2 or place not in columns or any(width != other for _, other in full):
        return None
    return first if place == columns[0] else 3 - first


# --- columns ---


def _column_end(board: Board) -> int:
    """How many cells the first of two columns has. Absent: 0 where there are no two columns."""
    at = [number for number, heads in enumerate(board.heads) if heads]
    if len(at) == 2 and at[0] == 0 and all(len(board.heads[number]) == 1 for number in at):
        is_both = board.is_one_name or board.heads[0] != board.heads[at[1]]
        return at[1] if is_both and min(at[1], len(board.cells) - at[1]) >= 3 else 0
    return board.sizes[0] if len(board.sizes) == 2 and min(board.sizes) >= 3 else 0


def _is_columns(board: Board) -> bool:
    """Two elements of three or four cells, or two names with as many below each."""
    return bool(_column_end(board)) and (not board.named or len(_runs(board.named)) == 2)


def _columns(board: Board) -> list[Side]:
    end = _column_end(board)
    first = board.named[0] if board.named else _first_column(board, end)
    tools = [first if number < end else 3 - first for number in range(len(board.cells))]
    return _slots(board, tools)


def _first_column(board: Board, end: int) -> int:
    """The tool of the first of two columns, as the names over them say, else the first."""
    if board.is_one_name:
        return 1
    heads = [(at, heads[0]) for at, heads in enumerate(board.heads) if len(heads) == 1]
    if len(heads) == 1 and board.under[:1] == (3 - heads[0][1],):
        return heads[0][1]  # both stand under their columns
    if len(heads) == 1 and heads[0][0] < end:
        raise uncertain("only one name stands over the columns")
    firsts = {tool if at < end else 3 - tool for at, tool in heads}
    if len(firsts) > 1:
        raise uncertain("the names over the columns do not agree")
    return firsts.pop() if firsts else board.first_tool(end)


# --- one list ---


def _listed(board: Board) -> list[Side] | None:
    """The sides of cells in a list of eight places, the first place being tool 1's.

    Row by row, unless the reviewers' names show two columns.
    Absent: None where no cell is missing, or the elements beside the cells are not eight.
    """
    if len(board.sizes) > 1 or any(width != 2 * ROWS for _, width in board.places or ((0, 0),)):
        return None
    places = [place - 1 for place, _ in board.places]
    if places != sorted(set(places)):
        return None
    shown = dict(zip(places, board.reviewers, strict=True))
    rows, of_rows = _united(shown, [(at, at + 1) for at in range(0, 2 * ROWS, 2)])
    columns, of_columns = _united(shown, [(at, at + ROWS) for at in range(ROWS)])
    if rows < of_rows - 1 and columns >= of_columns - 1:
        return [(at // ROWS + 1, at % ROWS + 1) for at in places]
    return [(at % 2 + 1, at // 2 + 1) for at in places]


def _united(shown: dict[int, str | None], pairs: list[tuple[int, int]]) -> tuple[int, int]:
    """How many of the pairs that are whole show one reviewer twice, and how many are whole."""
    whole = [(shown[one], shown[other]) for one, other in pairs if one in shown and other in shown]
    return sum(one == other is not None for one, other in whole), len(whole)


def _has_gaps(board: Board) -> bool:
    """One list of eight places, some of them empty."""
    listed = _listed(board)
    tools = [tool for tool, _ in listed or ()]
    return bool(listed) and board.named in ([], tools, [3 - tool for tool in tools])


def _gaps(board: Board) -> list[Side]:
    listed = _listed(board) or []
    is_swapped = (
        board.named != [tool for tool, _ in listed] if board.named else (board.first_tool() == 2)
    )
    return [(3 - tool if is_swapped else tool, slot) for tool, slot in listed]


def _is_named(board: Board) -> bool:
    """Every cell, or the line before it, names its tool."""
    return bool(board.named)


def _named(board: Board) -> list[Side]:
    is_listed = len(board.named) < 2 * ROWS and len(board.sizes) == 1
    rows = _in_rows(board) if is_listed and len(_runs(board.named)) > 2 else None
    return rows or _slots(board, board.named)


def _is_one_list(board: Board) -> bool:
    """All cells in one element, or in none."""
    return len(board.sizes) == 1


def _one_list(board: Board) -> list[Side]:
    """Row by row, unless the reviewers' names show two columns."""
    count, shown = len(board.cells), board.reviewers
    first = board.first_tool(3, 4, 5)
    tools = [first if number % 2 == 0 else 3 - first for number in range(count)]
    is_told, half = all(shown), count // 2
    united = _equal(shown[::2], shown[1::2])
    if count % 2:
        tools = _with_one_missing(board)
    elif count == 6 and not (is_told and united == 3):
        raise uncertain("six quotes in one list, and which row each belongs to is not certain")
    elif is_told and united < half - 1 and _equal(shown[:half], shown[half:]) >= half - 1:
        tools = [first if number < half else 3 - first for number in range(count)]
    elif is_told and united < half - 1 and {*Counter(shown).values()} == {2}:
        raise uncertain("each reviewer judges both tools, in neither rows nor columns")
    if is_told and len(set(shown)) > 1:
        (tool, name), most = Counter(zip(tools, shown, strict=True)).most_common(1)[0]
        if most > 1:
            raise uncertain(f"{name!r} would judge tool {tool} {most} times")
    is_columns = len(_runs(tools)) == 2
    rows = _in_rows(board, tools) if count < 2 * ROWS and not is_columns else None
    return rows or _slots(board, tools)


def _equal(ones: list[str | None], others: list[str | None]) -> int:
    return sum(one == other for one, other in zip(ones, others, strict=False))


def _with_one_missing(board: Board) -> list[int]:
    """Seven cells in one list: the row that is short must be the only one that can be."""
    alone, shown = side_of_single(board.panels), board.reviewers
    fitting = []
    for row in range(ROWS):
        pairs = [2 * other - (other > row) for other in range(ROWS) if other != row]
        if all(shown) and all(shown[at] == shown[at + 1] for at in pairs):
            fitting.append([1, 2] * row + [alone] + [1, 2] * (ROWS - 1 - row))
    if len(fitting) != 1:
        raise uncertain("seven quotes in one list, and which row is short is not certain")
    return fitting[0]


# --- slots ---


def _runs(tools: list[int]) -> list[int]:
    """The tools in order, each as often as it comes again after the other."""
    return [tool for before, tool in pairwise([0, *tools]) if tool != before]


def _slots(board: Board, tools: list[int]) -> list[Side]:
    """Slots in the order of each side; where one side lacks a cell, by its reviewers."""
    seen, sides = Counter[int](), list[Side]()
    for tool in tools:
        seen[tool] += 1
        sides.append((tool, seen[tool]))
    if seen[1] == seen[2]:
        return sides
    short = 1 if seen[1] < seen[2] else 2
    shown = list(zip(board.reviewers, sides, strict=True))
    full = {name: slot for name, (tool, slot) in shown if tool != short}
    own = [full.get(name) for name, (tool, _) in shown if tool == short]
    slots = [slot for slot in own if slot is not None]
    if None in full or len(slots) < len(own) or slots != sorted(set(slots)):
        return sides
    waiting = iter(slots)
    return [(tool, next(waiting) if tool == short else slot) for tool, slot in sides]


def _in_rows(board: Board, tools: list[int] | None = None) -> list[Side] | None:
    """Slots of cells in one list, row by row, the sides in the order that unites most reviewers.

    Absent: None where the cells do not make four rows at most.
    """
    tools = board.named if tools is None else tools

    def united(sides: list[Side]) -> int:
        shown: dict[int, list[str | None]] = {}
        for name, (_, slot) in zip(board.reviewers, sides, strict=True):
            shown.setdefault(slot, []).append(name)
        return sum(len(names) == 2 and names[0] == names[1] for names in shown.values())

    is_alternating = len(_runs(tools)) == len(tools)
    ways = [_rows_of(tools, 1)]
    if not is_alternating:
        ways.append(_rows_by_reviewer(board.reviewers, tools))
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


def _rows_by_reviewer(reviewers: list[str | None], tools: list[int]) -> list[Side]:
    """Slots where two cells side by side, of one reviewer and different tools, are a row."""
    sides: list[Side] = []
    slot, is_second = 0, False
    for at, tool in enumerate(tools):
        is_second = (
            bool(at)
            and not is_second
            and tools[at - 1] != tool
            and reviewers[at - 1] == reviewers[at] is not None
        )
        slot += not is_second
        sides.append((tool, slot))
    return sides


# --- the table ---


class Arrangement(NamedTuple):
    """One way in which a page arranges its cells."""

    name: str
    applies: Callable[[Board], bool]
    assign: Callable[[Board], list[Side]]
    drawing: str


ARRANGEMENTS = (
    Arrangement("rows", _is_rows, _rows, """
        [A1][B1]
        [A2]         an empty place, or the panel's size, tells whose cell is missing
        [A3][B3]
        [A4][B4]"""),
    Arrangement("columns", _is_columns, _columns, """
        Alpha  Beta  the heads tell the order; without any the first is tool 1
        [A1]   [B1]
        [A2]   [B2]  a side of three goes by its reviewers' names
        [A3]   [B3]
        [A4]"""),
    Arrangement("gaps", _has_gaps, _gaps, """
        [A1][B1][  ][B2][A3][B3][A4][B4]    eight places in one list, some empty"""),
    Arrangement("named", _is_named, _named, """
        [Beta: B1][Alpha: A1][Alpha: A2][Beta: B2] ...    in any order"""),
    Arrangement("one list", _is_one_list, _one_list, """
        [A1][B1][A2][B2][A3][B3][A4][B4]    or, where the reviewers say so,
        [A1][A2][A3][A4][B1][B2][B3][B4]"""),
)  # fmt: skip
"""Tried in order; the first that applies decides, or refuses."""

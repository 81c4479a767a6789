"""A table whose columns are cards, read column by column.

    <tr> Developer Tools   Productivity           column 1: Developer Tools, Kettle, 75 % ...
    <tr> Kettle            Lantern          =>    column 2: Productivity, Lantern, 50 % ...
    <tr> 75 % Panel ship   50 % Panel ship

A first cell that heads each row stands in both columns, as a control: it says what the cells are,
and is no value. Rows of another width over them are left as they are; behind them only another
table may begin, for a cell that spans rows makes the next one narrower, and nothing here tells of
it. Only the order is changed: the module must not know what a cell means.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass

from parsers.page.document import Document, Unshown

FEWEST_ROWS = 4
DEEPEST = 8
"""So many levels may lie between a cell's words and its table."""
CellRow = list[range]
"""The [start, end) of the blocks of each cell of a row."""
Key = tuple[int, int]
"""An element of the page, and the column in which it stands; 0 outside of the table."""


@dataclass(frozen=True, slots=True)
class Turned:
    """The document read by columns, and for each of its blocks the block of the page."""

    document: Document
    origin: list[int]


def by_columns(document: Document, block: int, ends: Callable[[str], bool]) -> Turned | None:
    """The document with the table around a block read by columns. Absent: None without one.

    `ends` says of the first text of a row whether another table begins there.
    """
    above = document.ancestors(block)
    for table in [e for e in above if document.tag[e] == "table"][:1] or above[:DEEPEST]:
        rows = _rows(document, table)
        own = next((n for n, row in enumerate(rows) if any(block in cell for cell in row)), None)
        if own is None:
            continue
        rows, rest = _run(document, rows, own, ends)
        shown = [at for row in rows for cell in row for at in cell]
        if _is_moved(document, table, shown):
            continue
        is_whole = shown == [*range(shown[0], shown[-1] + 1)]  # no words outside of the cells
        is_whole &= not rest or any(ends(document.text[at]) for at in rest)
        if is_whole and len(rows) >= FEWEST_ROWS and len(rows[0]) in (2, 3):
            return _turned(document, table, rows)
    return None


def _is_moved(document: Document, table: int, shown: list[int]) -> bool:
    """Whether a style may show cells of a table in another order, or in columns."""
    moved = document.reordered | document.flowing
    return bool(moved) and any(
        element >= table for at in shown for element in moved.intersection(document.ancestors(at))
    )


def _rows(document: Document, table: int) -> list[CellRow]:
    """The blocks of each cell of each row: of a table, or of the children's children of another."""
    inside = range(table + 1, len(document.parent))
    inside = range(table + 1, next((e for e in inside if document.parent[e] < table), inside.stop))
    children: dict[int, list[int]] = {table: []}
    for element in inside:
        children.setdefault(document.parent[element], []).append(element)
    rows = children[table]
    if document.tag[table] == "table":
        groups = [[e] if document.tag[e] == "tr" else children.get(e, []) for e in rows]
        rows = [e for group in groups for e in group if document.tag[e] == "tr"]
    return [
        [range(*document.blocks_of(cell)) for cell in children[row]]
        for row in rows
        if row in children
    ]


def _run(
    document: Document, rows: list[CellRow], own: int, ends: Callable[[str], bool]
) -> tuple[list[CellRow], list[int]]:
    """The rows as wide as one of them around it, up to where another table begins.

    And the blocks of the rows behind them: where no other table begins there, a cell that spans
    several rows may have made them narrower.
    """
    width, shown = len(rows[own]), [[at for cell in row for at in cell] for row in rows]
    fits = [len(row) == width for row in rows]
    first = max((n + 1 for n in range(own) if not fits[n]), default=0)
    stop = next((n for n in range(own + 1, len(rows)) if not fits[n]), len(rows))
    is_end = (n for n in range(own + 1, stop) if shown[n] and ends(document.text[shown[n][0]]))
    stop = next(is_end, stop)
    return rows[first:stop], [at for row in shown[stop:] for at in row]


def _turned(document: Document, table: int, rows: list[CellRow]) -> Turned:
    shown = [block for row in rows for cell in row for block in cell]
    start, end = shown[0], shown[-1] + 1
    order: list[Key] = [(block, 0) for block in range(start)]
    for column in (1, 2):
        for *head, one, other in rows:
            cell = (one, other)[column - 1]
            order += [(block, column) for part in (*head, cell) for block in part]
    order += [(block, 0) for block in range(end, len(document.text))]
    heads = {block for row in rows for cell in row[:-2] for block in cell}
    found = _rebuilt(document, table, order)
    found.controls |= {at for at, (block, _) in enumerate(order) if block in heads}
    return Turned(found, [block for block, _ in order])


def _rebuilt(document: Document, table: int, order: list[Key]) -> Document:
    """A document of these blocks of another, the elements numbered as they begin."""
    found = Document(kind=document.kind, canonicals=document.canonicals, is_clean=document.is_clean)
    numbers: dict[Key, int] = {}

    def enter(element: int, column: int) -> int:
        """The number of an element that holds what is added next, and of all above it."""
        number = 0
        for key in _keys(document, table, element, column):
            if key not in numbers:
                numbers[key] = len(found.parent)
                found.parent.append(number)
                found.tag.append(document.tag[key[0]])
                found.first.append(len(found.runs))
                found.end.append(0)
            number = numbers[key]
            found.end[number] = len(found.runs) + 1
        return number

    for at, (block, column) in enumerate(order):
        is_next = at > 0 and order[at - 1] == (block - 1, column)
        if is_next and document.box[block] == document.box[block - 1]:
            found.boxes[-1] = (found.boxes[-1][0], at + 1)
        else:
            found.boxes.append((at, at + 1))
        found.text.append(document.text[block])
        found.glue.append(document.glue[block])
        found.box.append(len(found.boxes))
        found.run.append(len(found.runs))
        found.element.append(enter(document.element[block], column))
        for text, element, _, line in document.runs[slice(*document.runs_of(block, block + 1))]:
            found.runs.append((text, enter(element, column), len(found.boxes), line))
        if block in document.controls:
            found.controls.add(at)
        if block in document.edges:
            found.edges[at] = document.edges[block]
    found.end[0] = len(found.runs)
    found.reordered = {number for key, number in numbers.items() if key[0] in document.reordered}
    found.flowing = {number for key, number in numbers.items() if key[0] in document.flowing}
    places: dict[int, list[int]] = {}
    for at, (block, _) in enumerate(order):
        places.setdefault(block, []).append(at)
    found.hidden = _moved(document, found, document.hidden, order, places, numbers)
    found.spoken = _moved(document, found, document.spoken, order, places, numbers)
    return found


def _moved(
    document: Document,
    found: Document,
    unshown: list[Unshown],
    order: list[Key],
    places: dict[int, list[int]],
    numbers: dict[Key, int],
) -> list[Unshown]:
    """What no block shows, at the places to which the blocks beside it went, in their order."""
    moved = []
    for each in unshown:
        block = bisect_right(document.run, each.run) - 1
        is_first = block < 0 or document.run[block] == each.run
        if is_first and block > 0:  # it may stand at the end of the cell before
            first, end = document.blocks_of(each.element)
            block -= not first <= block < end and first <= block - 1 < end
        for at in places[max(block, 0)]:
            run = found.run[at] + max(0, each.run - document.run[max(block, 0)])
            column = order[at][1]
            element = numbers.get((each.element, column)) or numbers.get((each.element, 0))
            moved.append(each._replace(run=run, element=element or found.element[at]))
    return sorted(moved)


def _keys(document: Document, table: int, element: int, column: int) -> list[Key]:
    """An element and those above it, outermost first; a column stands for the table's rows."""
    chain = []
    while element:
        chain.append(element)
        element = document.parent[element]
    chain.reverse()
    if not column or table not in chain:
        return [(each, 0) for each in chain]
    depth = chain.index(table) + 1
    above = [(each, 0) for each in chain[:depth]]
    return [*above, (table, column), *((each, column) for each in chain[depth + 1 :])]

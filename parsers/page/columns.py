"""A table whose columns are cards, read column by column.

    <tr> Developer Tools   Productivity           column 1: Developer Tools, Kettle, 75 % ...
    <tr> Kettle            Lantern          =>    column 2: Productivity, Lantern, 50 % ...
    <tr> 75 % Panel ship   50 % Panel ship

A first cell that heads each row stands in both columns. Only the order is changed: the module must
not know what a cell means.
"""

from __future__ import annotations

from dataclasses import dataclass

from parsers.page.document import Document

FEWEST_ROWS = 4
Key = tuple[int, int]
"""An element of the page, and the column in which it stands; 0 outside of the table."""


@dataclass(frozen=True, slots=True)
class Turned:
    """The document read by columns, and for each of its blocks the block of the page."""

    document: Document
    origin: list[int]


def by_columns(document: Document, block: int) -> Turned | None:
    """The document with the table around a block read by columns. Absent: None without one."""
    for table in document.ancestors(block):
        rows = _rows(document, table)
        widths = {len(row) for row in rows}
        if len(rows) >= FEWEST_ROWS and len(widths) == 1 and widths <= {2, 3}:
            return _turned(document, table, rows)
    return None


def _rows(document: Document, table: int) -> list[list[list[int]]]:
    """The blocks of each cell of each row: of the children's children of an element."""
    rows: dict[int, dict[int, list[int]]] = {}
    for block in range(*document.blocks_of(table)):
        chain = document.ancestors(block)
        depth = chain.index(table)
        if depth < 2:
            return []
        rows.setdefault(chain[depth - 1], {}).setdefault(chain[depth - 2], []).append(block)
    return [list(cells.values()) for cells in rows.values()]


def _turned(document: Document, table: int, rows: list[list[list[int]]]) -> Turned:
    start, end = document.blocks_of(table)
    order: list[Key] = [(block, 0) for block in range(start)]
    for column in (1, 2):
        for *head, one, other in rows:
            cell = (one, other)[column - 1]
            order += [(block, column) for part in (*head, cell) for block in part]
    order += [(block, 0) for block in range(end, len(document.text))]
    return Turned(_rebuilt(document, table, order), [block for block, _ in order])


def _rebuilt(document: Document, table: int, order: list[Key]) -> Document:
    """A document of these blocks of another, the elements numbered as they begin."""
    found = Document(kind=document.kind, canonical=document.canonical, is_clean=document.is_clean)
    found.end[0] = len(order)
    numbers: dict[Key, int] = {}
    for at, (block, column) in enumerate(order):
        element = 0
        for key in _keys(document, table, block, column):
            if key not in numbers:
                numbers[key] = len(found.parent)
                found.parent.append(element)
                found.tag.append(document.tag[key[0]])
                found.first.append(at)
                found.end.append(at)
            element = numbers[key]
            found.end[element] = at + 1
        is_next = at > 0 and order[at - 1] == (block - 1, column)
        if is_next and document.box[block] == document.box[block - 1]:
            found.boxes[-1] = (found.boxes[-1][0], at + 1)
        else:
            found.boxes.append((at, at + 1))
        found.element.append(element)
        found.text.append(document.text[block])
        found.glue.append(document.glue[block])
        found.box.append(len(found.boxes))
        found.run.append(at)
        if block in document.controls:
            found.controls.add(at)
        if block in document.edges:
            found.edges[at] = document.edges[block]
    return found


def _keys(document: Document, table: int, block: int, column: int) -> list[Key]:
    """The elements above a block, outermost first; a column stands for the rows of the table."""
    chain = document.ancestors(block)[::-1]
    if not column:
        return [(element, 0) for element in chain]
    depth = chain.index(table) + 1
    above = [(element, 0) for element in chain[:depth]]
    return [*above, (table, column), *((element, column) for element in chain[depth + 1 :])]

"""The decision table: rows of a label and a cell for each tool, in whatever markup.

Everything here is optional: what cannot be told apart is left out and reported as a finding.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from itertools import pairwise

from parsers.page.tokens import Tokens
from parsers.values import word_key

ROWS = ("panel_verdict", "community", "pricing", "best_for", "category")


@dataclass(frozen=True, slots=True)
class Cell:
    """Tokens [first, last) of one cell."""

    first: int
    last: int


@dataclass(slots=True)
class Decision:
    """The cells of each row by its label, and what was wrong with the table."""

    rows: dict[str, tuple[Cell, Cell]] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    names: tuple[str, ...] = ()
    """The tool names of the header, in its order; empty where there is none."""


def read_decision(
    tokens: Tokens, names: tuple[str, str], regions: list[tuple[int, int]]
) -> Decision:
    """The decision table in one of the regions, which are tokens [first, stop) outside the cards.

    A second copy of it, equal word for word, is dropped.
    Absent: no rows where the page has no such table.
    """
    found = [_read_table(tokens, names, *table) for r in regions for table in _tables(tokens, *r)]
    # A table of contents may name the table and some of its rows; it has no cells.
    tables = [table for table in found if table.rows] or found
    if not tables:
        return _without_header(tokens, regions)
    contents = {_content(tokens, table) for table in tables}
    if len(contents) == 1:
        return tables[0]
    return Decision(problems=["there are several decision tables, and they differ"])


def _tables(tokens: Tokens, first: int, stop: int) -> list[tuple[int, int, int]]:
    """Begin, header and end of each table of a region: a 'Decision' with at least one known row."""
    keys = {word_key(word) for word in tokens.words.decision}
    headers = [at for at in range(first, stop) if tokens.key[at] in keys]
    ends = pairwise([*headers, stop])
    return [
        (first if at == headers[0] else at, at, end) for at, end in ends if _labels(tokens, at, end)
    ]


def _without_header(tokens: Tokens, regions: list[tuple[int, int]]) -> Decision:
    decision = Decision()
    if any(len(_labels(tokens, *region)) > 1 for region in regions):
        decision.problems.append(f"no block reads {tokens.words.decision[0]!r} over its rows")
    return decision


def _content(tokens: Tokens, table: Decision) -> tuple[object, ...]:
    rows = [(row, *_texts(tokens, list(cells))) for row, cells in sorted(table.rows.items())]
    return (*rows, *table.problems)


def _read_table(
    tokens: Tokens, names: tuple[str, str], first: int, header: int, stop: int
) -> Decision:
    """One table: rows under its header, transposed, or once for each tool."""
    decision = Decision()
    labels = _labels(tokens, header + 1, stop)
    end = _end(tokens, header, labels, stop)
    before = [at for at in range(header, labels[0][1]) if tokens.text[at] in names]
    decision.names = tuple(tokens.text[at] for at in before)
    counts = Counter(name for name, _ in labels)
    if len(labels) > 1 and _is_transposed(tokens, labels):
        _read_transposed(tokens, names, labels, end, decision)
    elif all(count == 2 for count in counts.values()):
        _read_by_tool(tokens, names, labels, end, decision)
    else:
        labels = _labels_above(tokens, first, header, labels) + labels
        _read_rows(tokens, names, header, labels, end, decision)
    if not decision.problems:
        _look_for_leftovers(tokens, names, header, labels, end, decision)
    return decision


def _look_for_leftovers(
    tokens: Tokens,
    names: tuple[str, str],
    header: int,
    labels: list[tuple[str, int]],
    end: int,
    decision: Decision,
) -> None:
    """A text in the table that is in no cell means that a label was lost."""
    used = {at for _, at in labels}
    for cells in decision.rows.values():
        used |= {at for cell in cells for at in range(cell.first, cell.last)}
    keys = {word_key(word) for word in tokens.words.decision}
    for at in range(header + 1, end):
        text = tokens.text[at]
        if at not in used and text not in names and tokens.key[at] not in keys:
            if not tokens.is_decoration(at):
                decision.problems.append(f"{text[:40]!r} stands in no row")
            return


def _labels(tokens: Tokens, first: int, stop: int) -> list[tuple[str, int]]:
    words = tokens.words
    names = {word_key(getattr(words, row)): row for row in ROWS}
    return [(names[tokens.key[at]], at) for at in range(first, stop) if tokens.key[at] in names]


def _labels_above(
    tokens: Tokens, first: int, header: int, below: list[tuple[str, int]]
) -> list[tuple[str, int]]:
    """The labels of rows that stand over the header's row, in one element with it and those below.

    A link over the table may bear the word of a row; it is no row beside the table's own.
    """
    rows = {word for word, _ in below}
    above = [label for label in _labels(tokens, first, header) if label[0] not in rows]
    if not above or tokens.document.kind != "html":
        return []
    parent = tokens.document.parent
    own, under = (_row_element(tokens, at) for at in (header, below[0][1]))
    places = ((label, _row_element(tokens, label[1])) for label in above)
    return [
        label
        for label, row in places
        if own not in (row, under) and parent[row] == parent[own] == parent[under]
    ]


def _end(tokens: Tokens, header: int, labels: list[tuple[str, int]], stop: int) -> int:
    """The token after the table: the end of the smallest element with its header and labels."""
    document = tokens.document
    if document.kind != "html":
        return stop
    last = labels[-1][1]
    shared = set(document.ancestors(tokens.start[header]))
    shared &= set(document.ancestors(tokens.start[last]))
    ends = [document.blocks_of(element)[1] for element in shared]
    blocks_end = min((end for end in ends if end > tokens.end[last]), default=len(document.text))
    return next((at for at in range(labels[-1][1], stop) if tokens.start[at] >= blocks_end), stop)


def _is_transposed(tokens: Tokens, labels: list[tuple[str, int]]) -> bool:
    places = [at for _, at in labels]
    return places == list(range(places[0], places[0] + len(places)))


def _read_transposed(
    tokens: Tokens,
    names: tuple[str, str],
    labels: list[tuple[str, int]],
    end: int,
    decision: Decision,
) -> None:
    """A row of labels, then a row of cells for each tool, each headed by its name."""
    rest = list(range(labels[-1][1] + 1, end))
    width = len(labels) + 1
    if len(rest) != 2 * width:
        decision.problems.append("the table's rows have not as many cells as it has labels")
        return
    heads = (tokens.text[rest[0]], tokens.text[rest[width]])
    decision.names = heads
    order = _order(heads, names)
    if order is None:
        decision.problems.append(f"the table's rows are headed {heads!r}")
        return
    for number, (name, _) in enumerate(labels, start=1):
        cells = (rest[number], rest[width + number])
        one, other = (Cell(cells[at], cells[at] + 1) for at in order)
        decision.rows[name] = (one, other)


def _order(heads: tuple[str, ...], names: tuple[str, str]) -> tuple[int, int] | None:
    if heads == names:
        return 0, 1
    return (1, 0) if heads == names[::-1] else None


def _read_by_tool(
    tokens: Tokens,
    names: tuple[str, str],
    labels: list[tuple[str, int]],
    end: int,
    decision: Decision,
) -> None:
    """Every label twice: once under each tool's name, or a second copy of the whole table."""
    half = len(labels) // 2
    ends = [at for _, at in labels[1:]] + [end]
    cells: list[Cell] = []
    for (_, at), stop in zip(labels, ends, strict=True):
        last = stop
        while last > at + 1 and tokens.text[last - 1] in names and last - 1 > at + 1:
            last -= 1
        cells.append(Cell(at + 1, last))
    is_copy = all(_halves(tokens, cell) is not None for cell in cells[:half])
    if is_copy and _texts(tokens, cells[:half]) == _texts(tokens, cells[half:]):
        for (name, _), cell in zip(labels[:half], cells, strict=False):
            pair = _halves(tokens, cell)
            if pair is not None:
                decision.rows[name] = pair
        return
    if [name for name, _ in labels[:half]] != [name for name, _ in labels[half:]]:
        decision.problems.append("the table's labels stand twice, in different orders")
        return
    for number in range(half):
        decision.rows[labels[number][0]] = (cells[number], cells[number + half])
    if len(decision.names) > 1 or any(cell.first >= cell.last for cell in cells):
        decision.rows.clear()
        decision.problems.append("the table's labels stand twice and their cells are not certain")


def _halves(tokens: Tokens, cell: Cell) -> tuple[Cell, Cell] | None:
    if cell.last - cell.first != 2:
        return None
    return Cell(cell.first, cell.first + 1), Cell(cell.first + 1, cell.last)


def _texts(tokens: Tokens, cells: list[Cell]) -> list[str]:
    return [tokens.join(cell.first, cell.last) for cell in cells]


def _read_rows(
    tokens: Tokens,
    names: tuple[str, str],
    header: int,
    labels: list[tuple[str, int]],
    end: int,
    decision: Decision,
) -> None:
    """A label, then the cell of each tool, row by row."""
    order = _columns(tokens, names, header, labels[0][1], decision)
    if order is None:
        shown = " and ".join(map(repr, decision.names))
        decision.problems.append(f"which column is whose is not certain under {shown}")
        return
    counts = Counter(name for name, _ in labels)
    ends = [at for _, at in labels[1:]] + [end]
    for (name, at), stop in zip(labels, ends, strict=True):
        cells = _cells(tokens, names, at, stop, stop == end)
        if counts[name] > 1:
            decision.problems.append(f"row {name} stands {counts[name]} times")
        elif len(cells) != 2:
            decision.problems.append(f"row {name} has {len(cells)} cells")
        else:
            decision.rows[name] = (cells[order[0]], cells[order[1]])


def _columns(
    tokens: Tokens, names: tuple[str, str], header: int, label: int, decision: Decision
) -> tuple[int, int] | None:
    """Which cell of a row is each tool's, as the header says; in the cards' order without one.

    Absent: None where the header names one tool and does not tell its column.
    """
    shown = tuple(dict.fromkeys(decision.names))
    if not shown or names[0] == names[1]:
        return 0, 1
    if len(shown) > 1:
        return _order(shown, names)
    cells = _cells(tokens, names, header, label, False)
    heads = [tokens.join(cell.first, cell.last) for cell in cells]
    if len(heads) != 2 or heads.count(shown[0]) != 1:
        return None
    return (0, 1) if heads.index(shown[0]) == names.index(shown[0]) else (1, 0)


def _cells(
    tokens: Tokens, names: tuple[str, str], label: int, stop: int, is_last: bool
) -> list[Cell]:
    """The cells after a label: a token each, or grouped by the row's elements."""
    document = tokens.document
    if document.kind == "html":
        row = _row_element(tokens, label)
        if row:
            blocks_end = document.blocks_of(row)[1]
            stop = next((at for at in range(label, stop) if tokens.start[at] >= blocks_end), stop)
            cells = _by_element(tokens, row, label + 1, stop)
            return [_without_name(tokens, names, cell) for cell in cells]
    cells = [Cell(at, at + 1) for at in range(label + 1, stop)]
    return cells[:2] if is_last and document.kind != "html" and len(cells) > 2 else cells


def _row_element(tokens: Tokens, label: int) -> int:
    """The smallest element that holds the label and something after it. Absent: 0.

    In a flat list that is the list itself; the next label ends the row then.
    """
    for element in tokens.document.ancestors(tokens.start[label]):
        if tokens.document.blocks_of(element)[1] > tokens.end[label]:
            return element
    return 0


def _by_element(tokens: Tokens, row: int, first: int, last: int) -> list[Cell]:
    """Tokens grouped by the child of the row they stand in; a sole child is looked into."""
    document = tokens.document
    groups: list[Cell] = []
    owners: list[int] = []
    for at in range(first, last):
        chain = document.ancestors(tokens.start[at])
        depth = chain.index(row) if row in chain else 0
        owner = chain[depth - 1] if depth else -at - 1
        if owners and owners[-1] == owner:
            groups[-1] = Cell(groups[-1].first, at + 1)
        else:
            groups.append(Cell(at, at + 1))
            owners.append(owner)
    if len(groups) == 1 and owners[0] > 0 and last - first > 1:
        return _by_element(tokens, owners[0], first, last)
    return groups


def _without_name(tokens: Tokens, names: tuple[str, str], cell: Cell) -> Cell:
    """The cell without the tool's name that phones show in it."""
    if cell.last - cell.first > 1 and tokens.text[cell.first] in names:
        return Cell(cell.first + 1, cell.last)
    return cell

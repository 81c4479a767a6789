"""The decision table: rows of a label and a cell for each tool, in whatever markup.

Everything here is optional: what cannot be told apart is left out and reported as a finding.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from itertools import pairwise

from parsers.cards.columns import Cell, DecisionRow, Said, order_of
from parsers.cards.paragraphs import is_sentence, likeness
from parsers.heads import headed_tool, named_tools
from parsers.page.tokens import Tokens
from parsers.values import word_key

ROWS = ("panel_verdict", "community", "pricing", "best_for", "category")


@dataclass(slots=True)
class Decision:
    """The cells of each row by its label, and what was wrong with the table."""

    rows: dict[str, tuple[Cell, Cell]] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    names: tuple[str, ...] = ()
    """The tool names of the header, in its order; empty where there is none."""


def read_decision(tokens: Tokens, said: Said, regions: list[tuple[int, int]]) -> Decision:
    """The decision table in one of the regions, which are tokens [first, stop) outside the cards.

    A second copy of it, equal word for word, is dropped.
    Absent: no rows where the page has no such table.
    Raises: FieldError (field_ambiguous) where it is not certain which column is whose.
    """
    found = [_read_table(tokens, said, *table) for r in regions for table in _tables(tokens, *r)]
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


def _read_table(tokens: Tokens, said: Said, first: int, header: int, stop: int) -> Decision:
    """One table: rows under its header, transposed, or once for each tool."""
    decision, names = Decision(), said.names
    labels = _labels(tokens, header + 1, stop)
    end = _end(tokens, header, labels, stop)
    over = range(header + 1, labels[0][1])
    decision.names = tuple(tokens.text[at] for at in over if tokens.text[at] in names)
    heads = [tokens.text[at] for at in over if _may_be_head(tokens, names, at)]
    counts = Counter(name for name, _ in labels)
    if len(labels) > 1 and _is_transposed(tokens, labels):
        heads, rows = _transposed(tokens, labels, end, decision)
    elif all(count == 2 for count in counts.values()):
        heads, rows = _by_tool(tokens, names, heads, labels, end, decision)
    else:
        labels = _labels_above(tokens, first, header, labels) + labels
        rows = _rows(tokens, names, labels, end, decision)
    if len(heads) == 1 and not headed_tool(heads[0], names):
        heads = []  # a caption
    if rows:
        one, other = order_of(tokens, said, heads, rows)
        for name, *cells in rows:
            pair = [_trimmed(tokens, names, cell) for cell in _without_alike(tokens, cells)]
            decision.rows[name] = (pair[one], pair[other])
    if not decision.problems:
        _look_for_leftovers(tokens, names, rows, (labels, header + 1, end), decision)
    return decision


def _may_be_head(tokens: Tokens, names: tuple[str, str], at: int) -> bool:
    """Whether a token over the rows may head a column: a label, or anything that names a tool."""
    if headed_tool(tokens.text[at], names):
        return True
    is_label = not is_sentence(tokens.text[at]) and not tokens.is_control(at)
    keys = {word_key(word) for word in tokens.words.decision}
    return is_label and not tokens.is_decoration(at) and tokens.key[at] not in keys


def _look_for_leftovers(
    tokens: Tokens,
    names: tuple[str, str],
    rows: list[DecisionRow],
    places: tuple[list[tuple[str, int]], int, int],
    decision: Decision,
) -> None:
    """A text in the table that is in no cell means that a label was lost."""
    labels, first, end = places
    used = {at for _, at in labels}
    for _, *cells in rows:
        used |= {at for cell in cells for at in range(cell.first, cell.last)}
    keys = {word_key(word) for word in tokens.words.decision}
    for at in range(first, end):
        text = tokens.text[at]
        is_passed = at in used or tokens.is_control(at) or tokens.key[at] in keys
        if not is_passed and not headed_tool(text, names):
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


def _transposed(
    tokens: Tokens, labels: list[tuple[str, int]], end: int, decision: Decision
) -> tuple[list[str], list[DecisionRow]]:
    """A row of labels, then a row of cells for each tool, each with its head."""
    rest = list(range(labels[-1][1] + 1, end))
    width = len(labels) + 1
    if len(rest) != 2 * width:
        decision.problems.append("the table's rows have not as many cells as it has labels")
        return [], []
    heads = [tokens.text[rest[0]], tokens.text[rest[width]]]
    decision.names = tuple(heads)
    rows = [
        (name, _one(rest[number]), _one(rest[width + number]))
        for number, (name, _) in enumerate(labels, start=1)
    ]
    return heads, rows


def _one(at: int) -> Cell:
    return Cell(at, at + 1)


def _by_tool(
    tokens: Tokens,
    names: tuple[str, str],
    heads: list[str],
    labels: list[tuple[str, int]],
    end: int,
    decision: Decision,
) -> tuple[list[str], list[DecisionRow]]:
    """Every label twice: once under each tool's head, or a second copy of the whole table."""
    half = len(labels) // 2
    ends = [at for _, at in labels[1:]] + [end]
    cells = [Cell(at + 1, stop) for (_, at), stop in zip(labels, ends, strict=True)]
    middle = cells[half - 1]
    while middle.last > middle.first + 1 and headed_tool(tokens.text[middle.last - 1], names):
        middle = Cell(middle.first, middle.last - 1)
    between = [tokens.text[at] for at in range(middle.last, cells[half - 1].last)]
    cells[half - 1] = middle
    order = [name for name, _ in labels[:half]]
    pairs = [pair for cell in cells[:half] if (pair := _halves(cell)) is not None]
    if len(pairs) == half and _texts(tokens, cells[:half]) == _texts(tokens, cells[half:]):
        return heads, [(name, *pair) for name, pair in zip(order, pairs, strict=True)]
    if order != [name for name, _ in labels[half:]]:
        decision.problems.append("the table's labels stand twice, in different orders")
        return [], []
    if len(decision.names) > 1 or any(cell.first >= cell.last for cell in cells):
        decision.problems.append("the table's labels stand twice and their cells are not certain")
        return [], []
    rows = list(zip(order, cells[:half], cells[half:], strict=True))
    return [*heads[-1:], *between[-1:]], rows


def _halves(cell: Cell) -> tuple[Cell, Cell] | None:
    if cell.last - cell.first != 2:
        return None
    return Cell(cell.first, cell.first + 1), Cell(cell.first + 1, cell.last)


def _texts(tokens: Tokens, cells: list[Cell]) -> list[str]:
    return [tokens.join(cell.first, cell.last) for cell in cells]


def _rows(
    tokens: Tokens,
    names: tuple[str, str],
    labels: list[tuple[str, int]],
    end: int,
    decision: Decision,
) -> list[DecisionRow]:
    """A label, then the cell of each tool, row by row."""
    counts = Counter(name for name, _ in labels)
    ends = [at for _, at in labels[1:]] + [end]
    rows: list[DecisionRow] = []
    for (name, at), stop in zip(labels, ends, strict=True):
        cells = _cells(tokens, at, stop, is_last=stop == end)
        if counts[name] > 1:
            decision.problems.append(f"row {name} stands {counts[name]} times")
        elif len(cells) != 2:
            decision.problems.append(f"row {name} has {len(cells)} cells")
        else:
            rows.append((name, cells[0], cells[1]))
    return rows


def _cells(tokens: Tokens, label: int, stop: int, *, is_last: bool) -> list[Cell]:
    """The cells after a label: a token each, or grouped by the row's elements."""
    document = tokens.document
    if document.kind == "html":
        row = _row_element(tokens, label)
        if row:
            blocks_end = document.blocks_of(row)[1]
            stop = next((at for at in range(label, stop) if tokens.start[at] >= blocks_end), stop)
            return _by_element(tokens, row, label + 1, stop)
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


def _trimmed(tokens: Tokens, names: tuple[str, str], cell: Cell) -> Cell:
    """The cell without the tool's name that phones show in it, and without controls around it."""
    first, last = cell.first, cell.last
    if last - first > 1 and named_tools(tokens.text[first], names):
        first += 1
    while last - first > 1 and tokens.is_control(last - 1):
        last -= 1
    while last - first > 1 and tokens.is_control(first):
        first += 1
    return Cell(first, last)


def _without_alike(tokens: Tokens, cells: list[Cell]) -> list[Cell]:
    """The cells of a row without the label that ends both of them, such as a link to more."""
    one, other = cells
    while min(one.last - one.first, other.last - other.first) > 1:
        shown = [tokens.text[cell.last - 1] for cell in (one, other)]
        if is_sentence(shown[0]) or likeness(shown[0], "\0") != likeness(shown[1], "\0"):
            break
        one, other = Cell(one.first, one.last - 1), Cell(other.first, other.last - 1)
    return [one, other]

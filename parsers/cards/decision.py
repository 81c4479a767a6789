"""The decision table: rows of a label and a cell for each tool, in whatever markup.

    Decision      | Kettle | Lantern       rows under heads, or with the label between its cells
    Panel verdict | ...    | ...

    Decision | Panel verdict | Pricing     transposed
    Kettle   | ...           | ...

    Decision table / Kettle / Panel verdict: ... / Pricing: ... / Lantern / Panel verdict: ...

The table is optional. What a row of it says and cannot be told apart refuses the page where a
field would be lost; what stands in no row is a finding.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from itertools import pairwise

from parsers.cards.cells import (
    RowLabel,
    bare_rows,
    find_labels,
    leads_on,
    one_a_row,
    read_cells,
    row_element,
    two_cells,
    without_alike,
)
from parsers.cards.columns import DecisionRow, Said, order_of
from parsers.cards.paragraphs import CardSpan, is_sentence, tokens_of
from parsers.heads import headed_tool, held_tool
from parsers.page.tokens import Tokens
from parsers.values import word_key
from schema.errors import FieldError

DecisionRows = tuple[list[str], list[DecisionRow]]
"""The heads of a table's columns, and its rows."""
FIELDS = {"panel_verdict": "votes", "community": "community", "pricing": "pricing"}
"""The fields that the table alone tells, or tells more fully than the card, by their rows."""
FEWEST_ROWS = 3
"""So many rows are a table without its word over them."""


@dataclass(slots=True)
class Decision:
    """The cells of each row by its label, and what was wrong with the table."""

    rows: dict[str, tuple[CardSpan, CardSpan]] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    lost: dict[str, str] = field(default_factory=dict)
    """Rows that say something which cannot be told apart, and why."""
    seen: set[int] = field(default_factory=set)
    """The tokens of its rows."""
    names: tuple[str, ...] = ()
    """The tool names of the header, in its order; empty where there is none."""


def read_decision(tokens: Tokens, said: Said, regions: list[tuple[int, int]]) -> Decision:
    """The decision table in one of the regions, which are tokens [first, stop) outside the cards.

    A second copy of it, equal word for word, is dropped.
    Absent: no rows where the page has no such table.
    Raises: FieldError (field_ambiguous) where it is not certain which column is whose, or what a
    row says of which tool.
    """
    found = [_read_table(tokens, said, *table) for r in regions for table in _tables(tokens, *r)]
    # A table of contents may name the table and some of its rows; it has no cells.
    tables = [table for table in found if table.rows] or found
    if not tables:
        return _without_header(tokens, said, regions)
    if len({_content(tokens, table) for table in tables}) > 1:
        several = "stands in several decision tables, which differ"
        told = {row: several for table in tables for row in (*table.rows, *table.lost)}
        tables = [Decision(problems=[f"a row {several}"], lost=told)]
    _require_no_loss(tables[0].lost)
    return tables[0]


def _require_no_loss(lost: dict[str, str]) -> None:
    """No row is lost that the cards do not repeat; each with the reason. Raises: FieldError."""
    for row, why in lost.items():
        if row in FIELDS:
            name = f"tools[].{FIELDS[row]}"
            raise FieldError(code="field_ambiguous", field=name, detail=f"row {row} {why}")


def _tables(tokens: Tokens, first: int, stop: int) -> list[tuple[int, int, int]]:
    """Begin, header and end of each table of a region: a 'Decision' with at least one known row."""
    keys = {word_key(word) for word in tokens.words.decision}
    headers = [at for at in tokens.labelled if first <= at < stop and tokens.key[at] in keys]
    ends = pairwise([*headers, stop])
    return [
        (first if at == headers[0] else at, at, end)
        for at, end in ends
        if find_labels(tokens, at, end)
    ]


def _without_header(tokens: Tokens, said: Said, regions: list[tuple[int, int]]) -> Decision:
    """The table that lacks the word over its rows, told by the tools' own words in it."""
    for first, stop in regions:
        labels = find_labels(tokens, first, stop)
        if len(labels) < 2:
            continue
        header = tokens_of(tokens, row_element(tokens, labels[0].at)).start - 1
        while header >= first and headed_tool(tokens.text[header], said.names):
            header -= 1
        try:
            table = _read_table(tokens, said, header, header, stop)
        except FieldError:  # another table: nothing says that it is this one
            continue
        shown = tuple(cell.text(tokens) for cell in table.rows.get("best_for", ()))
        is_own = shown == said.words["best_for"] or set(table.names) == set(said.names)
        if is_own and len(table.rows) >= FEWEST_ROWS and not table.lost and not table.problems:
            return table
        why = f"stands in a table without {tokens.words.decision[0]!r} over its rows"
        told = {label.row for label in labels}
        is_told = not set(said.words["best_for"]).isdisjoint(tokens.text[first:stop])
        if len(told) >= FEWEST_ROWS and ("panel_verdict" in told or is_told):
            _require_no_loss(dict.fromkeys(sorted(told, reverse=True), why))
        return Decision(problems=[f"a row {why}"])
    return Decision()


def _content(tokens: Tokens, table: Decision) -> tuple[object, ...]:
    rows = [(row, *(c.text(tokens) for c in cells)) for row, cells in sorted(table.rows.items())]
    return (*rows, *table.problems, *table.lost)


def _read_table(tokens: Tokens, said: Said, first: int, header: int, stop: int) -> Decision:
    """One table: rows under its header, transposed, or once for each tool."""
    decision, names = Decision(), said.names
    labels = one_a_row(tokens, find_labels(tokens, header + 1, stop))
    end = _end(tokens, header, labels, stop)
    heads = _heads(tokens, names, header, labels[0])
    heads = heads or _spoken_heads(tokens, names, header, labels[0])
    decision.names = tuple(head for head in heads if head in names)
    counts = Counter(label.row for label in labels)
    if len(labels) > 1 and _is_transposed(labels):
        heads, rows = _transposed(tokens, labels, end, decision)
    elif all(count == 2 for count in counts.values()):
        heads, rows = _by_tool(tokens, names, heads, labels, end, decision)
    else:
        labels = _labels_above(tokens, first, header, labels) + labels
        heads, rows = _rows(tokens, names, heads, labels, end, decision)
    if len(heads) == 1 and not headed_tool(heads[0], names):
        heads = []  # a caption
    decision.seen |= {label.at for label in labels}
    for _, *cells in rows:
        decision.seen.update(at for cell in cells for at in cell.places)
    if rows:
        rows, named = bare_rows(tokens, names, rows)
        one, other = order_of(tokens, said, heads, rows, named)
        for name, *cells in rows:
            pair = without_alike(tokens, cells[0], cells[1])
            decision.rows[name] = (pair[one], pair[other])
            if name == "pricing" and any(leads_on(tokens, cell) for cell in pair):
                decision.lost[name] = "ends in a link that leads to more"
    if not decision.problems and not decision.lost:
        _look_for_leftovers(tokens, names, range(header + 1, end), decision)
    return decision


def _heads(tokens: Tokens, names: tuple[str, str], header: int, label: RowLabel) -> list[str]:
    """What may head the columns: the header's own row, and what stands between it and the rows."""
    row, own = row_element(tokens, label.at), row_element(tokens, header)
    start = max(header + 1, tokens_of(tokens, row).start) if row else label.at
    before = tokens_of(tokens, own).start if own else header
    is_row = own and label.at not in tokens_of(tokens, own)
    start = start if is_row or start > header + 1 else label.at
    places = [*(range(before, header) if is_row else ()), *range(header + 1, start)]
    versus = word_key(tokens.words.versus.strip())
    heads = [at for at in places if _may_be_head(tokens, names, at)]
    return [tokens.text[at] for at in heads if tokens.key[at] != versus]


def _spoken_heads(
    tokens: Tokens, names: tuple[str, str], header: int, label: RowLabel
) -> list[str]:
    """The tools that pictures over the rows name, where no text heads the columns."""
    document = tokens.document
    first, stop = document.run[tokens.start[max(header, 0)]], document.run[tokens.start[label.at]]
    told = sorted((*document.spoken, *document.hidden))
    tools = [held_tool(each.text, names) for each in told if first <= each.run <= stop]
    named = [0, *filter(None, tools)]
    return [names[tool - 1] for before, tool in pairwise(named) if tool != before]


def _may_be_head(tokens: Tokens, names: tuple[str, str], at: int) -> bool:
    """Whether a token over the rows may head a column: a label, or anything that names a tool."""
    if headed_tool(tokens.text[at], names):
        return True
    is_label = not is_sentence(tokens.text[at]) and not tokens.is_control(at)
    keys = {word_key(word) for word in tokens.words.decision}
    return is_label and not tokens.is_decoration(at) and tokens.key[at] not in keys


def _look_for_leftovers(
    tokens: Tokens, names: tuple[str, str], places: range, decision: Decision
) -> None:
    """A text in the table that is in no cell means that a label was lost."""
    keys = {word_key(word) for word in (*tokens.words.decision, tokens.words.versus.strip())}
    for at in places:
        text = tokens.text[at]
        is_own = at in decision.seen or tokens.key[at] in keys
        is_passed = is_own or tokens.is_control(at) or tokens.is_decoration(at)
        if not is_passed and not headed_tool(text, names):
            decision.problems.append(f"{text[:40]!r} stands in no row")
            return


def _labels_above(tokens: Tokens, first: int, header: int, below: list[RowLabel]) -> list[RowLabel]:
    """The labels of rows that stand over the header's row, in one element with it and those below.

    A link over the table may bear the word of a row; it is no row beside the table's own.
    """
    rows = {label.row for label in below}
    above = [label for label in find_labels(tokens, first, header) if label.row not in rows]
    if not above or tokens.document.kind != "html":
        return []
    parent = tokens.document.parent
    own, under = (row_element(tokens, at) for at in (header, below[0].at))
    places = ((label, row_element(tokens, label.at)) for label in above)
    return [
        label
        for label, row in places
        if own not in (row, under) and parent[row] == parent[own] == parent[under]
    ]


def _end(tokens: Tokens, header: int, labels: list[RowLabel], stop: int) -> int:
    """The token after the table: the end of the smallest element with its header and labels."""
    document, last = tokens.document, labels[-1].at
    if document.kind != "html":
        return stop
    shared = set(document.ancestors(tokens.start[header]))
    shared &= set(document.ancestors(tokens.start[last]))
    ends = [document.blocks_of(element)[1] for element in shared]
    blocks_end = min((end for end in ends if end > tokens.end[last]), default=len(document.text))
    return next((at for at in range(last, stop) if tokens.start[at] >= blocks_end), stop)


def _is_transposed(labels: list[RowLabel]) -> bool:
    places = [label.at for label in labels]
    is_bare = not any(label.size for label in labels)
    return is_bare and places == list(range(places[0], places[0] + len(places)))


def _transposed(
    tokens: Tokens, labels: list[RowLabel], end: int, decision: Decision
) -> DecisionRows:
    """A row of labels, then a row of cells for each tool, each with its head."""
    rest = list(range(labels[-1].at + 1, end))
    width = len(labels) + 1
    if len(rest) != 2 * width:
        why = "stands over rows that have not as many cells as the table has labels"
        decision.lost |= dict.fromkeys((label.row for label in labels), why)
        return [], []
    heads = [tokens.text[rest[0]], tokens.text[rest[width]]]
    decision.names = tuple(heads)
    one, other = ([CardSpan(at, at + 1) for at in rest[n:]] for n in (1, width + 1))
    rows = [(label.row, one[n], other[n]) for n, label in enumerate(labels)]
    return heads, rows


def _by_tool(
    tokens: Tokens,
    names: tuple[str, str],
    heads: list[str],
    labels: list[RowLabel],
    end: int,
    decision: Decision,
) -> DecisionRows:
    """Every label twice: once under each tool's head, or a second copy of the whole table."""
    half, order = len(labels) // 2, [label.row for label in labels]
    ends = [label.at for label in labels[1:]] + [end]
    cells = [
        CardSpan(label.at if label.size else label.at + 1, stop, label.size)
        for label, stop in zip(labels, ends, strict=True)
    ]
    middle = cells[half - 1]
    while middle.end > middle.first + 1 and headed_tool(tokens.text[middle.end - 1], names):
        middle = middle._replace(end=middle.end - 1)
    between = [tokens.text[at] for at in range(middle.end, cells[half - 1].end)]
    cells[half - 1] = middle
    texts = [cell.text(tokens) for cell in cells]
    pairs = [(CardSpan(c.first, c.first + 1), CardSpan(c.first + 1, c.end)) for c in cells[:half]]
    if all(c.end - c.first == 2 for c in cells[:half]) and texts[:half] == texts[half:]:
        return heads, [(row, *pair) for row, pair in zip(order, pairs, strict=False)]
    if order[:half] != order[half:]:
        decision.lost |= dict.fromkeys(order, "stands twice, in another order")
        return [], []
    if len(decision.names) > 1 or any(cell.first >= cell.end for cell in cells):
        decision.lost |= dict.fromkeys(order, "stands twice, and its cells are not certain")
        return [], []
    decision.names = ()
    rows = list(zip(order[:half], cells[:half], cells[half:], strict=True))
    return [*heads[-1:], *between[-1:]], rows


def _rows(
    tokens: Tokens,
    names: tuple[str, str],
    heads: list[str],
    labels: list[RowLabel],
    end: int,
    decision: Decision,
) -> DecisionRows:
    """A label and the cell of each tool, row by row; other columns are told by their heads."""
    counts = Counter(label.row for label in labels)
    columns = [headed_tool(head, names) for head in heads]
    rows: list[DecisionRow] = []
    for number, label in enumerate(labels):
        shown = read_cells(tokens, labels, number, end)
        decision.seen.update(at for cell in shown for at in cell.places)
        cells = two_cells(tokens, names, columns, shown)
        if counts[label.row] > 1:
            decision.lost[label.row] = f"stands {counts[label.row]} times"
        elif len(cells) == 2:
            rows.append((label.row, cells[0], cells[1]))
            if any(cell.first >= cell.end for cell in cells):
                decision.problems.append(f"row {label.row} has an empty cell")
        elif cells:
            decision.lost[label.row] = f"has {len(cells)} cells"
        else:
            decision.problems.append(f"row {label.row} has no cells")
    if len(heads) > 2 and len([tool for tool in columns if tool]) == 2:
        heads = [head for head, tool in zip(heads, columns, strict=True) if tool]
    return heads, rows

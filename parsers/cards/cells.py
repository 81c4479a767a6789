"""The rows of the decision table: labels, the cells beside them, the publisher's words in these.

Pricing | Free for one | Nine a month            a child of the row is a cell, an empty one too
Free for one | Pricing | Nine a month            on both sides of the label
Pricing | Copper Wren | Free for one | Damson Desk | Nine a month
Pricing: Free for one | Pricing: Nine a month    a label glued to each
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from parsers.cards.columns import DecisionRow, Order
from parsers.cards.paragraphs import CardSpan, is_sentence, tokens_of
from parsers.heads import Names, named_tools
from parsers.page.document import common
from parsers.page.tokens import LONGEST_GLUED, Tokens
from parsers.placeholders import is_placeholder
from parsers.values import label_key, word_key

ROWS = ("panel_verdict", "community", "pricing", "best_for", "category")
_HEADING = frozenset(("th", "dt"))
_TURKISH = frozenset("\u0130\u0131")
_LEADS_ON = re.compile(
    r"\b(?:check|compare|get|learn|open|read|see|show|try|view|visit)(?: \S+){1,3}$", re.IGNORECASE
)


class RowLabel(NamedTuple):
    """The label of a row and its token; `size` is its length where its cell is glued to it."""

    row: str
    at: int
    size: int = 0


def find_labels(tokens: Tokens, first: int, stop: int) -> list[RowLabel]:
    """The labels of rows among tokens [first, stop): alone, else with a cell or an explanation."""
    words = tokens.words
    told = (words.panel_verdict, words.community, words.pricing, words.best_for, words.category)
    names = dict(zip(map(word_key, told), ROWS, strict=True))
    found, others = list[RowLabel](), list[RowLabel]()
    labelled = tokens.labelled
    for at in labelled[bisect_left(labelled, first) : bisect_left(labelled, stop)]:
        text, row = tokens.text[at], names.get(tokens.key[at])
        if row is not None and not is_placeholder(text, ""):
            found.append(RowLabel(row, at))
        elif ":" in text[:LONGEST_GLUED]:
            head, _, said = text.partition(":")
            if said and (row := names.get(label_key(head))):
                others.append(RowLabel(row, at, len(text) - len(said.lstrip())))
    rest = set(ROWS) - {label.row for label in found}
    has_headings = rest and not _HEADING.isdisjoint(tokens.document.tag)
    for at in range(first, stop if has_headings else first):
        if tokens.document.tag[tokens.element(at)] in _HEADING:
            explained = [row for name, row in names.items() if _is_explained(tokens.text[at], name)]
            others += [RowLabel(row, at) for row in explained]
    found += [label for label in others if label.row in rest]
    return sorted(found, key=lambda label: label.at)


def _is_explained(text: str, label: str) -> bool:
    """Whether a text is a label with words that explain it right behind."""
    after = text[len(label) : len(label) + 1]
    return text.casefold().startswith(label) and not after.islower() and not after.isdigit()


def one_a_row(tokens: Tokens, labels: list[RowLabel]) -> list[RowLabel]:
    """The labels without those that the cells of a row repeat for narrow screens."""
    found: list[RowLabel] = []
    for label in labels:
        if found and found[-1].row == label.row:
            end = tokens.document.blocks_of(row_element(tokens, found[-1].at))[1]
            if tokens.document.kind == "html" and tokens.start[label.at] < end:
                continue
        found.append(label)
    return found


def row_element(tokens: Tokens, label: int) -> int:
    """The smallest element that holds the label and more than controls after it. Absent: 0.

    In a flat list that is the list itself; the next label ends the row then.
    """
    for element in tokens.document.ancestors(tokens.start[label]):
        end = tokens.document.blocks_of(element)[1]
        after = range(label + 1, bisect_left(tokens.start, end))
        if not all(map(tokens.is_control, after)):
            return element
    return 0


def read_cells(tokens: Tokens, labels: list[RowLabel], number: int, end: int) -> list[CardSpan]:
    """The cells of the row of one of the labels: a token each, or grouped by the row's elements."""
    label, document = labels[number], tokens.document
    is_last = number == len(labels) - 1
    stop = end if is_last else labels[number + 1].at
    begin = label.at if label.size else label.at + 1
    row = row_element(tokens, label.at) if document.kind == "html" else 0
    if not row:
        cells = [CardSpan(at, at + 1) for at in range(begin, stop)]
        return cells[:2] if is_last and document.kind != "html" and len(cells) > 2 else cells
    own = tokens_of(tokens, row)
    is_list = any(each.at in own for each in labels if each is not label)
    before = [] if is_list else [at for at in range(own.start, label.at) if _is_word(tokens, at)]
    groups = _grouped(tokens, row, [*before, *range(begin, min(stop, own.stop))])
    return groups if is_list or len(groups) != 1 else _with_empty(tokens, row, label, groups)


def _is_word(tokens: Tokens, at: int) -> bool:
    return not tokens.is_decoration(at) and not tokens.is_control(at)


def _grouped(tokens: Tokens, row: int, places: list[int]) -> list[CardSpan]:
    """Tokens grouped by the child of the row they stand in; a sole child is looked into."""
    groups: dict[int, list[int]] = {}
    for at in places:
        chain = tokens.document.ancestors(tokens.start[at])
        depth = chain.index(row) if row in chain else 0
        groups.setdefault(chain[depth - 1] if depth else -at - 1, []).append(at)
    owner = next(iter(groups), 0)
    if len(groups) == 1 and owner > 0 and len(places) > 1:
        return _grouped(tokens, owner, places)
    return [CardSpan(group[0], group[-1] + 1) for group in groups.values()]


def _with_empty(
    tokens: Tokens, row: int, label: RowLabel, groups: list[CardSpan]
) -> list[CardSpan]:
    """The cells of a row of three elements of which one shows nothing."""
    parent = tokens.document.parent
    children = [e for e in range(row + 1, len(parent)) if parent[e] == row]
    held = [tokens_of(tokens, element) for element in children]
    cells = [CardSpan(own.start, own.stop) for own in held if label.at not in own]
    is_row = len(children) == 3 and len(cells) == 2 and groups[0] in cells
    return cells if is_row else groups


def two_cells(
    tokens: Tokens, names: Names, columns: Sequence[int], found: list[CardSpan]
) -> list[CardSpan]:
    """The tools' two cells among those of a row; any number where they cannot be told.

    `columns` has the tool of each column of the head, 0 for another.
    """
    cells = found
    if len(cells) > 2:
        cells = [c for c in cells if any(_is_word(tokens, at) for at in c.places)]
    versus = word_key(tokens.words.versus.strip())
    if len(cells) > 2:
        cells = [cell for cell in cells if label_key(cell.text(tokens)) != versus]
    if len(cells) > 2 and len(cells) == len(columns) and len([n for n in columns if n]) == 2:
        cells = [cell for cell, tool in zip(cells, columns, strict=True) if tool]
    if len(cells) == 4 and all(named_tools(cells[n].text(tokens), names) for n in (0, 2)):
        cells = [CardSpan(cells[n].first, cells[n + 1].end) for n in (0, 2)]
    return cells


def bare_rows(
    tokens: Tokens, names: Names, rows: list[DecisionRow]
) -> tuple[list[DecisionRow], set[Order]]:
    """The rows without labels, names and controls in their cells, and the orders names tell."""
    rows = [(name, _uncontrolled(tokens, a), _uncontrolled(tokens, b)) for name, a, b in rows]
    labels = [_openings(tokens, cells, [getattr(tokens.words, row)]) for row, *cells in rows]
    rows = _opened(rows, labels)
    named = [_openings(tokens, cells, names) for _, *cells in rows]
    orders = {(one[0], other[0]) for one, other in filter(None, named)} - {(0, 0), (1, 1)}
    is_one = names[0] == names[1]
    told = [each if is_one or (each and each[0][0] != each[1][0]) else None for each in named]
    return _opened(rows, told), orders


def _uncontrolled(tokens: Tokens, cell: CardSpan) -> CardSpan:
    first, end = cell.first, cell.end
    while end - first > 1 and tokens.is_control(end - 1):
        end -= 1
    while end - first > 1 and tokens.is_control(first):
        first += 1
    return CardSpan(first, end, cell.skip)


_Start = tuple[int, int, bool]
"""Which word opens a cell, its length (0 for a token of its own), and whether it is parted."""


def _openings(
    tokens: Tokens, cells: Iterable[CardSpan], words: Sequence[str]
) -> list[_Start] | None:
    """The words that open the cells of a row. Absent: None where one of them opens with none."""
    found = []
    for cell in cells:
        if cell.first >= cell.end:
            return None
        is_several = cell.end - cell.first > 1
        if is_several and (alone := named_tools(tokens.text[cell.first], (words[0], words[-1]))):
            found.append((alone[0] - 1, 0, True))
            continue
        text = cell.text(tokens)
        ways = [
            (len(match[0]), number, match[1] is not None)
            for number, word in enumerate(words)
            if _may_begin(text, word)
            and (match := re.match(rf"{re.escape(word)}(\s?[:·|–—-])?\s(?=\S)", text, re.I))
        ]
        if not ways:
            return None
        size, number, is_parted = max(ways)
        found.append((number, size, is_parted))
    return found


def _may_begin(text: str, word: str) -> bool:
    """Whether a text may begin with a word in any case: a look that needs no pattern of the word.

    A pattern without case takes the Turkish letters for an `i`, which are not folded to it.
    """
    begin = text[: len(word)]
    return begin.casefold() == word.casefold() or not _TURKISH.isdisjoint(begin + word)


def _opened(rows: list[DecisionRow], openings: list[list[_Start] | None]) -> list[DecisionRow]:
    """The rows without what opens both cells of one, parted from the rest, or those of all."""
    is_everywhere = len(rows) > 1 and None not in openings
    return [
        (row[0], _after(row[1], opened[0]), _after(row[2], opened[1]))
        if opened and (is_everywhere or all(is_parted for _, _, is_parted in opened))
        else row
        for row, opened in zip(rows, openings, strict=True)
    ]


def _after(cell: CardSpan, opening: _Start) -> CardSpan:
    """The cell behind what opens it."""
    size = opening[1]
    return cell._replace(skip=cell.skip + size) if size else CardSpan(cell.first + 1, cell.end)


def without_alike(tokens: Tokens, one: CardSpan, other: CardSpan) -> tuple[CardSpan, CardSpan]:
    """The cells of a row without the label that ends both of them, such as a link to more."""
    while min(one.end - one.first, other.end - other.first) > 1:
        shown = [tokens.text[cell.end - 1] for cell in (one, other)]
        has_figures = any(map(str.isdigit, shown[0]))  # votes, or a price
        if has_figures or is_sentence(shown[0]) or shown[0].casefold() != shown[1].casefold():
            break
        one, other = (cell._replace(end=cell.end - 1) for cell in (one, other))
    return one, other


def leads_on(tokens: Tokens, cell: CardSpan) -> bool:
    """Whether a link ends a cell, with other words before it, and asks to be followed."""
    return _LEADS_ON.search(cell.text(tokens)) is not None and ends_in_link(tokens, cell)


def ends_in_link(tokens: Tokens, cell: CardSpan) -> bool:
    """Whether a link ends a text, with other words before it in the same block."""
    document, at = tokens.document, cell.end - 1
    above, (start, stop) = tokens.element(at), document.runs_of(tokens.start[at], tokens.end[at])
    inside = range(bisect_right(document.first, start), bisect_left(document.first, stop))
    links = (e for e in inside if document.tag[e] == "a" and document.end[e] >= stop - 1)
    return any(common(document, element, above) == above for element in links)

"""The reviewer who stands once in a row, outside its cells, for both of them.

Builder     85/100 · ship  It sang.         52/100 · skip  It sang all night.
            81/100 · ship  Ada  A song.     79/100 · ship  Ben  In tune.     a row names its own

            Builder  Doubter  Ada  Ben      the reviewers head columns, the tools head rows
    Alpha   [A1]     [A2]     [A3] [A4]
"""

from __future__ import annotations

from bisect import bisect_left
from itertools import pairwise

from parsers.heads import Names, headed_tool
from parsers.page.tokens import Tokens
from parsers.scorecard.cells import cell_shape, is_alike
from parsers.scorecard.names import bare_names, reviewer_name
from parsers.scorecard.sides import PlacedCell
from parsers.scorecard.speakers import REVIEWER, may_be_name, without_motto
from parsers.scorecard.wording import is_name_like, may_be_reviewer
from parsers.sentences import is_initials

Rows = dict[int, dict[str, int]]
"""For each slot the texts that could be its reviewer's name, and where each stands."""


def name_by_row(
    tokens: Tokens, names: Names, placed: tuple[PlacedCell, ...]
) -> tuple[PlacedCell, ...]:
    """The cells with the reviewers that their rows name.

    A word that stands between the cells of every row is no name.
    Raises: LayoutError (cell_shape) where the rows show several texts that could be the name, or
    it is not certain which row a name belongs to.
    """
    if all(each.cell.reviewer for each in placed) and not any(
        each.cell.raw.outer for each in placed[1:]
    ):
        return placed
    placed = _with_spanned(placed)
    rows = _beside_rows(tokens, names, placed)
    placed = _without_initials(rows, placed)
    own = {each.slot for each in placed if each.cell.reviewer is not None}
    if len(own) == len(rows) and all(each.cell.reviewer for each in placed):
        _require_one_reading(placed, rows)
        return placed
    missing = sum(not found for slot, found in rows.items() if slot not in own)
    if not own and missing > 1:
        return _name_by_column(tokens, names, placed, len(rows))
    _drop_between(rows, placed)
    if not own and len({bool(found) for found in rows.values()}) > 1:
        raise cell_shape("only some rows show a reviewer", REVIEWER)
    if own:
        _require_parted(placed, rows, own)
    if any(len(found) > 1 for found in rows.values()):
        raise cell_shape("several texts of a row could be its reviewer", REVIEWER)
    if not (own or rows[placed[0].slot]) and _may_stand_behind(tokens, rows, placed):
        detail = "the first row shows no reviewer: the names may stand before or behind their rows"
        raise cell_shape(detail, REVIEWER)
    heads = {slot: at for slot, found in rows.items() for at in found.values()}
    return _with_heads(tokens, names, placed, heads)


def _with_spanned(placed: tuple[PlacedCell, ...]) -> tuple[PlacedCell, ...]:
    """The cells, with the one reviewer that the first cell of every row names for both.

    <tr><th rowspan=2>Builder <td>Alpha <td>81/100 ...
    <tr>                      <td>Beta  <td>62/100 ...
    """
    rows: dict[int, list[PlacedCell]] = {}
    for each in placed:
        rows.setdefault(each.slot, []).append(each)
    if not all(
        len(row) == 2 and row[0].cell.reviewer and not row[1].cell.reviewer for row in rows.values()
    ):
        return placed
    heads = {slot: row[0].cell for slot, row in rows.items()}
    return tuple(
        each._replace(
            cell=each.cell._replace(
                reviewer=heads[each.slot].reviewer, reviewer_at=heads[each.slot].reviewer_at
            )
        )
        for each in placed
    )


def _with_heads(
    tokens: Tokens, names: Names, placed: tuple[PlacedCell, ...], heads: dict[int, int]
) -> tuple[PlacedCell, ...]:
    """The cells with the reviewer in the token that heads their slot, where one does."""
    bare = iter(bare_names([without_motto(tokens, at) for at in heads.values()], names))
    told = {slot: (next(bare), at) for slot, at in heads.items()}
    found = []
    for each in placed:
        name, at = told.get(each.slot, (each.cell.reviewer, each.cell.reviewer_at))
        found.append(each._replace(cell=each.cell._replace(reviewer=name, reviewer_at=at)))
    return tuple(found)


def _without_initials(rows: Rows, placed: tuple[PlacedCell, ...]) -> tuple[PlacedCell, ...]:
    """The cells as they are, unless each shows but an avatar's letters of the name of its row."""
    for each in placed:
        own = each.cell.reviewer or ""
        if not own or not any(is_initials(own, reviewer_name(name)) for name in rows[each.slot]):
            return placed
    return tuple(
        each._replace(cell=each.cell._replace(reviewer=None, reviewer_at=None)) for each in placed
    )


def _name_by_column(
    tokens: Tokens, names: Names, placed: tuple[PlacedCell, ...], count: int
) -> tuple[PlacedCell, ...]:
    """The cells with the reviewers that head the columns of their table, one a slot.

    Raises: LayoutError (cell_shape) for as many names side by side that head no such table.
    """
    run = list[int]()
    for at in placed[0].cell.raw.outer:
        if not _is_reviewer(tokens, names, at):
            continue
        run = [*run, at] if run and is_alike(tokens, run[-1], at) else [at]
        if len(run) >= count and not _goes_on(tokens, names, run[-1] + 1, at):
            break
    found = run[-count:]
    if len(run) not in (count, count + 1) or len({tokens.text[at] for at in found}) < count:
        return placed
    above = {each.cell.raw.above[:1] for each in placed}
    is_table = {tokens.document.tag[e] for own in above for e in own} == {"tr"}
    if not is_table or len({(each.tool, each.cell.raw.above[:1]) for each in placed}) != 2:
        shown = ", ".join(tokens.text[at] for at in found)
        raise cell_shape(f"{shown[:60]!r} may be the reviewers", REVIEWER)
    return _with_heads(tokens, names, placed, dict(enumerate(found, 1)))


def _goes_on(tokens: Tokens, names: Names, at: int, before: int) -> bool:
    """Whether one more name stands right behind a run of names."""
    return _is_reviewer(tokens, names, at) and is_alike(tokens, before, at)


def _is_reviewer(tokens: Tokens, names: Names, at: int) -> bool:
    text, words = tokens.text[at], tokens.words
    is_word = tokens.key[at] in words.verdicts or tokens.key[at] in words.badges
    return (
        not is_word
        and is_name_like(text)
        and may_be_reviewer(text)
        and not headed_tool(text, names)
    )


def _require_one_reading(placed: tuple[PlacedCell, ...], rows: Rows) -> None:
    """Rows that are headed by other names than their cells show leave open which are reviewers."""
    shown = {name for found in rows.values() for name in found}
    reviewers = {each.cell.reviewer for each in placed}
    if all(each.cell.tool for each in placed):
        return  # `Builder on Alpha` is certain
    if (
        all(len(found) == 1 for found in rows.values())
        and len(shown) == len(rows)
        and all(map(may_be_reviewer, shown))
        and not reviewers & {reviewer_name(name) for name in shown}
    ):
        raise cell_shape("the rows are headed by other names than their cells show", REVIEWER)


def _require_parted(placed: tuple[PlacedCell, ...], rows: Rows, own: set[int]) -> None:
    """Each row is headed by its reviewer, or both its cells name their own."""
    for each in placed:
        is_headed = bool(rows[each.slot])
        if (each.cell.reviewer is not None) == is_headed or is_headed == (each.slot in own):
            raise cell_shape("only some cells name a reviewer", REVIEWER)


def _beside_rows(tokens: Tokens, names: Names, placed: tuple[PlacedCell, ...]) -> Rows:
    """For each row the texts outside its cells that could be a name, and where each stands."""
    rows: Rows = {each.slot: {} for each in placed}
    before: PlacedCell | None = None
    for each in placed:
        shown = [at for at in each.cell.raw.outer if not headed_tool(tokens.text[at], names)]
        shown = [at for at in shown if not tokens.is_control(at)] or shown
        behind = [at for at in shown if before and _is_nearer(tokens, at, before, each)]
        for own, found in (
            (before.slot if before else each.slot, behind[:1]),
            (each.slot, _nearest(tokens, shown[len(behind) :], each, before or placed[-1])),
        ):
            for at in found:
                if may_be_name(tokens, at):
                    rows[own].setdefault(tokens.text[at], at)
        before = each
    start = placed[0].cell.raw.span.first
    is_before = any(at < start for at in rows[placed[0].slot].values())
    for at in _behind(tokens, placed[-1]) if not is_before else ():
        if may_be_name(tokens, at) and _is_reviewer(tokens, names, at):
            rows[placed[-1].slot].setdefault(tokens.text[at], at)
    return rows


def _behind(tokens: Tokens, last: PlacedCell) -> list[int]:
    """The text behind the last cell in the element of its row."""
    if not last.cell.raw.above:
        return []
    end = tokens.document.blocks_of(last.cell.raw.above[0])[1]
    places = range(last.cell.end, bisect_left(tokens.start, end))
    return [at for at in places if not tokens.is_control(at)][:1]


def _nearest(tokens: Tokens, shown: list[int], each: PlacedCell, other: PlacedCell) -> list[int]:
    """The last text before a cell; one behind which its row says more, in whole sentences."""
    while (
        shown and not may_be_name(tokens, shown[-1]) and _is_nearer(tokens, shown[-1], each, other)
    ):
        shown = shown[:-1]
    return shown[-1:]


def _drop_between(rows: Rows, placed: tuple[PlacedCell, ...]) -> None:
    """Leave out a word that every row of two cells shows between them."""
    pairs: dict[int, list[int]] = {}
    for each in placed:
        pairs.setdefault(each.slot, []).append(each.cell.raw.anchor.first)
    full = [slot for slot, anchors in pairs.items() if len(anchors) == 2]
    between = [{name for name, at in rows[slot].items() if at > min(pairs[slot])} for slot in full]
    for name in set.intersection(*between) if between else ():
        for found in rows.values():
            found.pop(name, None)


def _may_stand_behind(tokens: Tokens, rows: Rows, placed: tuple[PlacedCell, ...]) -> bool:
    """Whether no element tells if a name belongs to the row after it or to the one before."""
    found = [at for names in rows.values() for at in names.values()]
    return any(
        before.cell.raw.span.end <= at < each.cell.raw.span.first
        and not _is_nearer(tokens, at, before, each)
        and not _is_nearer(tokens, at, each, before)
        for before, each in pairwise(placed)
        for at in found
    )


def _is_nearer(tokens: Tokens, at: int, one: PlacedCell, other: PlacedCell) -> bool:
    """Whether a token stands in an element with the one cell that does not hold the other."""
    above = tokens.document.ancestors(tokens.start[at])
    shared = (next((e for e in above if e in c.cell.raw.above), 0) for c in (one, other))
    return next(shared) > next(shared)

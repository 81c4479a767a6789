"""The second stage: reviewer and quote told apart inside the cells, by what all of them share.

The quote is the text in quotation marks, or the longest sentence with the paragraphs beside it that
are built as it is. A short block beside it is the reviewer, if it stands in the same place of every
cell, or no part of the record; where that is not certain, the page is refused.

    Builder         85/100 · ship     It sang on time.   3 days ago   [Share]
    reviewer        anchor            quote              no part      a control, not in `rest`
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

from parsers.heads import Names, held_tool
from parsers.page.inline import INLINE
from parsers.page.tokens import Tokens, patterns_of
from parsers.scorecard.anchors import CellSpan, quoted_end
from parsers.scorecard.cells import RawCell
from parsers.scorecard.names import bare_names, longer_name, reviewer_name, without_tool
from parsers.scorecard.wording import (
    is_figure,
    is_interface,
    is_name_like,
    is_notice,
    is_stub,
    masked,
    may_be_reviewer,
)
from parsers.sentences import is_initials
from parsers.values import word_key
from schema.errors import FieldError, LayoutError, ParseError

REVIEWER = "quotes[].reviewer"
_LIKE_SCORE = re.compile(r"\d ?/ ?\d")


@dataclass(frozen=True, slots=True)
class NamedCell:
    """A cell whose quote is told, and its reviewer where the cell itself names one."""

    raw: RawCell
    quote: CellSpan
    reviewer: str | None = None
    reviewer_at: int | None = None
    tool: int = 0
    """The tool that is named beside the reviewer. Absent: 0."""

    @property
    def end(self) -> int:
        """The first token after the cell."""
        return max(self.raw.span.end, self.quote.end)


def cell_shape(detail: str, field: str = "quotes") -> LayoutError:
    """The failure of cells whose parts are not certain."""
    return LayoutError(code="cell_shape", field=field, detail=detail)


def own_words(tokens: Tokens, cells: tuple[RawCell, ...]) -> list[list[int]]:
    """For each cell the tokens that are its own: no word that all repeat, no stub of another.

    One name that every cell repeats is their reviewer, unless the rows are headed by reviewers or
    the cells show another name beside it.
    """
    common = _common(tokens, cells)
    found = []
    for cell in cells:
        rest = list(cell.rest)
        if common:
            rest = [at for at in rest if masked(tokens.text[at]) not in common]
        found.append([at for at in rest if not _is_stub(tokens, at, rest)])
    return found


def _common(tokens: Tokens, cells: tuple[RawCell, ...]) -> list[str]:
    """What every cell repeats, figures aside: a button or a label, no quote of theirs."""
    text = tokens.text
    # Lists, for a set would have to read every quote to its end.
    common, shown = [masked(text[at]) for at in cells[0].rest], list[list[str]]()
    for cell in cells:
        shown.append([masked(text[at]) for at in cell.rest])
        common = [each for each in common if each in shown[-1]]
        if not common:
            return common
    is_told = all(cell.score is not None and cell.score.reviewer for cell in cells)
    headed = sum(any(is_name_like(text[at]) for at in cell.outer) for cell in cells)
    has_other = all(any(is_name_like(s) and s not in common for s in own) for own in shown)
    if not is_told and headed < len(cells) // 2 - 1 and not has_other:
        common = [each for each in common if not is_name_like(each)]
    for own in shown:
        kept = [each for each in own if each not in common]
        if not all(map(is_name_like, own)) and all(map(is_name_like, kept)):
            return []
    return common


def _is_stub(tokens: Tokens, at: int, rest: list[int]) -> bool:
    others = [tokens.text[other] for other in rest if other != at]
    begin = tokens.text[at][:3]  # enough to tell most texts apart
    if not any(other.startswith(begin) for other in others):
        return False
    return any(is_stub(tokens.text[at], other) for other in (*others, " ".join(others)))


def name_cells(
    tokens: Tokens, names: Names, cells: tuple[RawCell, ...], rests: list[list[int]]
) -> tuple[NamedCell, ...]:
    """Reviewer and quote of cells that are elements, or that are quoted texts.

    Raises: LayoutError (cell_shape) where no reading fits all cells, FieldError (quote_empty).
    """
    quotes = _find_quotes(tokens, cells, rests)
    beside = []
    for cell, rest, quote in zip(cells, rests, quotes, strict=True):
        _require_one_text(tokens, cell, rest, quote)
        beside.append([at for at in rest if not quote.first <= at < quote.end])
    reviewers = _reviewers(tokens, names, cells, quotes, beside)
    if not any(reviewers) and not _is_headed(tokens, cells):
        buttons = [[at for at in range(*cell.span) if tokens.is_control(at)] for cell in cells]
        reviewers = _reviewers(tokens, names, cells, quotes, buttons)
    if not any(reviewers) and all(any(is_glued(tokens, at) for at in own) for own in beside):
        raise cell_shape("the reviewers may stand in one text with others", REVIEWER)
    return with_names(tokens, names, cells, quotes, reviewers)


def with_names(
    tokens: Tokens,
    names: Names,
    cells: tuple[RawCell, ...],
    quotes: list[CellSpan],
    reviewers: list[int | None],
) -> tuple[NamedCell, ...]:
    """The cells with their reviewers: of the token given, else with the score.

    Raises: LayoutError (cell_shape) where a tool's name cannot be told from the reviewer's.
    """
    plain = {
        tokens.text[at]
        for at in reviewers
        if at is not None and tokens.end[at] - tokens.start[at] == 1
    }
    shown = [
        _name(tokens, at, plain) if at is not None else (cell.score and cell.score.reviewer) or ""
        for cell, at in zip(cells, reviewers, strict=True)
    ]
    bare = bare_names([text for text in shown if text], names)
    if badged := longer_name(bare):
        raise cell_shape(f"{badged[:60]!r} is more than another's name", REVIEWER)
    names_left = iter(bare)
    found = []
    for cell, quote, at, text in zip(cells, quotes, reviewers, shown, strict=True):
        if not text:
            found.append(NamedCell(cell, quote))
            continue
        where = cell.anchor.first if at is None else at
        tool = held_tool(text, names) if names[0] != names[1] else 0
        found.append(NamedCell(cell, quote, next(names_left), where, tool))
        if held_tool(found[-1].reviewer or "", names):
            detail = f"{text[:60]!r} names a reviewer and a tool"
            raise cell_shape(detail, REVIEWER)
    return tuple(found)


def _name(tokens: Tokens, at: int, plain: set[str]) -> str:
    """The name in a token, without an avatar's letters or an offer in an element of their own.

    Where one of its elements is a name that other cells show alone, that is it.

    Raises: LayoutError (cell_shape) for one of several elements that nothing parts.
    """
    text, whole = tokens.document.text, range(tokens.start[at], tokens.end[at])
    kept = [block for block in whole if not is_interface(text[block])] or [*whole]
    if len(kept) > 1 and is_initials(text[kept[0]], reviewer_name(text[kept[1]])):
        kept = kept[1:]
    told = [block for block in kept if text[block] in plain]
    if len(told) == 1:
        return text[told[0]]
    if len(kept) > 1 and is_glued(tokens, at):
        raise cell_shape(f"{tokens.text[at][:60]!r} is more than one text", REVIEWER)
    return tokens.document.join(kept[0], kept[-1] + 1)


def is_glued(tokens: Tokens, at: int) -> bool:
    """Whether a token holds elements side by side whose words would run into each other."""
    text, glue = tokens.document.text, tokens.document.glue
    blocks = range(tokens.start[at] + 1, tokens.end[at])
    return any(
        not glue[block] and text[block - 1][-1].islower() and text[block][0].isupper()
        for block in blocks
    )


def _find_quotes(
    tokens: Tokens, cells: tuple[RawCell, ...], rests: list[list[int]]
) -> list[CellSpan]:
    """The tokens of each cell's quote."""
    if all(cell.score is None for cell in cells):
        return [cell.anchor for cell in cells]
    marked = [_marked(tokens, cell, rest) for cell, rest in zip(cells, rests, strict=True)]
    if all(marked):
        return [span for span in marked if span]
    found = [_paragraphs(tokens, cell, rest) for cell, rest in zip(cells, rests, strict=True)]
    places = Counter(
        (len(rest), rest.index(span.first))
        for rest, span in zip(rests, found, strict=True)
        if span is not None and span.end - span.first == 1
    )
    return [span or _short(rest, places) for span, rest in zip(found, rests, strict=True)]


def _marked(tokens: Tokens, cell: RawCell, rest: list[int]) -> CellSpan | None:
    """The one text of a cell in curly quotation marks. Absent: None for none, or several."""
    starts = [n for n, at in enumerate(rest) if tokens.text[at][0] == "“"]
    if not starts:
        return None
    end = quoted_end([tokens.text[at] for at in rest[starts[0] :]])
    if end is None or starts[-1] >= starts[0] + end:
        return None
    span = CellSpan(rest[starts[0]], rest[starts[0] + end - 1] + 1)
    return None if span.first < cell.anchor.first < span.end else span


def _paragraphs(tokens: Tokens, cell: RawCell, rest: list[int]) -> CellSpan | None:
    """The longest sentence of a cell and those beside it that are built alike.

    Absent: None where a cell has no sentence.
    """
    texts = [n for n, at in enumerate(rest) if not is_name_like(tokens.text[at])]
    if not texts:
        return None
    first = main = max(texts, key=lambda n: len(tokens.text[rest[n]]))
    while first and _is_beside(tokens, cell, rest[first - 1], rest[first], rest[main]):
        first -= 1
    last = main
    while last + 1 < len(rest) and _is_beside(tokens, cell, rest[last + 1], rest[last], rest[main]):
        last += 1
    return CellSpan(rest[first], rest[last] + 1)


def _is_beside(tokens: Tokens, cell: RawCell, at: int, edge: int, main: int) -> bool:
    """Whether a token goes on with the paragraphs of `main` that reach to `edge`."""
    if min(at, edge) < cell.anchor.first < max(at, edge):
        return False
    box = tokens.document.box
    if box[tokens.start[at]] == box[tokens.start[main]] != box[tokens.start[cell.anchor.first]]:
        return True
    return not is_name_like(tokens.text[at]) and is_alike(tokens, at, main)


def is_alike(tokens: Tokens, one: int, other: int) -> bool:
    """Whether the same tags stand above two tokens, up to what holds both; inline ones aside."""
    document = tokens.document
    above = [
        [e for e in document.ancestors(tokens.start[at]) if document.tag[e] not in INLINE]
        for at in (one, other)
    ]
    return len(above[0]) == len(above[1]) and all(
        a == b or document.tag[a] == document.tag[b] for a, b in zip(*above, strict=True)
    )


def _short(rest: list[int], places: Counter[tuple[int, int]]) -> CellSpan:
    """The quote of a cell without a sentence: what stands where the others have theirs."""
    if places:
        size, place = places.most_common(1)[0][0]
        if len(rest) == size:
            return CellSpan(rest[place], rest[place] + 1)
    raise FieldError(code="quote_empty", field="quotes", detail="a cell without a quote")


def _require_one_text(tokens: Tokens, cell: RawCell, rest: list[int], quote: CellSpan) -> None:
    """Beside the quote stands no second text, and within it nothing that is not its own."""
    if cell.score is not None and cell.score.digits is None:
        for at in (
            at for at in cell.rest if (at < quote.first) == (cell.anchor.first < quote.first)
        ):
            if is_figure(tokens.text[at]):
                detail = f"{tokens.text[at]!r} beside a verdict may be its score"
                raise cell_shape(detail, "quotes[].score")
    _require_one_verdict(tokens, cell, rest)
    _require_no_unread(tokens, cell, quote)
    if paid := next((tokens.text[at] for at in cell.rest if is_notice(tokens.text[at])), None):
        raise cell_shape(f"{paid[:40]!r} stands in a cell: it may be an advertisement")
    for at in rest:
        if not quote.first <= at < quote.end and not is_name_like(tokens.text[at]):
            raise _unlike(f"{tokens.text[at][:40]!r} stands beside a quote")
    if cell.anchor.first >= quote.first and cell.anchor.end <= quote.end and cell.score is None:
        return
    for at in range(quote.first, quote.end):
        if tokens.is_control(at) or (at in cell.rest and at not in rest):
            raise _unlike(f"{tokens.text[at][:40]!r} stands within a quote")


def _require_one_verdict(tokens: Tokens, cell: RawCell, rest: list[int]) -> None:
    """No second token of a cell states another verdict."""
    read = patterns_of(tokens.words).read_verdict
    own = word_key(cell.verdict(tokens) or "")
    for at in rest:
        other = read(tokens.text[at])
        if own and other and tokens.words.verdicts[word_key(other)] != tokens.words.verdicts[own]:
            raise cell_shape(f"a cell says {own!r} and {other!r}", "quotes[].verdict")


def _require_no_unread(tokens: Tokens, cell: RawCell, quote: CellSpan) -> None:
    """No short text beside the quote may be the verdict, or the score, that the cell lacks."""
    beside = [at for at in cell.rest if not quote.first <= at < quote.end]
    texts = [tokens.text[at] for at in beside if is_name_like(tokens.text[at])]
    lacks = []
    if cell.verdict(tokens) is None:
        lacks.append(("verdict", patterns_of(tokens.words).of_verdict))
    if cell.score is None or cell.score.digits is None:
        lacks.append(("score", _LIKE_SCORE))
    for part, pattern in lacks:
        if found := next(filter(pattern.search, texts), None):
            raise cell_shape(f"{found[:40]!r} may be a {part}", f"quotes[].{part}")


def _unlike(detail: str) -> ParseError:
    return cell_shape(f"the cells are not built alike: {detail}")


_Place = tuple[tuple[str, ...], bool, bool, int]
"""The tags above a block, whether it stands on the score's side of the quote, and before the score,
and which of several such blocks it is."""


def _reviewers(
    tokens: Tokens,
    names: Names,
    cells: tuple[RawCell, ...],
    quotes: list[CellSpan],
    beside: list[list[int]],
) -> list[int | None]:
    """The token that names each cell's reviewer, in the same place of all cells.

    Absent: None in cells that name none; where only some do, their rows must name the others.
    """
    if all(cell.score is not None and cell.score.reviewer for cell in cells):
        return [None] * len(cells)
    places = [
        _places(tokens, names, cell, quote, own)
        for cell, quote, own in zip(cells, quotes, beside, strict=True)
    ]
    shared = [place for place in places[0] if all(place in other for other in places[1:])]
    chosen = _choose(tokens, shared, places, is_headed=_is_headed(tokens, cells))
    if chosen is not None:
        return _without_badges(tokens, chosen, places)
    if shared:
        return [None] * len(cells)
    return [next(iter(own.values())) if len(own) == 1 else None for own in places]


def _without_badges(
    tokens: Tokens, chosen: _Place, places: list[dict[_Place, int]]
) -> list[int | None]:
    """The tokens in the place chosen; where a cell has more of its kind, the one others show too.

    Raises: LayoutError (cell_shape) where that is not one.
    """
    alike = [[at for place, at in own.items() if place[:3] == chosen[:3]] for own in places]
    fewest = min(map(len, alike))
    plain = {
        tokens.text[own[chosen]] for own, at in zip(places, alike, strict=True) if len(at) == fewest
    }
    found = list[int | None]()
    for own, several in zip(places, alike, strict=True):
        shown = [own[chosen]] if len(several) == fewest else several
        known = [at for at in shown if tokens.text[at] in plain]
        if len(known) != 1:
            raise cell_shape("one cell has one more text like its reviewer's", REVIEWER)
        found.append(known[0])
    return found


def _places(
    tokens: Tokens, tools: Names, cell: RawCell, quote: CellSpan, beside: list[int]
) -> dict[_Place, int]:
    """The tokens of a cell that could name its reviewer, by where they stand."""
    document, found = tokens.document, dict[_Place, int]()
    names = [at for at in beside if may_be_reviewer(without_tool(tokens.text[at], tools))]
    for at in names:
        others = (reviewer_name(tokens.text[other]) for other in names if other != at)
        if any(is_initials(tokens.text[at], other) for other in others):
            continue
        chain = document.ancestors(tokens.start[at])
        tags = tuple(document.tag[e] for e in chain[: len(chain) - len(cell.above)])
        score = cell.anchor.first
        is_near = cell.score is None or (at < quote.first) == (score < quote.first)
        place, number = (tags, is_near, at < score), 0
        while (*place, number) in found:
            number += 1
        found[*place, number] = at
    return found


def _is_headed(tokens: Tokens, cells: tuple[RawCell, ...]) -> bool:
    """Whether the rows, or the cells, stand under names of their own."""
    headed = sum(any(may_be_name(tokens, at) for at in cell.outer[-1:]) for cell in cells)
    return headed >= len(cells) // 2 - 1


def may_be_name(tokens: Tokens, at: int) -> bool:
    """Whether a token outside of cells could name a reviewer."""
    text = tokens.text[at]
    is_bracketed = text[0] == "[" and text[-1] == "]"  # a link to elsewhere
    return is_name_like(text) and any(map(str.isalpha, text)) and not is_bracketed


def _choose(
    tokens: Tokens, shared: list[_Place], places: list[dict[_Place, int]], *, is_headed: bool
) -> _Place | None:
    """The place of the reviewer among those that all cells share.

    Two texts in turn are no reviewers, for four spoke of each tool: they name the tools.
    A name on the far side of the quote from its score is one only where it is the only one, no
    heading names the reviewer, and it is not the same in all cells.
    Raises: LayoutError (cell_shape) where two places are as good.
    """
    shown = {p: {tokens.text[own[p]] for own in places} for p in shared}
    shared = [place for place in shared if len(shown[place]) != 2]
    near = [place for place in shared if place[1]]
    if not near:
        near = [place for place in shared if not is_headed and len(shown[place]) > 1]
    kinds = sorted(near, key=lambda place: len(shown[place]))
    if len(kinds) > 1 and len(shown[kinds[0]]) == 1:
        kinds = [place for place in kinds if len(shown[place]) > 1] or kinds[:1]
    if len(kinds) > 1 and len(shown[kinds[0]]) == len(shown[kinds[1]]):
        raise cell_shape("several texts of a cell could be its reviewer", REVIEWER)
    return kinds[0] if kinds else None

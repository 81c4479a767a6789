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

from parsers.heads import Names
from parsers.page.document import common
from parsers.page.tokens import Tokens
from parsers.scorecard.anchors import CellSpan, quoted_end
from parsers.scorecard.cells import NamedCell, RawCell, cell_shape, is_alike
from parsers.scorecard.speakers import REVIEWER, find_reviewers, is_glued, is_headed, with_names
from parsers.scorecard.wording import (
    is_figure,
    is_interface,
    is_name_like,
    is_notice,
    is_stub,
    masked,
)
from parsers.sentences import is_cut
from parsers.values import word_key
from schema.errors import FieldError, ParseError

MOST_BLOCKS, MOST_BUTTONS = 150, 30
"""No cell holds so many texts; each costs a look at all others."""
_LISTED = frozenset(("code", "dd", "li", "pre"))
_LIKE_SCORE = re.compile(r"\d ?/ ?\d")


def own_words(tokens: Tokens, cells: tuple[RawCell, ...]) -> list[list[int]]:
    """For each cell the tokens that are its own: no word that all repeat, no stub of another.

    One name that every cell repeats is their reviewer, unless the rows are headed by reviewers or
    the cells show another name beside it.
    """
    if max(len(cell.rest) for cell in cells) > MOST_BLOCKS:
        raise cell_shape(f"a cell holds more than {MOST_BLOCKS} texts")
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
    text = tokens.text[at]
    begin = text[:3]  # enough to tell most texts apart
    others = [tokens.text[other] for other in rest if other != at]
    if not [other for other in others if other.startswith(begin)]:
        return False
    return any(is_stub(text, other) for other in (*others, " ".join(others)))


def name_cells(
    tokens: Tokens, names: Names, cells: tuple[RawCell, ...], rests: list[list[int]]
) -> tuple[NamedCell, ...]:
    """Reviewer and quote of cells that are elements, or that are quoted texts.

    Raises: LayoutError (cell_shape) where no reading fits all cells, FieldError (quote_empty).
    """
    quotes = _find_quotes(tokens, cells, rests)
    _require_no_call(tokens, quotes)
    beside = []
    for cell, rest, quote in zip(cells, rests, quotes, strict=True):
        _require_one_text(tokens, cell, rest, quote)
        beside.append([at for at in rest if not quote.first <= at < quote.end])
    reviewers = find_reviewers(tokens, names, cells, quotes, beside)
    if not any(reviewers) and not is_headed(tokens, cells):
        buttons = [[at for at in range(*cell.span) if tokens.is_control(at)] for cell in cells]
        if max(map(len, buttons)) > MOST_BUTTONS:
            raise cell_shape("a cell has so many buttons that none is told for its reviewer")
        reviewers = find_reviewers(tokens, names, cells, quotes, buttons)
    if not any(reviewers) and all(any(is_glued(tokens, at) for at in own) for own in beside):
        raise cell_shape("the reviewers may stand in one text with others", REVIEWER)
    _require_even_lists(tokens, cells, quotes, beside, reviewers)
    named = {tokens.text[at] for at in reviewers if at is not None}
    for cell, own, quote, reviewer in zip(cells, beside, quotes, reviewers, strict=True):
        left = [at for at in own if at != reviewer]
        if not left:
            continue
        texts = [tokens.text[at] for at in left]
        if reviewer is not None and any(text in named or text[0] in "—–" for text in texts):
            raise cell_shape("a cell names two reviewers", REVIEWER)
        _require_no_part(tokens, cell, left, quote, reviewer)
        said = tokens.join(*quote)
        is_cut_off = (said[-1] == ":" and quote.end in left) or (
            said[0].islower() and quote.first - 1 in left
        )
        if is_cut_off:
            raise _unlike(f"{said[-40:]!r} goes on, or begins, in words beside it")
    return with_names(tokens, names, cells, quotes, reviewers)


def _require_even_lists(
    tokens: Tokens,
    cells: tuple[RawCell, ...],
    quotes: list[CellSpan],
    beside: list[list[int]],
    reviewers: list[int | None],
) -> None:
    """A list, or lines of code, right behind some quotes alone may be a part of those."""
    document, listed = tokens.document, list[str]()
    for cell, own, quote, reviewer in zip(cells, beside, quotes, reviewers, strict=True):
        at = quote.end
        if at not in own or at == reviewer or at == cell.anchor.first:
            continue
        above = {*document.ancestors(tokens.start[at])}
        above -= {*document.ancestors(tokens.start[quote.first])}
        above -= {*document.ancestors(tokens.start[cell.anchor.first])}
        if not _LISTED.isdisjoint(document.tag[element] for element in above):
            listed.append(tokens.text[at])
    if 0 < len(listed) < len(cells):
        raise _unlike(f"{listed[0][:40]!r} stands in a list, or as code, behind a quote")


def _require_no_part(
    tokens: Tokens, cell: RawCell, left: list[int], quote: CellSpan, reviewer: int | None
) -> None:
    """No words beside a quote share an element with it in which nobody else's stand."""
    document = tokens.document
    others = [tokens.start[cell.anchor.first]]
    others += [] if reviewer is None else [tokens.start[reviewer]]
    for at in left:
        if is_figure(tokens.text[at]) or is_interface(tokens.text[at]):
            continue
        above = common(document, tokens.element(at), tokens.element(quote.first))
        start, end = document.blocks_of(above)
        if above and not any(start <= other < end for other in others):
            raise _unlike(f"{tokens.text[at][:40]!r} stands in one element with a quote")


def _require_no_call(tokens: Tokens, quotes: list[CellSpan]) -> None:
    """No quote alone is a link: it may be what somebody is asked to do."""
    document = tokens.document
    above = [document.ancestors(tokens.start[quote.first]) for quote in quotes]
    linked = sum("a" in map(document.tag.__getitem__, chain) for chain in above)
    if 0 < linked < len(quotes):
        raise _unlike("a link stands where a quote would")


def _find_quotes(
    tokens: Tokens, cells: tuple[RawCell, ...], rests: list[list[int]]
) -> list[CellSpan]:
    """The tokens of each cell's quote."""
    if all(cell.score is None for cell in cells):
        return [cell.anchor for cell in cells]
    marked = list[CellSpan]()
    for cell, rest in zip(cells, rests, strict=True):
        if (span := _marked(tokens, cell, rest)) is None:
            break
        marked.append(span)
    else:
        return marked
    found = [_paragraphs(tokens, cell, rest) for cell, rest in zip(cells, rests, strict=True)]
    if None not in found:
        return [own for own in found if own]
    places = Counter(
        (len(rest), rest.index(own.first))
        for rest, own in zip(rests, found, strict=True)
        if own is not None and own.end - own.first == 1
    )
    return [own or _short(rest, places) for own, rest in zip(found, rests, strict=True)]


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
    document, box = tokens.document, tokens.document.box
    if document.tag[document.element[tokens.start[at]]] == "cite":
        return False
    if box[tokens.start[at]] == box[tokens.start[main]] != box[tokens.start[cell.anchor.first]]:
        return True
    return not is_name_like(tokens.text[at]) and is_alike(tokens, at, main)


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
    _require_one_verdict(tokens, cell)
    _require_no_unread(tokens, cell, quote)
    if paid := next((tokens.text[at] for at in cell.rest if is_notice(tokens.text[at])), None):
        raise cell_shape(f"{paid[:40]!r} stands in a cell: it may be an advertisement")
    for at in rest:
        if not quote.first <= at < quote.end and not is_name_like(tokens.text[at]):
            raise _unlike(f"{tokens.text[at][:40]!r} stands beside a quote")
    if cell.anchor.first >= quote.first and cell.anchor.end <= quote.end and cell.score is None:
        return
    box = tokens.document.box
    for at in range(quote.first, quote.end):
        if tokens.is_control(at) or (at in cell.rest and at not in rest):
            raise _unlike(f"{tokens.text[at][:40]!r} stands within a quote")
        is_last = at + 1 == quote.end or box[tokens.start[at]] == box[tokens.start[at + 1]]
        if not is_last and is_cut(tokens.text[at]) and tokens.text[at + 1][0].isalnum():
            raise _unlike(f"{tokens.text[at][-40:]!r} goes on in another paragraph")


def _require_one_verdict(tokens: Tokens, cell: RawCell) -> None:
    """No second token of a cell states another verdict."""
    read = tokens.patterns.read_verdict
    own = word_key(cell.verdict(tokens) or "")
    for at in cell.rest if own else ():
        if tokens.key[at] in ("yes", "no"):
            raise cell_shape(f"a cell says {own!r} and {tokens.key[at]!r}", "quotes[].verdict")
        other = read(tokens.text[at])
        if other and tokens.words.verdicts[word_key(other)] != tokens.words.verdicts[own]:
            raise cell_shape(f"a cell says {own!r} and {other!r}", "quotes[].verdict")


def _require_no_unread(tokens: Tokens, cell: RawCell, quote: CellSpan) -> None:
    """No short text beside the quote may be the verdict, or the score, that the cell lacks."""
    lacks = []
    if cell.verdict(tokens) is None:
        lacks.append(("verdict", tokens.patterns.of_verdict))
    if cell.score is None or cell.score.digits is None:
        lacks.append(("score", _LIKE_SCORE))
    if not lacks:
        return
    beside = [at for at in cell.rest if not quote.first <= at < quote.end]
    texts = [tokens.text[at] for at in beside if is_name_like(tokens.text[at])]
    for part, pattern in lacks:
        if found := next(filter(pattern.search, texts), None):
            raise cell_shape(f"{found[:40]!r} may be a {part}", f"quotes[].{part}")


def _unlike(detail: str) -> ParseError:
    return cell_shape(f"the cells are not built alike: {detail}")

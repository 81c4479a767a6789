"""What stands at the edge of a quote, in its paragraph or one more, and may be no part of it.

It cannot be cut off with certainty, so that each of these is a failure.

    <p>It sang on time. <small>Berlin office</small></p>     in every cell: the page's words
    <p>It sang on time.<br>12 people nodded.</p>             in every cell, figures aside
    <p>It sang on time.</p><p>Try Gamma for free.</p>        in one cell of eight
"""

from __future__ import annotations

from parsers.heads import Names
from parsers.page.document import Edge
from parsers.page.edges import ASIDES, is_glued_trail, is_lead_alone, may_be_foreign_lead
from parsers.page.hidden import hidden_rest
from parsers.page.tokens import Tokens
from parsers.scorecard.cells import NamedCell, cell_shape
from parsers.scorecard.wording import is_interface, is_more, masked

FEW_WORDS = 10


def require_own_edges(tokens: Tokens, names: Names, cells: tuple[NamedCell, ...]) -> None:
    """No quote begins or ends in what may be the page's own words. Raises: LayoutError."""
    if all(_is_marked(tokens, cell) for cell in cells):
        return
    if tokens.document.hidden:
        spans = (range(*cell.raw.span) for cell in cells)
        has_offer = any(is_more(tokens.text[at]) for span in spans for at in span)
        places = [_blocks(tokens, cell) for cell in cells]
        if rest := hidden_rest(tokens.document, places, has_offer=has_offer):
            raise cell_shape(f"{rest[:40]!r} is hidden beside a quote, and may be a part of it")
    labels = {_first_word(tokens.text[cell.quote.first]) for cell in cells}
    if len(labels) == 1 and min(labels)[-1:] == ":":
        raise cell_shape(f"every quote begins with {min(labels)!r}")
    boxes = [_boxes(tokens, cell) for cell in cells]
    _require_equal_lengths(tokens, boxes)
    if tokens.document.kind != "html":
        return
    _require_no_asides(tokens, names, cells)
    if all(_ends_inline(tokens, *own[-1]) for own in boxes):
        raise cell_shape("every quote ends in an element of its own")
    if all(_begins_inline(tokens, *own[0]) for own in boxes):
        words = {masked(_first_word(_text(tokens, own[0][0]))) for own in boxes}
        if len(words) == 1:
            detail = f"every quote begins with {words.pop()!r}, in an element of its own"
            raise cell_shape(detail)
    last = {masked(_text(tokens, end - 1)) if end - start > 1 else "" for *_, (start, end) in boxes}
    if len(last) == 1 and "" not in last:
        raise cell_shape(f"every quote ends in {last.pop()[:40]!r}")


def _first_word(text: str) -> str:
    end = text.find(" ")
    return text if end < 0 else text[:end]


def _blocks(tokens: Tokens, cell: NamedCell) -> tuple[int, int]:
    return tokens.start[cell.quote.first], tokens.end[cell.quote.end - 1]


def _require_no_asides(tokens: Tokens, names: Names, cells: tuple[NamedCell, ...]) -> None:
    """No quote begins or ends in an element that sets words apart; nor do all begin in another."""
    found = [tokens.edges(*cell.quote) for cell in cells]
    is_lead_common = all(lead.text for lead, _ in found)
    for cell, (lead, trail) in zip(cells, found, strict=True):
        if not lead.text and not trail.text:
            continue
        text = tokens.join(*cell.quote)
        other = lead if is_lead_common else Edge()
        rest = text[len(lead.text) :].lstrip()
        is_apart = trail.text and trail.tag in ASIDES
        is_foreign = may_be_foreign_lead(lead, other, rest) or any(
            is_lead_alone(lead, rest, name) for name in names
        )
        if is_foreign or is_apart or is_glued_trail(text, trail):
            words = lead.text or trail.text
            raise cell_shape(f"{words[:40]!r} at the edge of a quote may be no part of it")


def _is_marked(tokens: Tokens, cell: NamedCell) -> bool:
    first, end = cell.quote
    return tokens.text[first][0] == "“" and tokens.text[end - 1][-1] == "”"


def _text(tokens: Tokens, block: int) -> str:
    return tokens.document.text[block]


def _boxes(tokens: Tokens, cell: NamedCell) -> list[tuple[int, int]]:
    """The [start, end) of the blocks of each paragraph of a quote."""
    found: list[tuple[int, int]] = []
    box = tokens.document.box
    for block in range(*_blocks(tokens, cell)):
        if found and box[block] == box[found[-1][0]]:
            found[-1] = found[-1][0], block + 1
        else:
            found.append((block, block + 1))
    return found


def _require_equal_lengths(tokens: Tokens, boxes: list[list[tuple[int, int]]]) -> None:
    """One quote alone has a second paragraph, and a short one: it may be an advertisement.

    It is none where a `blockquote` holds both and every quote stands in one.
    """
    longer = [own for own in boxes if len(own) > 1]
    if len(longer) != 1 or len(longer[0]) != 2:
        return
    texts = [tokens.document.join(start, end) for start, end in longer[0]]
    held = [{_blockquote(tokens, start) for start, _ in own} for own in boxes]
    is_own = all(len(own) == 1 and None not in own for own in held)
    for text in texts:
        if len(text.split()) <= FEW_WORDS and not (is_own and not is_interface(text)):
            raise cell_shape(f"one quote alone has a paragraph more: {text[:40]!r}")


def _blockquote(tokens: Tokens, block: int) -> int | None:
    document = tokens.document
    above = document.ancestors(block)
    return next((element for element in above if document.tag[element] == "blockquote"), None)


def _inner(tokens: Tokens, start: int, end: int) -> tuple[list[tuple[int, int]], int, int]:
    """The runs of each inline element of blocks [start, end), and of these; all half-open."""
    document = tokens.document
    first, last = document.runs_of(start, end)
    while last - first > 1 and document.runs[last - 1][0].isspace():
        last -= 1
    while last - first > 1 and document.runs[first][0].isspace():
        first += 1
    own = document.element[start]
    found = []
    for element in range(own + 1, len(document.parent)):
        if document.first[element] >= last:
            break
        if first <= document.first[element] < min(document.end[element], last):
            found.append((document.first[element], document.end[element]))
    return found, first, last


def _ends_inline(tokens: Tokens, start: int, end: int) -> bool:
    """Whether bare text is followed by an element up to the end of its paragraph."""
    if end - start > 1:
        return False
    found, first, last = _inner(tokens, start, end)
    return any(begin > first and stop >= last for begin, stop in found)


def _begins_inline(tokens: Tokens, start: int, end: int) -> bool:
    found, first, last = _inner(tokens, start, end)
    return any(begin <= first and stop < last for begin, stop in found)

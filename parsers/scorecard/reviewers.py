"""What a reviewer's name may be, once all are found: a name alone."""

from __future__ import annotations

from parsers.heads import Names, named_tools
from parsers.page.edges import ASIDES
from parsers.page.tokens import Tokens
from parsers.scorecard.names import is_initials, reviewer_name
from parsers.scorecard.shape import cell_shape
from parsers.scorecard.sides import PlacedCell
from parsers.scorecard.wording import masked

REVIEWER = "quotes[].reviewer"


def require_names(tokens: Tokens, names: Names, placed: tuple[PlacedCell, ...]) -> None:
    """Each reviewer's name stands alone, and a page that names none shows no text for one.

    Raises: LayoutError (cell_shape).
    """
    named = [
        (each.cell.reviewer, each.cell.reviewer_at)
        for each in placed
        if each.cell.reviewer is not None and each.cell.reviewer_at is not None
    ]
    if not named:
        _require_no_text(tokens, placed)
    anchors = {each.cell.raw.anchor.first for each in placed}
    shown = [
        (name, tokens.text[at], tokens.edges(at, at + 1)) for name, at in named if at not in anchors
    ]
    for name, at in named:
        lead = reviewer_name(tokens.edges(at, at + 1)[0].text)
        if at in anchors and lead and name.startswith(f"{lead} "):
            detail = f"{name!r} goes on behind the element of {lead!r}"
            raise cell_shape(detail, REVIEWER)
    for number in (0, 1):
        is_common = all(edges[number].text for *_, edges in shown)
        for name, text, edges in shown:
            edge = edges[number]
            rest = name[: -len(edge.text)] if number else name[len(edge.text) :]
            is_other = reviewer_name(rest.strip()) in {other for other, *_ in shown}
            is_apart = edge.text and (edge.tag in ASIDES or is_common or is_other)
            if is_apart and not _may_be(edge.text, name, names):
                detail = f"{edge.text!r} at the edge of {text!r} may be no part of a name"
                raise cell_shape(detail, REVIEWER)
    lasts = {name.rpartition(" ")[2] for name, _ in named}
    is_template = len(lasts) == 1 < len({name for name, _ in named}) and min(lasts).islower()
    for name, _ in named:
        if ":" in name or is_template:
            raise cell_shape(f"{name!r} is more than a name", REVIEWER)


def _may_be(edge: str, name: str, names: Names) -> bool:
    """Whether an edge is the name itself, its label, its picture's letters, or names a tool."""
    return (
        reviewer_name(edge) == name
        or reviewer_name(f"{edge} x") == "x"
        or is_initials(edge, name)
        or bool(named_tools(edge, names))
    )


def _require_no_text(tokens: Tokens, placed: tuple[PlacedCell, ...]) -> None:
    left = [
        {masked(tokens.text[at]): at for at in raw.rest if not quote.first <= at < quote.end}
        for raw, quote in ((each.cell.raw, each.cell.quote) for each in placed)
    ]
    common = set.intersection(*map(set, left))  # a button, or its like
    if all(set(own) - common for own in left):
        text = next(text for text in left[0] if text not in common)
        raise cell_shape(f"{text[:40]!r} may say who speaks", REVIEWER)

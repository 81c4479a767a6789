"""What a reviewer's name may be, once all are found: a name alone."""

from __future__ import annotations

import re
from collections import Counter

from parsers.heads import Names, named_tools
from parsers.page.edges import ASIDES, is_ribbon
from parsers.page.tokens import Tokens
from parsers.scorecard.cells import cell_shape
from parsers.scorecard.names import reviewer_name
from parsers.scorecard.sides import PlacedCell
from parsers.scorecard.speakers import REVIEWER, without_motto
from parsers.scorecard.wording import masked
from parsers.sentences import is_initials

_SIGNED = re.compile(
    r"(?:signed(?: by)?|(?:written|reviewed) by|reviewer|author|by)\s?[:–—]\s?(.{1,60})",
    re.IGNORECASE,
)
FEW, TOOLS = 3, (1, 2)
Told = tuple[str, int]
"""A reviewer's name as it was found, and its token."""


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
    _require_no_other(tokens, placed)
    mottos = {without_motto(tokens, at) != tokens.text[at] for _, at in named}
    if len(mottos) > 1:
        raise cell_shape("a phrase stands behind some reviewers' names alone", REVIEWER)
    anchors = {each.cell.raw.anchor.first for each in placed}
    _require_whole_elements(tokens, [each for each in named if each[1] in anchors])
    _require_own_edges(tokens, names, [each for each in named if each[1] not in anchors])
    _require_no_template([name for name, _ in named])


def _require_no_other(tokens: Tokens, placed: tuple[PlacedCell, ...]) -> None:
    """No cell is signed by another than its reviewer."""
    for cell in (each.cell for each in placed if each.cell.reviewer):
        for at in cell.raw.rest:
            match = (
                None
                if cell.quote.first <= at < cell.quote.end
                else _SIGNED.fullmatch(tokens.text[at])
            )
            if match and reviewer_name(match[1]) != cell.reviewer:
                raise cell_shape(f"{cell.reviewer!r} and {match[0]!r} stand in a cell", REVIEWER)


def _require_whole_elements(tokens: Tokens, named: list[Told]) -> None:
    """A name in one text with its score is all of its element, or all that stands before it."""
    for name, at in named:
        lead = reviewer_name(tokens.edges(at, at + 1)[0].text)
        if lead and name.startswith(f"{lead} "):
            raise cell_shape(f"{name!r} goes on behind the element of {lead!r}", REVIEWER)


def _require_own_edges(tokens: Tokens, names: Names, named: list[Told]) -> None:
    """No other words stand in an element of their own at the edge of a name."""
    edges = [tokens.edges(at, at + 1) for _, at in named]
    known = {name for name, _ in named}
    for number in (0, 1):
        is_common = all(both[number].text for both in edges)
        for (name, at), both in zip(named, edges, strict=True):
            edge = both[number]
            if not edge.text:
                continue
            if number and without_motto(tokens, at) != tokens.text[at]:
                continue
            rest = name.removesuffix(edge.text) if number else name.removeprefix(edge.text)
            is_other = rest != name and reviewer_name(rest.strip()) in known
            is_set_apart = edge.tag in ASIDES or is_common or is_other or is_ribbon(edge.text)
            if is_set_apart and not _may_be(edge.text, name, names):
                raise cell_shape(f"{edge.text!r} may be no part of the name {name!r}", REVIEWER)


def _require_no_template(shown: list[str]) -> None:
    """No name holds a label, nor do different ones all end in the same small word."""
    lasts = {name.rpartition(" ")[2] for name in shown}
    is_template = len(lasts) == 1 < len(set(shown)) and min(lasts).islower()
    for name in shown:
        if ":" in name or is_template:
            raise cell_shape(f"{name!r} is more than a name", REVIEWER)


def _may_be(edge: str, name: str, names: Names) -> bool:
    """Whether an edge is the name itself, its label, its picture's letters, or names a tool."""
    return (
        reviewer_name(edge) == name
        or reviewer_name(f"{edge} x") == "x"
        or is_initials(edge, name)
        or edge.startswith("@")
        or edge in ("APP", "BOT")
        or bool(named_tools(edge, names))
    )


def _require_no_text(tokens: Tokens, placed: tuple[PlacedCell, ...]) -> None:
    """No cell holds a short text beside its quote, but what all of them hold."""
    left = [
        {masked(tokens.text[at]): at for at in raw.rest if not quote.first <= at < quote.end}
        for raw, quote in ((each.cell.raw, each.cell.quote) for each in placed)
    ]
    numbered = [[tokens.text[at] for at in own.values()] for own in left]
    for texts in zip(*numbered, strict=False):
        counts = Counter(texts)
        is_like_names = all(text[0].isalpha() for text in texts)
        if is_like_names and len(counts) >= FEW and max(counts.values()) <= len(TOOLS):
            raise cell_shape(f"{texts[0][:40]!r} may say who speaks", REVIEWER)
    common = set.intersection(*map(set, left))  # a button, or its like
    if all(set(own) - common for own in left):
        text = next(text for text in left[0] if text not in common)
        raise cell_shape(f"{text[:40]!r} may say who speaks", REVIEWER)

"""What is wrong with the pages that must fail, and the code each must fail with.

Three kinds: the content is altered before the page is made, the bytes are cut afterwards, or
another page altogether is sent in place of it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from markupsafe import escape

from verdicts.sample.content import Review, SamplePair

CODES: dict[str, str] = {
    "eighth_missing": "quote_count",
    "quote_blank": "quote_empty",
    "share_101": "field_range",
    "tagline_undefined": "field_unreadable",
    "cut_short": "truncated",
    "checking": "interstitial",
    "shell": "empty_shell",
    "not_found": "soft_not_found",
}
"""The failure code (see schema/codes.py) that each kind of fault must end in."""

INSTEAD = ("checking", "shell", "not_found")
"""Faults where another page stands in the place of the comparison: a template of that name."""


def spoil(pair: SamplePair) -> SamplePair:
    """The pair as its page shows it: with its fault, where that is one of content."""
    change = _CHANGES.get(pair.fault or "")
    return pair if change is None else change(pair)


def cut(pair: SamplePair, html: str) -> str:
    """The page, ended in the middle of its last quote where that is the pair's fault."""
    if pair.fault != "cut_short":
        return html
    last = str(escape(pair.b.reviews[-1].text))
    return html[: html.rindex(last) + len(last) // 2]


def _with_last(pair: SamplePair, *last: Review) -> SamplePair:
    """The pair with this in the place of the last review, or nothing."""
    return replace(pair, b=replace(pair.b, reviews=(*pair.b.reviews[:-1], *last)))


_CHANGES: dict[str, Callable[[SamplePair], SamplePair]] = {
    "eighth_missing": _with_last,
    "quote_blank": lambda pair: _with_last(pair, replace(pair.b.reviews[-1], text="")),
    "share_101": lambda pair: replace(pair, a=replace(pair.a, share_percent=101)),
    "tagline_undefined": lambda pair: replace(
        pair, a=replace(pair.a, tagline="undefined", best_for="undefined")
    ),
}

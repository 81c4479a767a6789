"""What a page without a comparison is instead, told for people and for the books."""

from __future__ import annotations

import re

from parsers.page.document import Document
from parsers.site import Words
from parsers.values import label_key, word_key
from schema.errors import LayoutError, ParseError

FEW_BLOCKS = 40
_SIGNS = (
    (
        "interstitial",
        re.compile(
            r"checking (?:your|the) browser|verify(?:ing)? (?:that )?you are (?:a )?human|captcha"
            r"|just a moment|log ?in to|sign ?in to|please (?:log|sign) ?in|access denied"
            r"|unusual traffic|enable cookies",
            re.IGNORECASE,
        ),
    ),
    (
        "soft_not_found",
        re.compile(
            r"\b404\b|not found|no longer (?:exists|available)|doesn['’]t exist|does not exist"
            r"|couldn['’]t find|could not find",
            re.IGNORECASE,
        ),
    ),
    ("empty_shell", re.compile(r"enable javascript|javascript is|loading", re.IGNORECASE)),
)
_STRUCTURE = frozenset(("heading_missing", "card_missing", "scorecard_missing", "names_mismatch"))


def explain_absence(
    document: Document, words: Words, url: str | None, problem: ParseError
) -> ParseError:
    """A more telling failure for a page that has none of a comparison's parts.

    The problem itself for any page that has some of them.
    """
    if problem.code not in _STRUCTURE:
        return problem
    if _parts(document, words) > 1:
        return problem
    text = " ".join(document.text)
    if not text:
        return LayoutError(code="empty_page", detail="the page shows no text")
    if url is None:
        return LayoutError(code="not_a_comparison", detail=f"no address, and {problem.detail}")
    if len(document.text) <= FEW_BLOCKS:
        for code, pattern in _SIGNS:
            if match := pattern.search(text):
                return LayoutError(code=code, detail=f"the page says {match[0]!r}")
        return LayoutError(
            code="empty_shell",
            detail=f"only {len(document.text)} blocks of text, and {problem.detail}",
        )
    return problem


def has_shape(document: Document, words: Words) -> bool:
    """Whether a page shows all parts of a comparison, whatever its address."""
    return _parts(document, words) == 3


def _parts(document: Document, words: Words) -> int:
    keys = {label_key(text) for text in document.text}
    anchors = (words.panel_ship, words.scorecard, words.entry)
    return sum(word_key(word) in keys for word in anchors)

"""The opt-out signals that a response and its page carry."""

from __future__ import annotations

import re
from collections.abc import Mapping

from parsers.page.decode import decode, is_html
from parsers.page.scan import require_safe_shape
from parsers.page.tree import tree_of
from schema.page import RawPage

ROBOTS_WORDS = {
    "noarchive": "noarchive",
    "noai": "noai",
    "noimageai": "noai",
    "noindex": "noindex",
    "none": "noindex",
}
OWN_NAMES = ("robots", "verdicts")
"""What a robots meta tag that speaks to us is named: to all robots, or to our token."""
WITH_VALUES = ("max-image-preview", "max-snippet", "max-video-preview", "unavailable_after")
"""Words that a colon follows though they name no robot."""
_REFUSED = re.compile(r"\s*([a-z*][a-z0-9_.*-]{0,63})\s*=\s*n\s*")
_NAMED = re.compile(r"\s*([\w*-]+)\s*:(.*)", re.DOTALL)


def opt_outs(headers: Mapping[str, str], page: RawPage) -> tuple[str, ...]:
    """Which opt-out signals were given, sorted.

    Shape: lower-case header names in; some of content-usage, noai, noarchive, noindex, tdm out.
    Source: robots meta tags and X-Robots-Tag, TDMRep, the Content-Usage header.
    Raises: BytesError for bytes that may not be parsed.
    """
    found = _header_words(headers.get("x-robots-tag", ""))
    if refused_usages(headers.get("content-usage", "")):
        found.add("content-usage")
    if headers.get("tdm-reservation", "").strip() == "1":
        found.add("tdm")
    if is_html(page):
        found |= _meta_signals(page)
    return tuple(sorted(found))


def refused_usages(value: str) -> set[str]:
    """The usages that a Content-Usage value refuses; what it allows is no opt-out.

    >>> refused_usages("train-ai=n, search=y")
    {'train-ai'}
    """
    stated = (_REFUSED.fullmatch(each.partition(";")[0].lower()) for each in value.split(","))
    return {found[1] for found in stated if found}


def _meta_signals(page: RawPage) -> set[str]:
    data = decode(page).data
    require_safe_shape(data)
    found: set[str] = set()
    for node in tree_of(data).css("meta[name][content]"):
        name = (node.attributes.get("name") or "").strip().lower()
        content = node.attributes.get("content") or ""
        if name in OWN_NAMES:
            found |= _robots_words(content)
        elif name == "tdm-reservation" and content.strip() == "1":
            found.add("tdm")
        elif name == "content-usage" and refused_usages(content):
            found.add("content-usage")
    return found


def _header_words(value: str) -> set[str]:
    """The words of X-Robots-Tag that are said to all robots, or to us by name.

    Several headers of one name come joined by commas, so where another robot's words end cannot be
    told: only those before the next comma are taken for its own, and in doubt a word is heeded.
    """
    found: set[str] = set()
    for part in value.split(","):
        named = _NAMED.fullmatch(part)
        name = named[1].lower() if named else "robots"
        if named is None or name in WITH_VALUES:
            found |= _robots_words(part)
        elif name in (*OWN_NAMES, "*"):
            found |= _robots_words(named[2])
    return found


def _robots_words(text: str) -> set[str]:
    words = re.split(r"[\s,]+", text.lower())
    return {ROBOTS_WORDS[word] for word in words if word in ROBOTS_WORDS}

"""The opt-out signals that a response and its page carry."""

from __future__ import annotations

from collections.abc import Mapping

from selectolax.lexbor import LexborHTMLParser

from parsers.decode import decode, is_html
from parsers.scan import require_safe_shape
from schema.page import RawPage

ROBOTS_WORDS = {
    "noarchive": "noarchive", "noai": "noai", "noimageai": "noai", "noindex": "noindex",
    "none": "noindex",
}  # fmt: skip


def opt_outs(headers: Mapping[str, str], page: RawPage) -> tuple[str, ...]:
    """Which opt-out signals were given, sorted.

    Shape: lower-case header names in; some of content-usage, noai, noarchive, noindex, tdm out.
    Source: robots meta tags and X-Robots-Tag, TDMRep, the Content-Usage header.
    Raises: BytesError for bytes that may not be parsed.
    """
    found = _robots_words(headers.get("x-robots-tag", ""))
    if "content-usage" in headers:
        found.add("content-usage")
    if headers.get("tdm-reservation", "").strip() == "1":
        found.add("tdm")
    if is_html(page):
        found |= _meta_signals(page)
    return tuple(sorted(found))


def _meta_signals(page: RawPage) -> set[str]:
    data = decode(page).data
    require_safe_shape(data)
    found: set[str] = set()
    for node in LexborHTMLParser(data).css("meta[name][content]"):
        name = (node.attributes.get("name") or "").strip().lower()
        content = node.attributes.get("content") or ""
        if name == "robots":
            found |= _robots_words(content)
        elif name == "tdm-reservation" and content.strip() == "1":
            found.add("tdm")
        elif name == "content-usage":
            found.add("content-usage")
    return found


def _robots_words(value: str) -> set[str]:
    words = value.lower().replace(":", ",").split(",")
    return {ROBOTS_WORDS[word.strip()] for word in words if word.strip() in ROBOTS_WORDS}

"""What programs leave of a text that went through them wrongly: its words cannot be known."""

from __future__ import annotations

import re

_SIGNS = (
    (
        "&",
        re.compile(
            r"(?:&(?:amp|apos|gt|lt|nbsp|quot|rsquo|#[0-9]{2,5}|#x[0-9a-fA-F]{2,4});[^&]{0,200}){3}"
        ),
    ),
    ("<", re.compile(r"(?<!`)<([a-z][a-z0-9]*)\b[^<>]{0,200}>[^<>]*</\1>(?!`)", re.IGNORECASE)),
    ("=", re.compile(r"(?:=(?:[89A-F][0-9A-F]|20|3D)[^=]{0,200}){2}")),
    ("?", re.compile(r"(?:[a-z]\?[a-z][^?]{0,200}){3}")),
    ("\\", re.compile(r"(?:\\(?:n\\n|\"|u[0-9a-f]{4})[^\\]{0,400}){2}")),
    (
        "[",
        re.compile(
            r"\[email\W{1,2}protected\]|(?<!`)\[/?[\w-]+(?: [\w-]+=[\"'][^\"']*[\"'])+ ?/?\]"
        ),
    ),
)
"""Entities, markup and escapes that are shown, letters that were lost; each behind a sign of it.

A sign is one character: a longer one takes thirty times as long to look for.
"""
_WHOLE = re.compile(
    r"(?s:(?=\[[^{]*\{|\{)[\[{]+\"[^\"]+\":.*[\]}]\Z)|(?:Uncaught )?[A-Z]\w+Error: [A-Z][^.!?]*\Z"
)
"""Data, or the message of an error, in a text's place."""
LONGEST_WORD = 80
_SPACED = re.compile(rf"(?s:(?>.{{0,{LONGEST_WORD - 1}}} )*+)")
"""As much of a text as has a space within any so many characters."""
_WORD = re.compile(rf"[!-.0-~]{{{LONGEST_WORD},}}")
"""A long word of no address; where letters have no spaces between them, there is none."""


def garbled(text: str) -> str | None:
    """What of a text tells that a program garbled it. Absent: None for one that reads.

    >>> garbled("&quot;No&quot; &amp; no"), garbled("It sang: is it <b>bold</b>?")
    ('&quot;No&quot; &amp; no', '<b>bold</b>')
    >>> garbled("R&D asked: what? Use <div>, or a=b."), garbled(".NET it is")
    (None, None)
    """
    if len(text) < LONGEST_WORD and text.isalnum():
        return None
    signs = "&" in text or "<" in text or "=" in text or "?" in text or "[" in text or "\\" in text
    for sign, pattern in _SIGNS if signs else ():
        if sign in text and (match := pattern.search(text)):
            return match[0]
    if match := _WHOLE.match(text):
        return match[0]
    if text[0] in ".,;:!?" and text[1:2].islower() and text[-1].isupper():
        return text[:2]  # backwards
    at = _SPACED.match(text).end()  # type: ignore[union-attr]
    while at + LONGEST_WORD <= len(text):  # from space to space, which is fast
        space = text.rfind(" ", at, at + LONGEST_WORD)
        if space < at:
            word = text[at:].partition(" ")[0]
            if "/" not in word and (match := _WORD.search(word)):  # no address
                return match[0]
            space = at + len(word)
        at = space + 1
    return None

"""White space as the records mean it: each run of it one space, none at the ends."""

from __future__ import annotations

import re

LONG = 100
_SEPARATORS = re.compile("[\x1c-\x1f]")
_WHITE = re.compile("[\t-\r \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+")


def one_spaced(text: str) -> str:
    """The text with each run of white space as one space, and none at its ends.

    White space is Unicode's White_Space; the four separators that Python adds to it stay, so that
    a field which holds one is refused.
    """
    # From the right, two spaces are looked for more than twice as fast as with `in`.
    if text.rfind("  ") < 0 and (
        text.isprintable() if len(text) < LONG or not text.isascii() else not _has_white(text)
    ):
        return text.strip(" ")
    if _SEPARATORS.search(text):
        return _WHITE.sub(" ", text).strip(" ")
    return " ".join(text.split())


def _has_white(text: str) -> bool:
    """Whether ASCII holds other white space than spaces: five looks, fast for a long text."""
    return "\n" in text or "\t" in text or "\r" in text or "\x0b" in text or "\x0c" in text

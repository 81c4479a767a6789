"""How a text ends: as a sentence does, or cut off; and the letters that stand for a name."""

from __future__ import annotations

import re

ENDS = ".!?…。！？।؟"
"""What ends a sentence in the scripts met so far."""
_ENDED = re.compile(rf"""[{ENDS}]['’"”)\]]*\Z""")
_DOTS = re.compile(
    r"""(?:\.{3}|⋯|‥|\. \. \.|\((?:more|cont\.?)\)|\[(?:more|\+)\])[”’"'\])}»› ]*\Z"""
)
LONGEST_CUT = 20
"""No cut is longer with what closes it. Units: characters."""
_CUT = re.compile(r"\s*\W?(?:…|\.\.\.)[\])]?\Z")


def ends_sentence(text: str) -> bool:
    """Whether a text ends as a sentence does, in quotation marks or brackets or without."""
    return _ENDED.search(text, max(0, len(text) - 8)) is not None


def is_cut(text: str) -> bool:
    """Whether a text ends in an ellipsis."""
    if text.rstrip("”’\"' ])}»›*!.\u200b\u2060").endswith("…"):
        return True
    return _DOTS.search(text, max(0, len(text) - LONGEST_CUT)) is not None


def without_cut(text: str) -> str:
    """A text without the ellipsis that it ends in, and what opens it.

    >>> without_cut("It sang on […]"), without_cut("It sang.")
    ('It sang on', 'It sang.')
    """
    return text[:-8] + _CUT.sub("", text[-8:])


def is_initials(text: str, name: str) -> bool:
    """Whether a text is the letters that stand for a picture: `K`, `Ke`, or of each word.

    >>> is_initials("AD", "Alpha Desk"), is_initials("Al", "Alpha Desk"), is_initials("AI", "Alpha")
    (True, True, False)
    """
    if len(text) > 3 or text == name:
        return False
    letters, shown = "".join(word[0] for word in name.split()).casefold(), text.casefold()
    return shown == letters[: len(shown)] or (len(text) < 3 and name.casefold().startswith(shown))

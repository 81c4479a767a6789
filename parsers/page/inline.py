"""What the makers of blocks share: runs of text, and the elements that stand within a line."""

from __future__ import annotations

INLINE = frozenset(
    (
        "a abbr acronym b bdi bdo big cite code data dfn em font i ins kbd label mark nobr q "
        "rb rp rt ruby samp slot small span strong sub sup tt u var wbr"
    ).split()
)
UNREADABLE = "\ufffd"
"""No field may hold it."""

TextRun = tuple[str, int, int, int]
"""A text, the element right above it, its box and its line."""

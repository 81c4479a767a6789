"""Words in an element of their own at the edge of a value: the value's, or the interface's.

<p><em>Free</em> for one</p>           the value's: a sentence goes on in small letters
<p>Developer Tools <small>New</small>  may be the interface's
<p>Developer <b>Tools</b>              may be so only where the other tool's value has it too
<p>$12<small>/mo</small>               the value's
"""

from __future__ import annotations

from parsers.page.document import Edge

DECORATIONS = "•·→←↗↘›»‹«★☆✓✔▲▼▸▶|"
ASIDES = frozenset("abbr label small sub sup".split())
"""Elements that set words apart rather than stress them."""
_ENDED = (".", "!", "?", "…", "”", "。")
_QUOTES = "“\"'‘(["


def may_be_foreign_lead(lead: Edge, twin: Edge, rest: str) -> bool:
    """Whether an element's words that a text begins with may be no part of it.

    `twin` is the same edge of the other tool's text.
    """
    text = lead.text
    if not (text and rest) or text.endswith(_ENDED) or not is_apart(lead, twin):
        return False
    if text == twin.text and lead is not twin:
        return True
    begin = rest.lstrip(_QUOTES)[:1]
    return not any(map(str.isalnum, text)) or text.endswith(":") or not begin.islower()


def may_be_foreign_trail(trail: Edge, twin: Edge) -> bool:
    """Whether an element's words that a short text ends with may be no part of it."""
    text = trail.text
    if not text or text[0] in "/%" or not is_apart(trail, twin):
        return False
    return len(text) == 1 or not text[0].islower()


def is_glued_trail(text: str, trail: Edge) -> bool:
    """Whether an element's words begin anew right behind a text, without a space between."""
    before = text[: len(text) - len(trail.text)]
    return bool(trail.text) and trail.text[0].isupper() and before[-1:] in tuple(".!?”)")


def is_apart(edge: Edge, twin: Edge) -> bool:
    """Whether an element sets its words apart, or the other tool's text has one there too."""
    return edge.tag in ASIDES or bool(twin.text)

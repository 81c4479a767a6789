"""Words in an element of their own at the edge of a value: the value's, or the interface's.

<p><em>Free</em> for one</p>           the value's: a sentence goes on in small letters
<p>Developer Tools <small>New</small>  may be the interface's
<p>Developer <b>Tools</b>              may be so only where the other tool's value has it too
<p>$12<small>/mo</small>               the value's
"""

from __future__ import annotations

import re

from parsers.page.document import Edge
from parsers.sentences import ends_sentence

DECORATIONS = "•·→←↗↘›»‹«★☆✓✔▲▼▸▶|"
ASIDES = frozenset("abbr label small sub sup".split())
"""Elements that set words apart rather than stress them."""
_QUOTES = "“\"'‘(["
_UNIT = re.compile(r"(?:AUD|CAD|CHF|CNY|EUR|GBP|INR|JPY|USD|VAT)\b|(?:/|per |a )\w")
"""What a price is counted in."""
_FORMER = re.compile(
    r"(?:was|were|saves?|saving|formerly|previously|instead of|down from|reduced)\b", re.IGNORECASE
)
"""How words begin that an element sets behind a price which holds no more."""
_RIBBON = re.compile(
    r"\W*(?:new|hot|popular|sale|trending|featured|verified|sponsored|updated|recommended"
    r"|best value|(?:top|staff|editor['’]?s?) (?:pick|choice))\W*",
    re.IGNORECASE,
)
"""What the interface pins to a value, in whatever element."""
_STARTS = frozenset(
    "A All An And As At But Every Everything For He I If In It My No Nobody None Not Nothing On One"
    " Our She So Some The Their There They This To We What When Where While With You Your".split()
)
"""Words that are no name: a capital letter begins a sentence."""


def may_be_foreign_lead(lead: Edge, twin: Edge, rest: str) -> bool:
    """Whether an element's words that a text begins with may be no part of it.

    `twin` is the same edge of the other tool's text.
    """
    text = lead.text
    is_ended = text[-1:] == "”" or ends_sentence(text)
    if not (text and rest) or is_ended or not is_apart(lead, twin):
        return False
    begin = rest.lstrip(_QUOTES)[:1]
    if text == twin.text and lead is not twin:
        return not begin.islower() or text.endswith(":")
    is_begun = text.count(" ") >= 2 and lead.tag not in ASIDES  # words of a sentence, not a label
    is_new = not begin.islower() and not is_begun
    return not any(map(str.isalnum, text)) or text.endswith(":") or is_new


def is_lead_alone(lead: Edge, rest: str, name: str) -> bool:
    """Whether words that one text begins with stand before its first sentence, and in no name."""
    text, word = lead.text, rest.partition(" ")[0]
    is_few = text.count(" ") < 2 and text[-1:].isalnum()
    if not text or not is_few or not word[:1].isupper():
        return False
    if name.startswith(text) or text.startswith(name):
        return False
    return word in _STARTS or is_ribbon(text)


def may_be_foreign_trail(trail: Edge, twin: Edge) -> bool:
    """Whether an element's words that a short text ends with may be no part of it."""
    text = trail.text
    if not text or text[0] in "/%":
        return False
    if is_ribbon(text):
        return True
    if _FORMER.match(text) or not is_apart(trail, twin):
        return _FORMER.match(text) is not None
    return len(text) == 1 or not (text[0].islower() or _UNIT.match(text))


def is_glued_trail(text: str, trail: Edge) -> bool:
    """Whether an element's words begin anew right behind a text, without a space between."""
    before = text[: len(text) - len(trail.text)]
    return bool(trail.text) and trail.text[0].isupper() and before[-1:] in tuple(".!?”)")


def is_ribbon(text: str) -> bool:
    """Whether the words of an element are pinned to a value and no part of it, whichever it is."""
    return _RIBBON.fullmatch(text) is not None


def is_former(text: str) -> bool:
    """Whether words beside a price say what it was, or what is saved."""
    return _FORMER.match(text) is not None


def is_apart(edge: Edge, twin: Edge) -> bool:
    """Whether an element sets its words apart, or the other tool's text has one there too."""
    return edge.tag in ASIDES or bool(twin.text)

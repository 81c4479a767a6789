"""Labels that a card prints for readers who hear the page, beside or glued to their values.

<dt>Category</dt>               marked up as a label
<span>Category:</span>          a label by its colon
<p>Category: Developer Tools    glued to its value
"""

from __future__ import annotations

import re

from parsers.page.tokens import Tokens

WORDS = {
    "name": "tool|name|product",
    "category": "category|topic|filed under|posted in",
    "tagline": "tagline|summary|in short|best for|motto",
    "badge": "(?:our |the )?(?:panel(?:['’]s)? )?(?:verdict|badge)",
    "description": "about|description|summary|overview|details",
}
"""What the label of each field reads."""
_ALONE = frozenset("category name tool tagline description badge about summary".split())
_TAGS = frozenset(("dt", "th", "label"))
_MARKED = re.compile(rf"(?:{'|'.join(WORDS.values())}|score|pricing|entry)\s?[:–—]\s?", re.I)
_GLUED = {name: re.compile(rf"(?:{words})\s?[:–—]?\s", re.I) for name, words in WORDS.items()}


def label_of(text: str, field: str | None = None) -> str:
    """The label that a text begins with: any with its colon, or one of a field also without.

    >>> label_of("Category: Health"), label_of("Category Health"), label_of("A category: none")
    ('Category: ', '', '')
    >>> label_of("Category Health", "category")
    'Category '
    """
    match = (_GLUED[field] if field else _MARKED).match(text)
    return match[0] if match and match.end() < len(text) else ""


def is_field_label(tokens: Tokens, at: int) -> bool:
    """Whether a token is nothing but a label of the card itself: by its markup or its colon."""
    if tokens.key[at] not in _ALONE:
        return False
    if tokens.key[at] in ("badge", "category", "tagline"):
        return True  # no value reads so
    return tokens.text[at].endswith(":") or tokens.document.tag[tokens.element(at)] in _TAGS

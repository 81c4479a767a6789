"""The heading: a text with ' vs ' inside, whose halves are the names on the cards.

`A vs. B`, `A VS B` and `A vs B (2026)` are headings too; the title stays as it was published.
"""

from __future__ import annotations

import re
from functools import lru_cache

from parsers.page.document import Document
from parsers.page.tokens import Tokens
from parsers.site import Words
from parsers.values import word_key
from schema.errors import LayoutError

LONGEST_HEADING = 2_100
"""Two names of the greatest length and the word between them."""
LONGEST_VARIANT = 300
"""In longer texts only the site's own word counts."""

Heading = tuple[int, int, str]
"""The first block, the block after the last one, and the text of a possible heading."""


_YEAR = re.compile(r"[\s,:|–—-]+(?:in )?[(\[]?20[0-9]{2}[)\]]?\Z")


@lru_cache(maxsize=64)
def _forms(versus: str) -> tuple[str, ...]:
    """The ways to write the word between two names, with its spaces; the site's own first."""
    bare = versus.strip()
    words = (bare, bare + ".", bare.upper(), bare.title(), bare.upper() + ".", bare.title() + ".")
    return tuple(dict.fromkeys([versus, *(versus.replace(bare, word) for word in words)]))


def find_headings(document: Document, words: Words) -> list[Heading]:
    """Every range of blocks that could be the heading: a text with ' vs ' inside."""
    text, forms, bare = document.text, _forms(words.versus), words.versus.strip()
    key = bare.lower()
    near = [
        at
        for at, said in enumerate(text)
        if (len(said) <= LONGEST_VARIANT and key in said.lower())
        or (LONGEST_VARIANT < len(said) <= LONGEST_HEADING and bare in said)
    ]
    found: list[Heading] = []
    for start, end in dict.fromkeys(document.box_of(at) for at in near):
        places = [(start, end), *((at, at + 1) for at in range(start, end) if end - start > 1)]
        for first, stop in places:
            joined = document.join(first, stop)
            if len(joined) <= LONGEST_HEADING and any(form in joined for form in forms):
                found.append((first, stop, joined))
    words_alone = {form.strip() for form in forms}
    for at in near:
        if text[at] in words_alone and 0 < at < len(text) - 1:
            found += _around(document, at, words.versus)
    return found


def _around(document: Document, at: int, versus: str) -> list[Heading]:
    """Headings whose 'vs' is a block of its own: the boxes, or the blocks, on both sides of it."""
    box, text, count = document.box, document.text, len(document.text)
    between = versus.replace(versus.strip(), text[at])
    first, end = at - 1, at + 2
    found = [(first, end, text[at - 1] + between + text[at + 1])]
    while first > 0 and box[first - 1] == box[at - 1]:
        first -= 1
    while end < count and box[end] == box[at + 1]:
        end += 1
    whole = document.join(first, at) + between + document.join(at + 1, end)
    return [*found, (first, end, whole)]


def splits(heading: str, versus: str) -> list[tuple[str, str]]:
    """Every way to read two names from a heading, those without its year last.

    >>> splits("Alpha VS. Beta (2026)", " vs ")
    [('Alpha', 'Beta (2026)'), ('Alpha', 'Beta')]
    """
    found = list[tuple[str, str]]()
    for form in _forms(versus):
        at = heading.find(form)
        while at >= 0:
            found.append((heading[:at], heading[at + len(form) :]))
            at = heading.find(form, at + 1)
    found += [(one, _YEAR.sub("", other)) for one, other in found]
    return [names for names in dict.fromkeys(found) if all(names)]


def own_headings(tokens: Tokens, headings: list[Heading], stop: int) -> list[Heading]:
    """The headings that can be the page's own: right after the kicker, in an h1, or after it.

    A breadcrumb or a list of links may name the same two tools; it does not stand in for a heading.
    Raises: LayoutError (heading_missing) where the kicker has none after it.
    """
    kicker, end = word_key(tokens.words.kicker), tokens.start[stop]
    headings = [heading for heading in headings if heading[0] < end]
    kickers = [tokens.end[at] for at in range(stop) if tokens.key[at] == kicker]
    right_after = [h for h in headings if h[0] in kickers]
    document = tokens.document
    main = [h for h in headings if any(document.tag[e] == "h1" for e in document.ancestors(h[0]))]
    if right_after or main:
        return right_after or main
    later = [h for h in headings if not kickers or h[0] >= kickers[0]]
    if not later:
        raise LayoutError(
            code="heading_missing", field="title", detail="no block reads 'A vs B' over the cards"
        )
    return [h for h in later if h[0] == later[0][0]] if kickers else later

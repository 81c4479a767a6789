"""Blocks put together again where they are one value, ready for the grammar.

A token is a range of blocks. A box whose pieces mean nothing by themselves is one token; a box of
spans that are labels, values or names is one token a piece. This module must not bind any token to
a field.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache

from parsers.document import Document
from parsers.site import Words
from parsers.values import is_share_like, label_key, without_icons

LONGEST_HEADING = 2_100
"""Two names of the greatest length and the word between them."""

Heading = tuple[int, int, str]
"""The first block, the block after the last one, and the text of a possible heading."""


@dataclass(frozen=True, slots=True)
class Score:
    """A score block: its number, and its verdict where the same block holds it."""

    digits: str
    verdict: str | None
    reviewer: str | None = None


@dataclass(slots=True)
class Tokens:
    """The tokens of one page, as parallel lists."""

    document: Document
    words: Words
    start: list[int] = field(default_factory=list)
    end: list[int] = field(default_factory=list)
    text: list[str] = field(default_factory=list)
    key: list[str] = field(default_factory=list)

    def add(self, start: int, end: int) -> None:
        """Append the token of blocks [start, end)."""
        text = self.document.join(start, end)
        self.start.append(start)
        self.end.append(end)
        self.text.append(text)
        self.key.append(label_key(text))

    def join(self, first: int, last: int) -> str:
        """The text of tokens [first, last) as one field."""
        return self.document.join(self.start[first], self.end[last - 1]) if last > first else ""

    def is_decoration(self, at: int) -> bool:
        """Whether the token is nothing but icons."""
        return not without_icons(self.text[at])

    def element(self, at: int) -> int:
        """The element right above the token's first block."""
        return self.document.element[self.start[at]]

    def place(self, first: int, last: int) -> tuple[tuple[int, int, int], ...]:
        """Where tokens [first, last) stand: block, start and end of each of their blocks."""
        text = self.document.text
        blocks = range(self.start[first], self.end[last - 1]) if last > first else ()
        return tuple((block, 0, len(text[block])) for block in blocks)


class Patterns:
    """What a site's anchor words look like in a token."""

    def __init__(self, words: Words) -> None:
        verdicts = "|".join(re.escape(word) for word in words.verdicts)
        between = r" ?(?:[·•|:,;/–—-] ?)?\(?"
        number = r"([0-9]{1,3}) ?/ ?100"
        self.score = re.compile(rf"{number}{between}({verdicts})\)?", re.IGNORECASE)
        self.score_last = re.compile(rf"({verdicts}){between}{number}\)?", re.IGNORECASE)
        self.number = re.compile(number)
        self.other_word = re.compile(rf"{number} ?[·•|] ?(\w{{1,12}})")
        self.reviewer_score = re.compile(
            rf"(\S.{{0,58}}?\S?){between}{number}(?:{between}({verdicts})\)?)?", re.IGNORECASE
        )
        self.anchors = frozenset(
            label_key(word)
            for word in (
                words.panel_ship, words.community, words.entry, words.scorecard, words.panel_verdict,
                words.pricing, words.best_for, words.category, words.no_votes, *words.decision,
                *words.verdicts, *words.badges, *words.entries,
            )
        )  # fmt: skip

    def read_score(self, text: str) -> Score | None:
        """The score that a whole token states. Absent: None where it states none."""
        if len(text) > 40 or "/" not in text:
            return None
        bare = without_icons(text)
        if match := self.score.fullmatch(bare) or self.other_word.fullmatch(bare):
            return Score(match[1], match[2])
        if match := self.score_last.fullmatch(bare):
            return Score(match[2], match[1])
        if match := self.number.fullmatch(bare):
            return Score(match[1], None)
        return None

    def read_named_score(self, text: str) -> Score | None:
        """A reviewer and a score in one token. Absent: None where the token is something else."""
        if len(text) > 100 or "/" not in text:
            return None
        match = self.reviewer_score.fullmatch(without_icons(text))
        return Score(match[2], match[3], match[1].strip(" ·•|:,;–—-")) if match else None


@lru_cache(maxsize=64)
def patterns_of(words: Words) -> Patterns:
    """The patterns of a site's words, compiled once."""
    return Patterns(words)


def find_headings(document: Document, words: Words) -> list[Heading]:
    """Every range of blocks that could be the heading: a text with ' vs ' inside."""
    found: list[Heading] = []
    versus, bare = words.versus, words.versus.strip()
    text, box, count, at = document.text, document.box, len(document.text), 0
    while at < count:
        end = at + 1
        while end < count and box[end] == box[at]:
            end += 1
        spans = [(at, end)] if end - at == 1 else [(at, end), *((i, i + 1) for i in range(at, end))]
        for start, stop in spans:
            joined = document.join(start, stop)
            if len(joined) <= LONGEST_HEADING and versus in joined:
                found.append((start, stop, joined))
        at = end
    for at in range(1, count - 1):
        if text[at] == bare:
            found += _around(document, at, versus)
    return found


def _around(document: Document, at: int, versus: str) -> list[Heading]:
    """Headings whose 'vs' is a block of its own: the boxes, or the blocks, on both sides of it."""
    box, count = document.box, len(document.text)
    first, last = at - 1, at + 2
    found = [(first, last, document.text[at - 1] + versus + document.text[at + 1])]
    while first > 0 and box[first - 1] == box[at - 1]:
        first -= 1
    while last < count and box[last] == box[at + 1]:
        last += 1
    whole = document.join(first, at) + versus + document.join(at + 1, last)
    return [*found, (first, last, whole)]


def splits(heading: str, versus: str) -> list[tuple[str, str]]:
    """Every way to read two names from a heading."""
    starts = [match.start() for match in re.finditer(f"(?={re.escape(versus)})", heading)]
    return [
        (heading[:at], heading[at + len(versus) :])
        for at in starts
        if heading[:at] and heading[at + len(versus) :]
    ]


def read_tokens(
    document: Document, words: Words, patterns: Patterns, names: frozenset[str]
) -> Tokens:
    """The tokens of a document. `names` are texts that may be a tool's name."""
    tokens = Tokens(document, words)
    text, box, count, at = document.text, document.box, len(document.text), 0
    while at < count:
        end = at + 1
        while end < count and box[end] == box[at]:
            end += 1
        if end - at == 1:
            tokens.add(at, end)
        else:
            _add_box(tokens, patterns, names, at, end)
        at = end
    return tokens


def _add_box(
    tokens: Tokens, patterns: Patterns, names: frozenset[str], start: int, end: int
) -> None:
    """One token for a box that is one value, else a token for each of its pieces."""
    document = tokens.document
    whole = document.join(start, end)
    if whole in names or patterns.read_score(whole) is not None:
        tokens.add(start, end)
        return
    if not any(_is_special(document.text[at], patterns, names) for at in range(start, end)):
        half = (start + end) // 2
        is_doubled = document.text[start:half] == document.text[half:end]
        for first, last in ((start, half), (half, end)) if is_doubled else ((start, end),):
            tokens.add(first, last)
        return
    at = start
    while at < end:
        stop = next(
            (stop for stop in range(min(end, at + 4), at + 1, -1)
             if patterns.read_score(document.join(at, stop))),
            at + 1,
        )  # fmt: skip
        tokens.add(at, stop)
        at = stop


def _is_special(text: str, patterns: Patterns, names: frozenset[str]) -> bool:
    return (
        text in names
        or (len(text) <= 60 and label_key(text) in patterns.anchors)
        or is_share_like(text)
        or patterns.read_score(text) is not None
    )

"""Blocks put together again where they are one value, ready for the grammar.

A token is a range of blocks. A box whose pieces mean nothing by themselves is one token; a box of
spans that are labels, values or names is one token a piece. This module must not bind any token to
a field.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

from parsers.page.document import Document
from parsers.site import Words
from parsers.values import is_share_like, label_key, without_icons


class Value(NamedTuple):
    """A value's text and the token it stands in; `text` is None for a label left alone."""

    text: str | None
    token: int


class Score(NamedTuple):
    """A score block: its number, and its verdict where the same block holds it.

    Absent: `digits` is None where a page shows verdicts and no scores.
    """

    digits: str | None
    verdict: str | None
    reviewer: str | None = None
    scale: int = 100
    """What the number is out of."""


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

    def add_each(self, start: int, end: int) -> None:
        """Append a token for each of blocks [start, end): most are one by themselves."""
        texts = self.document.text[start:end]
        self.start += range(start, end)
        self.end += range(start + 1, end + 1)
        self.text += texts
        self.key += map(label_key, texts)

    def join(self, first: int, end: int) -> str:
        """The text of tokens [first, end) as one field."""
        return self.document.join(self.start[first], self.end[end - 1]) if end > first else ""

    def is_decoration(self, at: int) -> bool:
        """Whether the token is nothing but icons."""
        text = self.text[at]
        return not text[0].isalnum() and not without_icons(text)

    def is_control(self, at: int) -> bool:
        """Whether the token is a word of the interface: an anchor at most, never a text."""
        return self.start[at] in self.document.controls

    def element(self, at: int) -> int:
        """The element right above the token's first block."""
        return self.document.element[self.start[at]]

    def place(self, first: int, end: int) -> tuple[tuple[int, int, int], ...]:
        """Where tokens [first, end) stand: block, start and end of each of their blocks."""
        if end <= first:
            return ()
        text, blocks = self.document.text, range(self.start[first], self.end[end - 1])
        return tuple([(block, 0, len(text[block])) for block in blocks])


class Patterns:
    """What a site's anchor words look like in a token."""

    def __init__(self, words: Words) -> None:
        self.verdicts = frozenset(words.verdicts)
        verdict = rf"(?P<verdict>{'|'.join(re.escape(word) for word in words.verdicts)})"
        between = r" ?(?:[·•|:,;/–—-] ?)?\(?"
        number = r"(?P<number>[0-9]{1,3}(?:\.[0-9]{1,2})?) ?/ ?(?P<scale>100?)"
        label = r"(?:(?:score|rating|verdict)\W{1,3})?"
        forms = (
            rf"{label}{number}(?:{between}{verdict}\)?)?",
            rf"{verdict}{between}{number}\)?",
            rf"{number} ?[·•|] ?(?P<verdict>\w[\w' ]{{0,24}})",  # no word that we know
        )
        self.scores = [re.compile(form, re.IGNORECASE) for form in forms]
        self.share_score = re.compile(rf"(?P<number>[0-9]{{1,3}}) ?%{between}{verdict}\)?", re.I)
        self.own_share = re.compile(rf"[0-9]{{1,3}} ?% ?[·•|] ?{verdict}", re.I)
        self.reviewer_score = re.compile(
            rf"(?P<name>\S.{{0,58}}?\S?){between}{number}(?:{between}{verdict}\)?)?", re.IGNORECASE
        )
        self.anchors = frozenset(
            label_key(word)
            for word in (
                words.panel_ship,
                words.community,
                words.entry,
                words.scorecard,
                words.panel_verdict,
                words.pricing,
                words.best_for,
                words.category,
                words.no_votes,
                *words.decision,
                *words.verdicts,
                *words.badges,
                *words.entries,
            )
        )

    def is_score(self, text: str) -> bool:
        """Whether a text is a score, with a verdict or alone."""
        if len(text) > 40:
            return False
        if "/" in text:
            score = self.read_score(text)
            return score is not None and (
                score.verdict is None or score.verdict.casefold() in self.verdicts
            )
        return "%" in text and self.own_share.fullmatch(without_icons(text)) is not None

    def read_score(self, text: str) -> Score | None:
        """The score that a whole token states. Absent: None where it states none."""
        if len(text) > 40 or "/" not in text:
            return None
        bare = without_icons(text).strip("#¶§ ")  # a permalink beside it
        match = next((m for form in self.scores if (m := form.fullmatch(bare))), None)
        return (
            Score(match["number"], match["verdict"], scale=int(match["scale"])) if match else None
        )

    def read_named_score(self, text: str) -> Score | None:
        """A reviewer and a score in one token. Absent: None where the token is something else."""
        if len(text) > 100 or "/" not in text:
            return None
        match = self.reviewer_score.fullmatch(without_icons(text).rstrip("#¶§ "))
        if match is None:
            return None
        name = match["name"].strip(" ·•|:,;–—-")
        return Score(match["number"], match["verdict"], name, int(match["scale"]))

    def read_share_score(self, text: str) -> Score | None:
        """A verdict with a share for its score. Absent: None where a token is something else."""
        match = self.share_score.fullmatch(without_icons(text)) if len(text) <= 40 else None
        return Score(match["number"], match["verdict"]) if match else None


@lru_cache(maxsize=64)
def patterns_of(words: Words) -> Patterns:
    """The patterns of a site's words, compiled once."""
    return Patterns(words)


def read_tokens(
    document: Document, patterns: Patterns, words: Words, names: frozenset[str]
) -> Tokens:
    """The tokens of a document. `names` are texts that may be a tool's name."""
    tokens, done = Tokens(document, words), 0
    for start, end in _wide(document, patterns):
        tokens.add_each(done, start)
        if document.kind == "html":
            _add_box(tokens, patterns, names, start, end)
        else:
            tokens.add(start, end)
        done = end
    tokens.add_each(done, len(document.text))
    return tokens


def _wide(document: Document, patterns: Patterns) -> list[tuple[int, int]]:
    """The [start, end) of blocks that may be one value."""
    if document.kind == "html":
        return [box for box in document.boxes if box[1] - box[0] > 1]
    starts = range(len(document.text) - 1)
    return [(at, at + 2) for at in starts if _is_cut_score(document, patterns, at)]


def _is_cut_score(document: Document, patterns: Patterns, at: int) -> bool:
    """Whether a line of an extracted text is a score whose verdict stands on the next line."""
    if document.element[at] != document.element[at + 1]:
        return False
    score = patterns.read_score(document.text[at])
    if score is None or score.verdict is not None:
        return False
    whole = patterns.read_score(document.join(at, at + 2))
    return whole is not None and whole.verdict is not None


def _add_box(
    tokens: Tokens, patterns: Patterns, names: frozenset[str], start: int, end: int
) -> None:
    """One token for a box that is one value, else a token for each of its pieces."""
    document = tokens.document
    whole = document.join(start, end)
    if _has_word_ends(document, start, end) and _is_special(whole, patterns, names):
        tokens.add(start, end)
        return
    if not any(_is_special(document.text[at], patterns, names) for at in range(start, end)):
        half = (start + end) // 2
        is_doubled = document.text[start:half] == document.text[half:end]
        for part in ((start, half), (half, end)) if is_doubled else ((start, end),):
            tokens.add(*part)
        return
    at = start
    while at < end:
        stop = next(
            (
                stop
                for stop in range(min(end, at + 4), at + 1, -1)
                if _has_word_ends(document, at, stop)
                and _is_special(document.join(at, stop), patterns, frozenset())
            ),
            at + 1,
        )
        tokens.add(at, stop)
        at = stop


def _has_word_ends(document: Document, start: int, end: int) -> bool:
    """Whether neither end is a mere sign: a dash beside a label is a value of its own."""
    ends = (document.text[start], document.text[end - 1])
    return all(any(char.isalnum() or char == "%" for char in text) for text in ends)


def _is_special(text: str, patterns: Patterns, names: frozenset[str]) -> bool:
    return (
        text in names
        or label_key(text) in patterns.anchors
        or is_share_like(text)
        or patterns.is_score(text)
    )

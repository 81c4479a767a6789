"""Blocks put together again where they are one value, ready for the grammar.

A token is a range of blocks. A box whose pieces mean nothing by themselves is one token; a box of
spans that are labels, values or names is one token a piece. This module must not bind any token to
a field.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

from parsers.page.document import NO_EDGE, Document, Edge
from parsers.site import Words
from parsers.values import LONGEST_LABEL, is_share_like, label_key, without_icons, word_key

_ABOUT = ("on ", "of ", "re ")
FIELD_LABELS = frozenset(["score", "verdict", "reviewer", "reviewers"])
_BEFORE_FIGURES = tuple("~≈±+<>")
_DENIED = re.compile(r"(?:\b(?:not|never|no)|n['’]t)$", re.IGNORECASE)
_NEGATIVE = frozenset("❌✗✘✖✕🚫⛔👎")
"""Signs that turn a word beside them into its contrary."""
_BETWEEN = " ·•|:,;–—-"
LONGEST_GLUED = 24
"""A label with its colon is no longer. Units: characters."""
LONGEST_NAMED = 100
"""No score with its reviewer's name is longer. Units: characters."""
LONGEST_SCORE = 60
"""No score with its labels is longer. Units: characters."""


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
    patterns: Patterns
    start: list[int] = field(default_factory=list)
    end: list[int] = field(default_factory=list)
    text: list[str] = field(default_factory=list)
    key: list[str] = field(default_factory=list)
    keys: str = ""
    """All keys, a line each: what is in no line is in none of them."""
    labelled: list[int] = field(default_factory=list)
    """The tokens that are an anchor of the site's, or have a colon near their beginning."""

    def close(self) -> None:
        """Look once at all tokens, after the last was added."""
        self.keys, anchors, text = "\n".join(self.key), self.patterns.anchors, self.text
        self.labelled = [
            at
            for at, key in enumerate(self.key)
            if key in anchors or ":" in (key or text[at][:LONGEST_GLUED])
        ]

    def places(self, words: Collection[str]) -> list[int] | None:
        """The tokens whose keys are one of some anchors. Absent: None where others hold one."""
        found = [at for at in self.labelled if self.key[at] in words]
        held = sum(map(self.keys.count, words))
        return found if held == len(found) else None

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
        self.key += [word_key(text) if len(text) <= LONGEST_LABEL else "" for text in texts]

    def join(self, first: int, end: int) -> str:
        """The text of tokens [first, end) as one field."""
        if end - first == 1:
            return self.text[first]
        return self.document.join(self.start[first], self.end[end - 1]) if end > first else ""

    def edges(self, first: int, end: int) -> tuple[Edge, Edge]:
        """The inline elements in which the text of tokens [first, end) begins and ends."""
        document, start, stop = self.document, self.start[first], self.end[end - 1] - 1
        if start == stop and start not in document.edges:
            return NO_EDGE, NO_EDGE
        lead = document.edges[start][0] if start in document.edges else NO_EDGE
        trail = document.edges[stop][1] if stop in document.edges else NO_EDGE
        if start < stop:
            box = document.box
            lead = self._edge(start) if box[start] == box[start + 1] else lead
            trail = self._edge(stop) if box[stop] == box[stop - 1] else trail
        return lead, trail

    def _edge(self, block: int) -> Edge:
        return Edge(self.document.text[block], self.document.tag[self.document.element[block]])

    def is_decoration(self, at: int) -> bool:
        """Whether the token is nothing but icons."""
        text = self.text[at]
        return not text[0].isalnum() and not without_icons(text)

    def is_clean(self, at: int) -> bool:
        """Whether the token is known to hold no character that a field may not hold."""
        return self.document.is_clean and self.end[at] - self.start[at] == 1

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
        start, stop = self.start[first], self.end[end - 1]
        if stop - start == 1:
            return ((start, 0, len(self.text[first])),)
        text, blocks = self.document.text, range(start, stop)
        return tuple([(block, 0, len(text[block])) for block in blocks])

    def place_within(
        self, first: int, end: int, skip: int, cut: int
    ) -> tuple[tuple[int, int, int], ...]:
        """The same without so many characters of the joined text at its beginning and end."""
        document, found, at = self.document, list[tuple[int, int, int]](), 0
        stop = len(self.join(first, end)) - cut
        for block, _, size in self.place(first, end):
            at += len(document.glue[block]) if found or at else 0
            low, high = max(skip - at, 0), min(stop - at, size)
            if low < high:
                found.append((block, low, high))
            at += size
        return tuple(found)


class Patterns:
    """What a site's anchor words look like in a token."""

    def __init__(self, words: Words) -> None:
        self.verdicts = frozenset(words.verdicts)
        self.read_score = lru_cache(maxsize=1_024)(self._read_score)  # there are few that differ
        word = rf"(?P<verdict>{'|'.join(re.escape(word) for word in words.verdicts)})"
        verdict = rf"(?:verdict\W{{1,3}})?{word}(?:\W+(?:edited|updated))?"
        between = r"[^\w%/]{0,8}"  # a sign, an icon, a bracket
        label = r"(?P<label>(?:score|rat(?:ed|ing)|verdict)\W{1,3})?"
        bare = rf"{label}(?P<number>[0-9]{{1,3}}(?:\.[0-9]{{1,2}})?)"
        number = rf"{bare}(?: ?/ ?| ?(?:out )?of )(?P<scale>100?)"
        forms = (
            rf"{number}(?:{between}{verdict}\)?)?",
            rf"{verdict}{between}{number}\)?",
            rf"{number} ?[·•|] ?(?P<verdict>\w[\w' ]{{0,24}})",  # no word that we know
        )
        self.scores = [re.compile(form, re.IGNORECASE) for form in forms]
        self.of_verdict = re.compile(rf"\b{word}(?:s|ped|ping)?\b", re.IGNORECASE)
        self.verdict = re.compile(rf"\W{{0,3}}{verdict}[^\w.?…]{{0,3}}", re.IGNORECASE)
        unit = r" ?(?P<unit>%|points|pts)?"
        unscaled = (
            rf"{bare}{unit}(?:{between}{verdict}\)?)?",
            rf"{verdict}{between}{bare}{unit}\)?",
        )
        self.unscaled = [re.compile(form, re.IGNORECASE) for form in unscaled]
        self.own_share = re.compile(rf"[0-9]{{1,3}} ?% ?[·•|] ?{word}", re.I)
        self.reviewer_score = re.compile(
            rf"(?P<name>\S.{{0,58}}?\S?){between}{number}(?:{between}{verdict}\)?)?", re.IGNORECASE
        )
        labels = "|".join(map(re.escape, (words.panel_ship, words.community, words.entry)))
        values = "|".join(map(re.escape, (*words.entries, words.no_votes)))
        values = rf"(?:[0-9]{{1,3}} ?(?:%|per ?cent)|{values}|[–—−-])"
        self.statistic = re.compile(
            rf"\W*(?:{values}\W+(?:{labels})|(?:{labels})\W+{values})\W*", re.IGNORECASE
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
                *FIELD_LABELS,
                *words.decision,
                *words.verdicts,
                *words.badges,
                *words.entries,
            )
        )

    def is_statistic(self, text: str) -> bool:
        """Whether a text is the label of a statistic with its value, in either order."""
        return len(text) <= 60 and self.statistic.fullmatch(text) is not None

    def is_score(self, text: str) -> bool:
        """Whether a text is a score, with a verdict or alone."""
        if len(text) > LONGEST_SCORE:
            return False
        if may_state(text):
            score = self.read_score(text)
            return score is not None and (
                score.verdict is None or score.verdict.casefold() in self.verdicts
            )
        return "%" in text and self.own_share.fullmatch(without_icons(text)) is not None

    def _read_score(self, text: str) -> Score | None:
        """The score that a whole token states. Absent: None where it states none."""
        if len(text) > LONGEST_SCORE or not may_state(text):
            return None
        bare = without_icons(text).strip("#¶§ ")  # a permalink beside it
        if bare[:1] == "(" and bare[-1:] == ")":
            bare = bare[1:-1]
        for form in self.scores:
            if (match := form.fullmatch(bare)) is not None:
                number, verdict, scale = match.group("number", "verdict", "scale")
                is_turned = verdict and not (text.isascii() or _NEGATIVE.isdisjoint(text))
                return None if is_turned else Score(number, verdict, None, int(scale))
        return None

    def read_named_score(self, text: str) -> Score | None:
        """A reviewer and a score in one token. Absent: None where the token is something else."""
        if len(text) > LONGEST_NAMED or not may_state(text):
            return None
        match = self.reviewer_score.fullmatch(without_icons(text).rstrip("#¶§ "))
        if match is None or not _is_named(match):
            return None
        name, verdict = match["name"].strip(_BETWEEN), match["verdict"]
        if "(" in name.rpartition(")")[2] and match.string[match.end("name")] == ")":
            name += ")"
        for word, rest in (name.split(" ", 1), name.rsplit(" ", 1)[::-1]) if " " in name else ():
            if verdict is None and label_key(word) in self.verdicts:
                name, verdict = rest.strip(_BETWEEN), word.strip(_BETWEEN)
        if _DENIED.search(name):
            return None
        return Score(match["number"], verdict, name, int(match["scale"]))

    def read_unscaled_score(self, text: str) -> Score | None:
        """A score that does not say what it is out of: by its label, or by its unit and a verdict.

        A bare number beside a verdict may be a count of votes.
        Absent: None where a text is something else; a scale of 0 where it is no share either.
        """
        bare = without_icons(text) if len(text) <= LONGEST_SCORE else ""
        match = next((m for form in self.unscaled if bare and (m := form.fullmatch(bare))), None)
        if match is None or "." in match["number"]:
            return None
        if not (match["label"] or (match["unit"] and match["verdict"])):
            return None
        return Score(match["number"], match["verdict"], scale=100 * (match["unit"] == "%"))

    def is_line(self, text: str) -> bool:
        """Whether a piece of a box is a line of its own that states a score or a verdict."""
        reads = (self.read_score, self.read_named_score, self.read_unscaled_score)
        return self.read_verdict(text) is not None or (
            len(text) <= LONGEST_NAMED
            and any(map(str.isdigit, text))
            and any(read(text) for read in reads)
        )

    def read_verdict(self, text: str) -> str | None:
        """The verdict that a whole token states. Absent: None where it states none."""
        match = self.verdict.fullmatch(text) if len(text) <= LONGEST_SCORE else None
        return match["verdict"] if match and _NEGATIVE.isdisjoint(text) else None


def _is_named(match: re.Match[str]) -> bool:
    """Whether the words before a score may be a name, and no part of its number."""
    before = match.string[: match.start("number")]
    is_part = before[-1:] in _BEFORE_FIGURES or re.search(r"\w[-–—,.]$", before) is not None
    return not is_part and any(map(str.isalpha, match["name"]))


def may_state(text: str) -> bool:
    """Whether a text may state a score with its scale: a cheap look."""
    return "/" in text or " of 1" in text


@lru_cache(maxsize=64)
def patterns_of(words: Words) -> Patterns:
    """The patterns of a site's words, compiled once."""
    return Patterns(words)


def read_tokens(
    document: Document, patterns: Patterns, words: Words, names: frozenset[str]
) -> Tokens:
    """The tokens of a document. `names` are texts that may be a tool's name."""
    tokens, done = Tokens(document, words, patterns), 0
    for start, end in _wide(document, patterns):
        tokens.add_each(done, start)
        if document.kind == "html":
            _add_box(tokens, patterns, names, start, end)
        else:
            tokens.add(start, end)
        done = end
    tokens.add_each(done, len(document.text))
    tokens.close()
    return tokens


def _wide(document: Document, patterns: Patterns) -> list[tuple[int, int]]:
    """The [start, end) of blocks that may be one value."""
    if document.kind == "html":
        if len(document.boxes) == len(document.text):
            return []
        return [(start, end) for start, end in document.boxes if end - start > 1]
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
    pieces = document.text[start:end]
    if not any(_is_piece(text, patterns, names) for text in pieces):
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


def _is_piece(text: str, patterns: Patterns, names: frozenset[str]) -> bool:
    """Whether a text is a value by itself, or one with its label or its reviewer."""
    return (
        _is_special(text, patterns, names) or patterns.is_statistic(text) or patterns.is_line(text)
    )


def _is_special(text: str, patterns: Patterns, names: frozenset[str]) -> bool:
    return (
        text in names
        or (text[:3].casefold() in _ABOUT and text[3:] in names)
        or label_key(text) in patterns.anchors
        or is_share_like(text)
        or patterns.is_score(text)
    )

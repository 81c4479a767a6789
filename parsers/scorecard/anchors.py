"""What a cell of the scorecard is built around: a score, else a verdict, else a quoted text."""

from __future__ import annotations

import re
from typing import NamedTuple

from parsers.page.tokens import LONGEST_NAMED, LONGEST_SCORE, Patterns, Score, Tokens
from parsers.values import word_key
from schema.errors import LayoutError

JOINED = 4
"""A score, a verdict and their labels stand in so many tokens at most."""
FEWEST = 6
"""Fewer scores are no scorecard."""
_NUMBER = re.compile(r"^(?:(?:section|part) )?(?:[0-9]{1,2}|[ivx]{1,4})[.):]*\s+[·:–—-]?\s*")
LOWEST_BEST = 50
"""Scores of no stated scale are out of 100 where one is higher; else they may be out of 50."""


class CellSpan(NamedTuple):
    """The tokens [first, end)."""

    first: int
    end: int


class Anchor(NamedTuple):
    """The tokens of a score or of a quoted text. Absent: `score` is None for a quoted text."""

    span: CellSpan
    score: Score | None


def find_scorecard(tokens: Tokens, patterns: Patterns) -> tuple[int, list[Anchor]]:
    """The token of the scorecard's heading, and the anchors of its cells.

    It is the last heading before the first score, or before the first quoted text. Without either
    the verdicts stand in for the scores.

    Raises: LayoutError scorecard_missing where there is none, cell_shape for an open quote.
    """
    key = word_key(tokens.words.scorecard)
    headings = tokens.places([key])
    if headings is None or _bare(key) != key:
        held = (at for at, other in enumerate(tokens.key) if key in other)
        headings = [at for at in held if _bare(tokens.key[at]) == key]
    if not headings:
        raise LayoutError(
            code="scorecard_missing",
            field="quotes",
            detail=f"no block reads {tokens.words.scorecard!r}",
        )
    scores = _scores(tokens, patterns, headings[0])
    if scores:
        return max(at for at in headings if at < scores[0].span.first), scores
    quoted = (at for at in range(headings[0], len(tokens.text)) if tokens.text[at][0] == "“")
    first = next(quoted, None)
    if first is not None:
        begin = max(at for at in headings if at < first)
        return begin, _quoted(tokens, begin + 1)
    verdicts = _verdicts(tokens, patterns, headings[-1]) if tokens.document.kind == "html" else []
    return headings[-1], verdicts


def _bare(key: str) -> str:
    """A heading without the number of its section."""
    return _NUMBER.sub("", key)


def _scores(tokens: Tokens, patterns: Patterns, first: int) -> list[Anchor]:
    """Every token from `first` on that states a score, alone or with its reviewer's name."""
    shown = tokens.text
    texts = [
        at
        for at, text in enumerate(shown[first:], first)
        if len(text) <= LONGEST_NAMED and ("/" in text or " of 1" in text)
    ]
    few = list[Anchor]()
    for read in (patterns.read_score, patterns.read_named_score):
        scores = list[Anchor]()
        for at in texts:
            score = read(shown[at])
            if score is not None and (score.reviewer is None or _is_whole(tokens, at, score)):
                scores.append(Anchor(CellSpan(at, at + 1), score))
        if len(scores) >= FEWEST:
            return _one_of_each(scores)
        few = few or scores
    return _unscaled(tokens, patterns, first) or few


def _one_of_each(found: list[Anchor]) -> list[Anchor]:
    """The scores without those that say each of them once more, right beside it."""
    pairs = list(zip(found[::2], found[1::2], strict=False))
    if len(found) % 2 or not all(_is_said_twice(*pair) for pair in pairs):
        return found
    return [
        Anchor(CellSpan(one.span.first, other.span.end), (one if _verdict(one) else other).score)
        for one, other in pairs
    ]


def _is_said_twice(one: Anchor, other: Anchor) -> bool:
    if one.score is None or other.score is None or one.span.end != other.span.first:
        return False
    said = {_verdict(one), _verdict(other)} - {None}
    return len(said) < 2 and one.score == other.score._replace(verdict=one.score.verdict)


def _verdict(anchor: Anchor) -> str | None:
    return anchor.score.verdict if anchor.score else None


def _unscaled(tokens: Tokens, patterns: Patterns, first: int) -> list[Anchor]:
    """The scores that do not say their scale, each in a few tokens with its label.

    Absent: none where they are too few for a scorecard, or so low that 20 may be the scale.
    """
    found, at = list[Anchor](), first
    while at < len(tokens.text):
        if (anchor := _joined(tokens, patterns, at)) is not None:
            found.append(anchor)
        at = anchor.span.end if anchor else at + 1
    scores = [anchor.score for anchor in found if anchor.score]
    is_told = any(score.scale or int(score.digits or 0) > LOWEST_BEST for score in scores)
    if len(found) < FEWEST or not is_told:
        return []
    return [
        Anchor(span, score._replace(scale=100))
        for (span, _), score in zip(found, scores, strict=True)
    ]


def _joined(tokens: Tokens, patterns: Patterns, at: int) -> Anchor | None:
    """The score of no stated scale that a token begins. Absent: None for none."""
    for end in range(at + 1, min(at + JOINED, len(tokens.text)) + 1):
        if len(tokens.text[end - 1]) > LONGEST_SCORE:
            return None
        text = " ".join(tokens.text[at:end])
        if any(map(str.isdigit, text)) and (score := patterns.read_unscaled_score(text)):
            return Anchor(CellSpan(at, end), score)
    return None


def _is_whole(tokens: Tokens, at: int, score: Score) -> bool:
    """Whether a reviewer's name ends where a block does: no label is glued to it."""
    start, end = tokens.start[at], tokens.end[at]
    parts = (tokens.document.join(start, stop) for stop in range(start + 1, end))
    return end - start == 1 or any(part.strip(" ·•|:,;–—-") == score.reviewer for part in parts)


def _verdicts(tokens: Tokens, patterns: Patterns, first: int) -> list[Anchor]:
    """Every token from `first` on that is a verdict alone, on a page that shows no scores.

    Two side by side are a legend or a filter.
    """
    found = {
        at: verdict
        for at in range(first, len(tokens.text))
        if (verdict := patterns.read_verdict(tokens.text[at])) is not None
    }
    return [
        Anchor(CellSpan(at, at + 1), Score(None, verdict))
        for at, verdict in found.items()
        if at - 1 not in found and at + 1 not in found
    ]


def _quoted(tokens: Tokens, first: int) -> list[Anchor]:
    """Every run of tokens from `first` on that stands in curly quotation marks."""
    found, at = [], first
    while at < len(tokens.text):
        if tokens.text[at].startswith("“"):
            end = quoted_end(tokens.text[at:])
            if end is None:
                raise LayoutError(
                    code="cell_shape",
                    field="quotes",
                    detail=f"the quote {tokens.text[at][:30]!r} is not closed",
                )
            found.append(Anchor(CellSpan(at, at + end), None))
            at += end
        else:
            at += 1
    return found


def quoted_end(texts: list[str]) -> int | None:
    """How many texts the quotation takes that the first of them opens.

    It ends where as many marks are closed as were opened: its paragraphs may quote others.
    Absent: None where it is opened and not closed.
    """
    depth = 0
    for number, text in enumerate(texts, start=1):
        depth += text.count("“") - text.count("”")
        if depth <= 0 and text.endswith("”"):
            return number
    return None

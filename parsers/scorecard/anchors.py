"""What a cell of the scorecard is built around: a score, else a verdict, else a quoted text."""

from __future__ import annotations

from typing import NamedTuple

from parsers.page.tokens import Patterns, Score, Tokens
from parsers.values import word_key
from schema.errors import LayoutError


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
    headings = [at for at, other in enumerate(tokens.key) if other == key]
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
    verdicts = _verdicts(tokens, headings[-1]) if tokens.document.kind == "html" else []
    return headings[-1], verdicts


def _scores(tokens: Tokens, patterns: Patterns, first: int) -> list[Anchor]:
    """Every token from `first` on that states a score, alone or with its reviewer's name.

    A share of 100 with a verdict beside it is one where no score is printed in another form.
    """
    texts = [at for at in range(first, len(tokens.text)) if "/" in tokens.text[at]]
    for read in (patterns.read_score, patterns.read_named_score):
        found = [(at, s) for at in texts if (s := read(tokens.text[at])) is not None]
        found = [(at, s) for at, s in found if s.reviewer is None or _is_whole(tokens, at, s)]
        if found:
            return [Anchor(CellSpan(at, at + 1), score) for at, score in found]
    shares: list[Anchor] = []
    for at in (at for at in range(first, len(tokens.text)) if "%" in tokens.text[at][:8]):
        for end in (at + 1, at + 2):
            if score := patterns.read_share_score(tokens.join(at, min(end, len(tokens.text)))):
                shares.append(Anchor(CellSpan(at, end), score))
                break
    return shares


def _is_whole(tokens: Tokens, at: int, score: Score) -> bool:
    """Whether a reviewer's name ends where a block does: no label is glued to it."""
    start, end = tokens.start[at], tokens.end[at]
    parts = (tokens.document.join(start, stop) for stop in range(start + 1, end))
    return end - start == 1 or any(part.strip(" ·•|:,;–—-") == score.reviewer for part in parts)


def _verdicts(tokens: Tokens, first: int) -> list[Anchor]:
    """Every token from `first` on that is a verdict alone, on a page that shows no scores."""
    words = tokens.words.verdicts
    return [
        Anchor(CellSpan(at, at + 1), Score(None, tokens.text[at]))
        for at in range(first, len(tokens.text))
        if tokens.key[at] in words
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

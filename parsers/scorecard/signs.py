"""Scores and verdicts that a page shows, and does not write: a record without them would be wrong.

81/100 ✓    62/100 ✗            signs that differ from cell to cell
81/100 <img alt="Ship">         as many pictures as quotes
<meter value="81" max="100">    a bar in every cell that writes no score
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from parsers.page.tokens import Tokens, patterns_of
from parsers.scorecard.cells import NamedCell, cell_shape
from parsers.site import Words
from schema.records import Quote

SIGNS = frozenset("✓✔✅☑✗✘✕✖×❌❎👍👎🚢⛵🚫⛔🟢🔴🟡▲▼")
_TOLD = re.compile(
    rb"""\s(?:alt|aria-label|title)\s*=\s*(?:"([^"<>]{1,60})"|'([^'<>]{1,60})'|([^\s"'<>]{1,60}))""",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"[0-9]{1,3}")
_BAR = re.compile(rb"<meter\b|<progress\b|\saria-valuenow\b", re.IGNORECASE)


def require_no_signs(tokens: Tokens, cells: tuple[NamedCell, ...]) -> None:
    """Signs that differ between cells without a printed verdict say it. Raises: LayoutError."""
    if any(cell.raw.score is None or cell.raw.verdict(tokens) for cell in cells):
        return
    shown = []
    for raw, quote in ((cell.raw, range(*cell.quote)) for cell in cells):
        own = (at for at in range(*raw.span) if at not in quote and not tokens.is_control(at))
        shown.append("".join(tokens.text[at] for at in own))
    signs = {frozenset(SIGNS.intersection(text)) for text in shown}
    if len(signs) > 1:
        detail = f"{''.join(sorted(frozenset.union(*signs)))!r} may say the verdicts"
        raise cell_shape(detail, "quotes[].verdict")


def require_no_pictures(
    quotes: list[Quote], words: Words, source: bytes, hidden: Iterable[str]
) -> None:
    """As many pictures of a verdict, or of a score, as quotes without. Raises: LayoutError."""
    if all(quote.verdict_source == "page" and quote.score is not None for quote in quotes):
        return
    told = [b"".join(found).decode("utf-8", "replace") for found in _TOLD.findall(source)]
    told += hidden
    patterns = patterns_of(words)
    verdicts = sum(patterns.read_verdict(text) is not None for text in told)
    if verdicts >= len(quotes) and not any(quote.verdict_source == "page" for quote in quotes):
        raise cell_shape("pictures say the verdicts", "quotes[].verdict")
    scores = len(_BAR.findall(source))
    scores += sum(patterns.is_score(text) or _NUMBER.fullmatch(text) is not None for text in told)
    if scores >= len(quotes) and all(quote.score is None for quote in quotes):
        raise cell_shape("bars or pictures say the scores", "quotes[].score")

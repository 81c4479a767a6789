"""The badge of a card: a word alone, behind a label, or before the votes or share it follows from.

Ship · Verdict: Ship · Ship · 3 ship / 1 skip · Ship (75%)
"""

from __future__ import annotations

import re
from functools import lru_cache

from parsers.cards.labels import label_of
from parsers.cards.paragraphs import CardSpan
from parsers.page.tokens import Tokens
from parsers.site import Words
from schema.errors import FieldError

LONGEST = 40
"""A badge with all that may stand beside it is no longer. Units: characters."""


def badge_at(tokens: Tokens, at: int) -> CardSpan | None:
    """The badge that a token is. Absent: None for one that says anything else."""
    badges, key = tokens.words.badges, tokens.key[at]
    if key in badges:
        return CardSpan(at, at + 1)
    if key.rpartition(" ")[2] not in badges and key.partition(" ")[0] not in badges:
        return None
    text = tokens.text[at]
    label = len(label_of(text, "badge"))
    match = _with_more(tokens.words).fullmatch(text, label) if len(text) <= LONGEST else None
    return CardSpan(at, at + 1, match.start(1), len(text) - match.end(1)) if match else None


@lru_cache(maxsize=64)
def _with_more(words: Words) -> re.Pattern[str]:
    """A badge, and the votes or the share that it follows from."""
    votes = rf"[0-9]+ {re.escape(words.ship)}\W+(?:and )?[0-9]+ {re.escape(words.skip)}"
    more = rf"\W+(?:{votes}|[0-9]+ ?%|[0-9]+ ?(?:/|of) ?[0-9]+)"
    return re.compile(rf"\W*({'|'.join(map(re.escape, words.badges))})(?:{more})?\W*", re.I)


def one_badge(tokens: Tokens, found: list[CardSpan]) -> CardSpan | None:
    """The badge among those of a card; buttons beside it, to vote with, are none.

    Raises: FieldError (field_ambiguous) for several.
    """
    own = [badge for badge in found if not tokens.is_control(badge.first)] or found
    if len(own) > 1:
        raise FieldError(code="field_ambiguous", field="badge", detail="more than one badge")
    return own[0] if own else None

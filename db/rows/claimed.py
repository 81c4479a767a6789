"""The rows of claims and conflicts: the values that distinct quotes and cards state.

A card's label is a claim too, so that a conflict is always between two of them. It says that two
values were published at one time, never that one is wrong.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from datetime import date
from itertools import groupby
from operator import itemgetter
from typing import Any

from db.derived import Claim, Conflict, Stated, bound_of, conflicts, find_claims, find_conflicts
from db.derived.claims import METHOD, METHOD_VERSION
from db.derived.ranges import REACH
from db.rows.mentioned import KnownTools
from db.rows.predicted import day_of
from db.rows.tables import Values
from db.staging.ids import card_span_id, quote_span_id

_CONFLICTS = (conflicts.METHOD, conflicts.METHOD_VERSION)
FIELDS = ("tagline", "description", "pricing", "entry")
"""The columns of a card that are read; the last is its label."""
_CARDS = f"SELECT id, tool_id, name, first_seen, {', '.join(FIELDS)} FROM card ORDER BY id"
_QUOTES = """
SELECT id, tool_id, card_id, tool_name, first_seen, text FROM quote
WHERE text IS NOT NULL ORDER BY id
"""
_CLAIMS = f"""
SELECT claim.tool_id, claim.id, claim.card_id, coalesce(quote.key, card.key),
  iif(field = 'pricing', pricing_since, iif(claim.quote_id IS NULL, card.first_seen,
    quote.first_seen)),
  iif(claim.quote_id IS NULL, card.last_seen, quote.last_seen),
  field, span_start, span_end, attribute, stated_value, unit,
  iif(attribute = 'price', substr(
    CASE field WHEN 'text' THEN text WHEN 'pricing' THEN pricing WHEN 'tagline' THEN tagline
      ELSE description END,
    max(1, span_start + 1 - {REACH}), span_end - span_start + {2 * REACH}), NULL)
FROM claim JOIN card ON card.id = claim.card_id LEFT JOIN quote ON quote.id = claim.quote_id
WHERE subject = 'tool' ORDER BY claim.tool_id, claim.id
"""


def claim_rows(db: sqlite3.Connection, known: KnownTools) -> Iterator[Values]:
    """The claims of all cards and quotes; `db` holds both."""
    for card, tool, name, seen, *texts in db.execute(_CARDS):
        for at, (field, text) in enumerate(zip(FIELDS, texts, strict=True)):
            for each in _found(field, text, name, known, seen):
                number = card_span_id(card, at, each[0])
                yield number, tool, card, None, field, *each, METHOD, METHOD_VERSION
    for quote, tool, card, name, seen, text in db.execute(_QUOTES):
        for each in _found("text", text, name, known, seen):
            number = quote_span_id(quote, each[0])
            yield number, tool, card, quote, "text", *each, METHOD, METHOD_VERSION


def conflict_rows(db: sqlite3.Connection) -> Iterator[Values]:
    """The conflicts among the claims on each tool; `db` holds the claims, of one tool at a time."""
    for tool, claims in groupby(db.execute(_CLAIMS), key=itemgetter(0)):
        places: dict[Stated, tuple[int, int]] = {}
        for _, number, card, *told in claims:
            # One value at one place of two of a card's texts is one statement: the first stands.
            places.setdefault(_stated(f"{tool}", *told), (number, card))
        for each in find_conflicts(places):
            (a, card_a), (b, card_b) = places[each.one], places[each.other]
            kind = _kind(each, is_one_card=card_a == card_b)
            yield a, b, tool, kind, each.attribute, each.unit, *_CONFLICTS


def _stated(
    tool: str,
    key: str,
    first_seen: str | None,
    last_seen: str | None,
    field: str,
    start: int,
    end: int,
    attribute: Any,
    value: str,
    unit: str | None,
    around: str | None,
) -> Stated:
    days = day_of(first_seen), day_of(last_seen)
    if field == "entry":
        return Stated(tool, key, None, value, *days)
    at = min(start, REACH)
    bound = bound_of(around, at, at + end - start) if around is not None else None
    claim = Claim(start, end, "", attribute, value, unit, "tool")
    return Stated(tool, key, claim, None, *days, bound)


def _kind(conflict: Conflict, *, is_one_card: bool) -> str:
    if conflict.one.claim is None:
        return "label_and_text"
    return "one_card" if is_one_card else "two_cards"


def _found(
    field: str, text: str | None, name: str, known: KnownTools, seen: str | None
) -> Iterator[tuple[Any, ...]]:
    """What a text states, in the order of the table's columns from the span on."""
    if text is None:
        return
    if field == "entry":
        yield 0, len(text), "entry", text, None, "tool"
        return
    # Of a text without a date nobody can tell a past year from one to come: none counts.
    for it in find_claims(text, name, known.names, day_of(seen) or date.min):
        yield it.start, it.end, it.attribute, it.value, it.unit, it.subject

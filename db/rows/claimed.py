"""The rows of claims and conflicts: the values that distinct quotes and cards state.

A card's label is a claim too, so that a conflict is always between two of them. It says that two
values were published at one time, never that one is wrong.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from itertools import groupby
from operator import itemgetter
from typing import Any

from db.derived import Claim, Conflict, Stated, bound_of, conflicts, find_conflicts
from db.derived.claims import METHOD, METHOD_VERSION
from db.derived.ranges import REACH
from db.rows.readings import FIELDS, day_of, readings
from db.rows.tables import Values
from db.staging.ids import card_span_id, text_of
from db.staging.staging import Staging

_CONFLICTS = (conflicts.METHOD, conflicts.METHOD_VERSION)
_CARD = "SELECT tool_id, id FROM card WHERE id = ?"
_QUOTE = "SELECT tool_id, card_id FROM quote WHERE id = ?"
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


def claim_rows(db: sqlite3.Connection, staging: Staging) -> Iterator[Values]:
    """The claims that are kept of cards and quotes, and labels; `db` holds both."""
    made_by = (METHOD, METHOD_VERSION)
    for card, tool, entry in db.execute("SELECT id, tool_id, entry FROM card ORDER BY id"):
        label = ("entry", 0, len(entry), "entry", entry, None, "tool")
        yield card_span_id(card, len(FIELDS), 0), tool, card, None, *label, *made_by
    for number, found in readings(staging, "claims"):
        is_quote, thing, at = text_of(number)
        tool, card = db.execute(_QUOTE if is_quote else _CARD, (thing,)).fetchone()
        where = (tool, card, thing, "text") if is_quote else (tool, card, None, FIELDS[at])
        for each in found:
            yield number + each[0], *where, *each, *made_by


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

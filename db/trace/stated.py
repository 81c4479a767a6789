"""What a published database states of one place: of a version, or of a side as a page shows it.

This module must not know the archive: the same fields as of a page that was read again are in
reread.py.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from db.publish.altered import FieldValue
from db.rows.write import connect_read_only

Fields = dict[str, FieldValue]
Spans = dict[str, list[int]]
"""By field, block, start and end of each run of characters, one after the other."""

GROUPS = {
    "votes": ("votes_ship", "votes_skip"),
    "community": (
        "community_stated", "community_ship_percent", "community_ship", "community_votes",
    ),
}  # fmt: skip
"""Fields that stand in several columns."""
OF_CARD = "name category tagline description entry panel_ship_percent".split()
OF_SIDE = ["badge", *GROUPS["votes"], *GROUPS["community"], "pricing"]
OF_QUOTE = "reviewer score verdict verdict_source verdict_start verdict_end text".split()

_VERSION = "SELECT title, layout, record_sha256 FROM comparison_version WHERE id = ?"
_SIDE = f"""
SELECT side.id, card.withheld, tool.slug, card.key AS card, {", ".join(OF_CARD[1:])},
  card.name, {", ".join(f"side.{name}" for name in OF_SIDE)}
FROM version_side AS shown JOIN side ON side.id = side_id JOIN card ON card.id = side.card_id
JOIN tool ON tool.id = side.tool_id WHERE version_id = ? AND position = ?
"""
_QUOTES = """
SELECT slot, quote.withheld, quote.key AS quote, tool_name, characters, reviewer.name AS reviewer,
  own.score, own.verdict, own.verdict_source, verdict_start, verdict_end, text
FROM side_quote AS own JOIN quote ON quote.id = quote_id
LEFT JOIN reviewer ON reviewer.id = own.reviewer_id WHERE side_id = ? ORDER BY slot
"""
_TAKEN = "SELECT quotes_taken_down FROM comparison_version WHERE id = ?"
_EXCHANGE = """
SELECT coalesce(capture.url, page.url), captured_at, body_sha256 FROM capture
JOIN page ON page.id = page_id WHERE capture.id = ?
"""
_PLACES = "SELECT capture_id, position, spans FROM provenance"


class Provenance(NamedTuple):
    """A row of the table: whose values, the capture that shows them, and where they stand."""

    capture_id: int
    position: int
    """0 for the comparison itself, 1 or 2 for the side that stands there."""
    spans: str


@dataclass(frozen=True, slots=True)
class StatedPlace:
    """What is stated at one place. Absent: words that are withheld are None."""

    fields: Fields
    spans: Spans
    withheld: frozenset[str] = frozenset()
    """The fields whose words are left out for an opt-out."""
    is_partial: bool = False
    """Whether quotes were left out on request."""


def connect(database: Path) -> sqlite3.Connection:
    """A connection to a published file whose rows are known by their columns' names."""
    connection = connect_read_only(database)
    connection.row_factory = sqlite3.Row
    return connection


def provenances(db: sqlite3.Connection) -> Iterator[Provenance]:
    """Every row, by capture."""
    cursor = db.execute(f"{_PLACES} ORDER BY capture_id, position")
    return (Provenance(*row) for row in cursor)


def provenance_of(db: sqlite3.Connection, capture: int, position: int) -> Provenance | None:
    """One row. Absent: None where there is none."""
    sql = f"{_PLACES} WHERE capture_id = ? AND position = ?"
    row = db.execute(sql, (capture, position)).fetchone()
    return None if row is None else Provenance(*row)


def exchange_of(db: sqlite3.Connection, capture: int) -> tuple[str, str, str]:
    """Address, time and body of a capture: what tells it from that of a ledger made again."""
    url, captured_at, sha256 = db.execute(_EXCHANGE, (capture,)).fetchone()
    return url, captured_at, sha256


def stated_at(db: sqlite3.Connection, place: Provenance) -> StatedPlace:
    """What the database states at a place; no fields where it holds no row for it."""
    spans: Spans = json.loads(place.spans)
    if not place.position:
        row = db.execute(_VERSION, (place.capture_id,)).fetchone()
        return StatedPlace(dict(row or {}), spans)
    row = db.execute(_SIDE, (place.capture_id, place.position)).fetchone()
    if row is None:
        return StatedPlace({}, spans)
    side, reason, *_ = row
    fields = {name: row[name] for name in ("slug", "card", *OF_CARD, *OF_SIDE)}
    withheld = {"description"} if reason else set[str]()
    for quote in db.execute(_QUOTES, (side,)):
        slot, reason, *_ = quote
        names = ("quote", "tool_name", "characters", *OF_QUOTE)
        fields |= {f"{name}_{slot}": quote[name] for name in names}
        withheld |= {f"text_{slot}"} if reason else set()
    (taken,) = db.execute(_TAKEN, (place.capture_id,)).fetchone()
    return StatedPlace(fields, spans, frozenset(withheld), bool(taken))

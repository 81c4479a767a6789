"""The rows of predictions: what distinct quotes say will happen, and between which days it is due.

Each distinct quote is read once, however many pages show it. Nobody's judgement is made here.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from datetime import date

from db.derived import Due, Prediction, due_between, find_predictions
from db.derived.passage import Passage
from db.derived.predictions import METHOD, METHOD_VERSION
from db.rows.tables import Values
from db.staging.ids import quote_span_id

# A quote is absent where its tool was shown before: at the end of what ended before it was seen,
# and at the beginning of all that began before. Both are asked of an index.
_SPANS = (
    "CREATE TEMP TABLE tool_shown AS SELECT tool_id, first_seen, last_seen"
    " FROM side JOIN side_seen AS seen ON seen.side_id = side.id WHERE first_seen IS NOT NULL",
    "CREATE INDEX temp.tool_shown_first ON tool_shown (tool_id, first_seen)",
    "CREATE INDEX temp.tool_shown_last ON tool_shown (tool_id, last_seen)",
)
_ABSENT = """
SELECT nullif(max(
  coalesce((SELECT max(last_seen) FROM tool_shown WHERE tool_id = ?1 AND last_seen < ?2), ''),
  coalesce((SELECT max(first_seen) FROM tool_shown WHERE tool_id = ?1 AND first_seen < ?2), '')
), '')
"""
_QUOTES = "SELECT id, tool_id, first_seen, text FROM quote WHERE text IS NOT NULL ORDER BY id"


def prediction_rows(db: sqlite3.Connection, recorded_at: str) -> Iterator[Values]:
    """The predictions of all quotes; `db` holds quotes, sides and when these were shown.

    Shape: `recorded_at` is the newest time that the archive recorded; by it they are overdue.
    """
    for sql in _SPANS:
        db.execute(sql)
    for quote, tool, seen, text in db.execute(_QUOTES):
        # Of a text without a date nobody can tell a past year from one to come: none counts.
        found = find_predictions(text, day_of(seen) or date.max)
        absent = db.execute(_ABSENT, (tool, seen)).fetchone()[0] if found and seen else None
        passage = Passage(text)
        for each in found:
            due = _due(each, absent, seen)
            yield (
                quote_span_id(quote, each.start),
                *passage.sentence(each.start),
                *_horizon(each),
                absent,
                seen,
                due and due.earliest and due.earliest.isoformat(),
                due and due.latest.isoformat(),
                "overdue" if due and due.latest.isoformat() < recorded_at[:10] else "open",
                *(METHOD, METHOD_VERSION),
                *(quote, each.start, each.end),
            )
    db.execute("DROP TABLE tool_shown")


def day_of(seen: str | None) -> date | None:
    """The day of a time in ISO 8601. Absent: None where there is none."""
    return None if seen is None else date.fromisoformat(seen[:10])


def _horizon(found: Prediction) -> Values:
    it = found.horizon
    said = (None,) * 4 if it is None else (it.relation, it.amount, it.unit, it.date)
    return int(found.is_checkable), *said


def _due(found: Prediction, absent: str | None, seen: str | None) -> Due | None:
    """When it falls due. Absent: None where it is vague, or was seen on no sound date."""
    made_by = day_of(seen)
    if found.horizon is None or made_by is None:
        return None
    return due_between(found.horizon, day_of(absent), made_by)

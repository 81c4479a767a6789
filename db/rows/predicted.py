"""The rows of predictions: what distinct quotes say will happen, and between which days it is due.

Each distinct quote is read once, however many pages show it. Nobody's judgement is made here.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

from db.derived import Due, Horizon, due_between
from db.derived.predictions import METHOD, METHOD_VERSION
from db.rows.readings import day_of, readings
from db.rows.tables import Values
from db.staging.ids import text_of
from db.staging.staging import Staging

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
_QUOTE = "SELECT tool_id, first_seen FROM quote WHERE id = ?"


def prediction_rows(db: sqlite3.Connection, staging: Staging, recorded_at: str) -> Iterator[Values]:
    """The predictions that are kept of quotes; `db` holds these, sides and when they were shown.

    Shape: `recorded_at` is the newest time that the archive recorded; by it they are overdue.
    """
    for sql in _SPANS:
        db.execute(sql)
    for number, found in readings(staging, "predictions"):
        quote = text_of(number)[1]
        tool, seen = db.execute(_QUOTE, (quote,)).fetchone()
        absent = db.execute(_ABSENT, (tool, seen)).fetchone()[0] if seen else None
        for start, end, sentence_start, sentence_end, said in found:
            horizon = None if said is None else Horizon(*said)
            due = _due(horizon, absent, seen)
            yield (
                number + start,
                sentence_start,
                sentence_end,
                *_told(horizon),
                absent,
                seen,
                due and due.earliest and due.earliest.isoformat(),
                due and due.latest.isoformat(),
                "overdue" if due and due.latest.isoformat() < recorded_at[:10] else "open",
                *(METHOD, METHOD_VERSION),
                *(quote, start, end),
            )
    db.execute("DROP TABLE tool_shown")


def _told(it: Horizon | None) -> Values:
    return (0, *(None,) * 4) if it is None else (1, it.relation, it.amount, it.unit, it.date)


def _due(horizon: Horizon | None, absent: str | None, seen: str | None) -> Due | None:
    """When it falls due. Absent: None where it is vague, or was seen on no sound date."""
    made_by = day_of(seen)
    if horizon is None or made_by is None:
        return None
    return due_between(horizon, day_of(absent), made_by)

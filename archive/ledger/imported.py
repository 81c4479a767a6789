"""What an imported exchange leaves in the ledger: its attempt, and the state of its page."""

from __future__ import annotations

import sqlite3
from datetime import timedelta

from archive.ledger.ledger import insert
from archive.ledger.schedule import FIRST_DAYS
from archive.ledger.timeline import TIMELINE
from machine.clock import parse_stamp, stamp


def settle_import(db: sqlite3.Connection, capture_id: int, outcome: str, reason: str) -> int:
    """Note the attempt, and that the page was captured; gives the attempt's number.

    A younger capture's due date stays.
    """
    columns = "id AS capture_id, run_id, page_id, url, status, captured_at"
    asked = f"SELECT {columns} FROM capture WHERE id = ?"
    row = dict(db.execute(asked, (capture_id,)).fetchone())
    page_id, url, captured_at = row["page_id"], row["url"], row.pop("captured_at")
    row |= {"outcome": outcome, "reason": reason, "started_at": stamp(), "ended_at": stamp()}
    attempt_id = insert(db, "attempt", row)
    due = None
    if not url.startswith("urn:"):
        due = stamp(parse_stamp(captured_at) + timedelta(days=FIRST_DAYS))
    is_good = (outcome, reason) == ("ok", "")
    # What is older than a capture that we have says nothing of the page's present state.
    is_newest = not db.execute(
        f"SELECT 1 FROM {TIMELINE} WHERE page_id = ? AND seen_at > ? LIMIT 1",
        (page_id, captured_at),
    ).fetchone()
    db.execute(
        "UPDATE page SET state = CASE WHEN state = 'known' THEN state WHEN ? THEN 'captured'"
        " WHEN state = 'waiting' THEN 'failed' ELSE state END,"
        " due = CASE WHEN role = 'comparison' THEN nullif(max(coalesce(due, ''),"
        " coalesce(?, '')), '') END,"
        " last_outcome = CASE WHEN ? THEN ? ELSE last_outcome END,"
        " last_reason = CASE WHEN ? THEN ? ELSE last_reason END WHERE id = ?",
        (is_good, due, is_newest, outcome, is_newest, reason, page_id),
    )
    return attempt_id

"""Corrections beside what they are about, and what a visitor is told of a take-down.

A file made before there were such tables has none of either.
"""

from __future__ import annotations

import sqlite3
from typing import Any, Literal

from web.upstream import ResultRow

NoteKind = Literal["page", "tool", "quote"]
TAKEDOWNS = {
    "compare": "select t.kind, t.reason, t.added_at from page p"
    " join takedown t on t.id = p.takedown where p.comparison = :key",
    "tool": "select kind, reason, added_at from takedown where kind = 'tool'"
    " and :key in (target, site || ':' || target)",
    "quote": "select kind, reason, added_at from takedown where kind = 'quote' and target = :key",
}
"""What was taken down, by the kind of its page here and by its key there."""


def add_notes(
    conn: sqlite3.Connection, kind: NoteKind, rows: list[ResultRow], key: str = "id"
) -> list[ResultRow]:
    """The rows, each with its `notes`: the corrections on it, oldest first."""
    notes: dict[int, list[ResultRow]] = {}
    numbers = ", ".join(str(int(row[key])) for row in rows)
    if rows and _has(conn, "correction"):
        sql = f"select {kind}, note, added_at from correction where {kind} in ({numbers})"
        for number, note, added_at in conn.execute(f"{sql} order by id"):
            notes.setdefault(number, []).append({"note": note, "added_at": added_at})
    for row in rows:
        row["notes"] = notes.get(row[key], [])
    return rows


def takedown(conn: sqlite3.Connection, place: str, key: str) -> ResultRow | None:
    """The take-down for which a page of ours is empty; None where there is none."""
    if place not in TAKEDOWNS or not _has(conn, "takedown"):
        return None
    found = conn.execute(TAKEDOWNS[place], {"key": key}).fetchone()
    return None if found is None else dict(found)


def counts(conn: sqlite3.Connection) -> dict[str, Any]:
    """How many take-downs and corrections there are."""
    return {
        table: conn.execute(f"select count(*) from {table}").fetchone()[0]
        if _has(conn, table)
        else 0
        for table in ("takedown", "correction")
    }


def _has(conn: sqlite3.Connection, table: str) -> bool:
    sql = "select 1 from sqlite_master where type = 'table' and name = ?"
    return conn.execute(sql, (table,)).fetchone() is not None

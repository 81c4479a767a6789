"""Corrections beside what they are about, and what a visitor is told of a take-down."""

from __future__ import annotations

import json
import sqlite3
from functools import lru_cache
from typing import Literal, get_args

from web.asking import ShownRow, count, first, rows

NoteKind = Literal["page", "tool", "quote"]
CORRECTIONS = {
    kind: f"select {kind}_id as number, note, added_at from correction"
    f" where {kind}_id in (select value from json_each(:numbers)) order by id"
    for kind in get_args(NoteKind)
}
TAKEDOWNS = {
    # Few pages are taken down; all pages have no index by this key.
    "compare": "select kind, reason, added_at from takedown"
    " cross join page p on p.takedown_id = takedown.id where p.key = :key",
    "tool": "select kind, reason, added_at from takedown where kind = 'tool'"
    " and :key in (target, site || ':' || target)",
    "quote": "select kind, reason, added_at from takedown where kind = 'quote' and target = :key",
}
"""What was taken down, by the kind of its page here and by its key there."""


def add_notes(
    conn: sqlite3.Connection, kind: NoteKind, noted: list[ShownRow], key: str = "id"
) -> list[ShownRow]:
    """The rows, each with its `notes`: the corrections on it, oldest first."""
    notes: dict[int, list[ShownRow]] = {}
    if noted and has_any(conn, "correction"):
        numbers = json.dumps([getattr(row, key) for row in noted])
        for note in rows(conn, CORRECTIONS[kind], numbers=numbers):
            notes.setdefault(note.number, []).append(note)
    for row in noted:
        row.notes = notes.get(getattr(row, key), [])
    return noted


def takedown(conn: sqlite3.Connection, place: str, key: str) -> ShownRow | None:
    """The take-down for which a page of ours is empty; None where there is none."""
    if place not in TAKEDOWNS or not has_any(conn, "takedown"):
        return None
    return first(conn, TAKEDOWNS[place], key=key)


def counts(conn: sqlite3.Connection) -> dict[str, int]:
    """How many take-downs and corrections there are."""
    tables = ("takedown", "correction")
    return {table: count(conn, f"select count(*) from {table}") for table in tables}


@lru_cache(maxsize=64)
def has_any(conn: sqlite3.Connection, table: str) -> bool:
    """Whether the file, which never changes, has such a table and a row in it."""
    return bool(rows(conn, f"select 1 from {table} limit 1"))

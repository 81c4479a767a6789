"""What row a person means, and the places that show its values.

A quote's score, say, is the newest that any page states: it is traced to the first side with it.
"""

from __future__ import annotations

import re
import sqlite3
from typing import NamedTuple, TypeAlias

from db.trace.stated import OF_CARD
from parsers.sites import site_of_url
from schema.errors import UsageError

KINDS = ("comparison", "comparison_version", "side", "card", "quote")
_ROW = re.compile(rf"(?:.*/)?({'|'.join(KINDS)})/([0-9]{{1,18}})(?:\.json)?")
_KEY = re.compile(r"(?:.*/quote/)?([0-9a-f]{8,64})")
_KEYED = """
SELECT 'card', id, key FROM card WHERE key BETWEEN :key AND :key || 'g'
UNION ALL SELECT 'quote', id, key FROM quote WHERE key BETWEEN :key AND :key || 'g' LIMIT 2
"""
_PAGE = """
SELECT page.state, comparison.id, comparison FROM page
LEFT JOIN comparison ON comparison.page_id = page.id WHERE page.url IN (?, ?)
"""
_NAMED = "SELECT 'comparison', id, comparison FROM comparison WHERE comparison IN (?, ?)"
_SIDES = "SELECT side_id FROM version_side WHERE version_id = ? ORDER BY position"
_FIRST = "SELECT version_id, position FROM version_side WHERE side_id = ? ORDER BY 1, 2 LIMIT 1"

# What a joined row states, and what the sides do of which it is joined, from the first shown on.
_AT = "(SELECT min(2 * version_id + position) FROM version_side WHERE side_id = {}) AS place"
_OF_CARD = "badge, votes_ship || '/' || votes_skip AS votes, pricing"
_OF_QUOTE = "reviewer_id AS reviewer, score, verdict || ' ' || verdict_source AS verdict"
_JOINED = {
    "card": (
        f"SELECT {_OF_CARD} FROM card WHERE id = ?",
        f"SELECT id AS side, {_OF_CARD}, {_AT.format('id')} FROM side WHERE card_id = ?"
        " ORDER BY place",
    ),
    "quote": (
        f"SELECT {_OF_QUOTE} FROM quote WHERE id = ?",
        f"SELECT side_id AS side, slot, {_OF_QUOTE}, {_AT.format('side_id')} FROM side_quote"
        " WHERE quote_id = ? ORDER BY place, slot",
    ),
}

_PARTS = {
    "tool": (
        "cards",
        "SELECT 'card/' || card.id FROM tool JOIN card ON card.tool_id = tool.id"
        " WHERE tool = :name OR tool.id = :id ORDER BY card.id",
    ),
    "reviewer": (
        "quotes",
        "SELECT 'quote/' || quote.id FROM reviewer JOIN quote ON quote.reviewer_id = reviewer.id"
        " WHERE reviewer.name = :name OR reviewer.id = :id ORDER BY quote.id",
    ),
}
"""What is made of rows that can be traced, and is not traced itself."""
NAMED_AT_MOST = 5
"""So many of these rows are named."""

Places: TypeAlias = dict[tuple[int, int], list[str] | None]
"""Fields that are wanted, by capture and position. Absent: None for all fields of a place."""


class AskedRow(NamedTuple):
    """A row of the database, and what it goes by."""

    kind: str
    id: int
    key: str


def find_row(db: sqlite3.Connection, asked: str) -> AskedRow:
    """The row that is meant: a key or how it begins, an address, or a table and an id.

    Raises: UsageError where nothing, or more than one thing, goes by it.
    """
    if row := _ROW.fullmatch(asked):
        if db.execute(f"SELECT 1 FROM {row[1]} WHERE id = ?", (int(row[2]),)).fetchone():
            return AskedRow(row[1], int(row[2]), f"{row[1]}/{row[2]}")
    elif key := _KEY.fullmatch(asked):
        found = db.execute(_KEYED, {"key": key[1]}).fetchall()
        if len(found) > 1:
            raise UsageError(what=f"{asked}: the keys of several rows begin so; give more of it")
        if found:
            return AskedRow(*found[0])
    elif found := db.execute(_NAMED, (asked, asked.rpartition("/compare/")[2])).fetchall():
        return AskedRow(*found[0])
    else:
        return _at_address(db, asked)
    raise _nothing(db, asked)


def _at_address(db: sqlite3.Connection, asked: str) -> AskedRow:
    """The comparison of a page. Raises: UsageError where there is none."""
    owner = site_of_url(asked)
    own = asked if owner is None else owner.own_address(asked)
    found = db.execute(_PAGE, (asked, own)).fetchone()
    if found is None:
        raise _nothing(db, asked)
    state, number, key = found
    if number is None:
        raise UsageError(what=f"{asked}: the page is {state}, and no comparison of it is published")
    return AskedRow("comparison", number, key)


def _nothing(db: sqlite3.Connection, asked: str) -> UsageError:
    """What to say where no row is meant that can be traced: which can be, and how to go on."""
    before, _, name = asked.removesuffix(".json").rpartition("/")
    table = before.rpartition("/")[2]
    for whole, (parts, sql) in _PARTS.items():
        by = {"name": name, "id": name if table else None}
        rows = [row for (row,) in db.execute(sql, by)] if table in ("", whole) else []
        if rows:
            told = ", ".join(rows[:NAMED_AT_MOST]) + (", ..." if rows[NAMED_AT_MOST:] else "")
            what = f"{asked}: a {whole} is traced by its {parts}, here {told}"
            return UsageError(what=f"{what}; try `{rows[0]}` instead")
    if table in (*KINDS, *_PARTS):
        first, last = db.execute(f"SELECT min(id), max(id) FROM {table}").fetchone()
        ids = "it is empty" if first is None else f"its ids go from {first} to {last}"
        return UsageError(what=f"{asked}: the table {table} has no such row; {ids}")
    what = f"{asked}: the database has no card, quote or comparison of that name"
    if db.execute("SELECT 1 FROM sqlite_master WHERE name = ?", (table,)).fetchone():
        what = f"{asked}: of the table {table} nothing is traced, but of {', '.join(KINDS)}"
    row = db.execute("SELECT 'quote/' || id FROM quote ORDER BY id LIMIT 1").fetchone()
    return UsageError(what=f"{what}; try `{row[0]}` instead" if row else what)


def places_of(db: sqlite3.Connection, row: AskedRow) -> tuple[Places, list[str]]:
    """The places that show a row's values, and the fields whose value no side states."""
    if row.kind in _JOINED:
        return _joined(db, row)
    if row.kind == "side":
        return {_first(db, row.id): None}, []
    sql = "SELECT version_id FROM comparison WHERE id = ?"
    version = row.id if row.kind != "comparison" else db.execute(sql, (row.id,)).fetchone()[0]
    sides = [side for (side,) in db.execute(_SIDES, (version,))]
    return {(version, 0): None, **{_first(db, side): None for side in sides}}, []


def _first(db: sqlite3.Connection, side: int) -> tuple[int, int]:
    """The capture that shows a side first, and where."""
    capture, position = db.execute(_FIRST, (side,)).fetchone()
    return capture, position


def _joined(db: sqlite3.Connection, row: AskedRow) -> tuple[Places, list[str]]:
    own, each = _JOINED[row.kind]
    values = db.execute(own, (row.id,)).fetchone()
    sides = db.execute(each, (row.id,)).fetchall()
    first = [_named(row.kind, sides[0], name) for name in _OWN[row.kind]]
    places: Places = {_first(db, sides[0]["side"]): [*first, "name"]}
    nowhere = []
    for field in values.keys():  # noqa: SIM118  as a row gives its values
        if values[field] is None:
            nowhere += [field] if any(side[field] is not None for side in sides) else []
            continue
        side = next((side for side in sides if side[field] == values[field]), None)
        if side is None:
            nowhere.append(field)
        else:
            fields = places.setdefault(_first(db, side["side"]), [])
            assert fields is not None
            fields.append(_named(row.kind, side, field))
    return places, nowhere


_OWN = {"card": [*OF_CARD, "card"], "quote": ["tool_name", "text", "characters", "quote"]}
"""What is a row's own, and no joined value."""


def _named(kind: str, side: sqlite3.Row, field: str) -> str:
    """What a field of a row is called where the values of a side stand."""
    return field if kind == "card" else f"{field}_{side['slot']}"

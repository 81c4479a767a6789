"""What two databases show otherwise of the same captures, value by value.

Only captures that both know are held against each other: what a new one changes is the
publisher's doing. A page that gave no record then and gives one now alters none. What an opt-out
or a take-down leaves out of either is not given. This module reads both files and changes neither;
it holds one row at a time.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from db.rows.tables import columns
from db.rows.write import connect_read_only
from schema.rows import Row, VersionQuoteRow, VersionRow, VersionToolRow

Value = str | int | None
Fields = dict[str, tuple[str, str]]
"""By the name of a field, what selects its old and its new value."""

PLACE = {"id", "position", "tool_position", "slot", "withheld"}
"""Columns that no parser alters: where a row stands, by which the two are put side by side, and
what an opt-out leaves out."""

# What each capture gave; one that repeats another says nothing of its own. Held for drift, or not
# readable from the archive: no parser did that.
_SEEN = """
SELECT page.site, capture.url, capture.captured_at, capture.body_sha256,
       coalesce(page.comparison, page.url) AS comparison,
       CASE capture.outcome WHEN 'failure' THEN failure.code ELSE capture.outcome END AS outcome,
       version.id AS version, version.record_sha256
FROM {side}.capture AS capture
JOIN {side}.page AS page ON page.id = capture.page
LEFT JOIN {side}.capture AS original ON original.id = capture.revisit_of
LEFT JOIN {side}.failure AS failure ON failure.capture = capture.id
LEFT JOIN {side}.comparison AS shown ON shown.page = page.id
LEFT JOIN {side}.comparison_version AS version
  ON capture.outcome = 'comparison' AND version.id = (
    SELECT each.id FROM {side}.comparison_version AS each
    WHERE each.comparison = shown.id AND each.capture <= capture.id
    ORDER BY each.number DESC LIMIT 1)
WHERE capture.outcome != 'not_parsed' AND original.url IS NOT capture.url
  AND coalesce(failure.code, '') NOT IN ('layout_drift', 'unreadable')
"""
_KEY = "site, url, captured_at, body_sha256"
_PAIRS = f"""
CREATE TEMP TABLE pair AS
SELECT DISTINCT new.comparison, seen.outcome AS old_outcome, new.outcome AS new_outcome,
       seen.version AS old, new.version AS new
FROM ({{new}}) AS new JOIN seen USING ({_KEY})
WHERE seen.outcome = 'comparison'
  AND (seen.outcome, seen.record_sha256) IS NOT (new.outcome, new.record_sha256)
ORDER BY 1, 4, 5
"""
_VERSIONS = """
FROM pair JOIN old.comparison_version AS o ON o.id = pair.old
JOIN main.comparison_version AS n ON n.id = pair.new
"""
_TOOLS = """
FROM pair JOIN old.version_tool AS o ON o.version = pair.old
JOIN main.version_tool AS n ON n.version = pair.new AND n.position = o.position
JOIN old.tool AS o_tool ON o_tool.id = o.tool JOIN main.tool AS n_tool ON n_tool.id = n.tool
JOIN old.card AS o_card ON o_card.id = o.card JOIN main.card AS n_card ON n_card.id = n.card
"""
_QUOTES = """
FROM pair JOIN place
JOIN old.comparison_version AS o_version ON o_version.id = pair.old
JOIN main.comparison_version AS n_version ON n_version.id = pair.new
LEFT JOIN old.version_quote AS o ON o.version = pair.old AND o.position = place.position
LEFT JOIN main.version_quote AS n ON n.version = pair.new AND n.position = place.position
LEFT JOIN old.reviewer AS o_reviewer ON o_reviewer.id = o.reviewer
LEFT JOIN main.reviewer AS n_reviewer ON n_reviewer.id = n.reviewer
LEFT JOIN old.quote AS o_quote ON o_quote.id = o.quote
LEFT JOIN main.quote AS n_quote ON n_quote.id = n.quote
"""
# The place of a quote that was left out on request, then or now, tells nothing.
_SAID = "({at}.id IS NOT NULL OR {at}_version.quotes_taken_down IS NULL)"


def differences(old: Path, new: Path) -> Iterator[tuple[str, str, Value, Value]]:
    """Every value that is another now: its field, its comparison, what it was and what it is.

    Raises: sqlite3.DatabaseError when one is no database of ours.
    """
    with closing(connect_read_only(new)) as connection:
        connection.execute("ATTACH ? AS old", (f"{old.resolve().as_uri()}?mode=ro&immutable=1",))
        _pair(connection)
        for fields, source, place in _sources(connection):
            for comparison, *row in _differing(connection, fields, source, place):
                for name, before, after in zip(fields, row[::2], row[1::2], strict=True):
                    if before != after:
                        yield name, comparison, before, after


def _pair(connection: sqlite3.Connection) -> None:
    """Put side by side what both know, where it is not the same: temporary tables, on disk."""
    seen = _SEEN.format(side="old")
    connection.execute(
        "CREATE TEMP TABLE seen (site, url, captured_at, body_sha256, comparison, outcome,"
        f" version, record_sha256, PRIMARY KEY ({_KEY})) WITHOUT ROWID"
    )
    connection.execute(f"INSERT OR IGNORE INTO seen {seen}")
    connection.execute(_PAIRS.format(new=_SEEN.format(side="main")))
    connection.execute("CREATE TEMP TABLE place (position INTEGER PRIMARY KEY)")
    connection.executemany("INSERT INTO place VALUES (?)", [(at,) for at in range(1, 9)])


def _sources(connection: sqlite3.Connection) -> Iterator[tuple[Fields, str, str]]:
    """Fields, the tables that hold them, and what orders the rows of one pair."""
    yield {"outcome": ("pair.old_outcome", "pair.new_outcome")}, "FROM pair WHERE true", "1"
    findings = (
        "(SELECT group_concat(said, ', ') FROM (SELECT code || coalesce(' ' || field, '') AS said"
        " FROM {side}.finding WHERE version = {at}.id ORDER BY said))"
    )
    versions = _both("title", "{at}.title") | _both("layout", "{at}.layout")
    yield versions | _both("findings", findings), f"{_VERSIONS} WHERE true", "1"
    tools = {"tools[].slug": ("o_tool.slug", "n_tool.slug")}
    for name in ("name", "category", "tagline", "entry", "panel_ship_percent"):
        tools |= _both(f"tools[].{name}", f"{{at}}_card.{name}")
    tools |= _unwithheld("tools[].description", "card", "description")
    tools |= _own(connection, VersionToolRow, "tools[]")
    yield tools, f"{_TOOLS} WHERE true", "o.position"
    quotes = _unwithheld("quotes[].text", "quote", "text")
    quotes |= _both("quotes[].reviewer", "{at}_reviewer.name")
    quotes |= _own(connection, VersionQuoteRow, "quotes[]")
    said = [
        _SAID.format(at=at)
        for side, at in (("old", "o"), ("main", "n"))
        if "quotes_taken_down" in _there(connection, side, VersionRow)
    ]
    yield quotes, f"{_QUOTES} WHERE {' AND '.join(said)}", "place.position"


def _both(name: str, sql: str) -> Fields:
    old, new = (sql.format(side=side, at=at) for side, at in (("old", "o"), ("main", "n")))
    return {name: (old, new)}


def _unwithheld(name: str, table: str, column: str) -> Fields:
    """A text that an opt-out may withhold, on either side."""
    shown = f"o_{table}.withheld IS NULL AND n_{table}.withheld IS NULL"
    return _both(name, f"CASE WHEN {shown} THEN {{at}}_{table}.{column} END")


def _own(connection: sqlite3.Connection, model: type[Row], name: str) -> Fields:
    """The values of a table's own that both databases have: a column may be newer than one."""
    there = [_there(connection, side, model) for side in ("old", "main")]
    own = {column.name for column in columns(model) if not column.references()} - PLACE
    found: Fields = {}
    for column in sorted(own & there[0] & there[1]):
        found |= _both(f"{name}.{column}", f"{{at}}.{column}")
    return found


def _there(connection: sqlite3.Connection, side: str, model: type[Row]) -> set[str]:
    """The columns that a table has in one of the two: an older version may have known fewer."""
    return {row[1] for row in connection.execute(f'PRAGMA {side}.table_info("{model.table}")')}


def _differing(
    connection: sqlite3.Connection, fields: Fields, source: str, place: str
) -> Iterator[tuple[str, *tuple[Value, ...]]]:
    """The rows in which any field differs: the comparison, then old and new of each field."""
    listed = ", ".join(f"{old}, {new}" for old, new in fields.values())
    differs = " OR ".join(f"{old} IS NOT {new}" for old, new in fields.values())
    sql = f"SELECT pair.comparison, {listed} {source} AND ({differs})"
    return iter(connection.execute(f"{sql} ORDER BY pair.rowid, {place}"))

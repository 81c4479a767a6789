"""The guard against an unseen change of the parser: what it alters in records published before.

Only captures that both databases know are held against each other: what a new one changes is the
publisher's doing, and a page that gives a record only now alters none. This module reads both
files and changes neither; it holds one row at a time. Databases are compared and not record files,
which may be gone, and hold what nobody published: the views that this takes are worth their lines.
"""

from __future__ import annotations

import dataclasses
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from archive import Home
from archive.ledger import ReadingChange
from db.publish.publish import present, read_manifest
from db.rows.write import connect_beside, id_suffix
from machine.text import shortened
from schema.errors import AlteredError, BuildError

EXAMPLES = 3
LONGEST_VALUE = 80
"""So much of a value is shown. Units: code points."""
LEAD = 20
"""So much of what both values share is shown before they part. Units: code points."""
DISK = (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR)
"""What SQLite says where the disk is to blame, and no database."""
FieldValue = str | int | None

# What each capture gave; one that repeats another of its address says nothing of its own. Held for
# drift, or not readable from the archive: no parser did that.
_CAPTURES = """
SELECT page.site, coalesce(capture.url, page.url) AS url, capture.captured_at, capture.body_sha256,
       coalesce(shown.comparison, page.{key}, page.url) AS comparison,
       CASE capture.outcome WHEN 'failure' THEN failure.code ELSE capture.outcome END AS outcome,
       version.id AS version, version.record_sha256
FROM {side}.capture AS capture
JOIN {side}.page AS page ON page.id = capture.page{id}
LEFT JOIN {side}.capture AS original ON original.id = capture.revisit_of{id}
LEFT JOIN {side}.failure AS failure ON failure.capture{id} = capture.id
LEFT JOIN {side}.comparison AS shown ON shown.page{id} = page.id
LEFT JOIN {side}.comparison_version AS version
  ON capture.outcome = 'comparison' AND version.id = {version}
WHERE capture.outcome != 'not_parsed'
  AND (original.page{id}, original.url) IS NOT (capture.page{id}, capture.url)
  AND coalesce(failure.code, '') NOT IN ('layout_drift', 'unreadable')
"""
_OF_CAPTURE = (
    "capture.version{id}",
    "(SELECT each.id FROM {side}.comparison_version AS each WHERE each.comparison = shown.id"
    " AND each.capture <= capture.id ORDER BY each.number DESC LIMIT 1)",
)
"""The version that a capture shows: now, and in older databases, whose captures stand in order."""
_KEY = "site, url, captured_at, body_sha256"
# On disk, as temporary tables are; a pair is counted once, however often a page was captured.
_PAIRS = """
CREATE TEMP TABLE before (
  {key}, comparison, outcome, version, record_sha256, PRIMARY KEY ({key})) WITHOUT ROWID;
INSERT OR IGNORE INTO before {old};
CREATE TEMP TABLE pair AS
SELECT DISTINCT after.comparison, before.outcome AS old_outcome, after.outcome AS new_outcome,
       before.version AS old, after.version AS new
FROM ({new}) AS after JOIN before USING ({key})
WHERE before.outcome = 'comparison'
  AND (before.outcome, before.record_sha256) IS NOT (after.outcome, after.record_sha256)
ORDER BY 1, 4, 5;
CREATE TEMP TABLE place (place INTEGER PRIMARY KEY);
INSERT INTO place VALUES (1), (2), (3), (4), (5), (6), (7), (8);
"""
# What one of the two shows of each pair, place by place. What differs is told view by view, in the
# order of their columns: those named here, then the table's own by the alphabet. Words that an
# opt-out withholds, and the place of a quote that was left out on request, tell nothing.
_SHOWN = """
CREATE TEMP VIEW {side}_outcome AS
SELECT rowid AS pair, 1 AS place, {side}_outcome AS outcome FROM pair;
CREATE TEMP VIEW {side}_version AS
SELECT pair.rowid AS pair, 1 AS place, title, layout, (
  SELECT group_concat(said, ', ') FROM (
    SELECT code || coalesce(' ' || field, '') AS said FROM {side}.finding
    WHERE {of_version} ORDER BY said)) AS findings
FROM pair JOIN {side}.comparison_version AS version ON version.id = pair.{side};
CREATE TEMP VIEW {side}_tool AS
SELECT pair.rowid AS pair, own.position AS place, slug, card.name, category, tagline, entry,
       panel_ship_percent, iif(card.withheld IS NULL, description, x'') AS description,
       {version_tool}
FROM pair JOIN {side}.version_tool AS own ON own.version{id} = pair.{side}
JOIN {side}.tool AS tool ON tool.id = own.tool{id}
JOIN {side}.card AS card ON card.id = own.card{id};
CREATE TEMP VIEW {side}_quote AS
SELECT pair.rowid AS pair, place, iif(quote.withheld IS NULL, text, x'') AS text,
       reviewer.name AS reviewer, {version_quote}
FROM pair JOIN place JOIN {side}.comparison_version AS version ON version.id = pair.{side}
LEFT JOIN {side}.version_quote AS own ON own.version{id} = version.id AND own.position = place
LEFT JOIN {side}.reviewer AS reviewer ON reviewer.id = own.reviewer{id}
LEFT JOIN {side}.quote AS quote ON quote.id = own.quote{id}
WHERE own.quote{id} IS NOT NULL OR {taken_down} IS NULL;
"""
_FINDINGS = {
    "": "finding.version = version.id",
    "_id": "finding.comparison_id = version.page_id AND version.number BETWEEN"
    " (SELECT number FROM {side}.comparison_version WHERE id = finding.version_id) AND"
    " (SELECT number FROM {side}.comparison_version WHERE id = finding.last_version_id)",
}
"""Which findings a version shows: in older databases each has its own, now a run of them has."""
_FIELDS = {"outcome": "", "version": "", "tool": "tools[].", "quote": "quotes[]."}
"""What stands in front of the names of a view."""
_DIFFERING = """
SELECT comparison, old.{name}, new.{name}
FROM old_{view} AS old JOIN new_{view} AS new USING (pair, place) JOIN pair ON pair.rowid = pair
WHERE old.{name} IS NOT new.{name} AND x'' NOT IN (ifnull(old.{name}, 0), ifnull(new.{name}, 0))
ORDER BY pair, place
"""
_TOOL = "JOIN new.version_tool AS own ON own.version_id = pair.new AND own.position = {at}"
_TOOL += " JOIN new.tool AS tool ON tool.id = own.tool_id"
_WHO = {
    "outcome": ("NULL, NULL", ""),
    "version": ("NULL, NULL", ""),
    "tool": ("tool.tool, NULL", _TOOL.format(at="place")),
    "quote": (
        "tool.tool, reviewer.name",
        f"{_TOOL.format(at='2 - place % 2')} LEFT JOIN new.version_quote AS said"
        " ON said.version_id = pair.new AND said.position = place"
        " LEFT JOIN new.reviewer AS reviewer ON reviewer.id = said.reviewer_id",
    ),
}
_OTHERWISE = {
    view: f"""
SELECT min(pair.comparison), {who}, old.{{name}} IS NULL, new.{{name}} IS NULL, {{values}}
FROM old_{view} AS old JOIN new_{view} AS new USING (pair, place)
JOIN pair ON pair.rowid = old.pair {joined}
WHERE old.{{name}} IS NOT new.{{name}}
  AND x'' NOT IN (ifnull(old.{{name}}, 0), ifnull(new.{{name}}, 0))
GROUP BY {who}, 4, 5, {{values}} ORDER BY 1, 2, 3, 4, 5, 6, 7
"""
    for view, (who, joined) in _WHO.items()
}
"""What two databases show otherwise, once for each tool, reviewer and pair of values."""
TOLD = frozenset(
    "entry panel_ship_percent badge votes_ship votes_skip community_stated community_ship_percent"
    " community_ship community_votes score verdict verdict_source verdict_start verdict_end".split()
)
"""Fields whose values are numbers, or words of a closed list: these are told."""
_PLACES = {
    f"{name}{ending}"
    for name in "id version position tool_position slot tool card reviewer quote withheld".split()
    for ending in ("", "_id")
}
"""Columns not compared: numbers of rows, what follows from a place, what an opt-out leaves out."""


@dataclass(frozen=True, slots=True)
class Example:
    """One value that is another now; the two are cut alike, to where they part."""

    comparison: str
    old: FieldValue
    new: FieldValue


@dataclass(slots=True)
class Altered:
    """How many values of one field another version of the parser reads otherwise."""

    field: str
    changed: int = 0
    appeared: int = 0
    vanished: int = 0
    examples: list[Example] = dataclasses.field(default_factory=list)

    def see(self, comparison: str, old: FieldValue, new: FieldValue) -> None:
        """Count one value, and keep it if it is among the first."""
        if old is None:
            self.appeared += 1
        elif new is None:
            self.vanished += 1
        else:
            self.changed += 1
        if len(self.examples) < EXAMPLES:
            self.examples.append(Example(comparison, *cut_alike(old, new)))


def require_unaltered(
    home: Home, candidate: Path, parser: str, tell: Callable[[list[Altered]], None]
) -> None:
    """Pass where the candidate shows what the current database shows of the captures of both.

    Nothing is looked at where none is current, or no other version of the parser made it.
    Raises: AlteredError after `tell` was told what is altered; BuildError when the current
    database is not readable.
    """
    current, made_by = present(home), None
    with suppress(BuildError):  # where no manifest says it
        made_by = read_manifest(current).parser if current is not None else None
    if current is None or made_by in (None, parser):
        return
    try:
        found = altered(current, candidate)
    except sqlite3.DatabaseError as error:
        # What Python itself makes of a broken file has no code.
        if getattr(error, "sqlite_errorcode", 0) & 0xFF in DISK:
            raise
        what = f"{current}: not readable as a published database ({error}), so that nobody can"
        what += " tell what the new parser alters; `verdicts build --accept-changes` publishes in"
        raise BuildError(what=f"{what} its place") from error
    if found:
        tell(found)
        count = sum(each.changed + each.appeared + each.vanished for each in found)
        what = f"not published, another version of the parser alters {count} values of records"
        what += f" published before ({', '.join(each.field for each in found)})"
        raise AlteredError(what=f"{what}; `verdicts build --accept-changes` publishes them")


def altered(old: Path, new: Path) -> list[Altered]:
    """What two databases show otherwise of the captures that both know, by field.

    Raises: sqlite3.DatabaseError when one is no database of ours.
    """
    found: dict[str, Altered] = {}
    with _beside(old, new) as connection:
        for view, name in _compared(connection):
            field = f"{_FIELDS[view]}{name}"
            for values in connection.execute(_DIFFERING.format(view=view, name=name)):
                found.setdefault(field, Altered(field)).see(*values)
    return list(found.values())


def read_otherwise(old: Path, new: Path) -> Iterator[ReadingChange]:
    """The same, once for each tool, reviewer and pair of values however many pages show it.

    Words are left out: they may be withheld or taken down later. Raises: as `altered`.
    """
    with _beside(old, new) as connection:
        for view, name in _compared(connection):
            if view == "version" and name != "title":
                continue
            values = f"old.{name}, new.{name}" if name in TOLD else "NULL, NULL"
            sql = _OTHERWISE[view].format(name=name, values=values)
            field = {"outcome": "comparison", "text": "quote"}.get(name, name)
            for comparison, tool, reviewer, gone, came, was, now in connection.execute(sql):
                kind = "appeared" if gone else "vanished" if came else "changed"
                kind = "vanished" if view == "outcome" else kind
                told = [None if each is None else str(each) for each in (was, now)]
                yield ReadingChange(kind, comparison, tool, reviewer, field, *told)


@contextmanager
def _beside(old: Path, new: Path) -> Iterator[sqlite3.Connection]:
    """Both databases attached, with the views that show them alike."""
    with closing(connect_beside(old, new)) as connection:
        shown = {side: _captures(connection, side) for side in ("old", "new")}
        connection.executescript(_PAIRS.format(key=_KEY, **shown))
        _make_views(connection)
        yield connection


def _compared(connection: sqlite3.Connection) -> Iterator[tuple[str, str]]:
    """Each view with each of its columns that is compared."""
    for view in _FIELDS:
        for name in _columns(connection, "temp", f"old_{view}")[2:]:
            yield view, name


def _captures(connection: sqlite3.Connection, side: str) -> str:
    id_, there = id_suffix(connection, side), _columns(connection, side, "capture")
    version = _OF_CAPTURE[f"version{id_}" not in there].format(side=side, id=id_)
    key = "key" if id_ else "comparison"
    return _CAPTURES.format(side=side, version=version, id=id_, key=key)


def _make_views(connection: sqlite3.Connection) -> None:
    """The views of both sides, of the columns that both have: one may be newer than the other."""
    own = {}
    for table in ("version_tool", "version_quote"):
        there = {*_columns(connection, "old", table)} & {*_columns(connection, "new", table)}
        own[table] = ", ".join(f"own.{name}" for name in sorted(there - _PLACES))
    for side in ("old", "new"):
        id_ = id_suffix(connection, side)
        is_told = "quotes_taken_down" in _columns(connection, side, "comparison_version")
        own["taken_down"] = "version.quotes_taken_down" if is_told else "NULL"
        own["of_version"] = _FINDINGS[id_].format(side=side)
        connection.executescript(_SHOWN.format(side=side, id=id_, **own))


def _columns(connection: sqlite3.Connection, side: str, table: str) -> list[str]:
    return [row[1] for row in connection.execute(f"PRAGMA {side}.table_info({table})")]


def cut_alike(old: FieldValue, new: FieldValue) -> tuple[FieldValue, FieldValue]:
    """Both values, no longer than can be shown.

    >>> cut_alike("a" * 100 + "b", "a" * 100 + "c")
    ('…aaaaaaaaaaaaaaaaaaab', '…aaaaaaaaaaaaaaaaaaac')
    """
    start = 0
    if isinstance(old, str) and isinstance(new, str) and max(len(old), len(new)) > LONGEST_VALUE:
        parted = (at for at, (a, b) in enumerate(zip(old, new, strict=False)) if a != b)
        start = max(0, next(parted, min(len(old), len(new))) - LEAD)
    return _from(old, start), _from(new, start)


def _from(value: FieldValue, start: int) -> FieldValue:
    if not isinstance(value, str):
        return value
    text = f"…{value[start + 1 :]}" if start else value
    return shortened(text, LONGEST_VALUE)

"""Which rows appeared, changed or vanished from one release to the next, by table and key.

Both databases are attached and joined by their keys, table by table; memory grows with neither.
Only keys and names of columns are written, no values: those of now stand in the tables, and what
a publisher has meanwhile asked to leave out must not come back as what it was before.
"""

from __future__ import annotations

import gzip
import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from itertools import compress
from pathlib import Path
from typing import Any

from db.changes import changes_between
from db.release.jsonl import LEVEL
from db.release.tables import ReleasedTable, quoted
from db.rows.write import connect_beside


@dataclass(slots=True)
class TableChanges:
    """How many rows a table has, and how many appeared, changed and vanished."""

    name: str
    rows: int
    appeared: int = 0
    changed: int = 0
    vanished: int = 0


@dataclass(frozen=True, slots=True)
class DataChanges:
    """What changed since the release before. Absent: `line` is None where there is none."""

    tables: list[TableChanges]
    line: str | None


def is_comparable(old: Path, new: Path) -> bool:
    """Whether two databases have the same tables, by their edition and their columns."""
    with closing(connect_beside(old, new)) as db:
        editions = {db.execute(f"PRAGMA {name}.user_version").fetchone() for name in ("old", "new")}
        sql = "SELECT name, sql FROM {}.sqlite_master WHERE type = 'table' ORDER BY name"
        tables = [db.execute(sql.format(name)).fetchall() for name in ("old", "new")]
    return len(editions) == 1 and tables[0] == tables[1]


def write_changes(
    old: Path | None, new: Path, tables: list[ReleasedTable], path: Path
) -> DataChanges:
    """Write a line for each row that appeared, changed or vanished, and count them.

    Absent: without `old` every row appeared.
    """
    counts = []
    with (
        closing(connect_beside(old, new)) as db,
        path.open("wb") as file,
        gzip.GzipFile("", "wb", LEVEL, file, mtime=0) as packed,
    ):
        for table in tables:
            count = TableChanges(table.name, table.rows)
            for kind, key, columns in _changes(db, table, is_first=old is None):
                setattr(count, kind, getattr(count, kind) + 1)
                said = {"table": table.name, "kind": kind, "key": key, "columns": columns}
                packed.write(f"{json.dumps(said, ensure_ascii=False)}\n".encode())
            counts.append(count)
    return DataChanges(counts, None if old is None else changes_between(old, new).line())


def _changes(
    db: sqlite3.Connection, table: ReleasedTable, *, is_first: bool
) -> Iterator[tuple[str, dict[str, Any], list[str]]]:
    """Kind, key and columns that changed, of each row that did, in the order of kinds and keys."""
    keys = [quoted(each) for each in table.key]
    same = " AND ".join(f"a.{key} = b.{key}" for key in keys)
    order = ", ".join(f"a.{key}" for key in keys)
    others = [each for each in table.names if each not in table.key]
    differing = ", ".join(f"a.{quoted(each)} IS NOT b.{quoted(each)}" for each in others)
    name = quoted(table.name)
    lacking = f"WHERE NOT EXISTS (SELECT 1 FROM {{}}.{name} AS b WHERE {same})"
    asked = {"appeared": f"SELECT {order} FROM new.{name} AS a {lacking.format('old')}"}
    if is_first:
        asked = {"appeared": f"SELECT {order} FROM new.{name} AS a"}
    else:
        if others:
            asked["changed"] = (
                f"SELECT {order}, {differing} FROM new.{name} AS a CROSS JOIN old.{name} AS b"
                f" ON {same} WHERE {differing.replace(', ', ' OR ')}"
            )
        asked["vanished"] = f"SELECT {order} FROM old.{name} AS a {lacking.format('new')}"
    for kind, sql in asked.items():
        for row in db.execute(f"{sql} ORDER BY {order}"):
            key = dict(zip(table.key, row, strict=False))
            yield kind, key, list(compress(others, row[len(keys) :]))

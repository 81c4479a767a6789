"""Whether a ledger is sound: its tables as this version makes them, its rows as they allow."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from functools import cache
from pathlib import Path

from archive.home import WAY_OUT
from archive.ledger.ledger import read_rows
from archive.ledger.tables import MIGRATIONS
from schema.errors import IntegrityError

_COLUMNS = (
    "SELECT kept.name AS kept, part.name AS part FROM sqlite_schema AS kept,"
    " pragma_table_info(kept.name) AS part WHERE kept.type = 'table'"
)
SHOWN = 5
"""So many faults of one kind are told."""


def require_tables(path: Path) -> None:
    """Be sure that a ledger has the tables and columns that this version asks for.

    Raises: as `read_rows`; IntegrityError naming what is not there.
    """
    try:
        found = {tuple(row) for row in read_rows(path, _COLUMNS)}
    except sqlite3.OperationalError as error:
        # An older ledger could not be brought up to date: it is not as any version left it.
        raise _unsound(path, str(error)) from error
    missing = sorted(_wanted() - found)
    if missing:
        names = ", ".join(f"{table}.{column}" for table, column in missing[:SHOWN])
        raise _unsound(path, f"it has no {names}")


def require_sound(path: Path) -> None:
    """Be sure that a ledger has its tables, and that every page and row of it is sound.

    Raises: as `read_rows`; IntegrityError saying what is not sound.
    """
    require_tables(path)
    found = [row[0] for row in read_rows(path, f"PRAGMA integrity_check({SHOWN})")]
    if found != ["ok"]:
        raise _unsound(path, "; ".join(" ".join(each.split()) for each in found))
    for row in read_rows(path, "PRAGMA foreign_key_check")[:1]:
        raise _unsound(path, f"row {row['rowid']} of {row['table']} refers to no {row['parent']}")


def _unsound(path: Path, what: str) -> IntegrityError:
    return IntegrityError(where=str(path), what=f"not a sound ledger: {what}; {WAY_OUT}")


@cache
def _wanted() -> frozenset[tuple[str, str]]:
    """Table and column of everything that this version's ledger holds."""
    with closing(sqlite3.connect(":memory:")) as db:
        for step in MIGRATIONS:
            db.executescript(step)
        return frozenset(db.execute(_COLUMNS).fetchall())

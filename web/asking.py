"""How a page of ours asks the database, by which connection, and in what its rows come.

A statement is the same text each time, with what differs as its values, so that a connection
prepares it once.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path
from types import SimpleNamespace

PREPARED = 500
"""Statements that a connection keeps prepared: pages of ours ask some forty."""


def connected(real: Path) -> sqlite3.Connection:
    """A connection to a file that never changes, for any thread."""
    return sqlite3.connect(
        f"{real.as_uri()}?immutable=1",
        uri=True,
        check_same_thread=False,
        cached_statements=PREPARED,
    )


class ShownRow(SimpleNamespace):
    """One row of a result; templates reach attributes without the error that a dictionary costs."""


def ask(conn: sqlite3.Connection, sql: str, **values: object) -> sqlite3.Cursor:
    """The rows of a query as tuples. They are not measured as those of a visitor's query are."""
    cursor = conn.cursor()
    cursor.row_factory = None
    return cursor.execute(sql, values)


def rows(conn: sqlite3.Connection, sql: str, **values: object) -> list[ShownRow]:
    """All rows of a query. Of columns that share a name the last counts."""
    cursor = ask(conn, sql, **values)
    names = [each[0] for each in cursor.description]
    return [ShownRow(**dict(zip(names, row, strict=True))) for row in cursor]


def first(conn: sqlite3.Connection, sql: str, **values: object) -> ShownRow | None:
    """The first row of a query; None where there is none."""
    found = rows(conn, sql, **values)
    return found[0] if found else None


def count(conn: sqlite3.Connection, sql: str, **values: object) -> int:
    """The one number a query gives."""
    found: int = ask(conn, sql, **values).fetchone()[0]
    return found

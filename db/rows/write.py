"""Rows into a fresh SQLite file that is checked and byte for byte the same for the same rows.

No clock and no order but the given one: page size and settings are fixed, the file is vacuumed.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import gettempdir

from archive.ledger import require_handles
from db.rows.assemble import Tables
from db.rows.tables import create_indexes, create_tables, insert_rows
from schema.errors import BuildError, StoppedError
from schema.rows import ROWS

PAGE_SIZE = 4096
_DISK_CODES = {sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN}


def write_database(path: Path, tables: Tables) -> None:
    """Make the file from nothing and check it.

    Raises: BuildError when SQLite finds it unsound, a foreign key broken or rows missing;
    StoppedError when the disk does not take it.
    """
    path.unlink(missing_ok=True)
    with _disk_of(path):
        _write(path, tables)
    counts = {model.table: len(tables[model]) for model in ROWS}
    problems = database_problems(path, counts)
    if problems:
        raise BuildError(what=f"the new database is not sound: {'; '.join(problems)}")


def _write(path: Path, tables: Tables) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        # The file is thrown away if anything fails, so no journal is needed to undo it.
        connection.execute(f"PRAGMA page_size = {PAGE_SIZE}")
        connection.execute("PRAGMA journal_mode = OFF")
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute("PRAGMA foreign_keys = OFF")
        create_tables(connection)
        connection.execute("BEGIN")
        for model in ROWS:
            insert_rows(connection, model, tables[model])
        connection.execute("COMMIT")
        create_indexes(connection)
        connection.execute("VACUUM")


@contextmanager
def _disk_of(path: Path) -> Iterator[None]:
    """What SQLite says of the disk, told with the file that it was writing."""
    try:
        yield
    except sqlite3.OperationalError as error:
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        if code == sqlite3.SQLITE_CANTOPEN:
            require_handles()
        if code not in _DISK_CODES:
            raise
        where = f"{path}: cannot be written there, or sorted in {gettempdir()}"
        raise StoppedError(what=f"{where}: {error}") from error


def database_problems(path: Path, counts: dict[str, int]) -> list[str]:
    """What is wrong with a database file; `counts` says how many rows each table must have."""
    try:
        with closing(connect_read_only(path)) as connection:
            return _problems(connection, counts)
    except sqlite3.DatabaseError as error:
        return [f"not readable: {error}"]


def connect_read_only(path: Path) -> sqlite3.Connection:
    """A connection that cannot change the file and leaves nothing beside it."""
    uri = path.resolve().as_uri()
    return sqlite3.connect(f"{uri}?mode=ro&immutable=1", uri=True)


def _problems(connection: sqlite3.Connection, counts: dict[str, int]) -> list[str]:
    checked = [str(row[0]) for row in connection.execute("PRAGMA integrity_check(5)")]
    found = [] if checked == ["ok"] else checked
    for table, row, other, _ in connection.execute("PRAGMA foreign_key_check").fetchmany(5):
        found.append(f"row {row} of {table} refers to no row of {other}")
    listed = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
    present = {name for (name,) in listed}
    for table, count in counts.items():
        sql = f'SELECT count(*) FROM "{table}"'
        there = connection.execute(sql).fetchone()[0] if table in present else -1
        found += [] if there == count else [f"{table} has {there} rows, not {count}"]
    return found

"""A published database file made: from nothing, or from the last one and what changed since.

    work file, fresh or a copy -> rows of pages -> things joined -> indexes and search -> candidate

Both ways give the same bytes: ids follow from what is archived, and the candidate is written anew
from the work file, table by table. No clock, and memory does not grow with the pages.
"""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import gettempdir
from typing import Any

from archive.ledger import require_handles
from db.rows.tables import create_indexes, create_tables, insert_rows, refresh_search
from db.rows.things import JOINED, join_things
from db.staging.ids import PublicIds
from db.staging.staging import Staging
from schema.errors import BuildError, StoppedError
from schema.rows import EDITION, ROWS, SEARCHED
from schema.rows.row import Row

PAGE_SIZE = 4096
CACHE_KIB = 16 << 10
"""So much of the work file is kept in memory. Units: KiB."""
_DISK_CODES = {sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN}
_VERSIONS = "SELECT id FROM comparison_version WHERE page_id IN (SELECT page_id FROM changed)"
_OF_PAGES = (
    f"DELETE FROM finding WHERE version_id IN ({_VERSIONS})",
    f"DELETE FROM version_side WHERE version_id IN ({_VERSIONS})",
    "DELETE FROM change WHERE comparison_id IN (SELECT page_id FROM changed)",
    "DELETE FROM comparison_version WHERE page_id IN (SELECT page_id FROM changed)",
    "DELETE FROM comparison WHERE id IN (SELECT page_id FROM changed)",
    "DELETE FROM failure WHERE page_id IN (SELECT page_id FROM changed)",
    "DELETE FROM capture WHERE page_id IN (SELECT page_id FROM changed)",
    "DELETE FROM page WHERE id IN (SELECT page_id FROM changed)",
)


class Work:
    """The work file. Shape: `with Work(path, base) as work`, rows in, `finish(candidate)` at last.

    Absent: without `base` it begins empty; else it begins as a copy of that published file.
    """

    def __init__(self, path: Path, base: Path | None) -> None:
        self.path, self.is_part = path, base is not None
        path.unlink(missing_ok=True)
        if base is not None:
            shutil.copyfile(base, path)
        self.db = sqlite3.connect(path, isolation_level=None)

    def __enter__(self) -> Work:
        """Ready for rows, within one transaction."""
        # The file is thrown away if anything fails, so no journal is needed to undo it.
        for setting in ("journal_mode = OFF", "synchronous = OFF", "foreign_keys = OFF"):
            self.db.execute(f"PRAGMA {setting}")
        self.db.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
        if not self.is_part:
            self.db.execute(f"PRAGMA page_size = {PAGE_SIZE}")
            create_tables(self.db)
        self.db.execute("BEGIN")
        if self.is_part:
            for table in SEARCHED:
                self.db.execute(f"CREATE TEMP TABLE searched_{table} AS {_searched(table)}")
        return self

    def __exit__(self, *error: object) -> None:
        """Let the file go, and nothing be left of it."""
        self.db.close()
        self.path.unlink(missing_ok=True)

    def insert(self, model: type[Row], made: Iterable[tuple[Any, ...]]) -> None:
        """Add rows in the order of the table's columns."""
        insert_rows(self.db, model, made)

    def remove_pages(self, pages: Iterable[int]) -> None:
        """Take out all that is of these pages."""
        self.db.execute("CREATE TEMP TABLE changed (page_id INTEGER PRIMARY KEY)")
        self.db.executemany("INSERT INTO changed VALUES (?)", ((page,) for page in pages))
        for sql in _OF_PAGES:
            self.db.execute(sql)

    def join(self, staging: Staging, bounds: tuple[str, str]) -> None:
        """Make the rows of what versions show, of the words that the staging file holds.

        Shape: `bounds` are the dates between which a page is not due.
        """
        self.db.execute("COMMIT")
        self.db.execute("ATTACH ? AS staging", (f"{staging.path}",))
        self.db.execute("BEGIN")
        if self.is_part:
            self.db.execute(_DUE, bounds)
            self.db.execute("DELETE FROM finding WHERE card_id IS NOT NULL OR quote_id IS NOT NULL")
            for model in JOINED:
                self.db.execute(f"DELETE FROM {model.table}")
        join_things(self.db, PublicIds(staging.db))
        # From here on the staging file can be written to: what is read of texts is kept there.
        self.db.execute("COMMIT")
        self.db.execute("DETACH staging")
        self.db.execute("BEGIN")

    def _is_searched_anew(self, table: str) -> bool:
        """Whether words that are searched have changed."""
        before, now = f"SELECT * FROM searched_{table}", _searched(table)
        sql = f"SELECT EXISTS ({before} EXCEPT {now}) OR EXISTS ({now} EXCEPT {before})"
        return bool(self.db.execute(sql).fetchone()[0])

    def replace(self, model: type[Row], made: Iterable[tuple[Any, ...]]) -> None:
        """Let a table hold just these rows."""
        if self.is_part:
            self.db.execute(f'DELETE FROM "{model.table}"')
        self.insert(model, made)

    def counts(self) -> dict[str, int]:
        """How many rows each table has."""
        ask = self.db.execute
        return {
            model.table: ask(f'SELECT count(*) FROM "{model.table}"').fetchone()[0]
            for model in ROWS
        }

    def finish(self, candidate: Path) -> None:
        """Write the candidate: indexed, searchable, the same bytes for the same rows."""
        self.db.execute("COMMIT")
        if self.is_part:
            refresh_search(self.db, [each for each in SEARCHED if self._is_searched_anew(each)])
        else:
            create_indexes(self.db)
            refresh_search(self.db, SEARCHED)
        # How often the schema was changed is all that could tell one way from the other.
        self.db.execute("PRAGMA schema_version = 1")
        candidate.unlink(missing_ok=True)
        self.db.execute("VACUUM INTO ?", (f"{candidate}",))


_DUE = """
UPDATE page SET due = 1 - page.due FROM staging.page AS now WHERE now.public = page.id
  AND page.due <> (now.due IS NOT NULL AND NOT (now.due > ? AND now.due <= ?))
"""


def _searched(table: str) -> str:
    return f"SELECT id, {', '.join(SEARCHED[table])} FROM {table}"


def require_sound(path: Path, counts: dict[str, int]) -> None:
    """Pass where SQLite finds a file sound, no foreign key is broken and no row is missing.

    Raises: BuildError.
    """
    problems = database_problems(path, counts)
    if problems:
        raise BuildError(what=f"the new database is not sound: {'; '.join(problems)}")


@contextmanager
def disk_of_database(path: Path) -> Iterator[None]:
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


def is_of_this_edition(connection: sqlite3.Connection) -> bool:
    """Whether a file has the tables that a build makes now."""
    return bool(connection.execute("PRAGMA user_version").fetchone()[0] == EDITION)


def id_suffix(connection: sqlite3.Connection, schema: str = "main") -> str:
    """What ends the names of columns that hold a row's id; nothing in files before edition 1."""
    (edition,) = connection.execute(f"PRAGMA {schema}.user_version").fetchone()
    return "_id" if edition else ""


def database_problems(path: Path, counts: dict[str, int]) -> list[str]:
    """What is wrong with a database file; `counts` says how many rows each table must have."""
    try:
        with closing(connect_read_only(path)) as connection:
            return _problems(connection, counts)
    except sqlite3.DatabaseError as error:
        return [f"not readable: {error}"]


def connect_read_only(path: Path) -> sqlite3.Connection:
    """A connection that cannot change the file and leaves nothing beside it."""
    return sqlite3.connect(_address(path), uri=True)


def connect_beside(old: Path | None, new: Path) -> sqlite3.Connection:
    """Two files attached as `old` and `new`, neither of which the connection can change."""
    db = sqlite3.connect(":memory:", uri=True)
    for name, path in (("old", old), ("new", new)):
        if path is not None:
            db.execute(f"ATTACH ? AS {name}", (_address(path),))
    return db


def _address(path: Path) -> str:
    return f"{path.resolve().as_uri()}?mode=ro&immutable=1"


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

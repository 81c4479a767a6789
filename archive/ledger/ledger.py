"""The ledger file: opened by one writer that waits, or read in one short read.

Rollback journal and synchronous=EXTRA: in a replay of power cuts nothing acknowledged was lost
with these. The journal stays while the ledger is open and its header is emptied at each commit,
which takes half as long as making and deleting a file; it is deleted when the ledger is let go.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from functools import lru_cache
from pathlib import Path
from typing import Any

from archive.home import NO_ARCHIVE, WAY_OUT
from archive.ledger.tables import APPLICATION_ID, MIGRATIONS
from schema.errors import IntegrityError, StartError, StoppedError

_DISK_CODES = {
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_CANTOPEN,
}
_BROKEN_CODES = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}
_HANDLES = 4
"""So many files SQLite may have open at once for one: itself, journal, folder, sorting."""
BUSY_MS = 60_000
"""How long the writer waits for readers. Units: milliseconds."""
JOURNAL_BYTES = 1 << 20
"""What a journal keeps of its length after a large transaction. Units: bytes."""


class Ledger:
    """The writer's connection: one a home, under the home's lock."""

    def __init__(self, path: Path) -> None:
        self.path = path
        # SQLite opens such a file all the same, for reading, and says so at the first commit.
        if path.exists() and not os.access(path, os.W_OK):
            raise StartError(what=f"{path}: cannot be written to")
        self._db = _connect(path)
        try:
            with _errors_of(path, of_disk=StartError):
                self._prepare()
        except BaseException:
            self._db.close()
            raise

    def _prepare(self) -> None:
        # Asked of SQLite: after a crash in the very first commit the file is not empty yet.
        is_new = _is_blank(self._db)
        if not is_new:
            # Before anything that writes: a file that is not ours to change stays as it is.
            _require_ours(self._db, self.path)
        self._db.execute("PRAGMA journal_mode = PERSIST")
        self._db.execute(f"PRAGMA journal_size_limit = {JOURNAL_BYTES}")
        self._db.execute("PRAGMA synchronous = EXTRA")
        # A large transaction that spills would shut readers out until its end.
        self._db.execute("PRAGMA cache_spill = OFF")
        if not is_new:
            # With 100,000 captures 0.7 s, where quick_check, which reads no index, takes 0.35 s.
            verdict = self._db.execute("PRAGMA integrity_check(1)").fetchone()[0]
            if verdict != "ok":
                what = f"not a sound ledger: {verdict}; {WAY_OUT}"
                raise IntegrityError(where=str(self.path), what=what)
        if _version(self._db) < len(MIGRATIONS):
            with self.transaction() as db:
                _bring_up_to_date(db)
        # Not before: a table that others refer to is made anew on the way.
        self._db.execute("PRAGMA foreign_keys = ON")

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """One transaction: committed at the end, undone when anything is raised.

        Raises: StoppedError when readers hold the ledger too long or the disk is full;
        IntegrityError when the file is found broken.
        """
        with _errors_of(self.path):
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield self._db
                self._db.execute("COMMIT")
            except BaseException:
                # SQLite has undone it by itself where the disk was full.
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                raise

    @contextmanager
    def step(self) -> Iterator[sqlite3.Connection]:
        """A part of the transaction that is open, or where none is, a transaction of its own."""
        if self._db.in_transaction:
            yield self._db
            return
        with self.transaction() as db:
            yield db

    def rows(self, sql: str, values: Sequence[object] = ()) -> list[sqlite3.Row]:
        """All rows of a query, read at once.

        Raises: StoppedError when the disk does not give them; IntegrityError when the file is
        found broken.
        """
        with _errors_of(self.path):
            return self._db.execute(sql, values).fetchall()

    def stream(self, sql: str, values: Sequence[object] = ()) -> Iterator[sqlite3.Row]:
        """The rows of a query one by one; nothing is written before the last. Raises: as `rows`."""
        with _errors_of(self.path):
            yield from self._db.execute(sql, values)

    def value(self, sql: str, values: Sequence[object] = ()) -> Any:
        """The first value of a query's first row; None where there is no row."""
        rows = self.rows(sql, values)
        return rows[0][0] if rows else None

    def close(self) -> None:
        """Let the file go, and the journal with it where the disk lets it be deleted."""
        # Closed already, or broken: an empty journal that stays is nobody's journal.
        with suppress(sqlite3.Error):
            self._db.execute("PRAGMA journal_mode = DELETE")
        self._db.close()


def insert(
    db: sqlite3.Connection, table: str, row: Mapping[str, object], verb: str = "INSERT"
) -> int:
    """Enter a row in a table of ours, its values by their columns.

    Shape: gives its number, which is that in `row` unless another row has it.
    """
    found: int = db.execute(_insertion(verb, table, tuple(row)), row).fetchone()[0]
    return found


@lru_cache(maxsize=64)
def _insertion(verb: str, table: str, names: tuple[str, ...]) -> str:
    free = f"(SELECT iif(count(*), NULL, :id) FROM {table} WHERE id = :id)"
    marks = ", ".join(free if name == "id" else f":{name}" for name in names)
    return f"{verb} INTO {table} ({', '.join(names)}) VALUES ({marks}) RETURNING id"


def update(
    db: sqlite3.Connection, table: str, number: int | None, row: Mapping[str, object]
) -> None:
    """Set columns of the row with a number."""
    names = ", ".join(f"{name} = :{name}" for name in row)
    db.execute(f"UPDATE {table} SET {names} WHERE id = :id", {**row, "id": number})


def read_rows(path: Path, sql: str, values: Sequence[object] = ()) -> list[sqlite3.Row]:
    """All rows of one query, in one short read that lets go at once.

    A ledger of an older version is read as a writer of this version would find it, and stays
    as it is.

    Raises: StartError when there is no ledger, or nothing in it yet; IntegrityError when it is
    not ours or not sound; StoppedError when the disk, or a writer, does not let it be read.
    """
    with _as_now(path) as db:
        return db.execute(sql, values).fetchall()


def stream_rows(path: Path, sql: str, values: Sequence[object] = ()) -> Iterator[sqlite3.Row]:
    """The rows of one query one by one, for more than memory should hold.

    They are put aside in a temporary file first, in one short read: a writer need not wait until
    the last is looked at. Raises: as `read_rows`.
    """
    with _as_now(path) as db:
        db.execute("PRAGMA query_only = OFF")
        db.execute(f"CREATE TEMP TABLE aside AS {sql}", values)
        yield from db.execute("SELECT * FROM aside ORDER BY rowid")


@contextmanager
def _as_now(path: Path) -> Iterator[sqlite3.Connection]:
    """A connection that finds the tables of this version; raises as `read_rows` says."""
    with _reading(path) as db:
        if _version(db) == len(MIGRATIONS):
            yield db
            return
        # Nameless, it is a temporary file once it is larger than SQLite's cache.
        with closing(sqlite3.connect("", isolation_level=None)) as copy:
            copy.row_factory = sqlite3.Row
            db.backup(copy)
            _bring_up_to_date(copy)
            yield copy


@contextmanager
def _reading(path: Path) -> Iterator[sqlite3.Connection]:
    """A connection that only reads; raises as `read_rows` says."""
    if not path.is_file():
        raise StartError(what=f"{path}: {NO_ARCHIVE}")
    with _errors_of(path, is_reading=True), closing(_connect(path)) as db:
        # Not opened read-only: after a crash a reader may have to roll the journal back.
        db.execute("PRAGMA query_only = ON")
        # A new ledger is blank until the one commit that makes all of it.
        if _is_blank(db):
            raise StartError(what=f"{path}: there is nothing in the ledger yet")
        _require_ours(db, path)
        yield db


def copy_ledger(path: Path, target: Path) -> None:
    """Make a sound copy of a ledger as it is at one moment, while a crawl may be writing to it.

    Raises: as `read_rows`; StoppedError also when the copy cannot be written.
    """
    target.unlink(missing_ok=True)
    with _reading(path) as db, closing(_connect(target)) as copy:
        # Until it is renamed, nothing relies on the copy; the read stays short without these.
        copy.execute("PRAGMA journal_mode = OFF")
        copy.execute("PRAGMA synchronous = OFF")
        try:
            db.backup(copy)
        except sqlite3.OperationalError as error:
            raise StoppedError(what=f"{path}: cannot be copied to {target}: {error}") from error
        verdict = copy.execute("PRAGMA integrity_check(1)").fetchone()[0]
    if verdict != "ok":
        raise IntegrityError(where=str(path), what=f"not a sound ledger: {verdict}; {WAY_OUT}")


def _version(db: sqlite3.Connection) -> int:
    version: int = db.execute("PRAGMA user_version").fetchone()[0]
    return version


def _bring_up_to_date(db: sqlite3.Connection) -> None:
    for step in MIGRATIONS[_version(db) :]:
        for statement in step.split(";"):
            db.execute(statement)
    db.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    db.execute(f"PRAGMA user_version = {len(MIGRATIONS)}")


def _connect(path: Path) -> sqlite3.Connection:
    try:
        db = sqlite3.connect(path, isolation_level=None, timeout=BUSY_MS / 1000)
    except sqlite3.OperationalError as error:
        require_handles()
        raise StartError(what=f"{path}: cannot be opened: {error}") from error
    db.row_factory = sqlite3.Row
    return db


def require_handles() -> None:
    """Be sure that it is not for want of file handles when SQLite cannot open one.

    Raises: OSError where it is; SQLite says the same of any file that is not there.
    """
    opened: list[int] = []
    try:
        for _ in range(_HANDLES):
            opened.append(os.open(os.devnull, os.O_RDONLY))
    finally:
        for handle in opened:
            os.close(handle)


def _is_blank(db: sqlite3.Connection) -> bool:
    """Whether nothing was ever committed; a commit that a crash cut off is undone by asking."""
    return bool(db.execute("PRAGMA page_count").fetchone()[0] == 0)


@contextmanager
def _errors_of(
    path: Path, of_disk: type[StartError | StoppedError] = StoppedError, *, is_reading: bool = False
) -> Iterator[None]:
    """What SQLite says of the disk, or of what the file holds, told as ours; a bug stays a bug."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        if code == sqlite3.SQLITE_CANTOPEN:
            require_handles()
        if code == sqlite3.SQLITE_READONLY and is_reading:
            what = f"{path}: a run was killed here, and its last commit is to be undone first, but"
            what += f" nothing can be written; copy the home, {path.name}-journal included, to a"
            raise StartError(what=f"{what} place where it can") from error
        if code in _DISK_CODES:
            raise of_disk(what=f"{path}: {error}") from error
        if code in _BROKEN_CODES:
            what = f"not a sound ledger: {error}; {WAY_OUT}"
            raise IntegrityError(where=str(path), what=what) from error
        raise


def _require_ours(db: sqlite3.Connection, path: Path) -> None:
    if db.execute("PRAGMA application_id").fetchone()[0] != APPLICATION_ID:
        raise IntegrityError(where=str(path), what="is not a ledger of this program")
    if _version(db) > len(MIGRATIONS):
        raise StartError(what=f"{path}: was made by a newer version of this program")

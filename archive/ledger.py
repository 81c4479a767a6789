"""The ledger file: opened by one writer that waits, or read in one short read.

Rollback journal and synchronous=EXTRA: in a replay of power cuts nothing acknowledged was lost
with these, and something was with every cheaper setting.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from archive.tables import APPLICATION_ID, MIGRATIONS
from schema.errors import IntegrityError, StartError, StoppedError

BUSY_MS = 60_000
"""How long the writer waits for readers. Units: milliseconds."""


class Ledger:
    """The writer's connection: one a home, under the home's lock."""

    def __init__(self, path: Path) -> None:
        self.path = path
        is_new = not path.exists() or path.stat().st_size == 0
        self._db = _connect(path)
        try:
            self._prepare(is_new)
        except sqlite3.DatabaseError as error:
            self._db.close()
            raise IntegrityError(where=str(path), what=f"not a sound ledger: {error}") from error

    def _prepare(self, is_new: bool) -> None:
        self._db.execute("PRAGMA journal_mode = DELETE")
        self._db.execute("PRAGMA synchronous = EXTRA")
        self._db.execute("PRAGMA foreign_keys = ON")
        if not is_new:
            _require_ours(self._db, self.path)
            verdict = self._db.execute("PRAGMA quick_check(1)").fetchone()[0]
            if verdict != "ok":
                raise IntegrityError(where=str(self.path), what=str(verdict))
        self._migrate()

    def _migrate(self) -> None:
        version = self._db.execute("PRAGMA user_version").fetchone()[0]
        if version == len(MIGRATIONS):
            return
        with self.transaction() as db:
            for step in MIGRATIONS[version:]:
                for statement in step.split(";"):
                    db.execute(statement)
            db.execute(f"PRAGMA application_id = {APPLICATION_ID}")
            db.execute(f"PRAGMA user_version = {len(MIGRATIONS)}")

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """One transaction: committed at the end, undone when anything is raised.

        Raises: StoppedError when readers hold the ledger too long or the disk is full.
        """
        try:
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield self._db
            except BaseException:
                # SQLite has undone it by itself where the disk was full.
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                raise
            self._commit()
        except sqlite3.OperationalError as error:
            raise StoppedError(what=f"{self.path}: {error}") from error

    def _commit(self) -> None:
        try:
            self._db.execute("COMMIT")
        except sqlite3.OperationalError:
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")
            raise

    def rows(self, sql: str, values: Sequence[object] = ()) -> list[sqlite3.Row]:
        """All rows of a query, read at once."""
        return self._db.execute(sql, values).fetchall()

    def value(self, sql: str, values: Sequence[object] = ()) -> Any:
        """The first value of a query's first row; None where there is no row."""
        row = self._db.execute(sql, values).fetchone()
        return None if row is None else row[0]

    def close(self) -> None:
        """Let the file go."""
        self._db.close()


def read_rows(path: Path, sql: str) -> list[sqlite3.Row]:
    """All rows of one query, in one short read that lets go at once.

    Raises: StartError when there is no ledger; IntegrityError when it is not ours or not sound.
    """
    if not path.is_file():
        raise StartError(what=f"{path}: there is no ledger here")
    try:
        with closing(_connect(path)) as db:
            # Not opened read-only: after a crash a reader may have to roll the journal back.
            db.execute("PRAGMA query_only = ON")
            _require_ours(db, path)
            return db.execute(sql).fetchall()
    except sqlite3.DatabaseError as error:
        raise IntegrityError(where=str(path), what=f"not a sound ledger: {error}") from error


def _connect(path: Path) -> sqlite3.Connection:
    try:
        db = sqlite3.connect(path, isolation_level=None, timeout=BUSY_MS / 1000)
    except sqlite3.OperationalError as error:
        raise StartError(what=f"{path}: cannot be opened: {error}") from error
    db.row_factory = sqlite3.Row
    return db


def _require_ours(db: sqlite3.Connection, path: Path) -> None:
    if db.execute("PRAGMA application_id").fetchone()[0] != APPLICATION_ID:
        raise IntegrityError(where=str(path), what="is not a ledger of this program")
    version = db.execute("PRAGMA user_version").fetchone()[0]
    if version > len(MIGRATIONS):
        raise StartError(what=f"{path}: was made by a newer version of this program")

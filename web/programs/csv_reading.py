"""The bytes of a CSV file, read part by part within its bounds, and what is told of them."""

from __future__ import annotations

import hashlib
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from itertools import islice
from pathlib import Path
from typing import TypeVar

from web.asking import connected
from web.hardening import LARGEST_RESULT, harden
from web.programs.csv_asked import CsvWanted
from web.programs.csv_rows import line
from web.programs.shapes import CsvAnswer
from web.upstream import QueryInterrupted, sqlite_timelimit

T = TypeVar("T")
CHUNK = 1 << 18
"""Units: bytes."""


class Reading:
    """The bytes of a file, a part at a time, from a connection of its own; close it in the end."""

    def __init__(self, database: Path, asked: CsvWanted) -> None:
        self.asked, self.rows, self.is_complete = asked, 0, True
        self._deadline = time.monotonic() + asked.within_ms / 1000
        self._conn = connected(database)
        harden(self._conn)
        self._cursor = self._conn.cursor()
        self._cursor.row_factory = None
        self._bytes = 0
        self._parts = self._read()

    def next(self) -> bytes:
        """The next bytes; none at the end.

        Raises: QueryInterrupted when the time is over; sqlite3.Error as SQLite does.
        """
        return self._bounded(lambda: next(self._parts, b""))

    def has_more_than_most(self) -> bool:
        """Whether more rows would come than a file may have."""
        sql = f"select 1 from ({self.asked.sql}\n) limit 1 offset {self.asked.most}"
        return self._bounded(
            lambda: self._conn.execute(sql, self.asked.values).fetchone() is not None
        )

    def close(self) -> None:
        """Let go of the file."""
        self._conn.close()

    @property
    def left_s(self) -> float:
        """How much time there is still. Units: seconds."""
        return max(self._deadline - time.monotonic(), 0)

    def _bounded(self, step: Callable[[], T]) -> T:
        try:
            with sqlite_timelimit(self._conn, int(self.left_s * 1000) + 1):
                return step()
        except sqlite3.OperationalError as error:
            if error.args == ("interrupted",):
                raise QueryInterrupted(error, self.asked.sql, self.asked.values) from error
            raise

    def _read(self) -> Iterator[bytes]:
        self._cursor.execute(self.asked.sql, self.asked.values)
        part = line(each[0] for each in self._cursor.description).encode()
        lines = [part]
        size = len(part)
        for row in islice(self._cursor, self.asked.most):
            part = line(row).encode()
            if self.asked.is_whole and self._bytes + size + len(part) > LARGEST_RESULT:
                self.is_complete = False
                break
            lines.append(part)
            self.rows += 1
            size += len(part)
            if size >= CHUNK:
                self._bytes += size
                yield b"".join(lines)
                lines, size = [], 0
        else:
            self.is_complete = next(self._cursor, None) is None
        yield b"".join(lines)


def all_of(reading: Reading) -> Iterator[bytes]:
    """Every part of a file."""
    return iter(reading.next, b"")


def told(database: Path, asked: CsvWanted) -> CsvAnswer:
    """How many rows a file has, whether these are all, and the hash of its bytes."""
    digest, size = hashlib.sha256(), 0
    with closing(Reading(database, asked)) as reading:
        for part in all_of(reading):
            digest.update(part)
            size += len(part)
        return CsvAnswer(
            csv="",
            rows=reading.rows,
            most_rows=asked.most,
            is_complete=reading.is_complete,
            bytes=size,
            sha256=digest.hexdigest(),
        )

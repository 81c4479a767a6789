"""Segments: WARC files that only grow, are mended after a crash, and never change once sealed."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from archive.home import Home
from archive.ledger.ledger import Ledger, insert, update
from archive.warc.record import fields, member
from machine.clock import stamp
from machine.failpoints import reach
from machine.files import file_sha256, fsync_file, fsync_folder, synced, unused
from schema.errors import IntegrityError, StoppedError

SEGMENT_BYTES = 64 << 20
"""A segment is sealed once it is larger. Units: bytes."""
OPEN = ".open"
"""What the name of a segment ends with while it is written."""


class SegmentWriter:
    """The open segment of one site: bytes go to its end, and to the disk, before anything else."""

    def __init__(self, home: Home, ledger: Ledger, site: str) -> None:
        self._home, self._ledger, self.site = home, ledger, site
        row = ledger.rows("SELECT * FROM segment WHERE site = ? AND is_sealed = 0", (site,))
        if not row:
            home.require_room(SEGMENT_BYTES, StoppedError)
        self.id, self.name, self.end = _row(row[0]) if row else _register(home, ledger, site)
        self._is_unsafe = False
        reach("segment-entered")
        path = open_path(home, self.name)
        with disk_of(path):
            self._file = path.open("ab", buffering=0)
            fsync_folder(home.warc)
        reach("segment-opened")

    def append(self, data: bytes) -> int:
        """Write `data` at the end, durably once `sync` was called; gives where it begins.

        Raises: StoppedError when the disk does not take it; the file is then as before.
        """
        head = _warcinfo(self.name) if self.end == 0 else b""
        try:
            _write_all(self._file.fileno(), head + data)
        except OSError as error:
            self.cut_back(self.end)
            raise StoppedError(
                what=f"{self.name}: {len(data)} bytes could not be written: {error.strerror}"
            ) from error
        reach("written")
        start = self.end + len(head)
        self.end = start + len(data)
        return start

    def sync(self) -> None:
        """Make all that was written durable. Raises: StoppedError when the disk cannot."""
        try:
            os.fsync(self._file.fileno())
        except OSError as error:
            self._is_unsafe = True
            raise StoppedError(
                what=f"{self.name}: what was written could not be made durable:"
                f" {error.strerror}; nothing more is written to this segment"
            ) from error
        reach("synced")

    def cut_back(self, end: int) -> None:
        """Take back what was written after `end` and never acknowledged.

        After a failed fsync the file is given up: a second one could say that lost bytes are safe.
        """
        with disk_of(open_path(self._home, self.name)):
            os.ftruncate(self._file.fileno(), end)
            self.end = end
            if self._is_unsafe:
                self._file.close()
                _retire(self._home, self._ledger, self.id, self.name, end)

    @property
    def is_full(self) -> bool:
        """Whether the segment should be sealed and a new one begun."""
        return self.end >= SEGMENT_BYTES

    def close(self) -> None:
        """Let the file go, and seal it when it holds anything."""
        with disk_of(open_path(self._home, self.name)):
            self._file.close()
        if self.end:
            seal(self._home, self._ledger, self.id, self.name)


def open_path(home: Home, name: str) -> Path:
    """Where a segment lies while it is written."""
    return home.warc / (name + OPEN)


def seal(home: Home, ledger: Ledger, segment_id: int, name: str) -> None:
    """Give a segment its final name, for good; can be done again after a crash in the middle.

    Raises: StoppedError when the disk fails; a file that cannot be synced is sealed first.
    """
    before = open_path(home, name)
    failure: OSError | None = None
    if before.exists():
        try:
            fsync_file(before)
        except OSError as error:
            failure = error  # every byte was synced when it was acknowledged
        reach("seal-synced")
    _seal_as_it_stands(home, ledger, segment_id, name)
    if failure is not None:
        raise StoppedError(what=f"{name}: {failure.strerror}; it is sealed") from failure


def _seal_as_it_stands(home: Home, ledger: Ledger, segment_id: int, name: str) -> None:
    before, after = open_path(home, name), home.warc / name
    with disk_of(after):
        if before.exists() and after.exists():
            raise IntegrityError(where=str(before), what="a sealed segment has that name already")
        if before.exists():
            before.rename(after)
            reach("seal-renamed")
            fsync_folder(home.warc)
        after.chmod(0o444)
        sha256 = file_sha256(after)
    reach("seal-hashed")
    with ledger.transaction() as db:
        row = {"sha256": sha256, "length": after.stat().st_size, "sealed_at": stamp()}
        update(db, "segment", segment_id, row | {"is_sealed": 1})
    reach("sealed")


def _retire(home: Home, ledger: Ledger, segment_id: int, name: str, end: int) -> None:
    """Give up a file whose fsync failed: what was acknowledged in it is sealed as it stands."""
    if end:
        _seal_as_it_stands(home, ledger, segment_id, name)
        return
    with disk_of(home.warc):
        open_path(home, name).unlink(missing_ok=True)
        fsync_folder(home.warc)


@contextmanager
def disk_of(path: Path) -> Iterator[None]:
    """What the disk refuses ends the run, which can be taken up again."""
    try:
        yield
    except OSError as error:
        raise StoppedError(what=f"{error.filename or path}: {error.strerror}") from error


def recover(home: Home, ledger: Ledger) -> list[Path]:
    """Bring the open segments back to what the ledger knows; gives the files put in quarantine.

    Raises: IntegrityError naming the addresses whose bytes are missing; StoppedError when the
    disk fails.
    """
    moved = []
    for row in ledger.rows("SELECT * FROM segment WHERE is_sealed = 0 ORDER BY id"):
        segment_id, name, length = _row(row)
        path = open_path(home, name)
        if not path.exists() and (home.warc / name).exists():
            _require_length(ledger, home.warc / name, segment_id, length)
            seal(home, ledger, segment_id, name)
            continue
        if length or path.exists():
            _require_length(ledger, path, segment_id, length)
        if path.exists() and path.stat().st_size > length:
            with disk_of(path):
                moved.append(_keep_tail(home, path, length))
            reach("tail-kept")
            try:
                _cut_tail(path, length)
            except _SyncError as error:
                _retire(home, ledger, segment_id, name, length)
                raise StoppedError(what=f"{path}: {error}; it gets no more bytes") from error
            reach("tail-cut")
    return moved


class _SyncError(Exception):
    """The file was cut, but not durably."""


def _keep_tail(home: Home, path: Path, length: int) -> Path:
    """Copy what lies behind `length` into quarantine, under a name of its own."""
    kept = unused(home.quarantine, f"{path.name}.{length}.{stamp().replace(':', '')}")
    with path.open("rb") as file, synced(kept, "xb") as tail:
        file.seek(length)
        shutil.copyfileobj(file, tail)
    fsync_folder(home.quarantine)
    return kept


def _cut_tail(path: Path, length: int) -> None:
    with disk_of(path):
        os.truncate(path, length)
    try:
        fsync_file(path)
    except OSError as error:
        raise _SyncError(error.strerror) from error


def _require_length(ledger: Ledger, path: Path, segment_id: int, length: int) -> None:
    size = path.stat().st_size if path.exists() else 0
    if size >= length:
        return
    lost = ledger.rows(
        "SELECT url FROM capture WHERE segment_id = ? AND offset + length > ? ORDER BY id",
        (segment_id, size),
    )
    names = ", ".join(row["url"] for row in lost[:5])
    raise IntegrityError(
        where=str(path),
        what=f"LOST BYTES: {length - size} bytes, {len(lost)} captures are gone: {names};"
        " without a backup, `verdicts check --rebuild-ledger` has their pages asked for again",
    )


def _row(row: sqlite3.Row) -> tuple[int, str, int]:
    return row["id"], row["name"], row["length"]


def _register(home: Home, ledger: Ledger, site: str) -> tuple[int, str, int]:
    """Enter a new segment in the ledger, before its file exists; no name is taken twice."""
    with ledger.transaction() as db:
        number = db.execute("SELECT coalesce(max(id), 0) + 1 FROM segment").fetchone()[0]
        while any(home.warc.glob(f"*-{number:06d}.warc.gz*")):
            number += 1
        name = f"verdicts-{site}-{number:06d}.warc.gz"
        insert(db, "segment", {"id": number, "name": name, "site": site, "opened_at": stamp()})
    return number, name, 0


def _warcinfo(name: str) -> bytes:
    block = fields({"software": "verdicts", "format": "WARC File Format 1.1"})
    headers = {"WARC-Date": stamp(), "WARC-Filename": name}
    return member("warcinfo", block, headers, payload=None)


def _write_all(handle: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(handle, view) :]

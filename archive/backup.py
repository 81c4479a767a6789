"""A backup of a home, made while a crawl and a build may go on: ledger first, then its bytes.

Nothing in the home is changed or locked. The ledger is copied in one read; segments only grow, so
whatever that copy speaks of can be taken from them afterwards.
"""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from stat import S_ISREG

from archive.clock import stamp
from archive.copies import Entry, Manifest, Shelf, read_file
from archive.home import NO_ARCHIVE, Home
from archive.ledger import copy_ledger, read_rows
from archive.segments import OPEN
from archive.shelf_folder import FolderShelf
from archive.shelf_tar import TarShelf
from archive.withdrawal_copy import path_beside
from schema.errors import IntegrityError, StartError, UsageError

Progress = Callable[[str, int, int], None]
CURRENT = "current.db"
TAR = ".tar"


@dataclass(frozen=True, slots=True)
class Part:
    """A file of the home to be copied. Absent: `sha256` is None where nothing vouches for it."""

    path: str
    source: Path
    length: int
    sha256: str | None = None


@dataclass(slots=True)
class BackupReport:
    """What a backup did.

    Units: `bytes` counts what was copied or linked now, `size` all that the backup holds.
    """

    to: str
    made_at: str
    captures: int
    files: int = 0
    copied: int = 0
    bytes: int = 0
    size: int = 0
    problems: list[str] = field(default_factory=list)


def backup(home: Home, to: Path, *, has_records: bool = False, is_deep: bool = False,
           is_linked: bool = False, progress: Progress | None = None) -> BackupReport:
    """Make or renew the backup at `to`: a folder, or one file if its name ends in `.tar`.

    Shape: `is_deep` reads earlier copies again too, `is_linked` links sealed files where the
    file system is the same. What is damaged in the home is named in the report; a sound copy
    made before stays.
    Raises: StartError when there is no ledger or `to` is not ours to write; IntegrityError when
    the ledger is not sound; StoppedError when the disk does not take it. After any of these the
    earlier backup is as it was.
    """
    home.require_ledger()
    if not home.ledger.is_file():
        raise StartError(what=f"{home.ledger}: {NO_ARCHIVE}")
    if to.absolute().is_relative_to(home.path.absolute()):
        raise UsageError(what=f"{to}: a backup does not lie inside its home")
    shelf = _open_for_writing(to, is_deep=is_deep)
    ledger = shelf.temporary("ledger")
    try:
        copy_ledger(home.ledger, ledger)
        return _Backup(home, to, shelf, ledger, is_linked=is_linked).run(
            has_records=has_records, progress=progress or _silent)
    finally:
        shelf.close()
        ledger.unlink(missing_ok=True)


def _open_for_writing(to: Path, *, is_deep: bool) -> Shelf:
    if to.suffix == TAR and not to.is_dir():
        return TarShelf(to)
    if to.exists() and not to.is_dir():
        raise StartError(what=f"{to}: is neither a folder nor a file whose name ends in {TAR}")
    return FolderShelf(to, is_deep=is_deep)


def _silent(stage: str, done: int, total: int) -> None:
    """Progress that nobody asked for."""


class _Backup:
    """One backup, once the ledger's copy is there."""

    def __init__(self, home: Home, to: Path, shelf: Shelf, ledger: Path,
                 *, is_linked: bool) -> None:
        self._home, self._shelf, self._ledger = home, shelf, ledger
        self._is_linked = is_linked
        self._report = BackupReport(str(to), stamp(), _count(ledger, "capture"))
        self._identity = _identity(ledger)
        earlier = shelf.manifest
        if earlier is not None and earlier.home != self._identity:
            raise StartError(what=f"{to}: holds the backup of another home; choose another place")

    def run(self, *, has_records: bool, progress: Progress) -> BackupReport:
        current = [_current(self._home)]
        parts = [*self._ledger_part(), *self._copy(), *self._segments(), *self._public()]
        if has_records:
            parts += self._plain("records", self._home.records)
        entries = []
        for done, part in enumerate(parts, 1):
            entry = self._keep(part)
            if entry is not None:
                entries.append(entry)
            progress("copied", done, len(parts))
        current.insert(0, _current(self._home))  # a build may have moved it
        report = self._report
        self._shelf.finish(Manifest(
            home=self._identity, made_at=report.made_at, captures=report.captures,
            files=entries, current=self._chosen(current, entries), problems=report.problems))
        report.files, report.size = len(entries), sum(entry.size for entry in entries)
        return report

    def _chosen(self, names: list[str | None], entries: list[Entry]) -> str | None:
        """What the link names: the newest that was copied, or else one that was withdrawn."""
        copied = {entry.path for entry in entries}
        for name in names:
            if name and (f"public/{name}" in copied or self._is_withdrawn(name)):
                return name
        if any(names):
            self._report.problems.append(f"{self._home.public / CURRENT}: points to nothing")
        return None

    def _is_withdrawn(self, name: str) -> bool:
        """Whether a tombstone stands for it; the next build is measured by that."""
        return (self._home.public / name).with_suffix(".withdrawn.json").exists()

    def _keep(self, part: Part) -> Entry | None:
        """The copy of one file. Absent: None where it cannot be read, which the report says."""
        try:
            found = self._found(part)
            if found is not None:
                return found
            is_linked = self._is_linked and part.sha256 is not None
            entry = self._shelf.put(part.path, part.source, part.length, is_linked=is_linked)
        except IntegrityError as error:
            again = _changed(part)
            if again is not part:
                return None if again is None else self._keep(again)
            self._report.problems.append(str(error))
            return None
        if part.sha256 is not None and entry.sha256 != part.sha256:
            self._report.problems.append(f"{part.source}: its bytes are not those it was made of")
        self._report.copied += 1
        self._report.bytes += entry.size
        return entry

    def _found(self, part: Part) -> Entry | None:
        sha256 = part.sha256 or read_file(part.source, part.length).rest()
        found = self._shelf.find(part.path, part.length, sha256)
        if found is not None and not _has_length(part.source, part.length):
            what = "is missing or has another length; the backup holds a sound copy"
            self._report.problems.append(f"{part.source}: {what}")
        return found

    def _ledger_part(self) -> Iterator[Part]:
        size = self._ledger.stat().st_size
        yield Part("ledger.db", self._ledger, size)

    def _copy(self) -> Iterator[Part]:
        """The copy of the take-downs; one that came since the ledger's copy is in it."""
        path = path_beside(self._home.ledger)
        if path.is_file():
            yield Part(path.name, path, path.stat().st_size)

    def _segments(self) -> Iterator[Part]:
        rows = read_rows(self._ledger, "SELECT name, is_sealed, length, sha256 FROM segment"
                                       " ORDER BY id")
        for row in rows:
            name, length = row["name"], row["length"]
            if row["is_sealed"]:
                yield Part(f"warc/{name}", self._home.warc / name, length, row["sha256"])
            elif length:
                yield Part(f"warc/{name}{OPEN}", self._open_source(name), length)

    def _open_source(self, name: str) -> Path:
        path = self._home.warc / (name + OPEN)
        # It may have been sealed since the ledger was copied.
        return path if path.exists() else self._home.warc / name

    def _public(self) -> Iterator[Part]:
        for part in self._plain("public", self._home.public):
            yield replace(part, sha256=_stated_sha256(part.source))

    @staticmethod
    def _plain(kind: str, folder: Path) -> Iterator[Part]:
        """The files of a folder; what is being written has a name of its own."""
        for path in sorted(folder.glob("[!.]*")):
            if path.is_symlink() or path.suffix == ".part":
                continue
            with suppress(FileNotFoundError):  # taken away since the folder was listed
                found = path.stat()
                if S_ISREG(found.st_mode):
                    yield Part(f"{kind}/{path.name}", path, found.st_size)


def _changed(part: Part) -> Part | None:
    """What a part is now, where a build or a prune replaced it or took it away meanwhile.

    Absent: None where it is gone. An archived segment is neither, so it stays what it was.
    """
    if part.path.startswith("warc/"):
        return part
    try:
        size = part.source.stat().st_size
    except FileNotFoundError:
        return None
    return part if size == part.length else replace(part, length=size)


def _has_length(path: Path, length: int) -> bool:
    return path.is_file() and path.stat().st_size == length


def _count(ledger: Path, table: str) -> int:
    found: int = read_rows(ledger, f"SELECT count(*) FROM {table}")[0][0]
    return found


def _identity(ledger: Path) -> str:
    """When the first run of a home began; `none` before it."""
    rows: list[sqlite3.Row] = read_rows(ledger, "SELECT started_at FROM run ORDER BY id LIMIT 1")
    return str(rows[0][0]) if rows else "none"


def _current(home: Home) -> str | None:
    link = home.public / CURRENT
    return Path(os.readlink(link)).name if link.is_symlink() else None


def _stated_sha256(path: Path) -> str | None:
    """What the manifest beside a published database says. Absent: None where it says nothing."""
    if path.suffix != ".db":
        return None
    try:
        stated = json.loads(path.with_suffix(".json").read_bytes())["sha256"]
    except (OSError, ValueError, KeyError, TypeError):
        return None  # `verdicts check` is what says so
    return stated if isinstance(stated, str) else None

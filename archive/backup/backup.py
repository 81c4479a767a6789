"""A backup of a home, made while a crawl and a build may go on: ledger first, then its bytes.

Nothing in the home is changed or locked. The ledger is copied in one read; segments only grow, so
whatever that copy speaks of can be taken from them afterwards.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from archive.backup.copies import Entry, Manifest, Shelf, copy_durably, is_sound, read_file
from archive.backup.earlier import Earlier, Part, require_continued, require_members
from archive.backup.parts import CURRENT as CURRENT
from archive.backup.parts import Parts
from archive.backup.shelf_folder import FolderShelf
from archive.backup.shelf_tar import TarShelf
from archive.home import NO_ARCHIVE, Home
from archive.ledger.ledger import copy_ledger, read_rows
from archive.store.unknown import lengths, require_known
from machine.clock import stamp
from schema.errors import IntegrityError, StartError, UsageError

Progress = Callable[[str, int, int], None]
TAR = ".tar"
NO_RUN = "none"
"""What stands for the home of a ledger without a run."""


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


def backup(
    home: Home,
    to: Path,
    *,
    has_records: bool = False,
    is_deep: bool = False,
    is_linked: bool = False,
    progress: Progress | None = None,
) -> BackupReport:
    """Make or renew the backup at `to`: a folder, or one file if its name ends in `.tar`.

    Shape: `is_deep` reads earlier copies again too, `is_linked` links sealed files where the
    file system is the same. What is damaged in the home is named in the report; a sound copy
    made before stays.
    Raises: StartError when there is no ledger or `to` is not ours to write; IntegrityError when
    the ledger is not sound or lacks a segment; StoppedError when the disk does not take it. After
    any of these the earlier backup is as it was.
    """
    home.require_ledger()
    if not home.ledger.is_file():
        raise StartError(what=f"{home.ledger}: {NO_ARCHIVE}")
    if to.absolute().is_relative_to(home.path.absolute()):
        raise UsageError(what=f"{to}: a backup does not lie inside its home")
    shelf = _open_for_writing(to, is_deep=is_deep)
    ledger = shelf.temporary("ledger")
    try:
        seen = lengths(home)
        copy_ledger(home.ledger, ledger)
        require_known(home, seen, ledger)
        return _Backup(home, to, shelf, ledger, is_linked=is_linked).run(
            has_records=has_records, progress=progress or _silent
        )
    finally:
        shelf.close()
        for name in ("ledger", "earlier", "segment"):  # a killed backup may have left one
            shelf.temporary(name).unlink(missing_ok=True)


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

    def __init__(
        self, home: Home, to: Path, shelf: Shelf, ledger: Path, *, is_linked: bool
    ) -> None:
        self._home, self._shelf, self._ledger = home, shelf, ledger
        self._is_linked = is_linked
        self._report = BackupReport(str(to), stamp(), _count(ledger, "capture"))
        self._identity = _identity(ledger)
        earlier = shelf.manifest
        if earlier is not None and earlier.home not in (NO_RUN, self._identity):
            raise StartError(what=f"{to}: holds the backup of another home; choose another place")
        require_continued(to, shelf, ledger)
        self._earlier = Earlier(shelf, ledger)
        self._parts = Parts(home, ledger, self._earlier)

    def run(self, *, has_records: bool, progress: Progress) -> BackupReport:
        current = [self._parts.current()]
        parts = self._parts.all(has_records=has_records)
        entries: list[Entry] = []
        for done, part in enumerate(parts, 1):
            entries += self._keep(part)
            progress("copied", done, len(parts))
        current.insert(0, self._parts.current())  # a build may have moved it
        report = self._report
        self._shelf.finish(
            Manifest(
                home=self._identity,
                made_at=report.made_at,
                captures=report.captures,
                files=entries,
                current=self._chosen(current, entries),
                problems=report.problems,
            )
        )
        report.files, report.size = len(entries), sum(entry.size for entry in entries)
        return report

    def _chosen(self, names: list[str | None], entries: list[Entry]) -> str | None:
        """What the link names: the newest that was copied, or else one that was withdrawn."""
        copied = {entry.path for entry in entries}
        for name in names:
            if name and (f"public/{name}" in copied or self._parts.is_withdrawn(name)):
                return name
        if any(names):
            self._report.problems.append(f"{self._home.public / CURRENT}: points to nothing")
        return None

    def _keep(self, part: Part) -> list[Entry]:
        """The copy of one file, or those made before where it is not sound, which is reported."""
        try:
            return [
                self._open(part)
                if part.open_segment is not None
                else self._renewed(part, part.source)
            ]
        except IntegrityError as error:
            again = self._parts.now(part)
            if again is not part:
                return [] if again is None else self._keep(again)
            return self._left(part, error)

    def _left(self, part: Part, error: IntegrityError) -> list[Entry]:
        """The copies made before of a file that is not sound. Shape: often there are none."""
        guarded = self._earlier.guarded(part)
        holds = (
            "holds a sound copy"
            if all(map(self._earlier.has_sound, guarded))
            else ("holds a damaged copy too")
        )
        self._report.problems.append(f"{error}; the backup {holds}" if guarded else str(error))
        return [self._shelf.keep(entry) for entry in guarded]

    def _open(self, part: Part) -> Entry:
        """The copy of an open segment, made of bytes that are looked at once they are at rest."""
        copy = self._shelf.temporary("segment")
        try:
            modified = _modified(part.source)
            copy_durably(read_file(part.source, part.length), copy)
            os.utime(copy, (modified, modified))
            try:
                require_members(self._ledger, part, copy)
            except IntegrityError as error:
                if self._earlier.guarded(part):
                    raise
                self._report.problems.append(str(error))
            return self._renewed(part, copy)
        finally:
            copy.unlink(missing_ok=True)

    def _renewed(self, part: Part, data: Path) -> Entry:
        found = self._found(part, data)
        if found is not None:
            return found
        self._earlier.require_replaceable(part, data)
        is_linked = self._is_linked and part.sha256 is not None
        entry = self._shelf.put(part.path, data, part.length, is_linked=is_linked)
        if part.sha256 is not None and entry.sha256 != part.sha256:
            self._report.problems.append(f"{part.source}: its bytes are not those it was made of")
        self._report.copied += 1
        self._report.bytes += entry.size
        return entry

    def _found(self, part: Part, data: Path) -> Entry | None:
        """The copy that is there already. Absent: None where there is none."""
        before = self._earlier.at(part.path)
        is_same = before is not None and before.sha256 == part.sha256
        length = before.size if before is not None and is_same else part.length
        sha256 = part.sha256 or read_file(data, length).rest()
        found = self._shelf.find(part.path, length, sha256)
        # What nothing vouches for was read just now.
        if found is not None and part.sha256 is not None and not _is_as_copied(part, found):
            what = "is missing, or is not as it was copied; the backup holds a sound copy"
            self._report.problems.append(f"{part.source}: {what}")
        return found


def _is_as_copied(part: Part, copy: Entry) -> bool:
    """Whether a file is as its copy; a segment, which may be large, is judged by its length."""
    if part.path.startswith("public/"):
        return is_sound(part.source, copy.size, copy.sha256)
    return part.source.is_file() and part.source.stat().st_size == copy.size


def _modified(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError as error:
        raise IntegrityError(where=str(path), what=error.strerror or "is not there") from error


def _count(ledger: Path, table: str) -> int:
    found: int = read_rows(ledger, f"SELECT count(*) FROM {table}")[0][0]
    return found


def _identity(ledger: Path) -> str:
    """When the first run of a home began; before it there is nothing to tell apart."""
    rows: list[sqlite3.Row] = read_rows(ledger, "SELECT started_at FROM run ORDER BY id LIMIT 1")
    return str(rows[0][0]) if rows else NO_RUN

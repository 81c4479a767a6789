"""A backup of a home, made while a crawl and a build may go on: ledger first, then its bytes.

Nothing in the home is changed or locked, and no copy is the same file as one of the home. The
ledger is copied in one read; segments only grow, so whatever that copy speaks of can be taken from
them afterwards.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from archive.backup.copies import (
    BackupManifest,
    CopiedFile,
    Shelf,
    entry_of,
    has_sound,
    is_sound,
    sha256_of,
)
from archive.backup.earlier import BackupPart, fault_of, identity_of, require_continued
from archive.backup.parts import Parts
from archive.backup.shelf_folder import FolderShelf
from archive.backup.shelf_tar import TarShelf
from archive.home import NO_ARCHIVE, Home
from archive.ledger.ledger import copy_ledger, read_rows
from archive.store.unknown import lengths, require_known
from machine.clock import stamp
from schema.errors import IntegrityError, StartError, UsageError
from schema.published import CURRENT

BackupProgress = Callable[[str, int, int], None]
TAR = ".tar"


@dataclass(slots=True)
class BackupReport:
    """What a backup did.

    Units: `bytes` counts what was copied now, `size` all that the backup holds.
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
    progress: BackupProgress,
) -> BackupReport:
    """Make or renew the backup at `to`: a folder, or one file if its name ends in `.tar`.

    Shape: `is_deep` reads earlier copies again too. What is damaged in the home is named in the
    report; a sound copy made before stays.
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
        require_continued(to, shelf, ledger)
        made = _Backup(home, to, shelf, ledger)
        return made.run(has_records=has_records, progress=progress)
    finally:
        shelf.close()
        for name in ("ledger", "earlier", "part"):  # a killed backup may have left one
            shelf.temporary(name).unlink(missing_ok=True)


def _open_for_writing(to: Path, *, is_deep: bool) -> Shelf:
    if to.suffix == TAR and not to.is_dir():
        return TarShelf(to)
    if to.exists() and not to.is_dir():
        raise StartError(what=f"{to}: is neither a folder nor a file whose name ends in {TAR}")
    return FolderShelf(to, is_deep=is_deep)


class _Backup:
    """One backup, once the ledger's copy is there."""

    def __init__(self, home: Home, to: Path, shelf: Shelf, ledger: Path) -> None:
        self._home, self._shelf, self._ledger = home, shelf, ledger
        captures: int = read_rows(ledger, "SELECT count(*) FROM capture")[0][0]
        self._report = BackupReport(str(to), stamp(), captures)
        self._parts = Parts(home, ledger, shelf.manifest)

    def run(self, *, has_records: bool, progress: BackupProgress) -> BackupReport:
        current = [self._parts.current()]
        parts = self._parts.all(has_records=has_records)
        entries: list[CopiedFile] = []
        for done, part in enumerate(parts, 1):
            entries += self._keep(part)
            progress("copied", done, len(parts))
        current.insert(0, self._parts.current())  # a build may have moved it
        report = self._report
        manifest = BackupManifest(
            home=identity_of(self._ledger),
            made_at=report.made_at,
            captures=report.captures,
            files=entries,
            current=self._chosen(current, entries),
            problems=report.problems,
        )
        self._shelf.finish(manifest)
        report.files, report.size = len(entries), sum(entry.size for entry in entries)
        return report

    def _chosen(self, names: list[str | None], entries: list[CopiedFile]) -> str | None:
        """What the link names: the newest that was copied, or else one that was withdrawn."""
        copied = {entry.path for entry in entries}
        for name in names:
            if name and (f"public/{name}" in copied or self._parts.is_withdrawn(name)):
                return name
        if any(names):
            self._report.problems.append(f"{self._home.public / CURRENT}: points to nothing")
        return None

    def _keep(self, part: BackupPart) -> list[CopiedFile]:
        """The copy of one file, or those made before where it is not sound, which is reported."""
        for entry in part.guarded:
            is_it = (entry.path, entry.sha256) == (part.path, part.sha256)
            if is_it and self._shelf.find(entry):
                if not _is_as_copied(part, entry):
                    what = "is missing, or is not as it was copied; the backup holds a sound copy"
                    self._report.problems.append(f"{part.sources[0]}: {what}")
                return [entry]
        try:
            return self._look(part)
        except OSError as error:
            if isinstance(error, FileNotFoundError) and not self._parts.is_missed(part):
                return []  # a build or a prune took it away meanwhile
            return self._left(part, error.strerror or "cannot be read")

    def _look(self, part: BackupPart) -> list[CopiedFile]:
        """Copy a file unless its copy is there already. Raises: OSError where it is unreadable."""
        with part.open() as file:
            found = os.fstat(file.fileno())
            size = min(found.st_size, part.length if part.length is not None else found.st_size)
            sha256 = sha256_of(file, size)
            fault = fault_of(part, file, size, sha256, self._shelf, self._ledger)
            if fault and part.guarded:
                return self._left(part, fault)
            if fault:
                self._report.problems.append(f"{part.sources[0]}: {fault}")
            entry = entry_of(part.path, size, sha256, found.st_mtime)
            if not self._shelf.find(entry):
                file.seek(0)
                self._shelf.put(entry, file)
                self._report.copied += 1
                self._report.bytes += size
        return [entry]

    def _left(self, part: BackupPart, fault: str) -> list[CopiedFile]:
        """The copies made before of a file that is not sound. Shape: often there are none."""
        problem = str(IntegrityError(where=str(part.sources[0]), what=fault))
        if part.guarded:
            is_held = all(has_sound(self._shelf, entry) for entry in part.guarded)
            problem += f"; the backup holds a {'sound copy' if is_held else 'damaged copy too'}"
        self._report.problems.append(problem)
        for entry in part.guarded:
            self._shelf.keep(entry)
        return list(part.guarded)


def _is_as_copied(part: BackupPart, copy: CopiedFile) -> bool:
    """Whether a file is as its copy; a segment, which may be large, is judged by its length."""
    path = part.sources[0]
    if part.path.startswith("public/"):
        return is_sound(path, copy)
    return path.is_file() and path.stat().st_size == copy.size

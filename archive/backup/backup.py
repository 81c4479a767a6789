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
from typing import BinaryIO

from archive.backup.copies import FILES, BackupManifest, CopiedFile, is_sound, sha256_of
from archive.backup.parts import (
    BackupPart,
    fault_of,
    identity_of,
    is_missed,
    parts_of,
    require_continued,
)
from archive.backup.shelf import Shelf, shelf_at
from archive.home import NO_ARCHIVE, Home
from archive.ledger.ledger import copy_ledger, read_rows
from archive.store.unknown import lengths, require_known
from machine.clock import stamp
from schema.errors import IntegrityError, StartError, UsageError
from schema.published import CURRENT, tombstone_path

BackupProgress = Callable[[str, int, int], None]


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
    if to.resolve().is_relative_to(home.path.resolve()):
        raise UsageError(what=f"{to}: a backup does not lie inside its home")
    with shelf_at(to, is_deep=is_deep) as shelf:
        ledger, seen = shelf.ledger, lengths(home)
        copy_ledger(home.ledger, ledger)
        require_known(home, seen, ledger)
        require_continued(to, shelf, ledger)
        captures: int = read_rows(ledger, "SELECT count(*) FROM capture")[0][0]
        made = _Making(home, shelf, ledger, BackupReport(str(to), stamp(), captures))
        return made.run(parts_of(home, ledger, shelf.manifest, has_records=has_records), progress)


@dataclass
class _Making:
    """The making of one backup, once the ledger's copy is there."""

    home: Home
    shelf: Shelf
    ledger: Path
    report: BackupReport

    def run(self, parts: list[BackupPart], progress: BackupProgress) -> BackupReport:
        current, report = self.home.current(), self.report
        entries = []
        for done, part in enumerate(parts, 1):
            if (entry := self._keep(part)) is not None:
                entries.append(entry)
            progress("copied", done, len(parts))
        manifest = BackupManifest(
            home=identity_of(self.ledger),
            made_at=report.made_at,
            captures=report.captures,
            files=entries,
            current=self._current(current, {entry.path for entry in entries}),
            problems=report.problems,
        )
        self.shelf.finish(manifest)
        report.files, report.size = len(entries), sum(entry.size for entry in entries)
        return report

    def _current(self, before: Path | None, copied: set[str]) -> str | None:
        """What the link names: the newest that was copied, or else one that was withdrawn."""
        named = [path for path in (self.home.current(), before) if path]  # a build moves it
        for path in named:
            if f"public/{path.name}" in copied or tombstone_path(path).exists():
                return path.name
        link = self.home.public / CURRENT
        self.report.problems += [f"{link}: points to nothing"] if named else []
        return None

    def _keep(self, part: BackupPart) -> CopiedFile | None:
        """The copy of one file, or the one made before where it is not sound, which is reported."""
        before = part.before
        if before and part.is_as_sealed(before) and self.shelf.find(before):
            return before
        try:
            with part.open() as file:
                entry = _entry_of(part, file)
                fault = fault_of(part, file, entry, self.shelf, self.ledger)
                if not (fault and before):
                    return self._copy(part, entry, file, fault)
        except FileNotFoundError as error:
            if not is_missed(self.home, part):
                return None  # a build or a prune took it away meanwhile
            fault = str(error.strerror)
        except (OSError, IntegrityError) as error:
            fault = getattr(error, "strerror", None) or str(error)
        return self._left(part, before, fault)

    def _copy(self, part: BackupPart, entry: CopiedFile, file: BinaryIO, fault: str) -> CopiedFile:
        if not self.shelf.find(entry):
            file.seek(0)
            self.shelf.put(entry, file)
            self.report.copied += 1
            self.report.bytes += entry.size
        if fault:
            self._tell(part, fault)
        return entry.model_copy(update={"is_damaged": bool(fault)})

    def _left(self, part: BackupPart, before: CopiedFile | None, fault: str) -> CopiedFile | None:
        """The copy made before of a file that is not sound. Absent: None where there is none."""
        if before is None:
            self._tell(part, fault)
            return None
        is_whole = is_sound(before, self.shelf.open)
        held = "sound copy" if is_whole else "damaged copy too"
        self._tell(part, f"{fault}; the backup holds a {held}")
        if not self.shelf.find(before):
            if not is_whole:
                what = "is damaged, and the home has no sound one; give --to a new place"
                raise IntegrityError(where=f"{before.stored} in the backup", what=what)
            with self.shelf.open(before) as file:
                self.shelf.put(before, file)
        return before

    def _tell(self, part: BackupPart, fault: str) -> None:
        self.report.problems.append(f"{part.sources[0]}: {fault}")


def _entry_of(part: BackupPart, file: BinaryIO) -> CopiedFile:
    """What a copy of a file would be; it has its name from what it holds."""
    found = os.fstat(file.fileno())
    size = found.st_size if part.length is None else min(found.st_size, part.length)
    sha256 = sha256_of(file, size)
    return CopiedFile(
        path=part.path,
        stored=f"{FILES}/{sha256[:16]}-{Path(part.path).name}",
        size=size,
        sha256=sha256,
        modified=int(found.st_mtime),
    )

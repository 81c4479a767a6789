"""A home made again from a backup. The ledger gets its name last: without it there is no home."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path

from archive.backup import copies
from archive.backup.backup import BackupProgress
from archive.backup.shelf import Shelf, shelf_at
from archive.home import UNDER_WAY, Home
from machine.files import fsync_folder, point, put_in_place
from schema.errors import IntegrityError, StartError
from schema.published import CURRENT


@dataclass(slots=True)
class RestoreReport:
    """What a restore did. `problems` holds what the backup could not give back sound."""

    home: str
    made_at: str
    captures: int
    files: int = 0
    bytes: int = 0
    problems: list[str] = field(default_factory=list)


def restore(source: Path, home: Home, *, progress: BackupProgress) -> RestoreReport:
    """Make the home that a backup holds, in an empty place or where this was begun before.

    A folder that is made for it is only its owner's: the ledger in it is private.

    A segment that is damaged in the backup comes back as it is, as most of its members can still
    be read; any other damaged file is left out. Both are problems of the report.
    Raises: StartError when there is no backup or the home is not empty; IntegrityError when the
    backup or its ledger is broken; StoppedError when the disk does not take it.
    """
    with shelf_at(source, is_read=True) as shelf:
        if shelf.manifest is None:
            raise StartError(what=f"{source}: there is no whole backup here")
        _begin(home)
        with home.lock("crawl"), home.lock("build"):
            _begin(home)  # another one may have ended meanwhile
            return _restore(shelf, shelf.manifest, home, progress)


def _begin(home: Home) -> None:
    """Make the folders, where nothing is but what a restore left that was stopped."""
    try:
        names = {path.name for path in home.path.iterdir()} if home.path.exists() else set()
        names -= {"crawl.lock", "build.lock", "lost+found"}
        if copies.LEDGER in names or (names and UNDER_WAY not in names):
            raise StartError(what=f"{home.path}: is not empty; restore into a new folder")
        home.path.mkdir(0o700, parents=True, exist_ok=True)
        (home.path / UNDER_WAY).touch()
        for folder in (home.warc, home.records, home.public):
            folder.mkdir(exist_ok=True)
    except OSError as error:
        what = f"{error.filename}: cannot be written to: {error.strerror}"
        raise StartError(what=what) from error


def _restore(
    shelf: Shelf, manifest: copies.BackupManifest, home: Home, progress: BackupProgress
) -> RestoreReport:
    told = [f"already in the backup: {problem}" for problem in manifest.problems]
    report = RestoreReport(str(home.path), manifest.made_at, manifest.captures, problems=told)
    for done, entry in enumerate(manifest.files, 1):
        name = UNDER_WAY if entry.path == copies.LEDGER else entry.path
        problem = _bring_back(shelf, entry, home.path / name, report)
        if problem and entry.path == copies.LEDGER:
            raise IntegrityError(where=entry.stored, what=problem)
        report.problems += [f"{entry.stored}: {problem}"] if problem else []
        progress("restored", done, len(manifest.files))
    with copies.writing(home.path):
        if manifest.current is not None:  # also where what it names was withdrawn
            point(home.public / CURRENT, manifest.current)
        for folder in (home.warc, home.records, home.public):
            fsync_folder(folder)
        put_in_place(home.path / UNDER_WAY, home.path / copies.LEDGER)
    return report


def _bring_back(shelf: Shelf, entry: copies.CopiedFile, target: Path, report: RestoreReport) -> str:
    """Restore one file; gives what is wrong with its copy, and nothing where it is sound."""
    part = target.parent / ".restore.part"
    is_whole = copies.is_sound(entry, lambda _: target.open("rb"))
    if not is_whole:
        try:
            with shelf.open(entry) as file:
                is_whole = copies.copy_durably(file, entry.size, part) == entry.sha256
        except copies.UNREADABLE:
            return "is not there in the backup"
        if not (is_whole or entry.path.startswith("warc/")):
            part.unlink()
            return "is damaged in the backup"
        with copies.writing(target):
            os.utime(part, (entry.modified, entry.modified))
            is_final = entry.path.endswith(".warc.gz") or target.suffix == ".db"
            part.chmod(0o444 if is_final else 0o644)
            part.rename(target)
        report.bytes += entry.size
    report.files += 1
    return "" if is_whole else "is damaged in the backup"

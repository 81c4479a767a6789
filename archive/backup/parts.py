"""Which files of a home a backup copies, and what is known of each before it is read."""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from archive.backup.copies import LEDGER, BackupManifest, CopiedFile
from archive.home import Home
from archive.ledger.ledger import read_rows
from archive.store.segments import OPEN
from archive.takedown.copy import path_beside
from schema.published import CURRENT, manifest_path, tombstone_path

_SEGMENTS = (
    "SELECT id, name, is_sealed, length, sha256, EXISTS (SELECT 1 FROM capture"
    " WHERE segment_id = segment.id AND damage = 'erased') AS is_erased FROM segment ORDER BY id"
)


@dataclass(frozen=True, slots=True)
class BackupPart:
    """A file of the home to be copied.

    Shape: `sources` are the places where it lies, or will lie in a moment; `guarded` the copies
    made before that only a sound file may replace.
    Absent: `length` is None where all of it counts, `sha256` where nothing vouches for it,
    `open_segment` for anything but a segment that still grows: its number in the ledger.
    """

    path: str
    sources: tuple[Path, ...]
    guarded: tuple[CopiedFile, ...] = ()
    length: int | None = None
    sha256: str | None = None
    open_segment: int | None = None

    def open(self) -> BinaryIO:
        """The file, to be read. Raises: OSError where it is not there."""
        *others, last = self.sources
        for path in others:
            with suppress(FileNotFoundError):
                return path.open("rb")
        return last.open("rb")

    def is_as_sealed(self, copy: CopiedFile) -> bool:
        """Whether this is the sealed segment of a copy; it may be large, so its length tells."""
        path, is_it = self.sources[0], (copy.path, copy.sha256) == (self.path, self.sha256)
        return (
            is_it
            and self.length == copy.size
            and path.is_file()
            and path.stat().st_size == copy.size
        )


def segments_of(ledger: Path) -> list[sqlite3.Row]:
    """The segments that a ledger knows, and whether something in them was erased."""
    return read_rows(ledger, _SEGMENTS)


def parts_of(
    home: Home, ledger: Path, before: BackupManifest | None, *, has_records: bool
) -> list[BackupPart]:
    """All that is to be copied by a copy of the ledger, which comes first."""
    known = before.files if before else []
    earlier = {entry.path: entry for entry in known if not entry.is_damaged}
    beside = path_beside(home.ledger)
    parts = [BackupPart(LEDGER, (ledger,))]
    if beside.is_file():  # a take-down that came since the ledger's copy is in it
        parts.append(BackupPart(beside.name, (beside,)))
    parts += [*_segments(home, ledger, earlier), *_public(home, earlier)]
    names = _names("records", home.records) if has_records else []
    return parts + [BackupPart(name, (home.path / name,)) for name in names]


def _segments(home: Home, ledger: Path, earlier: dict[str, CopiedFile]) -> Iterator[BackupPart]:
    for row in segments_of(ledger):
        name, length, sha256 = f"warc/{row['name']}", row["length"], row["sha256"]
        # What a segment held before something in it was erased is not guarded.
        guarded = tuple(
            earlier[each]
            for each in (name, name + OPEN)
            if each in earlier and (not row["is_erased"] or earlier[each].sha256 == sha256)
        )
        if row["is_sealed"]:
            yield BackupPart(name, (home.path / name,), guarded, length, sha256)
        elif length:
            # It may have been sealed since the ledger was copied, or is just now.
            places = (home.path / (name + OPEN), home.path / name)
            yield BackupPart(name + OPEN, places, guarded, length, None, row["id"])


def _public(home: Home, earlier: dict[str, CopiedFile]) -> Iterator[BackupPart]:
    """What is published, or was when it was copied; a database never changes once named."""
    before = [name for name in earlier if name.startswith("public/")]
    for name in dict.fromkeys([*_names("public", home.public), *before]):
        path, guarded = home.path / name, tuple(earlier[each] for each in {name} & earlier.keys())
        known = [_stated_sha256(path), *(each.sha256 for each in guarded)]
        sha256 = next(filter(None, known), None) if path.suffix == ".db" else None
        yield BackupPart(name, (path,), guarded, sha256=sha256)


def _names(kind: str, folder: Path) -> list[str]:
    """The files of a folder; what is being written has a name of its own."""
    return [
        f"{kind}/{path.name}"
        for path in sorted(folder.glob("[!.]*"))
        if path.suffix != ".part" and path.is_file() and not path.is_symlink()
    ]


def _stated_sha256(path: Path) -> str | None:
    """What the manifest beside a published database says. Absent: None where it says nothing."""
    try:
        stated = json.loads(manifest_path(path).read_bytes())["sha256"]
    except (OSError, ValueError, KeyError, TypeError):
        return None  # `verdicts check` is what says so
    return stated if isinstance(stated, str) else None


def current_of(home: Home) -> str | None:
    """The published database that is current. Absent: None where none is."""
    link = home.public / CURRENT
    return Path(os.readlink(link)).name if link.is_symlink() else None


def is_missed(home: Home, part: BackupPart) -> bool:
    """Whether a file that is not there should be: nobody withdrew or pruned it."""
    if part.path.startswith("warc/"):
        return True
    database = (home.path / part.path).with_suffix(".db")
    is_known = manifest_path(database).exists() or database.name == current_of(home)
    return is_known and not tombstone_path(database).exists()

"""Which files of a home a backup copies, and whether what is found there may be believed.

What the backup made before holds must stay where it may be the only sound copy.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from pydantic import ValidationError

from archive.backup.copies import DECISIONS, LEDGER, BackupManifest, CopiedFile, is_sound, sha256_of
from archive.backup.shelf import Shelf
from archive.home import Home
from archive.ledger.ledger import read_rows
from archive.store.segments import OPEN
from archive.takedown.copy import path_beside
from archive.warc.record import members_in
from schema.errors import IntegrityError, StartError
from schema.published import Manifest, manifest_path, tombstone_path

NO_RUN = "none"
"""What stands for the home of a ledger without a run."""
ELSEWHERE = "give --to a new place and keep this one until nothing in it is missed"
_SEGMENTS = (
    "SELECT id, name, is_sealed, length, sha256, EXISTS (SELECT 1 FROM capture"
    " WHERE segment_id = segment.id AND damage = 'erased') AS is_erased FROM segment ORDER BY id"
)


@dataclass(frozen=True, slots=True)
class BackupPart:
    """A file of the home to be copied.

    Shape: `sources` are the places where it lies, or will lie in a moment.
    Absent: `before`, the copy made before that only a sound file may replace, is None where there
    is none, `length` where all of it counts, `sha256` where nothing vouches for it, `open_segment`
    for anything but a segment that still grows: its number in the ledger.
    """

    path: str
    sources: tuple[Path, ...]
    before: CopiedFile | None = None
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
        is_it = (self.path, self.length, self.sha256) == (copy.path, copy.size, copy.sha256)
        return is_it and self.sources[0].is_file() and self.sources[0].stat().st_size == copy.size


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
    if DECISIONS in earlier or home.decisions.is_file():
        parts.append(BackupPart(DECISIONS, (home.decisions,), earlier.get(DECISIONS)))
    parts += [*_segments(home, ledger, earlier), *_public(home, earlier)]
    names = _names("records", home.records) if has_records else []
    return parts + [BackupPart(name, (home.path / name,)) for name in names]


def _segments(home: Home, ledger: Path, earlier: dict[str, CopiedFile]) -> Iterator[BackupPart]:
    for row in read_rows(ledger, _SEGMENTS):
        name, length, sha256 = f"warc/{row['name']}", row["length"], row["sha256"]
        before = earlier.get(name) or earlier.get(name + OPEN)
        if before and row["is_erased"] and before.sha256 != sha256:
            before = None  # what it held before something in it was erased goes
        if row["is_sealed"]:
            yield BackupPart(name, (home.path / name,), before, length, sha256)
        elif length:
            # It may have been sealed since the ledger was copied, or is just now.
            places = (home.path / (name + OPEN), home.path / name)
            yield BackupPart(name + OPEN, places, before, length, None, row["id"])


def _public(home: Home, earlier: dict[str, CopiedFile]) -> Iterator[BackupPart]:
    """What is published, or was when it was copied; a database never changes once named."""
    listed = [name for name in earlier if name.startswith("public/")]
    for name in dict.fromkeys([*_names("public", home.public), *listed]):
        path, before, sha256 = home.path / name, earlier.get(name), None
        if path.suffix in (".db", ".pages"):
            sha256 = _stated_sha256(path) or (before.sha256 if before else None)
        yield BackupPart(name, (path,), before, sha256=sha256)


def _names(kind: str, folder: Path) -> list[str]:
    """The files of a folder; what is being written has a name of its own."""
    return [
        f"{kind}/{path.name}"
        for path in sorted(folder.glob("[!.]*"))
        if path.suffix != ".part" and path.is_file() and not path.is_symlink()
    ]


def _stated_sha256(path: Path) -> str | None:
    """What the manifest says of a published database, or of its pages. Absent: None for nothing."""
    try:
        manifest = Manifest.model_validate_json(manifest_path(path).read_bytes())
    except (OSError, ValidationError):
        return None  # `verdicts check` is what says so
    if path.suffix != ".pages":
        return manifest.sha256
    pages = manifest.pages
    return pages.sha256 if pages is not None and not pages.is_withdrawn else None


def is_missed(home: Home, part: BackupPart) -> bool:
    """Whether a file that is not there should be: nobody withdrew or pruned it."""
    if part.path.startswith("warc/") or part.path == DECISIONS:
        return True
    path = home.path / part.path
    if path.suffix == ".pages":
        return _stated_sha256(path) is not None
    database = path.with_suffix(".db")
    current = home.current()
    is_current = current is not None and current.name == database.name
    is_known = manifest_path(database).exists() or is_current
    return is_known and not tombstone_path(database).exists()


def identity_of(ledger: Path) -> str:
    """When the first run of a home began; before it there is nothing to tell apart."""
    rows = read_rows(ledger, "SELECT started_at FROM run ORDER BY id LIMIT 1")
    return str(rows[0][0]) if rows else NO_RUN


def require_continued(to: Path, shelf: Shelf, ledger: Path) -> None:
    """Pass where the ledger knows all bytes that the backup holds.

    A ledger that was remade may tell another beginning: it has the same sealed segments.
    Raises: StartError when it is another home's, or was remade without some of them;
    IntegrityError when the ledger in the backup is damaged.
    """
    if shelf.manifest is None:
        return
    before, *others = shelf.manifest.files
    if not is_sound(before, shelf.open):
        what = f"is damaged or not there; {ELSEWHERE}"
        raise IntegrityError(where=f"{before.stored} in the backup", what=what)
    now = {f"warc/{row['name']}": row for row in read_rows(ledger, _SEGMENTS)}
    held = [each for each in others if each.path.startswith("warc/") and not each.is_damaged]
    lost = [each for each in held if not _is_known(each, now.get(each.path.removesuffix(OPEN)))]
    is_same = shelf.manifest.home in (NO_RUN, identity_of(ledger))
    if not is_same and (lost or all(each.path.endswith(OPEN) for each in held)):
        raise StartError(what=f"{to}: holds the backup of another home; choose another place")
    if lost:
        name = Path(lost[0].path).name.removesuffix(OPEN)
        what = f"holds bytes of {name} that this home's ledger, which was remade, does not know"
        raise StartError(what=f"{to}: {what}; {ELSEWHERE}")


def _is_known(copy: CopiedFile, now: sqlite3.Row | None) -> bool:
    """Whether the ledger vouches for the bytes of a copied segment, or had some of them erased."""
    if now is None or now["is_erased"]:
        return now is not None
    if copy.path.endswith(OPEN):
        return bool(now["length"] >= copy.size)
    return bool(now["is_sealed"] and now["sha256"] == copy.sha256)


def fault_of(part: BackupPart, file: BinaryIO, copy: CopiedFile, shelf: Shelf, ledger: Path) -> str:
    """Why what would be copied may not take the place of a sound copy; empty where it may."""
    if part.length is not None and copy.size < part.length:
        return f"its last {part.length - copy.size} bytes are missing"
    if part.sha256 not in (None, copy.sha256):
        return "its bytes are not those it was made of"
    if (before := part.before) and before.path.endswith((OPEN, DECISIONS)):  # they only grow
        file.seek(0)
        is_continued = sha256_of(file, before.size) == before.sha256
        if not is_continued and is_sound(before, shelf.open):
            return f"its first {before.size} bytes are not those that were copied before"
    if part.open_segment is None:
        return ""
    return _fault_of_members(file, copy.size, part.open_segment, ledger)


def _fault_of_members(file: BinaryIO, length: int, segment: int, ledger: Path) -> str:
    """Why an open segment is not whole records, with the captures that the ledger has there."""
    places = set()
    for start, end, record in members_in(file):
        if start >= length:
            break
        if record is None or end > length:
            return f"no whole WARC record begins at {start}"
        places.add((start, end - start))
    captures = read_rows(
        ledger,
        f"SELECT offset, length FROM capture WHERE segment_id = {segment}"
        " AND damage IS NOT 'erased'",
    )
    missing = {(row["offset"], row["length"]) for row in captures} - places
    return f"the capture at {min(missing)[0]} is not where the ledger says" if missing else ""

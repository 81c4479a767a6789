"""What the backup made before holds, and what of it must stay: it may be the only sound copy."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from archive.backup.copies import CopiedFile, Shelf, copy_durably, has_sound, sha256_of
from archive.ledger.ledger import read_rows
from archive.store.segments import OPEN
from archive.warc.record import members_in
from schema.errors import IntegrityError, StartError

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

    Shape: `sources` are the places where it lies, or will lie in a moment; `guarded` the copies
    made before that only a sound file may replace.
    Absent: `length` is None where all of it counts, `sha256` where nothing vouches for it,
    `open_segment` for anything but a segment that still grows: its number in the ledger.
    """

    path: str
    sources: tuple[Path, ...]
    length: int | None = None
    sha256: str | None = None
    open_segment: int | None = None
    guarded: tuple[CopiedFile, ...] = ()

    def open(self) -> BinaryIO:
        """The file, to be read. Raises: OSError where it is not there."""
        first, *others = self.sources
        try:
            return first.open("rb")
        except FileNotFoundError:
            if not others:
                raise
            return others[0].open("rb")


def segments_of(ledger: Path) -> list[sqlite3.Row]:
    """The segments that a ledger knows, and whether something in them was erased."""
    return read_rows(ledger, _SEGMENTS)


def identity_of(ledger: Path) -> str:
    """When the first run of a home began; before it there is nothing to tell apart."""
    rows = read_rows(ledger, "SELECT started_at FROM run ORDER BY id LIMIT 1")
    return str(rows[0][0]) if rows else NO_RUN


def fault_of(
    part: BackupPart, file: BinaryIO, size: int, sha256: str, shelf: Shelf, ledger: Path
) -> str:
    """Why the bytes of a file may not take the place of a sound copy; empty where they may."""
    if part.length is not None and size < part.length:
        return f"its last {part.length - size} bytes are missing"
    if part.sha256 not in (None, sha256):
        return "its bytes are not those it was made of"
    for entry in part.guarded:
        file.seek(0)
        is_continued = entry.size <= size and sha256_of(file, entry.size) == entry.sha256
        if entry.path.endswith(OPEN) and not is_continued and has_sound(shelf, entry):
            return f"its first {entry.size} bytes are not those that were copied before"
    if part.open_segment is None:
        return ""
    return _fault_of_members(file, size, part.open_segment, ledger)


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


def require_continued(to: Path, shelf: Shelf, ledger: Path) -> None:
    """Pass where the ledger knows all bytes that the one in the backup knows.

    A ledger that was remade may tell another beginning: it has the same sealed segments.
    Raises: StartError when it is another home's, or was remade without some of them;
    IntegrityError when the one in the backup is damaged.
    """
    if shelf.manifest is None:
        return
    entry = shelf.manifest.ledger(str(to))
    before = shelf.temporary("earlier")
    where = f"{entry.stored} in the backup"
    try:
        with shelf.open(entry) as file:
            is_sound = copy_durably(file, entry.size, before) == entry.sha256
        if not is_sound:
            raise IntegrityError(where=where, what=f"is damaged; {ELSEWHERE}")
        known = [row for row in segments_of(before) if row["length"]]
    except (OSError, KeyError) as error:
        raise IntegrityError(where=where, what=f"is not there; {ELSEWHERE}") from error
    finally:
        before.unlink(missing_ok=True)
    now = {row["name"]: row for row in segments_of(ledger)}
    lost = next((row["name"] for row in known if not _is_continued(row, now)), None)
    is_same = shelf.manifest.home in (NO_RUN, identity_of(ledger))
    if not is_same and (lost or not any(row["is_sealed"] for row in known)):
        raise StartError(what=f"{to}: holds the backup of another home; choose another place")
    if lost:
        raise StartError(
            what=f"{to}: holds bytes of {lost} that this home's ledger, which was"
            f" remade, does not know; {ELSEWHERE}"
        )


def _is_continued(before: sqlite3.Row, now: dict[str, sqlite3.Row]) -> bool:
    after = now.get(before["name"])
    if after is None or after["is_erased"]:
        return after is not None
    if before["is_sealed"]:
        return bool(after["is_sealed"] and after["sha256"] == before["sha256"])
    return bool(after["length"] >= before["length"])

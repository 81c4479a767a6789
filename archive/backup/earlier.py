"""What the backup made before holds, and what of it must stay: it may be the only sound copy."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import BinaryIO

from archive.backup.copies import CopiedFile, is_sound, sha256_of
from archive.backup.parts import BackupPart, segments_of
from archive.backup.shelf import Shelf
from archive.ledger.ledger import read_rows
from archive.store.segments import OPEN
from archive.warc.record import members_in
from schema.errors import IntegrityError, StartError

NO_RUN = "none"
"""What stands for the home of a ledger without a run."""
ELSEWHERE = "give --to a new place and keep this one until nothing in it is missed"


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
    now = {f"warc/{row['name']}": row for row in segments_of(ledger)}
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
    for entry in part.guarded:
        file.seek(0)
        is_continued = entry.size <= copy.size and sha256_of(file, entry.size) == entry.sha256
        if entry.path.endswith(OPEN) and not is_continued and is_sound(entry, shelf.open):
            return f"its first {entry.size} bytes are not those that were copied before"
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

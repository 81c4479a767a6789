"""What the backup made before holds, and what of it must stay: it may be the only sound copy."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from pathlib import Path

from archive.backup.copies import Entry, Reading, Shelf, copy_durably, read_file
from archive.ledger.ledger import read_rows
from archive.store.segments import OPEN
from archive.warc.record import read_members
from schema.errors import IntegrityError, StartError

LEDGER = "ledger.db"
ELSEWHERE = "give --to a new place and keep this one until nothing in it is missed"
_SEGMENTS = "SELECT name, is_sealed, length, sha256 FROM segment WHERE length ORDER BY id"
_ERASED = (
    "SELECT DISTINCT segment.name FROM segment JOIN capture ON segment_id = segment.id"
    " WHERE damage = 'erased'"
)


@dataclass(frozen=True, slots=True)
class Part:
    """A file of the home to be copied.

    Absent: `sha256` is None where nothing vouches for it, `open_segment` for anything but a
    segment that still grows: its number in the ledger.
    """

    path: str
    source: Path
    length: int
    sha256: str | None = None
    open_segment: int | None = None


class Earlier:
    """The copies of the backup made before, by their path; none in a first backup."""

    def __init__(self, shelf: Shelf, ledger: Path) -> None:
        files = shelf.manifest.files if shelf.manifest else []
        self._shelf = shelf
        self._by_path = {entry.path: entry for entry in files}
        self._erased = {row["name"] for row in read_rows(ledger, _ERASED)}

    def at(self, path: str) -> Entry | None:
        """The copy of one file. Absent: None where there is none."""
        return self._by_path.get(path)

    def published(self) -> list[Entry]:
        """The copies of what was published, and of what stands beside it."""
        return [entry for path, entry in self._by_path.items() if path.startswith("public/")]

    def guarded(self, part: Part) -> list[Entry]:
        """The copies that only a sound file may replace: of segments and published databases.

        What a segment held before something in it was erased is not among them.
        """
        if part.path.startswith("warc/"):
            name = part.path.removesuffix(OPEN)
            found = [self.at(name), self.at(name + OPEN)]
            is_erased = Path(name).name in self._erased
            return [
                each for each in found if each and (not is_erased or each.sha256 == part.sha256)
            ]
        entry = self.at(part.path) if part.path.startswith("public/") else None
        return [entry] if entry is not None and part.sha256 is not None else []

    def has_sound(self, entry: Entry) -> bool:
        """Whether a copy still has the bytes that the list says."""
        return _sha256(self._shelf, entry) == entry.sha256

    def require_replaceable(self, part: Part, data: Path) -> None:
        """Pass where `data`, the file's bytes, may take the place of the copies guarded for it.

        Raises: IntegrityError when they are not those the file was made of, or an open segment
        is not continued in them.
        """
        guarded = self.guarded(part)
        if guarded and part.sha256 not in (None, read_file(data, part.length).rest()):
            raise IntegrityError(
                where=str(part.source), what="its bytes are not those it was made of"
            )
        for entry in guarded:
            if (
                entry.path.endswith(OPEN)
                and not _begins_with(data, part.length, entry)
                and self.has_sound(entry)
            ):
                what = f"its first {entry.size} bytes are not those that were copied before"
                raise IntegrityError(where=str(part.source), what=what)


def _begins_with(data: Path, length: int, entry: Entry) -> bool:
    return entry.size <= length and read_file(data, entry.size).rest() == entry.sha256


def _sha256(shelf: Shelf, entry: Entry) -> str | None:
    """What a copy's bytes have now. Absent: None where they are not all there."""
    try:
        return Reading(entry.stored, lambda: shelf.open(entry), entry.size).rest()
    except IntegrityError:
        return None


def require_members(ledger: Path, part: Part, data: Path) -> None:
    """Pass where the bytes of an open segment are whole records, with the ledger's captures.

    Raises: IntegrityError naming the first place that is not as it should be.
    """
    places, end = set(), 0
    for start, end, record in read_members(data):
        if record is None:
            what = f"no whole WARC record begins at {start}"
            raise IntegrityError(where=str(part.source), what=what)
        places.add((start, end - start))
    captures = read_rows(
        ledger,
        "SELECT offset, length FROM capture WHERE segment_id ="
        f" {part.open_segment} AND damage IS NOT 'erased'",
    )
    missing = {(row["offset"], row["length"]) for row in captures} - places
    if missing:
        what = f"the capture at {min(missing)[0]} is not where the ledger says"
        raise IntegrityError(where=str(part.source), what=what)


def require_continued(to: Path, shelf: Shelf, ledger: Path) -> None:
    """Pass where the ledger knows all bytes that the one in the backup knows.

    Raises: StartError when it was remade without some of them; IntegrityError when the one in the
    backup is damaged.
    """
    entry = Earlier(shelf, ledger).at(LEDGER)
    if entry is None or entry.sha256 == read_file(ledger, ledger.stat().st_size).rest():
        return
    before = shelf.temporary("earlier")
    try:
        where = f"{entry.stored} in the backup"
        reading = Reading(where, lambda: shelf.open(entry), entry.size)
        if copy_durably(reading, before) != entry.sha256:
            raise IntegrityError(where=where, what=f"is damaged; {ELSEWHERE}")
        lost = _lost(before, ledger)
    finally:
        before.unlink(missing_ok=True)
    if lost is not None:
        raise StartError(
            what=f"{to}: holds bytes of {lost} that this home's ledger, which was"
            f" remade, does not know; {ELSEWHERE}"
        )


def _lost(before: Path, ledger: Path) -> str | None:
    """The first segment of which a ledger knows less than the one before it; else None."""
    now = {row["name"]: row for row in read_rows(ledger, _SEGMENTS)}
    erased = {row["name"] for row in read_rows(ledger, _ERASED)}
    for row in read_rows(before, _SEGMENTS):
        name = str(row["name"])
        if name not in now or not (name in erased or _is_continued(row, now[name])):
            return name
    return None


def _is_continued(before: sqlite3.Row, now: sqlite3.Row) -> bool:
    if before["is_sealed"]:
        return bool(now["is_sealed"] and now["sha256"] == before["sha256"])
    return bool(now["length"] >= before["length"])

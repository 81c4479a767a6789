"""Erasing captures for good: their segment is written anew without their records.

The order never changes: the new file durable beside the old one, one ledger transaction (new
places, length and SHA-256), the new file renamed over the old. Killed before the transaction, the
new file is thrown away; killed after it, `finish_erasures` renames it. Nothing else of a sealed
segment ever changes. Needs the home's crawl lock and its build lock. Each step is a function of its
own, since tests kill the command before and after each: that is worth its lines.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from contextlib import closing, suppress
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

from archive.home import Home
from archive.ledger.ledger import Ledger, read_rows
from archive.store.quarantine import kept_aside
from archive.store.segments import open_path, recover, seal
from archive.store.unknown import lengths, require_known
from archive.takedown.takedowns import ERASED
from archive.warc.record import read_members
from machine.files import file_sha256, fsync_folder, put_in_place, synced
from schema.errors import IntegrityError

REWRITTEN = ".rewritten"
"""What the name of a segment ends with while it is written anew."""


class _Member(NamedTuple):
    """One gzip member of a segment: where it lies, and which record it holds."""

    start: int
    end: int
    record_id: str
    belongs_to: str


def erase_captures(home: Home, capture_ids: Iterable[int]) -> int:
    """Erase the bytes of captures, and of revisits that repeat them; gives how many.

    Raises: IntegrityError where a segment is not as the ledger says; nothing is changed then.
    """
    finish_erasures(home)
    require_known(home, lengths(home), home.ledger)
    gone = set(capture_ids)
    with closing(Ledger(home.ledger)) as ledger:
        recover(home, ledger)
        revisits = "SELECT id, revisit_of FROM capture WHERE kind = 'revisit' ORDER BY id"
        for row in ledger.stream(revisits):
            if row["revisit_of"] in gone:
                gone.add(row["id"])
        asked = (
            "SELECT * FROM capture WHERE id IN (SELECT value FROM json_each(?))"
            f" AND damage IS NOT '{ERASED}' ORDER BY segment_id, id"
        )
        found = ledger.rows(asked, (json.dumps([*gone]),))
        for segment_id, rows in groupby(found, key=lambda row: int(row["segment_id"])):
            _rewrite(home, ledger, segment_id, list(rows))
    return len(found)


def finish_erasures(home: Home) -> None:
    """Finish, or undo, what a killed erasure left beside the segments; safe to do at any start.

    The caller holds the crawl lock or the build lock: an erasure holds both.
    """
    left = sorted(home.warc.glob(f"*{REWRITTEN}"))
    if not left:
        return
    rows = read_rows(home.ledger, "SELECT name, sha256 FROM segment")
    known = {row["name"]: row["sha256"] for row in rows}
    for path in left:
        with suppress(FileNotFoundError):  # another start may be doing the same
            name = path.name.removesuffix(REWRITTEN)
            if file_sha256(path) == known.get(name):
                _replace(home, path, name)
            else:
                path.unlink()
    fsync_folder(home.warc)


def _rewrite(home: Home, ledger: Ledger, segment_id: int, gone: list[sqlite3.Row]) -> None:
    of_it = "FROM segment WHERE id = ?"
    name, is_sealed = ledger.rows(f"SELECT name, is_sealed {of_it}", (segment_id,))[0]
    if not is_sealed:
        seal(home, ledger, segment_id, name)
    old = home.warc / name
    if file_sha256(old) != ledger.value(f"SELECT sha256 {of_it}", (segment_id,)):
        raise IntegrityError(where=name, what="the sealed file's SHA-256 is not the ledger's")
    kept = _kept(old, {row["offset"] for row in gone})
    _clear_quarantine(home, name, {row["url"] for row in gone})
    path = home.warc / f"{name}{REWRITTEN}"
    places = _write(path, old, kept)
    fsync_folder(home.warc)
    with ledger.transaction() as db:
        db.execute("PRAGMA secure_delete = ON")
        _note_gone(db, [row["id"] for row in gone])
        _move(db, segment_id, places, name)
        db.execute(
            "UPDATE segment SET sha256 = ?, length = ? WHERE id = ?",
            (file_sha256(path), path.stat().st_size, segment_id),
        )
    _replace(home, path, name)


def _clear_quarantine(home: Home, name: str, urls: set[str]) -> None:
    """Delete what lies there of a segment's tail or of these pages: killed later, it is gone."""
    tails = home.quarantine.glob(f"{open_path(home, name).name}.*")
    for path in (*tails, *(each for url in urls for each in kept_aside(home, url))):
        path.unlink()


def _kept(path: Path, gone: set[int]) -> list[_Member]:
    """The members that stay: not those of the captures, nor what was written to go with them."""
    members = []
    for start, end, record in read_members(path):
        if record is None:
            raise IntegrityError(where=f"{path.name} at {start}", what="not one whole WARC record")
        said = record.headers.get
        names = said("warc-record-id", ""), said("warc-concurrent-to", "-")
        members.append(_Member(start, end, *names))
    ids = {member.record_id for member in members if member.start in gone}
    lost = gone - {member.start for member in members}
    if lost:
        raise IntegrityError(where=path.name, what=f"no record begins at {min(lost)}")
    return [each for each in members if each.start not in gone and each.belongs_to not in ids]


def _write(path: Path, old: Path, kept: list[_Member]) -> dict[int, int]:
    """Write the members that stay, durably; gives the new place of each by its old one."""
    places: dict[int, int] = {}
    with old.open("rb") as source, synced(path) as file:
        for member in kept:
            places[member.start] = file.tell()
            source.seek(member.start)
            file.write(source.read(member.end - member.start))
    return places


def _note_gone(db: sqlite3.Connection, ids: list[int]) -> None:
    """The captures stay in the books, without anything of what they held but its hash."""
    for sql in (
        f"UPDATE capture SET damage = '{ERASED}', offset = 0, length = 0, headers = '{{}}',"
        " content_type = NULL, payload_digest = NULL WHERE id = ?",
        "UPDATE attempt SET detail = NULL"
        " WHERE page_id = (SELECT page_id FROM capture WHERE id = ?)",
        # Whole answers that only refer to an erased one hold their own bytes.
        "UPDATE capture SET revisit_of = NULL WHERE kind = 'response' AND revisit_of = ?",
    ):
        db.executemany(sql, [(each,) for each in ids])


def _move(db: sqlite3.Connection, segment_id: int, places: dict[int, int], name: str) -> None:
    rows = db.execute(
        "SELECT id, offset FROM capture WHERE segment_id = ? AND damage IS NOT 'erased'",
        (segment_id,),
    ).fetchall()
    for row in rows:
        if row["offset"] not in places:
            raise IntegrityError(where=f"{name} at {row['offset']}", what="no record begins there")
        db.execute("UPDATE capture SET offset = ? WHERE id = ?", (places[row["offset"]], row["id"]))


def _replace(home: Home, path: Path, name: str) -> None:
    path.chmod(0o444)
    put_in_place(path, home.warc / name)

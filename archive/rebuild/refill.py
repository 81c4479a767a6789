"""A new ledger filled from the segments: their rows, and those of their captures and runs.

What storing a capture meant for its page is not decided here, but by whom `Replayer` stands for.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from archive.ledger.ledger import Ledger, insert, update
from archive.ledger.originals import Original, newest_whole
from archive.rebuild.exchanges import StoredExchange, exchanges_of
from archive.store.segments import OPEN
from archive.store.store import enter_capture, note_bytes, note_end, original_of, row_of
from machine.files import file_sha256

ORPHAN = "damaged:revisit"
"""What becomes of a page whose newest answer repeats one that is lost: it is asked for again."""
_NUMBER = re.compile(r"-(\d{1,18})\.warc\.gz")


@dataclass(frozen=True, slots=True)
class Entered:
    """A capture that was entered again. Absent: `original_id` is None unless it repeats another."""

    stored: StoredExchange
    page_id: int
    run_id: int
    capture_id: int
    original_id: int | None

    @property
    def is_orphan(self) -> bool:
        """Whether it repeats a capture that is not in the archive any more."""
        return self.stored.profile is not None and self.original_id is None


class Replayer(Protocol):
    """What a crawl, or an import, writes into the ledger beside a capture, done once more."""

    def page(self, stored: StoredExchange, run_id: int) -> int:
        """The page of an exchange that is about to be entered; a new one is made."""

    def settle(self, db: sqlite3.Connection, entered: Entered) -> None:
        """Do again what ended the page's lease in the commit of a capture."""

    def finish(self) -> list[str]:
        """Close the books of all runs; gives a sentence for each thing that is lost."""


class Refill:
    """Fills a new ledger, one segment after the other in the order of `in_order`.

    Places that hold no whole record, or repeat a lost one, are added to `damaged`.
    """

    def __init__(self, ledger: Ledger, replay: Replayer, damaged: list[str]) -> None:
        self._ledger, self._replay, self._damaged = ledger, replay, damaged
        self._runs: dict[tuple[str, str], int] = {}

    def take(self, path: Path) -> None:
        """Enter one segment and its captures, in one transaction."""
        name, last = path.name.removesuffix(OPEN), ""
        # It keeps its number as well: the next new one is named by the highest.
        row: dict[str, Any] = {"id": _number(name), "name": name, "site": "", "opened_at": ""}
        with self._ledger.transaction() as db:
            segment = insert(db, "segment", row)
            for found in exchanges_of(path, self._damaged):
                self._enter(db, found, segment, name)
                last = found.stored_at
                row |= {"site": found.exchange.site, "opened_at": row["opened_at"] or last}
            if path.name == name:
                row |= {"length": path.stat().st_size, "sha256": file_sha256(path)}
                row |= {"is_sealed": 1, "sealed_at": last}
            update(db, "segment", segment, row)

    def _enter(
        self, db: sqlite3.Connection, found: StoredExchange, segment: int, name: str
    ) -> None:
        run_id = self._run(db, found, name)
        page_id = self._replay.page(found, run_id)
        original = self._original(found, page_id)
        row = row_of(found.exchange, found.message, original) | {
            "page_id": page_id,
            "run_id": run_id,
            "record_id": found.headers.get("warc-record-id"),
            "body_sha256": found.notes.get("body-sha256", found.message.body_sha256),
        }
        if found.profile is not None and original is None:
            row["damage"] = ORPHAN
            self._damaged.append(f"{name} at {found.place[0]}: it repeats a lost record")
        capture_id = enter_capture(db, row, (segment, *found.place[:2]))
        note_end(db, segment, found.place[2])
        note_bytes(db, run_id, len(found.message.wire))
        original_id = None if original is None else original.row["id"]
        self._replay.settle(db, Entered(found, page_id, run_id, capture_id, original_id))

    def _run(self, db: sqlite3.Connection, found: StoredExchange, segment: str) -> int:
        """The run that stored an exchange: by its number, else one for each segment."""
        kind = "crawl" if found.exchange.date_source == "crawl" else "import"
        number = found.notes.get("run")
        key = (kind, number or segment)
        if key not in self._runs:
            # It keeps its number, so that no later run takes one that is noted in the archive.
            row = {"id": number, "kind": kind, "started_at": found.stored_at}
            self._runs[key] = insert(db, "run", row)
        return self._runs[key]

    def _original(self, found: StoredExchange, page_id: int) -> Original | None:
        """The capture that an exchange repeats, as the crawl saw it then. Absent: None."""
        if found.profile is None:
            same = original_of(self._ledger, found.exchange, found.message, page_id)
            return same and Original(same.row, "")
        names = ("warc-refers-to", "warc-refers-to-target-uri", "warc-refers-to-date")
        rows = self._ledger.rows(
            "SELECT * FROM capture WHERE page_id = ?1 AND (record_id = ?2 OR (fetched_url = ?3"
            " AND captured_at = ?4)) ORDER BY record_id IS ?2 DESC LIMIT 1",
            (page_id, *map(found.headers.get, names)),
        )
        if not rows:
            return None
        validated = newest_whole(self._ledger, page_id) or rows[0]
        return Original(rows[0], found.profile, validated["headers"])

    def finish(self) -> list[str]:
        """Close the books of all runs; gives a sentence for each thing that is lost."""
        with self._ledger.transaction() as db:
            db.execute(
                "UPDATE run SET (ended_at, site) = (SELECT max(ended_at),"
                " iif(min(site) = max(site), min(site), NULL) FROM attempt JOIN page"
                " ON page.id = page_id WHERE run_id = run.id)"
            )
        return self._replay.finish()


def in_order(paths: Iterable[Path]) -> list[Path]:
    """Segments in the order in which they were begun, whatever site they belong to.

    >>> in_order([Path("verdicts-b-000002.warc.gz"), Path("verdicts-a-000010.warc.gz.open")])[0]
    PosixPath('verdicts-b-000002.warc.gz')
    """
    return sorted(paths, key=lambda path: (_number(path.name) or 0, path.name))


def _number(name: str) -> int | None:
    found = _NUMBER.search(name)
    return int(found[1]) if found else None

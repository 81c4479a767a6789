"""A new ledger filled from the segments: their rows, and those of their captures and runs.

What storing a capture meant for its page is not decided here, but by whom `Replayer` stands for.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from archive.ledger.ledger import Ledger, insert
from archive.ledger.originals import Original, newest_whole, root_of
from archive.rebuild.exchanges import StoredExchange, exchanges_of
from archive.store.segments import OPEN
from archive.store.store import Exchange, enter_capture, row_of
from archive.warc.http1 import Message
from machine.files import file_sha256

ORPHAN = "damaged:revisit"
"""What becomes of a page whose newest answer repeats one that is lost: it is asked for again."""
_NUMBER = re.compile(r"-(\d{1,18})\.warc\.gz")


@dataclass(frozen=True, slots=True)
class Entered:
    """A capture that was entered again.

    Absent: `original_id` is None unless it repeats another capture.
    """

    exchange: Exchange
    message: Message
    page_id: int
    run_id: int
    capture_id: int
    original_id: int | None
    stored_at: str
    is_orphan: bool
    """Whether it repeats a capture that is not in the archive any more."""


class Replayer(Protocol):
    """What a crawl, or an import, writes into the ledger beside a capture, done once more."""

    def page(self, exchange: Exchange, run_id: int, stored_at: str) -> int:
        """The page of an exchange that is about to be entered; a new one is made."""

    def settle(self, db: sqlite3.Connection, entered: Entered) -> None:
        """Do again what ended the page's lease in the commit of a capture."""

    def finish(self) -> list[str]:
        """Close the books of all runs; gives a sentence for each thing that is lost."""


class Refill:
    """Fills a new ledger, one segment after the other in the order of `in_order`."""

    def __init__(self, ledger: Ledger, replay: Replayer) -> None:
        self._ledger, self._replay = ledger, replay
        self._runs: dict[tuple[str, str], int] = {}
        self.damaged: list[str] = []
        """Places of segments that hold no whole record, or repeat a lost one, and which."""

    def take(self, path: Path) -> None:
        """Enter one segment and its captures, in one transaction."""
        name = path.name.removesuffix(OPEN)
        is_sealed = path.name == name
        with self._ledger.transaction() as db:
            segment = _register(db, name)
            site, first, last = "", "", ""
            for found in exchanges_of(path, self.damaged):
                site, last = found.notes["site"], found.notes["stored-at"]
                first = first or last
                self._enter(db, found, segment, name)
            db.execute(
                "UPDATE segment SET site = ?, opened_at = ? WHERE id = ?", (site, first, segment)
            )
            if is_sealed:
                db.execute(
                    "UPDATE segment SET is_sealed = 1, length = ?, sha256 = ?, sealed_at = ?"
                    " WHERE id = ?",
                    (path.stat().st_size, file_sha256(path), last, segment),
                )

    def _enter(
        self, db: sqlite3.Connection, found: StoredExchange, segment: int, name: str
    ) -> None:
        exchange, stored_at = found.exchange(), found.notes["stored-at"]
        message = exchange.message()
        run_id = self._run(db, exchange, found.notes.get("run"), stored_at, name)
        page_id = self._replay.page(exchange, run_id, stored_at)
        original = self._original(found, exchange, message, page_id)
        is_orphan = found.profile is not None and original is None
        row = row_of(exchange, message, original) | {
            "page_id": page_id,
            "run_id": run_id,
            "record_id": found.answer.headers.get("warc-record-id"),
            "body_sha256": found.notes.get("body-sha256", message.body_sha256),
        }
        if is_orphan:
            row["damage"] = ORPHAN
            self.damaged.append(f"{name} at {found.offset}: it repeats a lost record")
        capture_id = enter_capture(db, row, (segment, found.offset, found.length, found.end))
        db.execute(
            "UPDATE run SET ended_at = max(ended_at, ?), bytes = bytes + ?,"
            " site = iif(site = ?, site, NULL) WHERE id = ?",
            (stored_at, len(message.wire), exchange.site, run_id),
        )
        self._replay.settle(
            db,
            Entered(
                exchange,
                message,
                page_id,
                run_id,
                capture_id,
                None if original is None else original.row["id"],
                stored_at,
                is_orphan,
            ),
        )

    def _run(
        self,
        db: sqlite3.Connection,
        exchange: Exchange,
        number: str | None,
        stored_at: str,
        segment: str,
    ) -> int:
        """The run that stored an exchange: by its number, else one for each segment."""
        kind = "crawl" if exchange.date_source == "crawl" else "import"
        key = (kind, number or segment)
        if key not in self._runs:
            # It keeps its number, so that no later run takes one that is noted in the archive.
            row = {"id": _free(db, "run", number), "kind": kind, "site": exchange.site}
            row |= {"started_at": stored_at, "ended_at": stored_at}
            self._runs[key] = insert(db, "run", row)
        return self._runs[key]

    def _original(
        self, found: StoredExchange, exchange: Exchange, message: Message, page_id: int
    ) -> Original | None:
        """The capture that an exchange repeats, as the crawl saw it then. Absent: None."""
        if found.profile is not None:
            headers = found.answer.headers
            rows = self._ledger.rows(
                "SELECT * FROM capture WHERE page_id = ? AND (record_id = ? OR"
                " (fetched_url = ? AND captured_at = ?)) ORDER BY record_id IS ? DESC LIMIT 1",
                (
                    page_id,
                    headers.get("warc-refers-to"),
                    headers.get("warc-refers-to-target-uri"),
                    headers.get("warc-refers-to-date"),
                    headers.get("warc-refers-to"),
                ),
            )
            return Original(rows[0], found.profile) if rows else None
        if exchange.date_source != "crawl" or message.status != 200:
            return None
        newest = newest_whole(self._ledger, page_id)
        if newest is None or newest["body_sha256"] != found.notes.get("body-sha256"):
            return None
        return Original(root_of(self._ledger, newest), "")


def in_order(paths: Iterable[Path]) -> list[Path]:
    """Segments in the order in which they were begun, whatever site they belong to.

    >>> in_order([Path("verdicts-b-000002.warc.gz"), Path("verdicts-a-000010.warc.gz.open")])[0]
    PosixPath('verdicts-b-000002.warc.gz')
    """
    return sorted(paths, key=lambda path: (int(_number(path.name) or 0), path.name))


def _register(db: sqlite3.Connection, name: str) -> int:
    # It keeps its number as well: the next new one is named by the highest.
    number = _free(db, "segment", _number(name))
    return insert(db, "segment", {"id": number, "name": name, "site": "", "opened_at": ""})


def _number(name: str) -> str | None:
    found = _NUMBER.search(name)
    return found[1] if found else None


def _free(db: sqlite3.Connection, table: str, number: str | None) -> str | None:
    """A number, unless a row of the table has it already. Absent: None for another one."""
    is_taken = db.execute(f"SELECT 1 FROM {table} WHERE id = ?", (number,)).fetchone()
    return None if is_taken else number

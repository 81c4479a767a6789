"""The one way an exchange becomes a capture; the crawl and the import both go through here.

The order never changes: member written, fsync, ledger commit (the acknowledgement), read back.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from archive.clock import stamp
from archive.content import Decoded
from archive.home import Home
from archive.http1 import Message, take_apart
from archive.ledger import Ledger
from archive.reader import load_record
from archive.segments import SegmentWriter
from archive.warc import digest, fields, member, new_record_id
from schema.errors import IntegrityError

DateSource = Literal["crawl", "warc", "argument", "file"]


@dataclass(frozen=True, slots=True)
class Exchange:
    """One answer as it was received, to be stored.

    `block` is the HTTP response with its headers, or for a saved file (`is_file`) its bytes.
    Absent: `request` is None where only the answer is known.
    """

    site: str
    url: str
    fetched_url: str
    captured_at: str
    date_source: DateSource
    block: bytes
    is_file: bool = False
    content_type: str | None = None
    request: bytes | None = None

    def message(self) -> Message:
        """The exchange taken apart; a saved file counts as an answer with status 200."""
        if self.is_file:
            headers = (("content-type", self.content_type),) if self.content_type else ()
            return Message(200, headers, self.block, Decoded(self.block))
        found = take_apart(self.block)
        if found is None:
            raise ValueError(f"{self.url}: the block is no HTTP response")
        return found


@dataclass(frozen=True, slots=True)
class Stored:
    """What storing gave."""

    capture_id: int
    is_unchanged: bool


class Store:
    """Writes exchanges of one run into the home, one site's segment at a time."""

    def __init__(self, home: Home, ledger: Ledger, run_id: int) -> None:
        self._home, self._ledger, self._run = home, ledger, run_id
        self._segments: dict[str, SegmentWriter] = {}

    def add(self, exchange: Exchange, message: Message, page_id: int,
            settle: Callable[[sqlite3.Connection, int], None] | None = None) -> Stored:
        """Store an exchange; `settle` ends its lease inside the same commit.

        Raises: StoppedError when the disk does not take it, IntegrityError when it does not
        read back as it was written, ValueError when a header could break the file's format.
        """
        answer, others = _members(exchange, message)
        segment = self._segment(exchange.site)
        before = segment.end
        offset = segment.append(answer + others)
        place = (segment.id, offset, len(answer), segment.end)
        unchanged = self._is_unchanged(page_id, message.body_sha256)
        try:
            with self._ledger.transaction() as db:
                capture_id = self._insert(db, exchange, message, page_id, place)
                if settle is not None:
                    settle(db, capture_id)
        except BaseException:
            segment.cut_back(before)
            raise
        self._read_back(segment, offset, len(answer), exchange)
        if segment.is_full:
            self._segments.pop(exchange.site).close()
        return Stored(capture_id, unchanged)

    def _segment(self, site: str) -> SegmentWriter:
        if site not in self._segments:
            self._segments[site] = SegmentWriter(self._home, self._ledger, site)
        return self._segments[site]

    def _is_unchanged(self, page_id: int, body_sha256: str) -> bool:
        last = self._ledger.value(
            "SELECT body_sha256 FROM capture WHERE page_id = ? AND status = 200"
            " ORDER BY captured_at DESC, id DESC LIMIT 1", (page_id,))
        return bool(last == body_sha256)

    def _insert(self, db: sqlite3.Connection, exchange: Exchange, message: Message,
                page_id: int, place: tuple[int, int, int, int]) -> int:
        segment_id, offset, length, end = place
        damage = None
        if message.decoded.body is None:
            damage = f"{message.decoded.outcome}:{message.decoded.reason}"
        capture_id: int = db.execute(
            "INSERT INTO capture (page_id, run_id, site, url, fetched_url, captured_at,"
            " date_source, status, content_type, headers, kind, body_sha256, damage,"
            " payload_digest, segment_id, offset, length)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'response', ?, ?, ?, ?, ?, ?) RETURNING id",
            (page_id, self._run, exchange.site, exchange.url, exchange.fetched_url,
             exchange.captured_at, exchange.date_source, message.status,
             message.header("content-type"), json.dumps(message.kept_headers()),
             message.body_sha256, damage, digest(message.wire), segment_id, offset, length),
        ).fetchone()[0]
        db.execute("UPDATE segment SET length = ? WHERE id = ?", (end, segment_id))
        db.execute("UPDATE run SET bytes = bytes + ? WHERE id = ?",
                   (len(message.wire), self._run))
        return capture_id

    def _read_back(self, segment: SegmentWriter, offset: int, length: int,
                   exchange: Exchange) -> None:
        block = load_record(self._home, segment.name, offset, length).block
        if hashlib.sha256(block).digest() != hashlib.sha256(exchange.block).digest():
            raise IntegrityError(where=f"{segment.name} at {offset}",
                                 what=f"{exchange.url} does not read back as it was written")

    def close(self) -> None:
        """Seal the segments that were written to."""
        while self._segments:
            self._segments.popitem()[1].close()


def _members(exchange: Exchange, message: Message) -> tuple[bytes, bytes]:
    """The record of the answer, and those that go with it."""
    record_id = new_record_id()
    common = {"WARC-Target-URI": exchange.fetched_url, "WARC-Date": exchange.captured_at}
    named = {**common, "WARC-Record-ID": record_id}
    if exchange.is_file:
        content_type = exchange.content_type or "application/octet-stream"
        answer = member("resource", exchange.block, {**named, "Content-Type": content_type},
                        payload=exchange.block)
    else:
        answer = member("response", exchange.block, named, payload=message.wire)
    beside = {**common, "WARC-Concurrent-To": record_id}
    others = b""
    if exchange.request is not None:
        others += member("request", exchange.request, beside, payload=b"")
    # Enough to make the ledger's row again from the archive alone.
    notes = {"site": exchange.site, "url": exchange.url, "date-source": exchange.date_source,
             "stored-at": stamp(), "body-sha256": message.body_sha256}
    return answer, others + member("metadata", fields(notes), beside, payload=None)

"""The one way an exchange becomes a capture; the crawl and the import both go through here.

The order never changes: members written, fsync, ledger commit, acknowledgement, read back: of one
exchange, or of a group of them that an import adds together. An answer that repeats a stored one
becomes a revisit record, which holds its headers alone.
"""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Literal

from archive.home import Home
from archive.ledger.ledger import Ledger, insert
from archive.ledger.originals import PROFILE, Original, newest_whole, root_of
from archive.store.reader import StoredBody, load_body, load_record, load_records
from archive.store.segments import SegmentWriter
from archive.warc.content import DecodedBody
from archive.warc.http1 import Message, UnwritableError, split_head, take_apart
from archive.warc.record import WarcRecord, digest, fields, member, new_record_id
from machine.clock import stamp
from machine.failpoints import reach
from schema.dates import DateSource, Precision
from schema.errors import IntegrityError, StoppedError

NOT_MODIFIED = 304
GROUP = "group"
"""What the place is noted under at which the bytes of one commit begin in their segment."""
Truncation = Literal["length", "time", "disconnect"]
"""Why only a part of an answer is there, as WARC-Truncated says it."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """One answer as it was received, to be stored.

    `block` is the HTTP response with its headers, or for a saved file (`is_file`) its bytes.
    Absent: `request` is None where only the answer is known, `truncated` where it is whole,
    `validates` unless the request was conditional: the capture whose validators it named,
    `outcome` for an import: what a crawl took it for, as `outcome:reason`; `repeats` unless the
    body came from a capture that is there: an imported revisit's original; `source_id` and
    `source_digest`, the record's id and payload digest where it was taken from, unless stated.
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
    role: str = "comparison"
    truncated: Truncation | None = None
    validates: int | None = None
    ip: str | None = None
    outcome: str | None = None
    precision: Precision = "second"
    source_id: str | None = None
    source_digest: str | None = None
    repeats: int | None = None

    def message(self, taken: Message | None = None) -> Message:
        """The exchange taken apart; a saved file counts as an answer with status 200.

        Absent: `taken` is None unless its block was taken apart already.
        Raises: UnwritableError where the block is no HTTP response.
        """
        if self.is_file:
            headers = (("content-type", self.content_type),) if self.content_type else ()
            return Message(200, headers, self.block, DecodedBody(self.block))
        found = taken or take_apart(self.block)
        if found is None:
            raise UnwritableError(f"{self.url}: the block is no HTTP response")
        if found.decoded.is_plain and self.date_source == "crawl":
            # No server may name an encoding that its body does not have.
            return replace(found, decoded=DecodedBody(None, "damaged", "decode"))
        if self.truncated is None:
            return found
        return replace(found, decoded=DecodedBody(None, *self._cut(found)))

    def _cut(self, found: Message) -> tuple[str, str]:
        """The outcome and reason of a body that came only in part."""
        if self.truncated == "length":
            return "too_large", "wire"
        if self.truncated == "time":
            return "network_error", "timeout"
        # Without a stated length it was the framing that did not come to its end.
        return "damaged", "framing" if found.header("content-length") is None else "reset"


@dataclass(frozen=True, slots=True)
class Validators:
    """What a request may name so that an unchanged page is not sent again."""

    capture_id: int
    headers: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Stored:
    """What storing gave."""

    capture_id: int
    is_unchanged: bool
    segment: str


@dataclass(frozen=True, slots=True)
class _Added:
    """An exchange that is written down and not acknowledged yet, and the place of its record."""

    exchange: Exchange
    original: Original | None
    body_sha256: str
    segment: SegmentWriter
    place: tuple[int, int]


class Store:
    """Writes exchanges of one run into the home, one site's segment at a time."""

    def __init__(self, home: Home, ledger: Ledger, run_id: int, ack: int | None = None) -> None:
        self._home, self._ledger, self._run = home, ledger, run_id
        self._ack = ack
        self._segments: dict[str, SegmentWriter] = {}
        self._group: dict[str, int] | None = None
        """Where the segments of the group that is open ended before it, by site."""
        self._added: list[_Added] = []
        self._size = 0

    @contextmanager
    def group(self, sites: Iterable[str]) -> Iterator[None]:
        """Let all that is added within, of these sites, be committed at the end, or none of it.

        One transaction is open for so long; what other code does in a step is part of it.
        Raises: as `add`.
        """
        # Entered in the ledger before anything is written to them.
        before = [(each, each.end) for each in map(self._segment, dict.fromkeys(sites))]
        self._added, self._size = [], 0
        self._group = {each.site: end for each, end in before}
        try:
            with self._ledger.transaction() as db:
                yield
                for segment, end in before:
                    if segment.end > end:
                        segment.sync()
                        note_end(db, segment.id, segment.end)
                if self._added:
                    note_bytes(db, self._run, self._size)
                reach("inserted")
        except BaseException:
            for segment, end in before:
                self._take_back(segment, end)
            raise
        finally:
            self._group = None
        reach("committed")
        self._acknowledge()
        self._read_back()
        reach("read-back")
        for segment, _ in before:
            if segment.is_full:
                self._segments.pop(segment.site).close()

    def add(
        self,
        exchange: Exchange,
        message: Message,
        page_id: int,
        settle: Callable[[sqlite3.Connection, int, bool], None] | None = None,
    ) -> Stored:
        """Store an exchange; `settle` ends its lease inside the same commit.

        In a group, it is safe only at the end of that. Shape: `settle` is given the connection,
        the capture's id, and whether the page is as it was.

        Raises: StoppedError when the disk does not take it, IntegrityError when it does not
        read back as it was written, UnwritableError when a header could break the file's format.
        """
        if self._group is None:
            with self.group([exchange.site]):
                return self.add(exchange, message, page_id, settle)
        original = original_of(self._ledger, exchange, message, page_id)
        row = row_of(exchange, message, original) | {
            "page_id": page_id,
            "run_id": self._run,
            "record_id": new_record_id(),
        }
        try:
            answer, others = _members(exchange, original, row, self._group[exchange.site])
        except ValueError as error:
            raise UnwritableError(f"{exchange.url}: {error}") from error
        segment = self._segments[exchange.site]
        offset = segment.append(answer + others)
        self._size += len(message.wire)
        with self._ledger.step() as db:
            capture_id = enter_capture(db, row, (segment.id, offset, len(answer)))
            if settle is not None:
                settle(db, capture_id, original is not None)
        sha256 = str(row["body_sha256"])
        self._added.append(_Added(exchange, original, sha256, segment, (offset, len(answer))))
        return Stored(capture_id, original is not None, segment.name)

    def repeats(self, exchange: Exchange, message: Message, page_id: int) -> bool:
        """Whether an answer, were it added now, would be as what is stored of its page."""
        return original_of(self._ledger, exchange, message, page_id) is not None

    def validators(self, page_id: int, fetched_url: str) -> Validators | None:
        """What the newest whole answer of an address offers to ask with. Absent: None."""
        row = newest_whole(self._ledger, page_id)
        if row is None or row["fetched_url"] != fetched_url:
            return None
        kept = json.loads(row["headers"])
        named = (("etag", "If-None-Match"), ("last-modified", "If-Modified-Since"))
        headers = tuple((ask, kept[name]) for name, ask in named if kept.get(name))
        return Validators(row["id"], headers) if headers else None

    def body_of(self, capture_id: int) -> bytes:
        """The decoded body of a capture, a revisit's from its original.

        Raises: IntegrityError where the bytes are not as they were stored.
        """
        return load_body(self._home, self._place_of(capture_id))[0]

    def record_of(self, capture_id: int) -> WarcRecord:
        """The record that holds the bytes of a capture, a revisit's original's.

        Raises: IntegrityError where it is not as it was stored.
        """
        return load_record(self._home, *self._place_of(capture_id)[:3])

    def _place_of(self, capture_id: int) -> StoredBody:
        sql = "SELECT name, offset, capture.length, body_sha256, damage FROM capture"
        sql += " JOIN segment ON segment.id = segment_id"
        sql += " WHERE capture.id = (SELECT coalesce(revisit_of, id) FROM capture WHERE id = ?)"
        return StoredBody(*self._ledger.rows(sql, (capture_id,))[0])

    def _take_back(self, segment: SegmentWriter, end: int) -> None:
        """Cut what was written after `end`, unless the ledger holds it all the same.

        A commit that reports a failure may have happened: only its journal's name was not synced.
        """
        if self._ledger.value("SELECT length FROM segment WHERE id = ?", (segment.id,)) == end:
            segment.cut_back(end)

    def _acknowledge(self) -> None:
        if self._ack is None:
            return
        try:
            for each in self._added:
                os.write(self._ack, f"{each.exchange.url} {each.body_sha256}\n".encode())
        except OSError as error:
            raise StoppedError(what=f"--ack-fd {self._ack}: {error.strerror}") from error

    def _segment(self, site: str) -> SegmentWriter:
        if site not in self._segments:
            self._segments[site] = SegmentWriter(self._home, self._ledger, site)
        return self._segments[site]

    def _read_back(self) -> None:
        for name, added in groupby(self._added, lambda each: each.segment.name):
            mine = list(added)
            found = load_records(self._home, name, [each.place for each in mine])
            for each, record in zip(mine, found, strict=True):
                block, original = each.exchange.block, each.original
                is_revisit = original is not None and original.profile
                if record.block != (split_head(block)[0] if is_revisit else block):
                    raise IntegrityError(
                        where=f"{name} at {each.place[0]}",
                        what=f"{each.exchange.url} does not read back as it was written",
                    )

    def close(self) -> None:
        """Seal the segments that were written to."""
        while self._segments:
            self._segments.popitem()[1].close()


def _stored_body(exchange: Exchange) -> bytes:
    """The bytes that a payload digest covers: the body as it lies in the record.

    It may still be in chunks. The standard would have it put together first, but the tools that
    write such records, and those that check them, take it as it is.
    """
    return exchange.block if exchange.is_file else split_head(exchange.block)[1]


def original_of(
    ledger: Ledger, exchange: Exchange, message: Message, page_id: int
) -> Original | None:
    """The stored exchange that an answer, or an imported revisit, repeats. Absent: None."""
    if exchange.repeats is not None:
        return _repeated(ledger, exchange, message, page_id)
    if exchange.date_source != "crawl":
        return None
    newest = newest_whole(ledger, page_id)
    if newest is None:
        return None
    if message.status == NOT_MODIFIED and exchange.validates == newest["id"]:
        # What it does not repeat stands as the answer said it that was asked about, itself a
        # repetition of an older one's bytes perhaps, and not as that older one did.
        return Original(root_of(ledger, newest), "server-not-modified", newest["headers"])
    if message.status != 200 or message.decoded.body is None:
        return None
    if newest["body_sha256"] != message.body_sha256:
        return None
    root = root_of(ledger, newest)
    is_same = root["payload_digest"] == digest(_stored_body(exchange))
    return Original(root, "identical-payload-digest" if is_same else "")


def _repeated(
    ledger: Ledger, exchange: Exchange, message: Message, page_id: int
) -> Original | None:
    """What an imported revisit repeats. Absent: None where it is to be stored whole all the same.

    That is where the bytes are another page's, or lie there framed otherwise.
    """
    row = ledger.rows("SELECT * FROM capture WHERE id = ?", (exchange.repeats,))[0]
    root = root_of(ledger, row)
    if root["page_id"] != page_id:
        return None
    if message.status == NOT_MODIFIED:
        return Original(root, "server-not-modified", row["headers"])
    is_same = root["payload_digest"] == digest(_stored_body(exchange))
    return Original(root, "identical-payload-digest") if is_same else None


def row_of(exchange: Exchange, message: Message, original: Original | None) -> dict[str, object]:
    """The ledger's row of an exchange, but for its place in the archive."""
    damage = None
    if message.decoded.body is None:
        damage = f"{message.decoded.outcome}:{message.decoded.reason}"
    row: dict[str, object] = {
        "site": exchange.site,
        "url": exchange.url,
        "fetched_url": exchange.fetched_url,
        "captured_at": exchange.captured_at,
        "date_source": exchange.date_source,
        "precision": exchange.precision,
        "source_id": exchange.source_id,
        "source_digest": exchange.source_digest,
        "status": message.status,
        "content_type": message.header("content-type"),
        "headers": json.dumps(message.kept_headers()),
        "kind": "response",
        "revisit_of": None,
        "body_sha256": message.body_sha256,
        "damage": damage,
        "payload_digest": digest(_stored_body(exchange)),
        "truncated": exchange.truncated,
    }
    if original is None:
        return row
    row |= {"revisit_of": original.row["id"]}
    if original.profile:
        row |= {"kind": "revisit", "payload_digest": original.row["payload_digest"]}
    if original.profile == "server-not-modified":
        headers = json.loads(original.headers) | message.kept_headers()
        row |= {
            "headers": json.dumps(headers),
            "body_sha256": original.row["body_sha256"],
            "content_type": original.row["content_type"],
        }
    return row


def enter_capture(
    db: sqlite3.Connection, row: dict[str, object], place: tuple[int, int, int]
) -> int:
    """Enter a capture in the ledger; gives its number.

    Shape: `place` is its segment, and the offset and length of its record.
    """
    segment_id, offset, length = place
    at = {"segment_id": segment_id, "offset": offset, "length": length}
    return insert(db, "capture", row | at)


def note_end(db: sqlite3.Connection, segment_id: int, end: int) -> None:
    """Note how far a segment's bytes are known."""
    db.execute("UPDATE segment SET length = ? WHERE id = ?", (end, segment_id))


def note_bytes(db: sqlite3.Connection, run_id: int, size: int) -> None:
    """Add to what a run received."""
    db.execute("UPDATE run SET bytes = bytes + ? WHERE id = ?", (size, run_id))


def _members(
    exchange: Exchange, original: Original | None, row: dict[str, object], since: int
) -> tuple[bytes, bytes]:
    """The record of the answer, and those that go with it; its group began at `since`."""
    record_id = str(row["record_id"])
    common = {"WARC-Target-URI": exchange.fetched_url, "WARC-Date": exchange.captured_at}
    named = {**common, "WARC-Record-ID": record_id}
    if exchange.ip is not None:
        named["WARC-IP-Address"] = exchange.ip
    if exchange.truncated is not None:
        named["WARC-Truncated"] = exchange.truncated
    beside = {**common, "WARC-Concurrent-To": record_id}
    others = b""
    if exchange.request is not None:
        asked = beside if exchange.ip is None else {**beside, "WARC-IP-Address": exchange.ip}
        others += member("request", exchange.request, asked, payload=digest(b""))
    # Enough to make the ledger's row again from the archive alone.
    notes = {
        "site": exchange.site,
        "url": exchange.url,
        "role": exchange.role,
        "run": str(row["run_id"]),
        "date-source": exchange.date_source,
        "stored-at": stamp(),
        "body-sha256": str(row["body_sha256"]),
        GROUP: str(since),
    }
    said = {
        "outcome": exchange.outcome,
        "precision": None if exchange.precision == "second" else exchange.precision,
        "source-id": exchange.source_id,
        "source-digest": exchange.source_digest,
    }
    notes |= {name: value for name, value in said.items() if value is not None}
    answer = _answer(exchange, original, named, str(row["payload_digest"]))
    return answer, others + member("metadata", fields(notes), beside, payload=None)


def _answer(
    exchange: Exchange, original: Original | None, named: dict[str, str], payload: str
) -> bytes:
    if exchange.is_file:
        content_type = exchange.content_type or "application/octet-stream"
        return member(
            "resource", exchange.block, {**named, "Content-Type": content_type}, payload=payload
        )
    if original is None or not original.profile:
        return member("response", exchange.block, named, payload=payload)
    row = original.row
    named |= {
        "WARC-Profile": PROFILE + original.profile,
        "WARC-Refers-To-Target-URI": row["fetched_url"],
        "WARC-Refers-To-Date": row["captured_at"],
        "WARC-Payload-Digest": row["payload_digest"],
    }
    if original.profile == "identical-payload-digest":
        named["WARC-Truncated"] = "length"
    if row["record_id"]:
        named["WARC-Refers-To"] = row["record_id"]
    return member("revisit", split_head(exchange.block)[0], named, payload=None)

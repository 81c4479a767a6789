"""Revisits of other tools: which stored answer holds their body, and the answer put together again.

A tool that stores no body twice says in a revisit where it is: by the id of a record, by the digest
of the payload, or by an address and a date. Tools write digests in letters of their own, and over
a body in chunks or put together, so a digest is first looked up as its own tool stated it beside
the original, then worked out over what is stored.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from archive.ledger.ledger import Ledger
from archive.ledger.originals import root_of
from archive.ledger.timeline import IS_WHOLE, NEWEST_FIRST, TIMELINE
from archive.store.store import NOT_MODIFIED, Store
from archive.warc.digests import digest_of
from archive.warc.http1 import split_head, take_apart
from archive.warc.record import WarcRecord

MOST_CANDIDATES = 100
"""So many captures of a page are held against a digest that nobody stated beside its bytes."""
_FRAMING = (b"content-encoding", b"content-length", b"transfer-encoding")


@dataclass(frozen=True, slots=True)
class Reference:
    """Where a revisit says that its body is.

    Shape: `page_id` is its own page, `refers_page_id` that of the address which it refers to.
    Absent: None where it does not say, or where no such page is known.
    """

    captured_at: str
    page_id: int | None
    digest: str | None = None
    refers_to: str | None = None
    refers_page_id: int | None = None
    refers_date: str | None = None
    is_unmodified: bool = False
    """Whether it is a 304: where it says nothing else, it means the capture before it."""


class Originals:
    """Finds the bodies of revisits; what it worked out over stored bytes it works out once."""

    def __init__(self, ledger: Ledger, store: Store) -> None:
        self._ledger, self._store = ledger, store
        self._digests: dict[tuple[int, str], frozenset[str]] = {}

    def find(self, said: Reference) -> sqlite3.Row | None:
        """The capture that holds, or repeats, the body of a revisit. Absent: None."""
        for row in _candidates(self._ledger, said):
            if said.digest is None or said.digest == row["source_digest"]:
                return row
            if said.digest in self._digests_of(row, said.digest.partition(":")[0]):
                return row
        return None

    def _digests_of(self, row: sqlite3.Row, algorithm: str) -> frozenset[str]:
        """What a tool's digest of a capture may be."""
        key = (row["revisit_of"] or row["id"], algorithm)
        if key not in self._digests:
            payloads = _payloads(self._store.record_of(row["id"]))
            self._digests[key] = frozenset(digest_of(algorithm, each) for each in payloads)
        return self._digests[key]


def _candidates(ledger: Ledger, said: Reference) -> Iterator[sqlite3.Row]:
    """Captures that may be meant, the likeliest first."""
    pages = tuple(dict.fromkeys(p for p in (said.refers_page_id, said.page_id) if p is not None))
    if said.refers_to is not None:
        yield from _whole(ledger, "source_id = ?", (said.refers_to,))
    if said.digest is not None:
        yield from _whole(ledger, "source_digest = ?", (said.digest,))
    for page_id in pages if said.refers_date is not None else ():
        yield from _whole(ledger, "page_id = ? AND captured_at = ?", (page_id, said.refers_date))
    if said.digest is not None:
        for page_id in pages:
            yield from _whole(ledger, "page_id = ? AND revisit_of IS NULL", (page_id,))
    if said.is_unmodified and said.page_id is not None:
        yield from ledger.rows(
            f"SELECT * FROM {TIMELINE} WHERE page_id = ? AND {IS_WHOLE} AND seen_at <= ?"
            f" ORDER BY {NEWEST_FIRST} LIMIT 1",
            (said.page_id, said.captured_at),
        )


def _whole(ledger: Ledger, where: str, values: Iterable[object]) -> Iterator[sqlite3.Row]:
    sql = f"SELECT * FROM capture WHERE {where} AND {IS_WHOLE} ORDER BY id DESC LIMIT ?"
    yield from ledger.rows(sql, (*values, MOST_CANDIDATES))


def _payloads(record: WarcRecord) -> tuple[bytes, ...]:
    """The bytes that a tool's payload digest may cover: as sent, put together, and decoded."""
    if record.type == "resource":
        return (record.block,)
    message, sent = take_apart(record.block), split_head(record.block)[1]
    if message is None:
        return (sent,)
    return (sent, message.wire, message.decoded.body or sent)


def put_together(
    ledger: Ledger, store: Store, row: sqlite3.Row, head: bytes, page_id: int | None
) -> bytes:
    """The whole answer of a revisit: its own head, over the body of the capture that it repeats.

    What frames a body goes with the bytes that it frames; an answer that nothing changed has none,
    unless the body is another page's, whose whole answer stands for it then.
    """
    said = take_apart(head)
    if said is not None and said.status == NOT_MODIFIED:
        if row["page_id"] == page_id:
            return head
        said = None
    record = store.record_of(row["id"])
    is_file = record.type == "resource"
    own, body = (b"", record.block) if is_file else split_head(record.block)
    if said is None:
        return own + body if own else _head_of_file(row) + body
    whole = head + body
    found = take_apart(whole)
    if found is not None and found.body_sha256 == root_of(ledger, row)["body_sha256"]:
        return whole
    first, *lines = head.rstrip(b"\r\n").splitlines()
    lines = [line for line in lines if not _frames(line)]
    lines += [line for line in own.splitlines() if _frames(line)]
    return b"\r\n".join([first, *lines]) + b"\r\n\r\n" + body


def _frames(line: bytes) -> bool:
    return line.partition(b":")[0].strip().lower() in _FRAMING


def _head_of_file(row: sqlite3.Row) -> bytes:
    kind = (row["content_type"] or "text/html").encode("latin-1", "replace")
    return b"HTTP/1.1 200 OK\r\nContent-Type: " + kind + b"\r\n\r\n"

"""The archive as other rooms read it: short reads of the ledger, and bodies that are verified."""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, fields
from pathlib import Path
from typing import BinaryIO, Literal, NamedTuple

from archive.home import Home
from archive.ledger.ledger import read_rows, stream_rows
from archive.ledger.soundness import require_tables
from archive.ledger.timeline import SEEN_AT, SEEN_AT_ALONE
from archive.store.segments import OPEN
from archive.warc.content import DecodedBody
from archive.warc.http1 import split_head, take_apart
from archive.warc.record import WarcRecord, read_member
from machine.clock import parse_stamp
from machine.dates import latest
from schema.dates import Precision
from schema.errors import BytesError, IntegrityError, UsageError
from schema.page import RawPage


@dataclass(frozen=True, slots=True)
class Capture:
    """One stored exchange.

    `url` is the own address asked, or `urn:sha256:...`; `seen_at` its place in time, which is
    `captured_at` but where the clock was wrong or the date is doubtful; `segment` the file's name
    without `.open`; `headers` those that opt-outs and later requests need, with lower-case names.
    Absent: `revisit_of` is None for a whole response, `damage` where the body is sound.
    """

    id: int
    page_id: int
    run_id: int
    site: str
    url: str
    role: str
    captured_at: str
    seen_at: str
    date_source: str
    precision: Precision
    status: int
    content_type: str | None
    headers: dict[str, str]
    kind: Literal["response", "revisit"]
    revisit_of: int | None
    body_sha256: str
    damage: str | None
    truncated: str | None
    segment: str
    offset: int
    length: int
    original_url: str | None
    """The address of the capture that it repeats; None where it repeats none."""
    denied_tokens: str
    """What the site's robots.txt of that run said against its use, as the ledger notes it."""

    @property
    def order(self) -> tuple[str, int]:
        """What the captures of a page sort by."""
        return self.seen_at, self.id


class StoredBody(NamedTuple):
    """Where the bytes of a body lie. Absent: `damage` is None where it is sound."""

    segment: str
    offset: int
    length: int
    sha256: str
    damage: str | None


@dataclass(frozen=True, slots=True)
class Segment:
    """One WARC file. `length` is what the ledger vouches for; `sha256` is None until sealed."""

    name: str
    is_sealed: bool
    length: int
    sha256: str | None


@dataclass(frozen=True, slots=True)
class Page:
    """An address and where it stands. Absent: `due` is None where it is not asked by itself."""

    id: int
    site: str
    url: str
    role: str
    state: str
    due: str | None
    tries: int
    last_outcome: str | None
    last_reason: str | None


@dataclass(frozen=True, slots=True)
class Run:
    """One crawl or import.

    Units: `seconds` by a clock that does not jump; `report` is JSON.
    Absent: `ended_at`, `exit_code`, `seconds` and `report` are None for one that was killed.
    """

    id: int
    kind: str
    site: str | None
    started_at: str
    ended_at: str | None
    exit_code: int | None
    asked: int
    stored: int
    unchanged: int
    failed: int
    bytes: int
    robots_state: str | None
    seconds: float | None
    report: str | None


CHUNK = 2_000
"""So many rows are read at once, so that a crawl need not wait. Units: rows."""
_DENIED = (
    "SELECT run_id, site, group_concat(denied_tokens, ' ') AS denied_tokens"
    " FROM robots WHERE denied_tokens != '' GROUP BY run_id, site"
)
_CAPTURES = (
    "SELECT capture.id, page_id, capture.run_id, capture.site, capture.url, role, captured_at,"
    " {seen_at} AS seen_at, date_source, precision, status, content_type, headers, kind,"
    " revisit_of, body_sha256, damage, truncated, segment.name AS segment, offset, capture.length,"
    " (SELECT url FROM capture AS original WHERE original.id = capture.revisit_of) AS original_url,"
    " coalesce(said.denied_tokens, '') AS denied_tokens FROM capture"
    " JOIN segment ON segment.id = segment_id JOIN page ON page.id = page_id"
    f" LEFT JOIN ({_DENIED}) AS said ON said.run_id = capture.run_id AND said.site = capture.site"
)
_HEADERS = [each.name for each in fields(Capture)].index("headers")
_ALONE = _CAPTURES.format(seen_at=SEEN_AT_ALONE)


class Archive:
    """A home's ledger and segments, to be read only."""

    def __init__(self, path: Path) -> None:
        self.home = Home(path)
        self.home.require_ledger()
        require_tables(self.home.ledger)

    def captures(self) -> list[Capture]:
        """Every capture, ordered by id. Raises: as `each_capture`."""
        return list(self.each_capture())

    def each_capture(self) -> Iterator[Capture]:
        """Every capture, ordered by id, as memory need not hold them.

        Raises: IntegrityError when the ledger's note of its headers cannot be read.
        """
        sql = f"{_CAPTURES.format(seen_at=SEEN_AT)} ORDER BY capture.id"
        return map(_capture, stream_rows(self.home.ledger, sql))

    def captures_of_pages(self, pages: Iterable[int]) -> list[Capture]:
        """The captures of some pages, ordered by id. Raises: as `each_capture`."""
        where = "page_id IN (SELECT value FROM json_each(?)) ORDER BY capture.id"
        return self._some(where, json.dumps([*pages]))

    def capture(self, number: int) -> Capture | None:
        """One capture by its id. Absent: None where there is none. Raises: as `each_capture`."""
        return next(iter(self._some("capture.id = ?", number)), None)

    def captures_of(self, segment: str) -> Iterator[Capture]:
        """The captures of one segment, by their place in it, as memory need not hold them.

        Raises: as `each_capture`.
        """
        sql = f"{_ALONE} WHERE segment.name = ? ORDER BY offset"
        return map(_capture, stream_rows(self.home.ledger, sql, (segment,)))

    def capture_as_of(self, url: str, day: str) -> Capture | None:
        """The newest whole capture of an own address until the end of a day (UTC), a date or time.

        Shape: `read_page(archive.load(capture), site=capture.site)` is what the page said then.
        Absent: None where it was not captured by then. Raises: as `each_capture`.
        """
        until = f"{day}T23:59:59Z" if "T" not in day else day
        found = self._some("capture.url = ? AND capture.status IN (200, 304)", url)
        known = (
            each
            for each in found
            if (by := latest(each.captured_at, each.precision)) and by <= until
        )
        return max(known, key=lambda each: each.order, default=None)

    def captures_of_run(self, run: int) -> list[Capture]:
        """The captures that one run stored, ordered by id. Raises: as `each_capture`."""
        return self._some("capture.run_id = ? ORDER BY capture.id", run)

    def _some(self, where: str, value: object) -> list[Capture]:
        return [*map(_capture, read_rows(self.home.ledger, f"{_ALONE} WHERE {where}", (value,)))]

    def places_of(self, segment: str) -> list[tuple[int, int, int]]:
        """Place, number and page of each capture of one segment that was not erased, by place."""
        sql = "SELECT offset, capture.id, page_id FROM capture JOIN segment ON segment.id ="
        sql += " segment_id WHERE name = ? AND damage IS NOT 'erased' ORDER BY offset"
        return [tuple(row) for row in read_rows(self.home.ledger, sql, (segment,))]

    def present(self) -> tuple[list[Segment], int]:
        """Every segment, and the number of the newest capture in them; 0 where there is none."""
        sql = "SELECT *, (SELECT max(id) FROM capture) AS upto FROM segment ORDER BY id"
        rows = read_rows(self.home.ledger, sql)
        return [_segment(row) for row in rows], max((row["upto"] or 0 for row in rows), default=0)

    def segments_after(self, capture: int, others: Iterable[int] = ()) -> dict[str, int]:
        """The segments of the captures behind a number, and of some others: how many in each."""
        sql = "SELECT name, count(*) AS count FROM segment JOIN capture ON segment.id = segment_id"
        sql += " WHERE capture.id > ? OR capture.id IN (SELECT value FROM json_each(?))"
        values = (capture, json.dumps(list(others)))
        rows = read_rows(self.home.ledger, f"{sql} GROUP BY name", values)
        return {row["name"]: row["count"] for row in rows}

    def fingerprint(self, upto: int) -> str:
        """What tells these captures, and where they lie, from those of another ledger."""
        sql = "SELECT count(*), sum(offset), sum(length), sum(page_id * (id % 1009)),"
        sql += " sum((unixepoch(captured_at) % 1000003 + status) * (id % 1009 + 1)),"
        sql += " sum(run_id * (id % 1009)), sum(unicode(body_sha256) * (id % 1009 + 1)),"
        sql += " sum(revisit_of), min(body_sha256), max(body_sha256), max(url)"
        sql += " FROM capture WHERE id <= ?"
        return " ".join(map(str, read_rows(self.home.ledger, sql, (upto,))[0]))

    def page_chunks(self) -> Iterator[list[tuple[int, str, str, str, str | None, str | None]]]:
        """Number, site, address, state, last outcome and due date of each page, many at a time."""
        after, sql = 0, "SELECT id, site, url, state, last_outcome, due FROM page WHERE id > ?"
        sql += f" ORDER BY id LIMIT {CHUNK}"
        while rows := read_rows(self.home.ledger, sql, (after,)):
            yield [tuple(row) for row in rows]
            after = rows[-1]["id"]

    def denied_robots(self) -> list[tuple[int, str, str]]:
        """Run, site and what its robots.txt then said against the use of its pages."""
        return [tuple(row) for row in read_rows(self.home.ledger, _DENIED)]

    def segments(self) -> list[Segment]:
        """Every segment, ordered by number."""
        rows = read_rows(self.home.ledger, "SELECT * FROM segment ORDER BY id")
        return [_segment(row) for row in rows]

    def pages(self) -> list[Page]:
        """Every known address, ordered by id."""
        return list(self.each_page())

    def each_page(self) -> Iterator[Page]:
        """Every known address, ordered by id, as memory need not hold them."""
        rows = stream_rows(
            self.home.ledger,
            "SELECT id, site, url, role, state, due, tries, last_outcome, last_reason"
            " FROM page ORDER BY id",
        )
        return (Page(*row) for row in rows)

    def runs(self) -> list[Run]:
        """Every run, ordered by id."""
        rows = read_rows(self.home.ledger, "SELECT * FROM run ORDER BY id")
        return [Run(**dict(row)) for row in rows]

    def load(self, capture: Capture) -> RawPage:
        """The page of a capture, its body decoded strictly; a revisit gives its original's.

        Raises: IntegrityError when bytes are missing or are not those that were stored;
        BytesError (a parse failure) when the answer itself was damaged on its way to us.
        """
        return load_page(
            self.home, self.body_of(capture), capture.url, capture.captured_at, capture.content_type
        )

    def body_of(self, capture: Capture) -> StoredBody:
        """Where the body of a capture lies; that of a revisit with its original.

        Raises: IntegrityError where the ledger has lost the original.
        """
        kept = self._original(capture)
        return StoredBody(kept.segment, kept.offset, kept.length, kept.body_sha256, kept.damage)

    def plain(self, capture: Capture) -> bytes:
        """All that a capture's own record says: its head, and its body, decoded where that goes.

        Raises: IntegrityError when its bytes are missing or broken.
        """
        record = load_record(self.home, capture.segment, capture.offset, capture.length)
        message = None if record.type == "resource" else take_apart(record.block)
        body = message.decoded.body if message is not None else None
        return record.block if body is None else split_head(record.block)[0] + body

    def _original(self, capture: Capture) -> Capture:
        seen = {capture.id}
        while capture.revisit_of is not None:
            original = self.capture(capture.revisit_of)
            if original is None or original.id in seen:
                raise IntegrityError(where=f"capture {capture.id}", what="its original is missing")
            seen.add(original.id)
            capture = original
        return capture


def _segment(row: sqlite3.Row) -> Segment:
    return Segment(row["name"], bool(row["is_sealed"]), row["length"], row["sha256"])


def _capture(row: sqlite3.Row) -> Capture:
    try:
        headers = json.loads(row["headers"])
    except ValueError as error:
        where = f"capture {row['id']} of {row['url']}"
        raise IntegrityError(where=where, what=f"its headers cannot be read: {error}") from error
    values = [*row]
    values[_HEADERS] = headers
    return Capture(*values)


def open_archive(path: Path) -> Archive:
    """The archive of a home folder, for reading; safe while a crawl goes on.

    Raises: StartError when there is no ledger; IntegrityError when it is not a sound one.
    """
    return Archive(path)


def load_page(
    home: Home, body: StoredBody, url: str, captured_at: str, content_type: str | None
) -> RawPage:
    """The page of a capture, as `Archive.load` gives it, from what is known of it. Raises: so."""
    if body.damage is not None:
        raise BytesError(code="unreadable", detail=f"stored as {body.damage}")
    data, is_bare = load_body(home, body)
    try:
        fetched_at = parse_stamp(captured_at, where="captured_at")
    except UsageError as error:
        where = f"{body.segment} at {body.offset}"
        raise IntegrityError(where=where, what=str(error)) from error
    return RawPage(
        url=None if url.startswith("urn:") else url,
        body=data,
        content_type=content_type,
        fetched_at=fetched_at,
        sha256=body.sha256,
        is_bare=is_bare,
    )


def load_body(home: Home, stored: StoredBody) -> tuple[bytes, bool]:
    """A decoded body, verified, and whether it came without the encoding that its head names.

    Raises: IntegrityError where it is missing or is not the one that was stored.
    """
    where = f"{stored.segment} at {stored.offset}"
    record = load_record(home, stored.segment, stored.offset, stored.length)
    decoded = DecodedBody(record.block)
    if record.type != "resource":
        message = take_apart(record.block)
        if message is None:
            raise IntegrityError(where=where, what="the block is no HTTP response")
        decoded = message.decoded
    if decoded.body is None or hashlib.sha256(decoded.body).hexdigest() != stored.sha256:
        raise IntegrityError(where=where, what="the body is not the one that was stored")
    return decoded.body, decoded.is_plain


def load_record(home: Home, segment: str, offset: int, length: int) -> WarcRecord:
    """The record that begins at `offset` of a segment, open or sealed.

    Raises: IntegrityError when the file or the bytes are missing or broken.
    """
    return next(load_records(home, segment, [(offset, length)]))


def load_records(
    home: Home, segment: str, places: Iterable[tuple[int, int]]
) -> Iterator[WarcRecord]:
    """The records at some places of a segment, each an offset and a length. Raises: as above."""
    with _opened(home, segment) as file:
        # Asked first: what a broken ledger calls a length may be more than memory holds.
        size = os.fstat(file.fileno()).st_size
        for offset, length in places:
            where = f"{segment} at {offset}"
            if not 0 <= offset < offset + length <= size:
                raise IntegrityError(where=where, what="bytes are missing")
            yield read_member(os.pread(file.fileno(), length, offset), where=where)


def _opened(home: Home, segment: str) -> BinaryIO:
    for path in (home.warc / segment, home.warc / (segment + OPEN), home.warc / segment):
        # Three looks: it may be sealed between the first and the second.
        with suppress(FileNotFoundError):
            return path.open("rb")
    raise IntegrityError(where=segment, what="the file is missing")

"""The archive as other rooms read it: short reads of the ledger, and bodies that are verified."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Literal

from archive.home import Home
from archive.ledger.ledger import read_rows
from archive.ledger.soundness import require_tables
from archive.ledger.timeline import SEEN_AT
from archive.store.segments import OPEN
from archive.warc.content import DecodedBody
from archive.warc.http1 import split_head, take_apart
from archive.warc.record import WarcRecord, read_member
from machine.clock import parse_stamp
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
    denied_tokens: str
    """What the site's robots.txt of that run said against its use, as the ledger notes it."""

    @property
    def order(self) -> tuple[str, int]:
        """What the captures of a page sort by."""
        return self.seen_at, self.id

    @property
    def sound_date(self) -> str | None:
        """Its date. Absent: None where only a file's own time says it, which tools set freely."""
        return None if self.date_source == "file" else self.captured_at


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


class Archive:
    """A home's ledger and segments, to be read only."""

    def __init__(self, path: Path) -> None:
        self.home = Home(path)
        self._captures: dict[int, Capture] | None = None
        self.home.require_ledger()
        require_tables(self.home.ledger)

    def captures(self) -> list[Capture]:
        """Every capture, ordered by id.

        Raises: IntegrityError when the ledger's note of its headers cannot be read.
        """
        rows = read_rows(
            self.home.ledger,
            f"SELECT capture.id, page_id, capture.site, capture.url, role, captured_at, {SEEN_AT}"
            " AS seen_at, date_source, precision, status, content_type, headers, kind, revisit_of,"
            " body_sha256, damage, truncated, segment.name AS segment, offset, capture.length,"
            " coalesce(said.denied_tokens, '') AS denied_tokens FROM capture"
            " JOIN segment ON segment.id = segment_id JOIN page ON page.id = page_id"
            " LEFT JOIN (SELECT run_id, site, group_concat(denied_tokens, ' ') AS denied_tokens"
            " FROM robots WHERE denied_tokens != '' GROUP BY run_id, site) AS said"
            " ON said.run_id = capture.run_id AND said.site = capture.site"
            " ORDER BY capture.id",
        )
        found = [_capture(row) for row in map(dict, rows)]
        self._captures = {capture.id: capture for capture in found}
        return found

    def segments(self) -> list[Segment]:
        """Every segment, ordered by number."""
        rows = read_rows(self.home.ledger, "SELECT * FROM segment ORDER BY id")
        return [
            Segment(row["name"], bool(row["is_sealed"]), row["length"], row["sha256"])
            for row in rows
        ]

    def pages(self) -> list[Page]:
        """Every known address, ordered by id."""
        rows = read_rows(
            self.home.ledger,
            "SELECT id, site, url, role, state, due, tries, last_outcome, last_reason"
            " FROM page ORDER BY id",
        )
        return [Page(**dict(row)) for row in rows]

    def runs(self) -> list[Run]:
        """Every run, ordered by id."""
        return [
            Run(**dict(row)) for row in read_rows(self.home.ledger, "SELECT * FROM run ORDER BY id")
        ]

    def load(self, capture: Capture) -> RawPage:
        """The page of a capture, its body decoded strictly; a revisit gives its original's.

        Raises: IntegrityError when bytes are missing or are not those that were stored;
        BytesError (a parse failure) when the answer itself was damaged on its way to us.
        """
        kept = self._original(capture)
        if kept.damage is not None:
            raise BytesError(code="unreadable", detail=f"stored as {kept.damage}")
        place = (kept.segment, kept.offset, kept.length)
        body, is_bare = _load_body(self.home, *place, kept.body_sha256)
        try:
            fetched_at = parse_stamp(capture.captured_at, where="captured_at")
        except UsageError as error:
            raise IntegrityError(where=f"capture {capture.id}", what=str(error)) from error
        return RawPage(
            url=None if capture.url.startswith("urn:") else capture.url,
            body=body,
            content_type=capture.content_type,
            fetched_at=fetched_at,
            sha256=capture.body_sha256,
            is_bare=is_bare,
        )

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
            if self._captures is None or capture.revisit_of not in self._captures:
                self.captures()
            original = (self._captures or {}).get(capture.revisit_of)
            if original is None or original.id in seen:
                raise IntegrityError(where=f"capture {capture.id}", what="its original is missing")
            seen.add(original.id)
            capture = original
        return capture


def _capture(row: dict[str, Any]) -> Capture:
    try:
        headers = json.loads(row["headers"])
    except ValueError as error:
        where = f"capture {row['id']} of {row['url']}"
        raise IntegrityError(where=where, what=f"its headers cannot be read: {error}") from error
    return Capture(**{**row, "headers": headers})


def open_archive(path: Path) -> Archive:
    """The archive of a home folder, for reading; safe while a crawl goes on.

    Raises: StartError when there is no ledger; IntegrityError when it is not a sound one.
    """
    return Archive(path)


def load_body(home: Home, segment: str, offset: int, length: int, sha256: str) -> bytes:
    """The decoded body of the record at a place, verified.

    Raises: IntegrityError where it is missing or is not the one that was stored.
    """
    return _load_body(home, segment, offset, length, sha256)[0]


def _load_body(
    home: Home, segment: str, offset: int, length: int, sha256: str
) -> tuple[bytes, bool]:
    """The body, and whether it came without the encoding that its head names."""
    where = f"{segment} at {offset}"
    record = load_record(home, segment, offset, length)
    decoded = DecodedBody(record.block)
    if record.type != "resource":
        message = take_apart(record.block)
        if message is None:
            raise IntegrityError(where=where, what="the block is no HTTP response")
        decoded = message.decoded
    if decoded.body is None or hashlib.sha256(decoded.body).hexdigest() != sha256:
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

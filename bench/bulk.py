"""A home written in bulk: WARC members and the ledger's rows as a crawl makes them.

What a crawl does page by page is done at once: no commit and no wait for the disk a page, and the
indexes of the ledger last.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

from publisher import BASE, Publisher

SITE = "sample"
FIRST_DAY = datetime(2026, 6, 1, 6, tzinfo=UTC)
DAYS = 36
"""So many days lie between two crawls: every page is due by then."""
PACE_S = 0.5
"""So long a page takes. Units: seconds."""
ROWS = 5_000
"""So many rows of a table are written at once."""
CONTENT_TYPE = "text/html; charset=utf-8"
ASKED = "Host: sample.example\r\nUser-Agent: bench (+https://sample.example/about)\r\n\r\n"
TABLES = {
    "page": "id site url role state due known_since last_outcome last_reason interval_days",
    "attempt": "id run_id page_id url started_at ended_at outcome reason status capture_id",
    "capture": "id page_id run_id site url fetched_url captured_at date_source status content_type"
    " headers kind revisit_of body_sha256 payload_digest segment_id offset length record_id",
    "segment": "id name site is_sealed length sha256 opened_at sealed_at",
    "run": "id kind site started_at ended_at exit_code asked stored unchanged bytes robots_state"
    " seconds report",
    "robots": "id run_id site origin read_at state denied_tokens capture_id",
}
REPORT: dict[str, Any] = {
    "drift": [], "failed": {}, "found_nothing": [], "notes": {}, "refused": {}, "stopped": None,
    "unread_lists": [],
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Visit:
    """One capture of a page, in one of its editions."""

    run: int
    page: int
    edition: int
    capture_id: int
    is_unchanged: bool


@dataclass(slots=True)
class Segment:
    """A WARC file that is written, and hashed on the way."""

    id: int
    path: Path
    opened_at: str
    end: int = 0
    sha256: Any = field(default_factory=hashlib.sha256)

    def add(self, data: bytes, file: Any) -> int:
        start = self.end
        file.write(data)
        self.sha256.update(data)
        self.end += len(data)
        return start


class Bulk:
    """A new home, filled crawl by crawl."""

    def __init__(self, path: Path, publisher: Publisher) -> None:
        from archive import Home
        from archive.ledger.tables import APPLICATION_ID, MIGRATIONS

        self.publisher, self.home = publisher, Home(path.absolute())
        self.home.create()
        self.db = sqlite3.connect(self.home.ledger, isolation_level=None)
        for setting in ("journal_mode = OFF", "synchronous = OFF", "cache_size = -200000"):
            self.db.execute(f"PRAGMA {setting}")
        for step in MIGRATIONS:
            self.db.executescript(step)
        self.db.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        self.db.execute(f"PRAGMA user_version = {len(MIGRATIONS)}")
        made = "SELECT name, sql FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL"
        self.indexes = dict(self.db.execute(made).fetchall())
        for (
            name
        ) in self.indexes:  # filled in the order of the rows, they would take most of the time
            self.db.execute(f"DROP INDEX {name}")
        self.db.execute("BEGIN")
        self.rows: dict[str, list[tuple[object, ...]]] = {name: [] for name in TABLES}
        self.ids = Random(publisher.seed)
        self.captures = self.attempts = self.runs = 0
        self.roots: dict[tuple[int, int], tuple[int, str, str, str, str]] = {}
        """Of a page's edition the first capture: number, date, record, digest, and body's hash."""
        self.segment: Segment | None = None
        self.file: Any = None
        self.segments = 0

    # Page 1 is robots.txt; the comparisons come behind it, then the tools' own pages.
    def page_id(self, page: int) -> int:
        return page + 2

    def crawl(self, editions: Callable[[int], int], *, keeps: bool) -> Iterator[Visit]:
        """One crawl of every page. `keeps` tells whether a later one may repeat what is stored."""
        begun = FIRST_DAY + timedelta(days=DAYS * self.runs)
        self.runs += 1
        self._robots(begun)
        unchanged = size = 0
        for page in range(self.publisher.pages):
            at = _stamp(begun + timedelta(seconds=PACE_S * page))
            edition = editions(page)
            is_unchanged, length = self._visit(page, edition, at, keeps=keeps)
            unchanged += is_unchanged
            size += length
            yield Visit(self.runs, page, edition, self.captures, is_unchanged)
        self._seal(at)
        took = PACE_S * self.publisher.pages
        ended = _stamp(begun + timedelta(seconds=took))
        asked = self.publisher.pages + 1
        row = (asked, asked - unchanged, unchanged, size, "read", took, json.dumps(REPORT))
        self._row("run", self.runs, "crawl", SITE, _stamp(begun), ended, 0, *row)

    def _robots(self, begun: datetime) -> None:
        at, url = _stamp(begun), f"{BASE}/robots.txt"
        body = b"User-agent: *\nAllow: /\n"
        self._keep(1, url, body, at, "text/plain; charset=utf-8", "robots", None)
        self._row("robots", self.runs, self.runs, SITE, BASE, at, "read", "", self.captures)

    def _visit(self, page: int, edition: int, at: str, *, keeps: bool) -> tuple[bool, int]:
        known = self.roots.get((page, edition)) if keeps else None
        url, body = self.publisher.page(page, edition)
        kept = self._keep(self.page_id(page), url, body, at, CONTENT_TYPE, "comparison", known)
        if keeps and known is None:
            self.roots[page, edition] = kept
        return known is not None, len(body)

    def _keep(
        self, page_id: int, url: str, body: bytes, at: str, kind: str, role: str,
        root: tuple[int, str, str, str, str] | None,
    ) -> tuple[int, str, str, str, str]:  # fmt: skip
        """Write an exchange and its rows; gives what a later revisit of it names."""
        from archive.ledger.originals import PROFILE
        from archive.warc.record import digest, fields, member

        self.captures += 1
        sha256 = root[4] if root else hashlib.sha256(body).hexdigest()
        tag = f'"{sha256[:20]}"'
        head = (
            f"HTTP/1.1 200 OK\r\nETag: {tag}\r\nContent-Type: {kind}\r\n"
            f"Content-Length: {len(body)}\r\n\r\n"
        ).encode()
        record_id = f"<urn:uuid:{_uuid(self.ids)}>"
        common = {"WARC-Target-URI": url, "WARC-Date": at}
        named = {**common, "WARC-Record-ID": record_id, "WARC-IP-Address": "127.0.0.1"}
        payload = root[3] if root else digest(body)
        if root is None:
            answer = member("response", head + body, named, payload=body)
        else:
            named |= {
                "WARC-Profile": PROFILE + "identical-payload-digest",
                "WARC-Refers-To-Target-URI": url, "WARC-Refers-To-Date": root[1],
                "WARC-Payload-Digest": payload, "WARC-Truncated": "length",
                "WARC-Refers-To": root[2],
            }  # fmt: skip
            answer = member("revisit", head, named, payload=None)
        beside = {**common, "WARC-Concurrent-To": record_id}
        asked = f"GET {url.removeprefix(BASE)} HTTP/1.1\r\n{ASKED}"
        notes = {
            "site": SITE, "url": url, "role": role, "run": str(self.runs), "date-source": "crawl",
            "stored-at": at, "body-sha256": sha256,
        }  # fmt: skip
        others = [
            member(
                name,
                block,
                {**beside, "WARC-Record-ID": f"<urn:uuid:{_uuid(self.ids)}>"},
                payload=held,
            )
            for name, block, held in (
                ("request", asked.encode(), b""),
                ("metadata", fields(notes), None),
            )
        ]
        segment = self._open(at)
        offset = segment.add(answer, self.file)
        segment.add(b"".join(others), self.file)
        headers = json.dumps({"etag": tag, "content-type": kind})
        repeats = ("revisit", root[0]) if root else ("response", None)
        place = (segment.id, offset, len(answer), record_id)
        self._row(
            "capture", self.captures, page_id, self.runs, SITE, url, url, at, "crawl", 200, kind,
            headers, *repeats, sha256, payload, *place,
        )  # fmt: skip
        self._row(
            "attempt", self.captures, self.runs, page_id, url, at, at, "ok", "", 200, self.captures
        )
        if segment.end >= self._most():
            self._seal(at)
        return self.captures, at, record_id, payload, sha256

    def _most(self) -> int:
        from archive.store.segments import SEGMENT_BYTES

        return SEGMENT_BYTES

    def _open(self, at: str) -> Segment:
        from archive.warc.record import fields, member

        if self.segment is None:
            self.segments += 1
            path = self.home.warc / f"verdicts-{SITE}-{self.segments:06d}.warc.gz"
            self.segment = Segment(self.segments, path, at)
            self.file = path.open("wb")
            block = fields({"software": "verdicts", "format": "WARC File Format 1.1"})
            named = {"WARC-Date": at, "WARC-Filename": path.name}
            named["WARC-Record-ID"] = f"<urn:uuid:{_uuid(self.ids)}>"
            self.segment.add(member("warcinfo", block, named, payload=None), self.file)
        return self.segment

    def _seal(self, at: str) -> None:
        segment, self.segment = self.segment, None
        if segment is None:
            return
        self.file.close()
        segment.path.chmod(0o444)
        said = (1, segment.end, segment.sha256.hexdigest(), segment.opened_at, at)
        self._row("segment", segment.id, segment.path.name, SITE, *said)

    def _row(self, table: str, *values: object) -> None:
        rows = self.rows[table]
        rows.append(values)
        if len(rows) >= ROWS:
            self._write(table)

    def _write(self, table: str) -> None:
        names = TABLES[table].split()
        marks = ", ".join("?" * len(names))
        sql = f"INSERT INTO {table} ({', '.join(names)}) VALUES ({marks})"
        self.db.executemany(sql, self.rows[table])
        self.rows[table].clear()

    def close(self, *, waiting: int = 0) -> None:
        """Enter the pages, so many that wait among them, and let the ledger go."""
        last = FIRST_DAY + timedelta(days=DAYS * (self.runs - 1))
        known = _stamp(FIRST_DAY)
        self._row(
            "page", 1, SITE, f"{BASE}/robots.txt", "robots", "captured", None, known, "ok", "", None
        )
        interval = 30.0 if self.runs == 1 else 45.0
        pages = self.publisher.pages
        for page in range(pages + waiting):
            at = last + timedelta(seconds=PACE_S * page, days=interval)
            said = ("captured", _stamp(at), known, "ok", "", interval)
            said = said if page < pages else ("waiting", None, known, None, None, None)
            url = self.publisher.url(page)
            self._row("page", self.page_id(page), SITE, url, "comparison", *said)
        for number in range(self.publisher.tools):
            url = f"{BASE}/tool/{self.publisher.tool(number).slug}"
            place = self.page_id(pages + waiting + number)
            self._row("page", place, SITE, url, "other", "known", None, known, None, None, None)
        for table in TABLES:
            self._write(table)
        self.db.execute("COMMIT")
        for sql in self.indexes.values():
            self.db.execute(sql)
        self.db.close()


def _stamp(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def _uuid(rng: Random) -> str:
    text = f"{rng.getrandbits(128):032x}"
    return f"{text[:8]}-{text[8:12]}-4{text[13:16]}-a{text[17:20]}-{text[20:]}"

"""Homes with so many captures: `python bench/homes.py FOLDER --pages 100000 --crawls 1`.

One crawl or several of a publisher's pages, a day for each, written in bulk: true WARC members, and
the ledger's rows as a crawl enters them, but without a commit and five waits for the disk a page.
`grow` adds a share of new captures through the product's own store. The bytes follow from the
arguments alone.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import groupby
from pathlib import Path
from random import Random
from types import SimpleNamespace
from typing import Any

from publisher import BASE, SIZES, Publisher, Tool, html, url_of

__all__ = ["NOW", "home_of", "html", "pairs_of", "url_of"]
"""What `commands` takes from here."""
SITE = "sample"
FIRST_DAY = datetime(2026, 6, 1, 6, tzinfo=UTC)
DAYS = 36
"""So many days lie between two crawls: every page is due by then."""
PACE_S = 0.5
"""So long a page takes. Units: seconds."""
CRAWLS = 4
CHANGED = 5
"""In the third crawl one page in so many says something else."""
ROWS = 5_000
NOW = "2026-11-20T06:00:00Z"
"""When `grow` adds captures, and for commands that only look at a home."""
AHEAD = 20
"""For so many pages of a history one more is known and waits."""
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


def write_home(
    path: Path, publisher: Publisher, *, crawls: int = 1, waiting: int = 0, is_seen: bool = False
) -> None:
    """A home of so many crawls: all pages new; all unchanged; one in five says something else in
    the third; all unchanged again.

    `is_seen` has the ledger hold what each crawl saw of the site's layout, as `drift` wants it.
    """
    bulk, visits = Bulk(path, publisher), list[Visit]()
    for number in range(crawls):
        for visit in bulk.crawl(_later if number >= 2 else _first, keeps=crawls > 1):
            if is_seen:
                visits.append(visit)
    bulk.close(waiting=waiting)
    if is_seen:
        _profile(path, publisher, visits)


def _first(page: int) -> int:
    return 0


def _later(page: int) -> int:
    return int(page % CHANGED == 0)


def _profile(path: Path, publisher: Publisher, visits: list[Visit]) -> None:
    """Enter what each crawl saw: of each tool what one page shows, put together page by page."""
    from archive import Home
    from archive.ledger import Ledger
    from crawler.drift import profiler
    from crawler.reading.look import PageLook

    profiler.SAVE_EVERY = 1 << 40
    traits = _Traits(publisher)
    with closing(Ledger(Home(path).ledger)) as ledger:
        for run, seen in groupby(visits, lambda visit: visit.run):
            seeing = profiler.Profiler(SimpleNamespace(ledger=ledger, id=run))  # type: ignore[arg-type]
            for visit in seen:
                if visit.is_unchanged:
                    seeing.see_unchanged(SITE)
                else:
                    look = PageLook(traits=traits.of(visit.page, visit.edition))
                    seeing.see(SITE, visit.capture_id, look)
            seeing.finish()


class _Traits:
    """What pages show, each tool of them read once in each edition."""

    def __init__(self, publisher: Publisher) -> None:
        self.publisher, self.layout = publisher, ""
        self.parts: dict[tuple[int, int], Any] = {}

    def of(self, page: int, edition: int) -> Any:
        from crawler.reading.traits import PageTraits

        a, b = self.publisher.sides(page)
        keys = ((a, edition), (b, 0))
        if not all(key in self.parts for key in keys):
            self.parts |= zip(keys, self._read(page, edition), strict=True)
        return PageTraits(self.layout, tuple(self.parts[key] for key in keys))

    def _read(self, number: int, edition: int) -> Any:
        from crawler.reading.look import LookTask, look
        from schema.page import RawPage

        url, body = self.publisher.page(number, edition)
        found = look(LookTask(RawPage(url, body, CONTENT_TYPE), SITE, "record"))
        assert found.traits is not None and found.failure is None, found
        self.layout = found.traits.layout
        return found.traits.parts


def history_of(captures: int) -> Publisher:
    """The publisher whose pages a home of so many captures shows, each captured four times."""
    return Publisher(max(1, captures // CRAWLS), seed=captures)


def pairs_of(captures: int) -> tuple[list[Tool], list[tuple[int, int]]]:
    """The tools of such a home, and the two of each page: of those captured, then those waiting."""
    history = history_of(captures)
    known = history.pages + waiting_of(history)
    pairs = [history.sides(number) for number in range(known)]
    return [history.tool(number) for number in range(max(map(max, pairs)) + 1)], pairs


def waiting_of(history: Publisher) -> int:
    """So many pages are known and wait."""
    return -(-history.pages // AHEAD)


def home_of(folder: Path, captures: int, *, is_built: bool) -> Path:
    """The home of so many captures of four crawls, made in a process of its own where it is not
    there yet. One page in twenty more is known and waits."""
    path = folder / f"{captures}{'-built' if is_built else ''}"
    if not (path / "ready").exists():
        shutil.rmtree(path, ignore_errors=True)
        command = [sys.executable, __file__, str(path), "--captures", str(captures)]
        subprocess.run([*command, *(["--build"] if is_built else [])], check=True)
        (path / "ready").touch()
    return path


def grow(path: Path, publisher: Publisher, share: float = 0.01) -> int:
    """Add so large a share of new captures to a home, as another crawl would; gives their number.

    Of four one is a page that was not there, two say something else, one is as it was.
    """
    from archive import Home, open_run
    from archive.ledger.frontier import Found
    from archive.ledger.leases import captured, end_attempt
    from archive.store.store import Exchange
    from machine.clock import as_of, stamp

    count = max(4, round(publisher.pages * share))
    with as_of(NOW), _without_waiting(), open_run(Home(path), "crawl") as books:
        books.ledger._db.execute("PRAGMA synchronous = OFF")
        with books.ledger.transaction():
            for number in range(count):
                page = (
                    publisher.pages + number
                    if number % 4 == 0
                    else number * (publisher.pages // count)
                )
                url, body = publisher.page(page, edition=int(number % 4 in (1, 2)))
                head = (
                    f"HTTP/1.1 200 OK\r\nContent-Type: {CONTENT_TYPE}\r\n"
                    f"Content-Length: {len(body)}\r\n\r\n"
                ).encode()
                exchange = Exchange(SITE, url, url, stamp(), "crawl", head + body)
                page_id = books.frontier.know(Found(SITE, url, "comparison"))
                lease = books.frontier.lease(page_id)
                books.store.add(
                    exchange, exchange.message(), page_id,
                    lambda db, capture, same, lease=lease: end_attempt(
                        db, lease, captured(200), capture_id=capture, is_unchanged=same
                    ),
                )  # fmt: skip
        books.note(site=SITE, asked=count, stored=count, exit_code=0, report=json.dumps(REPORT))
    return count


@contextmanager
def _without_waiting() -> Iterator[None]:
    """The product's own writing in one transaction, without a wait for the disk."""
    from archive.ledger.ledger import Ledger

    sync, transaction = os.fsync, Ledger.transaction

    @contextmanager
    def nested(self: Any) -> Iterator[Any]:
        if self._db.in_transaction:
            yield self._db
            return
        with transaction(self) as db:
            yield db

    os.fsync, Ledger.transaction = lambda _: None, nested  # type: ignore[assignment]
    try:
        yield
    finally:
        os.fsync, Ledger.transaction = sync, transaction  # type: ignore[method-assign]


def copy_home(source: Path, target: Path) -> Path:
    """The same home at another place: the segments are the same files, the rest is copied."""
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    for path in sorted(source.rglob("*")):
        place = target / path.relative_to(source)
        if path.is_dir():
            place.mkdir()
        elif path.parent.name == "warc" and source.stat().st_dev == target.stat().st_dev:
            place.hardlink_to(path)
        elif path.suffix != ".lock":
            shutil.copy2(path, place, follow_symlinks=False)
    return target


def _stamp(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def _uuid(rng: Random) -> str:
    text = f"{rng.getrandbits(128):032x}"
    return f"{text[:8]}-{text[8:12]}-4{text[13:16]}-a{text[17:20]}-{text[20:]}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--pages", type=int, default=1_000)
    parser.add_argument("--size", choices=SIZES, default="4k")
    parser.add_argument("--distinct", action="store_true", help="No card or quote stands twice.")
    parser.add_argument("--crawls", type=int, default=1)
    parser.add_argument("--waiting", type=int, default=0, help="So many more pages wait.")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--grow", type=float, help="Add such a share of captures to the home.")
    parser.add_argument("--captures", type=int, help="So many captures of four crawls instead.")
    parser.add_argument("--build", action="store_true", help="Build and publish that too.")
    given = parser.parse_args()
    publisher = Publisher(given.pages, size=given.size, distinct=given.distinct, seed=given.seed)
    begun = time.perf_counter()
    if given.grow:
        print(json.dumps({"captures": grow(given.folder, publisher, given.grow)}))
    elif given.captures:
        history = history_of(given.captures)
        waiting = waiting_of(history)
        write_home(given.folder, history, crawls=CRAWLS, waiting=waiting, is_seen=True)
    else:
        write_home(given.folder, publisher, crawls=given.crawls, waiting=given.waiting)
    if given.build:
        from db import build

        build(given.folder, workers=1 if given.captures < ROWS else 2)
    print(f"{time.perf_counter() - begun:.1f} s", file=sys.stderr)


if __name__ == "__main__":
    main()

"""The staging file: brought up to date with the ledger and the record files, then read in order.

    pages, robots, what is held  ->  captures with their lines, segment by segment  ->  dirty pages

What is taken in stays until a take-down, another parser or another ledger makes it worth nothing;
then it is made again from the record files. A build that is killed loses no more than a segment.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, suppress
from itertools import groupby, islice
from operator import itemgetter
from pathlib import Path
from typing import Any

from archive import Archive, Capture
from db.records.snapshot import Snapshot, is_known_page
from db.staging.clocks import CrawlDates, WrongClock, wrong_clocks
from db.staging.history import (
    Failed,
    PageHistory,
    Seen,
    SharedSide,
    ShownRecord,
    StagedPage,
    asked,
    place_in_time,
)
from db.staging.ids import UNCAPTURED
from db.staging.tables import FORMAT, TABLES
from db.staging.words import Records, require_words
from parsers.sites import site_named
from schema.errors import IntegrityError

STAGING = "staging.db"
"""Its name, beside the record files."""
CACHE_KIB = 16 << 10
"""So much of the file is kept in memory while it is worked on. Units: KiB."""
CHUNK = 500
"""So many captures are entered at once."""
HELD_BACK = Failed(
    "layout_drift",
    None,
    "its layout drifted in its run, or the run is not over; `verdicts drift` shows how",
)
"""The failure that stands for a record which waits for a person, or for its run's profile."""
_SEEN = (
    "page_id id run_id url captured_at date_source precision status content_type kind revisit_of"
    " body_sha256 outcome signals takedown record failure marked is_held"
).split()
_TAKEN = (*_SEEN, "spans", "is_damaged")
_PAGE = ("id", "site", "url", "state", "last_outcome", "due", "takedown")
_PAGES = (
    f"SELECT {', '.join(_PAGE)}, pair, public, EXISTS (SELECT 1 FROM page AS other"
    " WHERE other.pair = page.pair AND other.id <> page.id) FROM page"
)
# A page keeps this id for ever, for what is stored of it later has a greater number.
_PUBLIC = (
    "UPDATE page SET public = coalesce("
    "(SELECT min(id) FROM capture WHERE page_id = page.id), page.id + ?)"
    " WHERE id IN (SELECT page_id FROM dirty)"
)


_CRAWLED = (
    "INSERT INTO crawl (run_id, first, last) VALUES (?, ?, ?) ON CONFLICT DO UPDATE"
    " SET first = min(first, excluded.first), last = max(last, excluded.last)"
)


def _joined(
    captures: Iterable[Capture], lines: Iterable[dict[str, Any]]
) -> Iterator[tuple[Capture, dict[str, Any]]]:
    """Captures by their place, each with its line. Raises: IntegrityError where one has none."""
    left = iter(lines)
    for capture in captures:
        line = next((line for line in left if line["offset"] >= capture.offset), None)
        if line is None or line["offset"] != capture.offset:
            what = f"its record file does not speak of the capture at {capture.offset}"
            raise IntegrityError(where=capture.segment, what=what)
        yield capture, line


class Staging:
    """The staging file of a home, one build at a time.

    Shape: `with Staging(path) as staging: staging.take(...)`, then `take_lines` for each segment,
    `taken`, and `histories`.
    Raises: what SQLite says of the disk.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._open()
        with suppress(sqlite3.DatabaseError):  # of what is no database, or has no such table
            if self.noted("format") == str(FORMAT):
                self._begin()
                return
        self.begin_again()

    def _open(self) -> None:
        self.db = sqlite3.connect(self.path, isolation_level=None)

    def _begin(self) -> None:
        self.db.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
        self.db.execute("PRAGMA journal_mode = PERSIST")
        self._records = Records(self.db)
        self._clocks = self._noted_clocks()
        self.db.execute("BEGIN IMMEDIATE")

    def __enter__(self) -> Staging:
        """Ready to use."""
        return self

    def __exit__(self, *error: object) -> None:
        """Lets the file go; what was not committed is forgotten."""
        self.db.close()

    def commit(self) -> None:
        """Keep what was taken in."""
        self.db.execute("COMMIT")
        self.db.execute("BEGIN IMMEDIATE")

    def noted(self, name: str) -> str | None:
        """What was noted under a name. Absent: None where nothing was."""
        row = self.db.execute("SELECT value FROM meta WHERE name = ?", (name,)).fetchone()
        return None if row is None else row[0]

    def note(self, **values: str | None) -> None:
        """Note values by name."""
        self.db.executemany("INSERT OR REPLACE INTO meta VALUES (?, ?)", values.items())

    def begin_again(self) -> None:
        """Forget everything."""
        self.db.close()
        remove(self.path)
        self._open()
        self.db.executescript(TABLES)
        self._begin()
        self.note(format=str(FORMAT))

    # What is taken in

    def take(self, archive: Archive, snapshot: Snapshot, made_by: Iterable[str]) -> None:
        """Bring pages, robots.txt and what is held up to date; forget all that no longer holds.

        Shape: `made_by` are the versions of all that shapes what is in here.
        """
        key = json.dumps([*made_by, snapshot.taken.ids])
        upto = int(self.noted("upto") or 0)
        if self.noted("key") != key or self.noted("ledger") != archive.fingerprint(upto):
            if self.noted("key") is not None:
                self.begin_again()
            self.note(key=key, upto="0", ledger=archive.fingerprint(0))
        self._take_robots(archive)
        if not self._take_pages(archive, snapshot):
            self.begin_again()
            self.take(archive, snapshot, made_by)
            return
        self._take_held(snapshot.held)
        if self.noted("at") != snapshot.recorded_at:
            # A wish may come with a date from which it holds.
            self._dirty("SELECT page_id FROM capture WHERE signals LIKE '%=%'")
            self.note(at=snapshot.recorded_at)

    def _dirty(self, select: str, values: Iterable[object] = ()) -> None:
        self.db.execute(f"INSERT OR IGNORE INTO dirty {select}", tuple(values))

    def _take_robots(self, archive: Archive) -> None:
        known = {row[:2]: row[2] for row in self.db.execute("SELECT * FROM denied")}
        told = {(run, site): denied for run, site, denied in archive.denied_robots()}
        for (run, site), denied in (dict.fromkeys(known, "") | told).items():
            if known.get((run, site)) != denied:
                self.db.execute(
                    "INSERT OR REPLACE INTO denied VALUES (?, ?, ?)", (run, site, denied)
                )
                self._dirty(
                    "SELECT page_id FROM capture JOIN page ON page.id = page_id"
                    " WHERE run_id = ? AND site = ?",
                    (run, site),
                )
        self._denied = {row[:2]: row[2] for row in self.db.execute("SELECT * FROM denied")}

    def _take_pages(self, archive: Archive, snapshot: Snapshot) -> bool:
        """Whether the ledger's pages are still those that are known here, and perhaps more."""
        names = ", ".join(_PAGE)
        insert = f"INSERT OR REPLACE INTO page ({names}, pair) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
        count = 0
        for rows in archive.page_chunks():
            between = (rows[0][0], rows[-1][0])
            sql = f"SELECT {names}, pair FROM page WHERE id BETWEEN ? AND ?"
            known = {row[0]: row for row in self.db.execute(sql, between)}
            changed = []
            for row in rows:
                refused = snapshot.refused.get(row[0])
                own = (
                    (*row, None) if refused is None else (*row[:3], "refused", None, None, refused)
                )
                before = known.get(row[0])
                if before is None:
                    if not is_known_page(row[1], row[2]):
                        continue
                    changed.append((*own, _pair(row[1], row[2])))
                elif before[1:3] != row[1:3]:
                    return False
                elif before[:-1] != own:
                    changed.append((*own, before[-1]))
                count += 1
            self.db.executemany(insert, changed)
            self.db.executemany(
                "INSERT OR IGNORE INTO dirty VALUES (?)", [(row[0],) for row in changed]
            )
        # An older ledger that was put back knows fewer.
        return count == self.count("page")

    def _take_held(self, held: frozenset[int]) -> None:
        known = {number for (number,) in self.db.execute("SELECT id FROM capture WHERE is_held")}
        for number in known ^ held:
            self._dirty("SELECT page_id FROM capture WHERE id = ?", (number,))
            sql = "UPDATE capture SET is_held = ? WHERE id = ?"
            self.db.execute(sql, (number in held, number))

    def wanted(self) -> tuple[int, set[int]]:
        """The last capture that is known here, and those that were damaged and are wanted again."""
        sql = "SELECT id FROM capture WHERE is_damaged"
        return int(self.noted("upto") or 0), {number for (number,) in self.db.execute(sql)}

    def file(self, segment: str) -> str | None:
        """What was noted of a segment's record file. Absent: None where nothing was."""
        sql = "SELECT told FROM file WHERE segment = ?"
        row = self.db.execute(sql, (segment,)).fetchone()
        return None if row is None else row[0]

    def note_file(self, segment: str, told: str | None) -> None:
        """Note what tells a record file from any other, as it was when it was taken in."""
        self.db.execute("INSERT OR REPLACE INTO file VALUES (?, ?)", (segment, told))

    def take_lines(
        self,
        captures: Iterable[Capture],
        lines: Iterable[dict[str, Any]],
        held: frozenset[int],
        *,
        is_damaged: bool,
    ) -> None:
        """One segment: its captures, and the lines of its record file.

        Raises: IntegrityError when a capture has no line.
        """
        names, marks = ", ".join(_TAKEN), ", ".join("?" * len(_TAKEN))
        insert = f"INSERT OR REPLACE INTO capture ({names}) VALUES ({marks})"
        pairs = _joined(captures, lines)
        while some := [*islice(pairs, CHUNK)]:
            rows = [
                (*self._row(capture, url, line, capture.id in held), is_damaged)
                for capture, line in some
                if (url := self._url_of(capture.page_id)) is not None
            ]
            self.db.executemany(insert, rows)
            self.db.executemany("INSERT OR IGNORE INTO dirty VALUES (?)", {row[:1] for row in rows})
            crawled = ((row[2], row[4], row[4]) for row in rows if row[5] == "crawl")
            self.db.executemany(_CRAWLED, crawled)
        if self._records.is_moved:
            self.note(base=None)
        self.commit()

    def _url_of(self, page: int) -> str | None:
        """The address of a page. Absent: None for one of no comparison."""
        row = self.db.execute("SELECT url FROM page WHERE id = ?", (page,)).fetchone()
        return None if row is None else row[0]

    def _row(
        self, capture: Capture, url: str, line: dict[str, Any], is_held: bool
    ) -> tuple[Any, ...]:
        reading = line["reading"] or {}
        signals = {*line["opt_outs"], *reading.get("opt_outs", ())}
        record = reading.get("record")
        number = failure = marked = spans = None
        if record is not None and record["kind"] == "failure":
            failure = json.dumps([record[name] for name in ("code", "field", "detail")])
        elif record is not None:
            number, said = self._records.number(capture.site, capture.id, reading)
            marked = self._marked(said[4], reading)
            spans = self._records.spans(reading)
        return (
            capture.page_id,
            capture.id,
            capture.run_id,
            None if capture.url == url else capture.url,
            capture.captured_at,
            capture.date_source,
            capture.precision,
            capture.status,
            capture.content_type,
            capture.kind,
            capture.revisit_of,
            capture.body_sha256,
            line["outcome"],
            " ".join(sorted(signals)),
            line["takedown"],
            number,
            failure,
            marked,
            is_held,
            spans,
        )

    def _marked(self, sides: list[list[int]], reading: dict[str, Any]) -> str | None:
        """The cards, as negative numbers, and quotes that a page marks. Absent: None for none."""
        tools, quotes = reading["marked_tools"], reading["marked_quotes"]
        if not tools and not quotes:
            return None
        found = []
        for at, (number, _, card) in enumerate(sides, 1):
            found += [-card] if at in tools else []
            under = self.side(number).quotes
            found += [quote[-1] for quote in under if 2 * quote[0] - 2 + at in quotes]
        return json.dumps(found)

    def _noted_clocks(self) -> dict[int, WrongClock]:
        """What was told of wrong clocks last."""
        known = self.db.execute("SELECT run_id, after, until FROM crawl WHERE after IS NOT NULL")
        return {run: WrongClock(*told) for run, *told in known}

    def _take_clocks(self) -> None:
        """Tell wrong clocks from right ones; pages of which that changed are dirty."""
        crawls = self.db.execute("SELECT run_id, first, last FROM crawl ORDER BY run_id")
        self._clocks = wrong_clocks([CrawlDates(*row) for row in crawls])
        before = self._noted_clocks()
        for run in before.keys() | self._clocks.keys():
            told = self._clocks.get(run)
            if told != before.get(run):
                self._dirty("SELECT page_id FROM capture WHERE run_id = ?", (run,))
                sql = "UPDATE crawl SET after = ?, until = ? WHERE run_id = ?"
                self.db.execute(sql, (*(told or (None, None)), run))

    def taken(self, archive: Archive, upto: int) -> None:
        """All captures up to `upto` are here; what else they touch is dirty from now on."""
        self.note(upto=str(upto), ledger=archive.fingerprint(upto))
        self._take_clocks()
        # A new page may take another's name, or show it at the turned address.
        self._dirty(
            "SELECT other.id FROM dirty JOIN page ON page.id = dirty.page_id"
            " JOIN page AS other ON other.pair = page.pair"
        )
        self.db.execute(_PUBLIC, (UNCAPTURED,))
        sql = "SELECT id, site, url FROM page JOIN dirty ON dirty.page_id = page.id"
        turned = [each for row in self.db.execute(sql) for each in self.turned(*row)]
        self.db.executemany("INSERT OR IGNORE INTO dirty VALUES (?)", [(each,) for each in turned])
        # A revisit of a page that shows now what was taken down refers to nothing.
        self._dirty(
            "SELECT other.page_id FROM dirty CROSS JOIN capture USING (page_id)"
            " CROSS JOIN capture AS other ON other.revisit_of = capture.id"
        )
        self.commit()

    # What is published

    def begin_to_publish(self, *, is_part: bool) -> None:
        """From here on, until `published`, no published file is known to show what is here.

        Raises: ChangedWordsError.
        """
        require_words(self.db)
        self.note(base=None)
        where = " WHERE page_id IN (SELECT page_id FROM dirty)" if is_part else ""
        self.db.execute(f"DELETE FROM version{where}")
        self.commit()

    def dirty(self) -> Iterator[int]:
        """The published ids, now and before, of pages that are not published as they are."""
        sql = "SELECT public, page_id + ? FROM dirty JOIN page ON id = page_id"
        return (number for both in self.db.execute(sql, (UNCAPTURED,)) for number in {*both})

    def note_versions(self, places: Iterable[tuple[int, int, str, int, str, str]]) -> None:
        """Note the versions that are published now: the columns of `version` in their order."""
        self.db.executemany("INSERT INTO version VALUES (?, ?, ?, ?, ?, ?)", places)

    def published(self, **values: str | None) -> None:
        """What is here is published: nothing is dirty any more."""
        self.db.execute("DELETE FROM dirty")
        self.note(**values)
        self.commit()

    # What is read

    def turned(self, number: int, site: str, url: str) -> list[int]:
        """The pages whose address names the same two slugs the other way round."""
        found = [] if url.startswith("urn:") else site_named(site).slugs(url)
        sql = "SELECT id FROM page WHERE pair = ? AND site = ? AND id != ?"
        return [
            each
            for a, b in found
            for (each,) in self.db.execute(sql, (f"{b}-vs-{a}", site, number))
        ]

    def named(self, pair: str) -> list[StagedPage]:
        """The pages that could go by a name."""
        return [StagedPage(*row) for row in self.db.execute(f"{_PAGES} WHERE pair = ?", (pair,))]

    def side(self, number: int) -> SharedSide:
        """One side, by its number."""
        sql = "SELECT first, said FROM side WHERE n = ?"
        return SharedSide(*self.db.execute(sql, (number,)).fetchone())

    def keys(self, shown: ShownRecord) -> set[int]:
        """The quotes that a record shows, and its cards as negative numbers."""
        return {key for number, _, _ in shown.sides for key in self.side(number).keys}

    def is_published(self, number: int) -> bool:
        """Whether a capture is one of a page that may be published."""
        sql = "SELECT EXISTS (SELECT 1 FROM capture JOIN page ON page.id = page_id"
        sql += " WHERE capture.id = ? AND page.takedown IS NULL AND NOT EXISTS ("
        sql += " SELECT 1 FROM capture AS other WHERE other.page_id = page.id"
        sql += " AND other.outcome = 'refused'))"
        return bool(self.db.execute(sql, (number,)).fetchone()[0])

    def count(self, table: str) -> int:
        """How many rows a table has."""
        return int(self.db.execute(f"SELECT count(*) FROM {table}").fetchone()[0])

    def history(self, number: int, at: str) -> PageHistory:
        """One page over time."""
        return next(self._histories(f"= {number:d}", at))

    def histories(self, at: str, *, is_dirty: bool) -> Iterator[PageHistory]:
        """Each known page over time, by number, or the dirty ones alone; read as they are wanted.

        Shape: `at` is the time by which wishes with a date are judged.
        """
        which = "IN (SELECT page_id FROM dirty)" if is_dirty else "IS NOT NULL"
        return self._histories(which, at)

    def _histories(self, which: str, at: str) -> Iterator[PageHistory]:
        pages = self.db.cursor().execute(f"{_PAGES} WHERE id {which} ORDER BY id")
        captures = self.db.cursor().execute(
            f"SELECT {', '.join(_SEEN)}, said FROM capture LEFT JOIN record ON n = record"
            f" WHERE page_id {which} ORDER BY page_id, id"
        )
        groups = groupby(captures, key=itemgetter(0))
        number, rows = next(groups, (None, iter(())))
        for row in pages:
            page = StagedPage(*row)
            own: list[tuple[Any, ...]] = []
            if number == page.id:
                own = list(rows)
                number, rows = next(groups, (None, iter(())))
            yield self._history(page, own, at)

    def _history(self, page: StagedPage, rows: list[tuple[Any, ...]], at: str) -> PageHistory:
        takedowns = [row[14] for row in rows if row[12] == "refused"]
        if takedowns and page.takedown is None:
            page = page._replace(takedown=min(takedowns))
        if page.takedown is not None:
            return PageHistory(page, [], self.keys)
        seen = {row[1]: self._seen(page, row, at) for row in rows}
        place_in_time(seen.values(), self._clocks)
        for each in seen.values():
            if each.outcome == "revisit":
                each.outcome = "not_parsed"
                original = seen.get(each.revisit_of or 0)
                if original is not None:
                    each.repeat(original)
        return PageHistory(page, sorted(seen.values(), key=lambda each: each.place), self.keys)

    def _seen(self, page: StagedPage, row: tuple[Any, ...], at: str) -> Seen:
        seen = Seen()
        (
            _,
            seen.id,
            seen.run_id,
            url,
            seen.captured_at,
            seen.date_source,
            seen.precision,
            seen.status,
            seen.content_type,
            seen.kind,
            seen.revisit_of,
            seen.body_sha256,
            seen.outcome,
            signals,
            _,
            record,
            failure,
            marked,
            is_held,
            said,
        ) = row
        seen.url = page.url if url is None else url
        seen.asked = asked(signals, self._denied.get((seen.run_id, page.site), ""), at)
        seen.shown = None if record is None or is_held else ShownRecord(record, json.loads(said))
        seen.failure = Failed(*json.loads(failure)) if failure else None
        seen.marked = frozenset(json.loads(marked)) if marked and not is_held else frozenset()
        seen.is_repeat = False
        if is_held and record is not None:
            seen.outcome, seen.failure = "failure", HELD_BACK
        return seen


def changes_noted(path: Path, sha256: str) -> str | None:
    """What the build of an edition said is new in it. Absent: None where that is not noted."""
    uri = f"{path.resolve().as_uri()}?mode=ro"
    # A build may be writing it: then it is the build that tells.
    with suppress(sqlite3.DatabaseError), closing(sqlite3.connect(uri, uri=True)) as db:
        noted = dict(db.execute("SELECT name, value FROM meta WHERE name IN ('base', 'changes')"))
        return noted.get("changes") if noted.get("base") == sha256 else None
    return None


def remove(path: Path) -> None:
    """Let nothing of a staging file be left."""
    for each in (path, path.with_name(f"{path.name}-journal")):
        each.unlink(missing_ok=True)


def _pair(site: str, url: str) -> str:
    pair = None if url.startswith("urn:") else site_named(site).pair(url)
    return url if pair is None else pair

"""The staging file: what was taken in of ledger and record files, read as the history of pages.

What is taken in, and when it is worth nothing any more, is told by `intake`.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, suppress
from functools import cached_property
from itertools import groupby
from pathlib import Path

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
from db.staging.tables import FORMAT, PAGE, TABLES, StagedCapture
from db.staging.words import require_words
from machine.wrong_clocks import WrongClock
from parsers.sites import site_named

STAGING = "staging.db"
"""Its name, beside the record files."""
CACHE_KIB = 16 << 10
"""So much of the file is kept in memory while it is worked on. Units: KiB."""
HELD_BACK = Failed(
    "layout_drift",
    None,
    "its layout drifted in its run, or the run is not over; `verdicts drift` shows how",
)
"""The failure that stands for a record which waits for a person, or for its run's profile."""
_PAGES = (
    f"SELECT {', '.join(PAGE)}, pair, public, EXISTS (SELECT 1 FROM page AS other"
    " WHERE other.pair = page.pair AND other.id <> page.id) FROM page"
)


_Told = tuple[StagedCapture, str | None]
"""A capture, and what its record says."""


class Staging:
    """The staging file of a home, one build at a time.

    Shape: `with Staging(path) as staging`, filled by `Intake`, then read by `histories`.
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
        # As one transaction: else the disk is waited for at each table.
        self.db.executescript(f"BEGIN; {TABLES} COMMIT;")
        self._begin()
        self.note(format=str(FORMAT))

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

    # Read once, when all is taken in.

    @cached_property
    def _denied(self) -> dict[tuple[int, str], str]:
        return {(run, site): told for run, site, told in self.db.execute("SELECT * FROM denied")}

    @cached_property
    def _clocks(self) -> dict[int, WrongClock]:
        return self.clocks()

    def clocks(self) -> dict[int, WrongClock]:
        """The runs whose clock was wrong, and what is known of their dates."""
        known = self.db.execute("SELECT run_id, place, until FROM crawl WHERE place IS NOT NULL")
        return {run: WrongClock(*told) for run, *told in known}

    def _histories(self, which: str, at: str) -> Iterator[PageHistory]:
        pages = self.db.cursor().execute(f"{_PAGES} WHERE id {which} ORDER BY id")
        captures = self.db.cursor().execute(
            "SELECT capture.*, said FROM capture LEFT JOIN record ON n = record"
            f" WHERE page_id {which} ORDER BY page_id, id"
        )
        told = ((StagedCapture(*row), said) for *row, said in captures)
        groups = groupby(told, key=lambda row: row[0].page_id)
        number, rows = next(groups, (None, iter(())))
        for row in pages:
            page = StagedPage(*row)
            own = list[_Told]()
            if number == page.id:
                own = list(rows)
                number, rows = next(groups, (None, iter(())))
            yield self._history(page, own, at)

    def _history(self, page: StagedPage, rows: list[_Told], at: str) -> PageHistory:
        if page.takedown is None:
            takedowns = (row.takedown for row, _ in rows if row.outcome == "refused")
            page = page._replace(takedown=min(filter(None, takedowns), default=None))
        if page.takedown is not None:
            return PageHistory(page, [], self.keys)
        seen = {row.id: self._seen(page, row, said, at) for row, said in rows}
        place_in_time(seen.values(), self._clocks)
        for each in seen.values():
            if each.outcome == "revisit":
                each.outcome = "not_parsed"
                original = seen.get(each.revisit_of or 0)
                if original is not None:
                    each.repeat(original)
        return PageHistory(page, sorted(seen.values(), key=lambda each: each.place), self.keys)

    def _seen(self, page: StagedPage, row: StagedCapture, said: str | None, at: str) -> Seen:
        seen = Seen()
        seen.id, seen.run_id, seen.status, seen.kind = row.id, row.run_id, row.status, row.kind
        seen.captured_at, seen.date_source = row.captured_at, row.date_source
        seen.precision, seen.content_type = row.precision, row.content_type
        seen.revisit_of, seen.body_sha256 = row.revisit_of, row.body_sha256
        seen.url = page.url if row.url is None else row.url
        seen.asked = asked(row.signals, self._denied.get((row.run_id, page.site), ""), at)
        seen.shown, seen.marked = None, frozenset()
        if row.record is not None and said is not None and not row.is_held:
            seen.shown = ShownRecord(row.record, json.loads(said))
            seen.marked = frozenset(json.loads(row.marked) if row.marked else ())
        seen.outcome, seen.is_repeat = row.outcome, False
        seen.failure = Failed(*json.loads(row.failure)) if row.failure else None
        if row.is_held and row.record is not None:
            seen.outcome, seen.failure = "failure", HELD_BACK
        return seen


def edition_noted(path: Path, sha256: str) -> tuple[str | None, int | None]:
    """What the build of an edition said is new in it, and the last capture that was there for it.

    Absent: None for what is not noted.
    """
    uri = f"{path.resolve().as_uri()}?mode=ro"
    # A build may be writing it: then it is the build that tells.
    with suppress(sqlite3.DatabaseError), closing(sqlite3.connect(uri, uri=True)) as db:
        noted = dict(db.execute("SELECT name, value FROM meta"))
        if noted.get("base") == sha256:
            return noted.get("changes"), int(noted["upto"])
    return None, None


def remove(path: Path) -> None:
    """Let nothing of a staging file be left."""
    for each in (path, path.with_name(f"{path.name}-journal")):
        each.unlink(missing_ok=True)

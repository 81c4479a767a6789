"""What a staging file takes in: it is brought up to date with the ledger and the record files.

    pages, robots, what is held  ->  captures with their lines, segment by segment  ->  dirty pages

What is taken in stays until a take-down, another parser or another ledger makes it worth nothing;
then it is made again from the record files. A build that is killed loses no more than a segment.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

from archive import Archive, Capture
from db.records.snapshot import Snapshot, is_known_page
from db.staging.ids import UNCAPTURED
from db.staging.staging import Staging
from db.staging.tables import PAGE, StagedCapture
from db.staging.words import Records
from machine.wrong_clocks import RunDates, wrong_clocks
from parsers.sites import site_named
from schema.errors import IntegrityError

CHUNK = 500
"""So many captures are entered at once."""
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


class Intake:
    """Fills a staging file, one build at a time.

    Shape: `take`, then `take_lines` for each segment, then `taken`.
    Raises: what SQLite says of the disk.
    """

    def __init__(self, staging: Staging, archive: Archive) -> None:
        self._staging, self._archive = staging, archive
        self._db = staging.db
        self._records = Records(self._db)

    def _begin_again(self) -> None:
        self._staging.begin_again()
        self._db = self._staging.db
        self._records = Records(self._db)

    def take(self, snapshot: Snapshot, made_by: Iterable[str]) -> None:
        """Bring pages, robots.txt and what is held up to date; forget all that no longer holds.

        Shape: `made_by` are the versions of all that shapes what is in here.
        """
        key = json.dumps([*made_by, snapshot.taken.ids])
        upto = int(self._staging.noted("upto") or 0)
        noted = self._staging.noted
        if noted("key") != key or noted("ledger") != self._archive.fingerprint(upto):
            if noted("key") is not None:
                self._begin_again()
            self._staging.note(key=key, upto="0", ledger=self._archive.fingerprint(0))
        self._take_robots()
        if not self._take_pages(snapshot):
            self._begin_again()
            self.take(snapshot, made_by)
            return
        self._take_held(snapshot.held)
        if self._staging.noted("at") != snapshot.recorded_at:
            # A wish may come with a date from which it holds.
            self._dirty("SELECT page_id FROM capture WHERE signals LIKE '%=%'")
            self._staging.note(at=snapshot.recorded_at)

    def _dirty(self, select: str, values: Iterable[object] = ()) -> None:
        self._db.execute(f"INSERT OR IGNORE INTO dirty {select}", tuple(values))

    def _take_robots(self) -> None:
        known = {row[:2]: row[2] for row in self._db.execute("SELECT * FROM denied")}
        told = {(run, site): denied for run, site, denied in self._archive.denied_robots()}
        for (run, site), denied in (dict.fromkeys(known, "") | told).items():
            if known.get((run, site)) != denied:
                self._db.execute(
                    "INSERT OR REPLACE INTO denied VALUES (?, ?, ?)", (run, site, denied)
                )
                self._dirty(
                    "SELECT page_id FROM capture JOIN page ON page.id = page_id"
                    " WHERE run_id = ? AND site = ?",
                    (run, site),
                )

    def _take_pages(self, snapshot: Snapshot) -> bool:
        """Whether the ledger's pages are still those that are known here, and perhaps more."""
        names = ", ".join(PAGE)
        insert = f"INSERT OR REPLACE INTO page ({names}, pair) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
        count = 0
        for rows in self._archive.page_chunks():
            between = (rows[0][0], rows[-1][0])
            sql = f"SELECT {names}, pair FROM page WHERE id BETWEEN ? AND ?"
            known = {row[0]: row for row in self._db.execute(sql, between)}
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
            self._db.executemany(insert, changed)
            self._db.executemany(
                "INSERT OR IGNORE INTO dirty VALUES (?)", [(row[0],) for row in changed]
            )
        # An older ledger that was put back knows fewer.
        return count == self._staging.count("page")

    def _take_held(self, held: frozenset[int]) -> None:
        known = {number for (number,) in self._db.execute("SELECT id FROM capture WHERE is_held")}
        for number in known ^ held:
            self._dirty("SELECT page_id FROM capture WHERE id = ?", (number,))
            sql = "UPDATE capture SET is_held = ? WHERE id = ?"
            self._db.execute(sql, (number in held, number))

    def wanted(self) -> tuple[int, set[int]]:
        """The last capture that is known here, and those that were damaged and are wanted again."""
        sql = "SELECT id FROM capture WHERE is_damaged"
        upto = int(self._staging.noted("upto") or 0)
        return upto, {number for (number,) in self._db.execute(sql)}

    def file(self, segment: str) -> str | None:
        """What was noted of a segment's record file. Absent: None where nothing was."""
        sql = "SELECT told FROM file WHERE segment = ?"
        row = self._db.execute(sql, (segment,)).fetchone()
        return None if row is None else row[0]

    def note_file(self, segment: str, told: str | None) -> None:
        """Note what tells a record file from any other, as it was when it was taken in."""
        self._db.execute("INSERT OR REPLACE INTO file VALUES (?, ?)", (segment, told))

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
        marks = ", ".join("?" * len(StagedCapture._fields))
        insert = f"INSERT OR REPLACE INTO capture VALUES ({marks})"
        pairs = _joined(captures, lines)
        while some := [*islice(pairs, CHUNK)]:
            rows = [
                self._row(capture, url, line, capture.id in held, is_damaged)
                for capture, line in some
                if (url := self._url_of(capture.page_id)) is not None
            ]
            self._db.executemany(insert, rows)
            pages = {(row.page_id,) for row in rows}
            self._db.executemany("INSERT OR IGNORE INTO dirty VALUES (?)", pages)
            crawled = (row for row in rows if row.date_source == "crawl")
            dates = ((row.run_id, row.captured_at, row.captured_at) for row in crawled)
            self._db.executemany(_CRAWLED, dates)
        if self._records.is_moved:
            self._staging.note(base=None)
        self._staging.commit()

    def _url_of(self, page: int) -> str | None:
        """The address of a page. Absent: None for one of no comparison."""
        row = self._db.execute("SELECT url FROM page WHERE id = ?", (page,)).fetchone()
        return None if row is None else row[0]

    def _row(
        self, capture: Capture, url: str, line: dict[str, Any], is_held: bool, is_damaged: bool
    ) -> StagedCapture:
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
        return StagedCapture(
            capture.id,
            capture.page_id,
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
            spans,
            is_held,
            is_damaged,
        )

    def _marked(self, sides: list[list[int]], reading: dict[str, Any]) -> str | None:
        """The cards, as negative numbers, and quotes that a page marks. Absent: None for none."""
        tools, quotes = reading["marked_tools"], reading["marked_quotes"]
        if not tools and not quotes:
            return None
        found = []
        for at, (number, _, card) in enumerate(sides, 1):
            found += [-card] if at in tools else []
            under = self._staging.side(number).quotes
            found += [quote[-1] for quote in under if 2 * quote[0] - 2 + at in quotes]
        return json.dumps(found)

    def _take_clocks(self) -> None:
        """Tell wrong clocks from right ones; pages of which that changed are dirty."""
        crawls = self._db.execute("SELECT run_id, first, last FROM crawl ORDER BY run_id")
        now = wrong_clocks([RunDates(*row) for row in crawls])
        before = self._staging.clocks()
        runs = {run for run in before.keys() | now.keys() if before.get(run) != now.get(run)}
        told = ((*(now.get(run) or (None, None)), run) for run in runs)
        self._db.executemany("UPDATE crawl SET place = ?, until = ? WHERE run_id = ?", told)
        if runs:
            of_runs = "SELECT page_id FROM capture WHERE run_id IN (SELECT value FROM json_each(?))"
            self._dirty(of_runs, (json.dumps(sorted(runs)),))

    def taken(self, upto: int) -> None:
        """All captures up to `upto` are here; what else they touch is dirty from now on."""
        self._staging.note(upto=str(upto), ledger=self._archive.fingerprint(upto))
        self._take_clocks()
        # A new page may take another's name, or show it at the turned address.
        self._dirty(
            "SELECT other.id FROM dirty JOIN page ON page.id = dirty.page_id"
            " JOIN page AS other ON other.pair = page.pair"
        )
        self._db.execute(_PUBLIC, (UNCAPTURED,))
        sql = "SELECT id, site, url FROM page JOIN dirty ON dirty.page_id = page.id"
        turned = [each for row in self._db.execute(sql) for each in self._staging.turned(*row)]
        self._db.executemany("INSERT OR IGNORE INTO dirty VALUES (?)", [(each,) for each in turned])
        # A revisit of a page that shows now what was taken down refers to nothing.
        self._dirty(
            "SELECT other.page_id FROM dirty CROSS JOIN capture USING (page_id)"
            " CROSS JOIN capture AS other ON other.revisit_of = capture.id"
        )
        self._staging.commit()


def _pair(site: str, url: str) -> str:
    pair = None if url.startswith("urn:") else site_named(site).pair(url)
    return url if pair is None else pair

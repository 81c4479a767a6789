"""The ledger made again from the WARC files alone, for a home whose ledger is lost or not sound.

What only the ledger knew is gone: pages never captured, attempts without an answer, reports of
runs. Take-downs, corrections, exports, holds for drift and opt-outs in robots.txt are carried over
from the old file where it can still be read; the report names those that could not be.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, Literal, cast
from urllib.parse import urlsplit

from archive.carried import LOST, carry_over, read_old_ledger
from archive.clock import parse_stamp, stamp
from archive.failpoints import reach
from archive.frontier import MISSING, Role
from archive.home import Home, fsync_folder
from archive.ledger import Ledger
from archive.schedule import FIRST_DAYS, GONE_RUNS, count_missing
from archive.segments import OPEN, file_sha256
from archive.store import PROFILE, Exchange, Original, row_of
from archive.warc import WarcRecord, read_members
from archive.withdrawal_copy import enter_lacking
from schema.errors import StartError

ANSWERS = ("response", "resource", "revisit")
Progress = Callable[[str, int, int], None]


@dataclass(slots=True)
class RebuildReport:
    """What was made again.

    `damaged` are places of segments that hold no whole record; `carried` are the rows taken over
    from the old ledger by table, `lost` says what could not be. Absent: `old` is None where there
    was no old ledger file, else the name under which it is kept in quarantine.
    """

    segments: int = 0
    captures: int = 0
    pages: int = 0
    runs: int = 0
    damaged: list[str] = field(default_factory=list)
    carried: dict[str, int] = field(default_factory=dict)
    lost: list[str] = field(default_factory=list)
    old: str | None = None


@dataclass(frozen=True, slots=True)
class _Group:
    """One stored exchange as its records say it, and where it ends."""

    offset: int
    length: int
    end: int
    answer: WarcRecord
    notes: dict[str, str]


def rebuild_ledger(
    home: Home, role_of: Callable[[str, str], Role], progress: Progress | None = None
) -> RebuildReport:
    """Make `ledger.db` again from the segments; the old one is kept in quarantine.

    `role_of` tells what an address is to its site, for records that do not say it themselves.
    Raises: StartError when the home is locked, holds no archive, or is a newer version's.
    """
    files = sorted([*home.warc.glob("*.warc.gz"), *home.warc.glob("*.warc.gz" + OPEN)])
    if not files:
        raise StartError(what=f"{home.warc}: there is no archive to make a ledger from")
    report = RebuildReport()
    with home.lock("crawl"):
        old = read_old_ledger(home)
        part = home.path / "ledger.db.part"
        for leftover in (part, part.with_name(part.name + "-journal")):
            leftover.unlink(missing_ok=True)
        with closing(Ledger(part)) as ledger:
            maker = _Maker(ledger, role_of, report)
            for number, path in enumerate(files):
                maker.take(number + 1, path)
                if progress is not None:
                    progress("segments", number + 1, len(files))
            maker.finish()
            carried = carry_over(old, ledger)
            for table, count in (enter_lacking(home, ledger) or {}).items():
                carried.rows[table] = count
                carried.lost = [each for each in carried.lost if each != LOST[table]]
            report.carried, report.lost = carried.rows, carried.lost
        reach("ledger-made")
        report.old = _swap(home, part)
    return report


def _swap(home: Home, part: Path) -> str | None:
    """Put the new ledger in the old one's place."""
    kept = None
    if home.ledger.exists():
        home.quarantine.mkdir(exist_ok=True)
        kept = f"ledger.db.{stamp().replace(':', '')}"
        number = 0
        while (home.quarantine / kept).exists():
            number += 1
            kept = f"ledger.db.{stamp().replace(':', '')}.{number}"
        (home.quarantine / kept).hardlink_to(home.ledger)
        fsync_folder(home.quarantine)
    # A journal of the old file must never be rolled back into the new one.
    home.ledger.with_name(home.ledger.name + "-journal").unlink(missing_ok=True)
    fsync_folder(home.path)
    part.rename(home.ledger)
    fsync_folder(home.path)
    reach("ledger-swapped")
    return kept


class _Maker:
    """Fills a new ledger, one segment after the other."""

    def __init__(self, ledger: Ledger, role_of: Callable[[str, str], Role],
                 report: RebuildReport) -> None:
        self._ledger, self._role_of, self._report = ledger, role_of, report
        self._runs: dict[tuple[str, str], int] = {}

    def take(self, number: int, path: Path) -> None:
        """Enter one segment and its captures, in one transaction."""
        name = path.name.removesuffix(OPEN)
        is_sealed = path.name == name
        with self._ledger.transaction() as db:
            db.execute("INSERT INTO segment (id, name, site, opened_at) VALUES (?, ?, '', '')",
                       (number, name))
            end, site, first, last = 0, "", "", ""
            for group in self._groups(path):
                stored_at = group.notes["stored-at"]
                end, site = group.end, group.notes["site"]
                first, last = first or stored_at, stored_at
                self._enter(db, group, number, name)
            length = path.stat().st_size if is_sealed else end
            db.execute(
                "UPDATE segment SET site = ?, is_sealed = ?, length = ?, sha256 = ?,"
                " opened_at = ?, sealed_at = ? WHERE id = ?",
                (site, is_sealed, length, file_sha256(path) if is_sealed else None, first,
                 last if is_sealed else None, number))
        self._report.segments += 1

    def _groups(self, path: Path) -> Iterator[_Group]:
        """The exchanges of a segment whose records are all there."""
        answer: tuple[int, int, WarcRecord] | None = None
        for offset, end, record in read_members(path):
            if record is None:
                self._report.damaged.append(f"{path.name} at {offset}")
                answer = None
            elif record.type in ANSWERS:
                answer = (offset, end, record)
            elif record.type == "metadata" and answer is not None:
                notes = _fields(record.block)
                start, stop, found = answer
                about = record.headers.get("warc-concurrent-to")
                if about == found.headers.get("warc-record-id") and "stored-at" in notes:
                    yield _Group(start, stop - start, end, found, notes)
                answer = None

    def _enter(self, db: sqlite3.Connection, group: _Group, segment: int, name: str) -> None:
        exchange = _exchange(group)
        message = exchange.message()
        page_id = self._page(db, exchange, group)
        run_id = self._run(db, group, name)
        original = _original(db, group, exchange, page_id)
        row = row_of(exchange, message, original) | {
            "page_id": page_id, "run_id": run_id, "segment_id": segment, "offset": group.offset,
            "length": group.length, "record_id": group.answer.headers.get("warc-record-id"),
            "body_sha256": group.notes.get("body-sha256", message.body_sha256),
        }  # fmt: skip
        db.execute(
            f"INSERT INTO capture ({', '.join(row)}) VALUES ({', '.join('?' for _ in row)})",
            list(row.values()))
        column = "unchanged" if original is not None else "stored"
        db.execute(f"UPDATE run SET {column} = {column} + 1, asked = asked + 1, ended_at = ?,"
                   " bytes = bytes + ? WHERE id = ?",
                   (group.notes["stored-at"], len(message.wire), run_id))
        self._report.captures += 1

    def _page(self, db: sqlite3.Connection, exchange: Exchange, group: _Group) -> int:
        role = group.notes.get("role") or self._role_of(exchange.site, exchange.url)
        page_id: int = db.execute(
            "INSERT INTO page (site, url, role, state, origin, known_since)"
            " VALUES (?, ?, ?, 'waiting', ?, ?) ON CONFLICT (site, url) DO UPDATE SET"
            " origin = excluded.origin RETURNING id",
            (exchange.site, exchange.url, role, _origin(exchange), group.notes["stored-at"]),
        ).fetchone()[0]
        return page_id

    def _run(self, db: sqlite3.Connection, group: _Group, segment: str) -> int:
        """The run that stored a group: by its number, else one for each segment."""
        kind = "crawl" if group.notes["date-source"] == "crawl" else "import"
        number = group.notes.get("run")
        key = (kind, number or segment)
        if key not in self._runs:
            # It keeps its number, so that no later run takes one that is noted in the archive.
            is_taken = db.execute("SELECT 1 FROM run WHERE id = ?", (number,)).fetchone()
            self._runs[key] = db.execute(
                "INSERT INTO run (id, kind, site, started_at) VALUES (?, ?, ?, ?) RETURNING id",
                (None if is_taken else number, kind, group.notes["site"],
                 group.notes["stored-at"])).fetchone()[0]
            self._report.runs += 1
        return self._runs[key]

    def finish(self) -> None:
        """Say of each page how it stands after its captures."""
        with self._ledger.transaction() as db:
            for page in db.execute("SELECT id, role, url FROM page").fetchall():
                _close_page(db, page)
                self._report.pages += 1


def _close_page(db: sqlite3.Connection, page: sqlite3.Row) -> None:
    captures = db.execute(
        "SELECT run_id, captured_at, status, damage, date_source FROM capture WHERE page_id = ?"
        " ORDER BY captured_at, id", (page["id"],)).fetchall()
    last = captures[-1]
    is_good = _is_good(last)
    missing, mark = _missing(captures)
    is_gone = last["status"] in MISSING and missing >= GONE_RUNS
    state = "captured" if is_good else "gone" if is_gone else "failed"
    outcome = ("ok", "") if is_good else ("http_error", str(last["status"]))
    if last["damage"] is not None:
        outcome = tuple(last["damage"].split(":", 1))
    due = None
    if page["role"] in ("comparison", "listing") and page["url"].startswith("http"):
        due = stamp(parse_stamp(last["captured_at"]) + timedelta(days=FIRST_DAYS))
    db.execute(
        "UPDATE page SET state = ?, due = ?, missing_runs = ?, missing_on = ?, last_outcome = ?,"
        " last_reason = ? WHERE id = ?",
        (state, due, missing, mark, *outcome, page["id"]))


def _is_good(capture: sqlite3.Row) -> bool:
    return capture["status"] in (200, 304) and capture["damage"] is None


def _missing(captures: list[sqlite3.Row]) -> tuple[int, str | None]:
    """In how many runs a page was last not there, and the mark of the last that counted."""
    missing: int = 0
    mark: str | None = None
    for row in captures:
        if row["date_source"] != "crawl":
            continue  # an import says nothing of what the site does now
        if _is_good(row):
            missing, mark = 0, None
        elif row["status"] in MISSING:
            missing, mark = count_missing(missing, mark, row["run_id"], row["captured_at"][:10])
    return missing, mark


def _original(db: sqlite3.Connection, group: _Group, exchange: Exchange,
              page_id: int) -> Original | None:
    """The capture that a group repeats, as the crawl saw it then. Absent: None."""
    headers = group.answer.headers
    if group.answer.type == "revisit":
        profile = headers.get("warc-profile", "").removeprefix(PROFILE)
        found = db.execute(
            "SELECT * FROM capture WHERE page_id = ? AND (record_id = ? OR"
            " (fetched_url = ? AND captured_at = ?)) ORDER BY record_id IS ? DESC LIMIT 1",
            (page_id, headers.get("warc-refers-to"), headers.get("warc-refers-to-target-uri"),
             headers.get("warc-refers-to-date"), headers.get("warc-refers-to"))).fetchone()
        return None if found is None else Original(found, cast(Any, profile))
    if exchange.date_source != "crawl" or exchange.message().status != 200:
        return None
    found = db.execute(
        "SELECT original.* FROM (SELECT * FROM capture WHERE page_id = ? AND status IN (200, 304)"
        " AND damage IS NULL ORDER BY captured_at DESC, id DESC LIMIT 1) AS newest JOIN capture"
        " AS original ON original.id = coalesce(newest.revisit_of, newest.id)"
        " WHERE newest.body_sha256 = ?", (page_id, group.notes.get("body-sha256"))).fetchone()
    return None if found is None else Original(found, "")


def _exchange(group: _Group) -> Exchange:
    notes, headers, answer = group.notes, group.answer.headers, group.answer
    # A revisit is cut by design: it is the answer that it repeats that was whole.
    truncated = None if answer.type == "revisit" else headers.get("warc-truncated")
    return Exchange(
        site=notes["site"], url=notes["url"],
        fetched_url=headers.get("warc-target-uri", notes["url"]),
        captured_at=headers.get("warc-date", notes["stored-at"]),
        date_source=cast(Any, notes["date-source"]), block=answer.block,
        is_file=answer.type == "resource",
        content_type=headers.get("content-type") if answer.type == "resource" else None,
        truncated=cast(Literal["length", "time", "disconnect"] | None, truncated),
    )  # fmt: skip


def _origin(exchange: Exchange) -> str | None:
    """The mirror that was asked. Absent: None where it was the site itself."""
    own, asked = urlsplit(exchange.url), urlsplit(exchange.fetched_url)
    if exchange.url.startswith("urn:") or (own.scheme, own.netloc) == (asked.scheme, asked.netloc):
        return None
    return f"{asked.scheme}://{asked.netloc}"


def _fields(block: bytes) -> dict[str, str]:
    pairs = (line.partition(": ") for line in block.decode("utf-8", "replace").splitlines())
    return {name: value for name, colon, value in pairs if colon}

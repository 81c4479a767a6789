"""What only the old ledger knows, taken over into one that is made again from the archive.

Captures and runs may have other numbers there; they are told by the places of their bytes.
"""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from archive.home import Home
from archive.ledger.ledger import Ledger, insert, read_rows
from archive.ledger.profiles import ProfileRow, load_profiles, save_profiles
from archive.takedown.copy import enter_lacking
from schema.errors import IntegrityError, StoppedError

LOST = {
    "page": "pages never captured: the next crawl looks for them from where it began",
    "takedown": "take-downs: what was taken down is published again",
    "correction": "corrections: they are no longer shown",
    "export": "notes of exports: a take-down does not find their folders",
    "robots": "requests for robots.txt that got no answer: that sites were left alone for them",
    "profile": "holds for drift: what was held back is published",
}
"""The tables of which rows stand nowhere in the archive, and what it means to lose those."""
_UNREADABLE = (IntegrityError, StoppedError, sqlite3.DatabaseError, ValueError)
_PLACES = (
    "SELECT name, offset, capture.id AS capture_id, run_id, started_at FROM capture"
    " JOIN segment ON segment.id = segment_id JOIN run ON run.id = run_id"
)
_Rows = list[dict[str, Any]]
_Found = TypeVar("_Found")


@dataclass(slots=True)
class Carried:
    """How many rows of each table were taken over, and what is lost with the others."""

    rows: dict[str, int] = field(default_factory=dict)
    lost: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class OldLedger:
    """What could be read of a ledger. Absent: None for what could not be."""

    tables: dict[str, _Rows | None]
    profiles: list[ProfileRow] | None
    places: _Rows | None


def read_old_ledger(home: Home) -> OldLedger:
    """As much as can be read of the ledger that a home has now.

    Raises: StartError when a newer version of this program made it.
    """
    tables = [table for table in LOST if table != "profile"]
    if not home.ledger.is_file() or not home.ledger.stat().st_size:
        return OldLedger(dict.fromkeys(tables), None, None)
    return OldLedger(
        {table: _rows(home, f"SELECT * FROM {table} ORDER BY id") for table in tables},
        _if_readable(lambda: load_profiles(home.path)),
        _rows(home, _PLACES),
    )


def _rows(home: Home, sql: str) -> _Rows | None:
    return _if_readable(lambda: [dict(row) for row in read_rows(home.ledger, sql)])


def _if_readable(read: Callable[[], _Found]) -> _Found | None:
    try:
        return read()
    except _UNREADABLE:
        return None  # the report names what is lost with it


def carry_over(home: Home, old: OldLedger, ledger: Ledger, unread: list[str]) -> Carried:
    """Enter what was read; rows of runs that left nothing in the archive are left out.

    `unread` says which rules that runs kept to could not be read in the archive.
    """
    numbers = _Numbers(old.places, ledger) if old.places is not None else None
    carried = Carried()
    if numbers is not None:
        with ledger.transaction() as db:  # a run begins before what it stores first
            db.executemany(
                "UPDATE run SET started_at = ? WHERE id = ?", sorted(numbers.begun, reverse=True)
            )
    for table in LOST:
        try:
            count = _enter(old, table, numbers, ledger)
        except sqlite3.IntegrityError:
            count = None  # a row so damaged that the new table does not take it
        if count is None:
            carried.lost.append(LOST[table])
        else:
            carried.rows[table] = count
    for table, count in enter_lacking(home, ledger).items():
        carried.rows[table] = count
        carried.lost = [each for each in carried.lost if each != LOST[table]]
    if "robots" not in carried.rows:
        carried.lost += unread
    return carried


def _enter(old: OldLedger, table: str, numbers: _Numbers | None, ledger: Ledger) -> int | None:
    """Enter the rows of one table; gives their number. Absent: None where it was not read."""
    if table == "profile":
        return _enter_profiles(old.profiles, numbers, ledger)
    rows = old.tables[table]
    if rows is None:
        return None
    if table == "robots":
        return None if numbers is None else _enter_robots(numbers.robots(rows), ledger)
    if table == "page":
        rows = _uncaptured(rows, ledger)
    with ledger.transaction() as db:
        for row in rows:
            insert(db, table, row, "INSERT OR REPLACE")
    return len(rows)


def _uncaptured(rows: _Rows, ledger: Ledger) -> _Rows:
    """The pages of which the archive holds nothing, as they were; what is lost waits again."""
    captured = {
        tuple(row)
        for row in ledger.rows(
            "SELECT site, url FROM page WHERE id IN (SELECT page_id FROM capture)"
        )
    }
    found = []
    for row in rows:
        if (row["site"], row["url"]) not in captured:
            kept = {name: value for name, value in row.items() if name != "id"}
            is_lost = row["state"] in ("captured", "leased")
            found.append(kept | {"state": "waiting", "due": None} if is_lost else kept)
    return found


def _enter_robots(rows: _Rows, ledger: Ledger) -> int:
    """Enter the rules as the old ledger has them, in place of those read for the same runs."""
    runs = {row["run_id"] for row in rows}
    made = [
        dict(row)
        for row in ledger.rows("SELECT * FROM robots ORDER BY id")
        if row["run_id"] not in runs
    ]
    # The newest rules are told by the highest number, and numbers follow the runs.
    merged = sorted([*made, *rows], key=lambda row: row["run_id"])
    with ledger.transaction() as db:
        db.execute("DELETE FROM robots")
        for number, row in enumerate(merged, 1):
            insert(db, "robots", row | {"id": number})
    return len(rows)


def _enter_profiles(
    profiles: list[ProfileRow] | None, numbers: _Numbers | None, ledger: Ledger
) -> int | None:
    if profiles is None or numbers is None:
        return None
    by_run: dict[int, list[ProfileRow]] = defaultdict(list)
    for row in numbers.profiles(profiles):
        by_run[row.run_id].append(row)
    for run_id, rows in by_run.items():
        save_profiles(ledger, run_id, rows)
    return sum(map(len, by_run.values()))


class _Numbers:
    """Which numbers the old captures and runs have in the new ledger."""

    def __init__(self, places: _Rows, ledger: Ledger) -> None:
        new = {(row["name"], row["offset"]): row for row in ledger.rows(_PLACES)}
        self._runs: dict[int, int] = {}
        self._captures: dict[int, int] = {}
        self.begun: set[tuple[str, int]] = set()
        """When each run began, and its new number."""
        self._of_run: dict[int, list[int]] = defaultdict(list)
        for row in places:
            same = new.get((row["name"], row["offset"]))
            if same is not None:
                self._runs[row["run_id"]] = same["run_id"]
                self._captures[row["capture_id"]] = same["capture_id"]
                self.begun.add((row["started_at"], same["run_id"]))
                self._of_run[row["run_id"]].append(row["capture_id"])

    def robots(self, rows: _Rows) -> _Rows:
        """The rules that runs kept to."""
        return [self._rules(row) for row in rows if row["run_id"] in self._runs]

    def _rules(self, row: dict[str, Any]) -> dict[str, Any]:
        capture = self._captures.get(row["capture_id"])
        if capture is None and row["capture_id"] is not None:
            # Without their bytes they are asked for anew; what they denied still holds.
            row = row | {"state": "unreachable"}
        return row | {"run_id": self._runs[row["run_id"]], "capture_id": capture}

    def profiles(self, rows: list[ProfileRow]) -> list[ProfileRow]:
        """What runs saw, and which captures are held for it."""
        return [self._profile(row) for row in rows if row.run_id in self._runs]

    def _profile(self, row: ProfileRow) -> ProfileRow:
        held = tuple(self._captures[each] for each in row.captures if each in self._captures)
        example = None if row.example is None else self._captures.get(row.example)
        last = row.judged_to
        if last is not None:
            judged = (self._captures[each] for each in self._of_run[row.run_id] if each <= last)
            last = max(judged, default=0)
        return replace(
            row, run_id=self._runs[row.run_id], captures=held, example=example, judged_to=last
        )

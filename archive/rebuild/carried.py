"""What only the old ledger knows, taken over into one that is made again from the archive.

Captures and runs may have other numbers there; they are told by the places of their bytes.
"""

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

from archive.home import Home
from archive.ledger.ledger import Ledger, insert, read_rows
from archive.takedown.copy import enter_lacking
from schema.errors import IntegrityError, StoppedError

LOST = {
    "page": "pages never captured: the next crawl looks for them from where it began",
    "takedown": "take-downs, if there were any: what was taken down is published again",
    "correction": "corrections, if any: they are no longer shown",
    "export": "notes of exports, if any: a take-down does not find their folders",
    "acknowledged": "what a person has seen of what waits: it is reported once more",
    "reading_change": "what other versions of the parser read otherwise: no change says it",
    "robots": "requests for robots.txt that got no answer: that sites were left alone for them",
    "profile": "holds for drift, if any: what was held back is published",
}
"""The tables of which rows stand nowhere in the archive, and what it means to lose those."""
_PLACES = (
    "SELECT name, offset, capture.id AS capture_id, run_id, started_at FROM capture"
    " JOIN segment ON segment.id = segment_id JOIN run ON run.id = run_id ORDER BY capture.id"
)
_NUMBERED = ("robots", "profile")
"""Those of them that speak of runs and captures by their numbers."""
_Rows = list[dict[str, Any]]
OldLedger = dict[str, _Rows]
"""What could be read of one: the rows of the tables of LOST, and the `places` of its captures."""


def read_old_ledger(home: Home) -> OldLedger:
    """As much as can be read of the ledger that a home has now.

    Raises: StartError when a newer version of this program made it.
    """
    found: OldLedger = {}
    if not home.ledger.is_file() or not home.ledger.stat().st_size:
        return found
    for name in ("places", *LOST):
        sql = _PLACES if name == "places" else f"SELECT * FROM {name} ORDER BY id"
        try:
            found[name] = [dict(row) for row in read_rows(home.ledger, sql)]
        except (IntegrityError, StoppedError, sqlite3.DatabaseError):
            continue  # the report names what is lost with it
    return found


def carry_over(
    home: Home, old: OldLedger, ledger: Ledger, unread: list[str]
) -> tuple[dict[str, int], list[str]]:
    """Enter what was read; gives the number of rows by table, and what is lost with the others.

    Rows of runs that left nothing in the archive are left out. `unread` says which rules that runs
    kept to could not be read in the archive.
    """
    numbers = _Numbers(old.get("places", []), ledger.rows(_PLACES))
    carried = {}
    with ledger.transaction() as db:  # a run begins before what it stores first
        db.executemany("UPDATE run SET started_at = ?2 WHERE id = ?1", numbers.begun.items())
    for table in LOST:
        if not {table, "places" if table in _NUMBERED else table} <= old.keys():
            continue
        try:
            with ledger.transaction() as db:
                rows = list(_still_true(db, table, old[table], numbers))
                for row in _beside_made(db, rows) if table == "robots" else rows:
                    insert(db, table, row, "INSERT OR REPLACE")
        except (sqlite3.IntegrityError, AttributeError, TypeError, ValueError):
            continue  # a row so damaged that the new table does not take it
        carried[table] = len(rows)
    carried |= enter_lacking(home, ledger)
    lost = [sentence for table, sentence in LOST.items() if table not in carried]
    return carried, lost + ([] if "robots" in carried else unread)


def _still_true(
    db: sqlite3.Connection, table: str, rows: _Rows, numbers: _Numbers
) -> Iterator[dict[str, Any]]:
    """What the rows of a table say of what the archive holds, or was never in it."""
    if table in _NUMBERED:
        yield from (numbers.moved(row) for row in rows if row["run_id"] in numbers.runs)
    elif table != "page":
        yield from rows
    else:
        captured = "SELECT site, url FROM page WHERE id IN (SELECT page_id FROM capture)"
        known = {tuple(row) for row in db.execute(captured)}
        for row in rows:
            if (row["site"], row["url"]) not in known:
                # One whose bytes are lost waits again.
                is_lost = row["state"] in ("captured", "leased")
                yield row | {"id": None} | ({"state": "waiting", "due": None} if is_lost else {})


def _beside_made(db: sqlite3.Connection, rows: _Rows) -> _Rows:
    """Rules that runs kept to, in place of those read in the archive for the same runs.

    The newest rules are told by the highest number, and numbers follow the runs.
    """
    runs = {row["run_id"] for row in rows}
    made = map(dict, db.execute("SELECT * FROM robots ORDER BY id").fetchall())
    rows = [*(row for row in made if row["run_id"] not in runs), *rows]
    db.execute("DELETE FROM robots")
    return [row | {"id": None} for row in sorted(rows, key=lambda row: row["run_id"])]


class _Numbers:
    """Which numbers the old captures and runs have in the new ledger, and when those runs began."""

    def __init__(self, places: _Rows, places_now: Iterable[sqlite3.Row]) -> None:
        new = {(row["name"], row["offset"]): row for row in places_now}
        kept = [(was, now) for was in places if (now := new.get((was["name"], was["offset"])))]
        self.runs = {was["run_id"]: now["run_id"] for was, now in kept}
        self._captures = {was["capture_id"]: now["capture_id"] for was, now in kept}
        self._of_run: dict[int, list[int]] = defaultdict(list)
        for was, _ in kept:
            self._of_run[was["run_id"]].append(was["capture_id"])
        self.begun = {now["run_id"]: was["started_at"] for was, now in reversed(kept)}

    def moved(self, row: dict[str, Any]) -> dict[str, Any]:
        """A row of rules or of a profile with the new numbers."""
        moved = row | {"run_id": self.runs[row["run_id"]]}
        if "counts" in row:
            return moved | {"counts": json.dumps(self._counts(row), sort_keys=True)}
        capture = self._captures.get(row["capture_id"])
        if capture is None and row["capture_id"] is not None:
            # Without their bytes they are asked for anew; what they denied still holds.
            moved["state"] = "unreachable"
        return moved | {"capture_id": capture}

    def _counts(self, row: dict[str, Any]) -> dict[str, Any]:
        """What a profile counted, and which captures are held for it."""
        counts: dict[str, Any] = json.loads(row["counts"])
        numbers = self._captures
        held = [numbers[each] for each in counts.get("captures", ()) if each in numbers]
        counts |= {"captures": held, "example": numbers.get(counts.get("example", 0))}
        if (last := counts.get("judged_to")) is not None:
            judged = [numbers[each] for each in self._of_run[row["run_id"]] if each <= last]
            counts["judged_to"] = max(judged, default=0)
        return counts

"""Every value of a published database derived once more from the bytes, each page parsed once.

Memory does not grow with the pages: the table and the ledger are both read by capture.
"""

from __future__ import annotations

import sqlite3
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter
from pathlib import Path

from archive import Archive, Capture
from db.trace.compare import differences, named
from db.trace.find import AskedRow, places_of
from db.trace.reread import Reread, StoredPage, derived_at, reread_pool, source_of, stored_page
from db.trace.stated import Provenance, connect, provenances, stated_at
from machine.worker import Died
from schema.errors import IntegrityError

WORKERS = 2
_ASTRAY = """
SELECT 'comparison_version/' || id, 'no provenance' FROM comparison_version
WHERE NOT EXISTS (SELECT 1 FROM provenance WHERE capture_id = id AND position = 0)
UNION ALL
SELECT 'side/' || side_id, 'no provenance' FROM (
  SELECT side_id, min(2 * version_id + position - 1) AS at FROM version_side GROUP BY side_id)
WHERE NOT EXISTS (SELECT 1 FROM provenance WHERE capture_id = at / 2 AND position = at % 2 + 1)
UNION ALL
SELECT comparison, 'not what the version says that it shows' FROM comparison AS shown
JOIN comparison_version AS version ON version.id = shown.version_id
JOIN version_tool AS a ON a.version_id = version.id AND a.position = 1
JOIN version_tool AS b ON b.version_id = version.id AND b.position = 2
WHERE (shown.title, shown.layout, card_a_id, card_b_id, tool_a_id, tool_b_id) IS NOT
  (version.title, version.layout, a.card_id, b.card_id, a.tool_id, b.tool_id)
"""
_JOINED = "SELECT 'card', id, key FROM card UNION ALL SELECT 'quote', id, key FROM quote"


@dataclass(frozen=True, slots=True)
class _Shown:
    """A capture, the values that it shows first, and how it is called."""

    places: list[Provenance]
    where: str


def trace_problems(
    archive: Archive,
    database: Path,
    captures: Iterator[Capture],
    progress: Callable[[str, int, int], None],
) -> Iterator[tuple[str, str]]:
    """Where a published database does not say what the bytes say, and what in a sentence.

    Shape: `captures` are those of the archive, by number.
    """
    with closing(connect(database)) as db:
        yield from db.execute(_ASTRAY).fetchall()
        for row in db.cursor().execute(_JOINED):
            _, nowhere = places_of(db, AskedRow(*row))
            yield from ((f"{row[0]}/{row[1]}", f"no page says its {field}") for field in nowhere)
        yield from _pages(archive, db, captures, progress)


def _pages(
    archive: Archive,
    db: sqlite3.Connection,
    captures: Iterator[Capture],
    progress: Callable[[str, int, int], None],
) -> Iterator[tuple[str, str]]:
    (total,) = db.execute("SELECT count(*) FROM provenance WHERE position = 0").fetchone()
    waiting: deque[_Shown] = deque()
    lost: list[tuple[str, str]] = []

    def tasks() -> Iterator[StoredPage]:
        for shown, capture in _with_captures(db, captures):
            if capture is None:
                lost.append((shown.where, "the ledger lacks a capture that the database shows"))
                continue
            with suppress(IntegrityError):  # told where the bytes are verified
                task = stored_page(archive, source_of(archive, capture))
                waiting.append(shown)
                yield task

    with reread_pool(archive.home, WORKERS) as pool:
        for done, answer in enumerate(pool.map(tasks()), 1):
            yield from _of_page(db, waiting.popleft(), answer)
            progress("trace", done, total)
    yield from lost


def _with_captures(
    db: sqlite3.Connection, captures: Iterator[Capture]
) -> Iterator[tuple[_Shown, Capture | None]]:
    """What each capture shows first. Absent: None where the ledger lacks the capture."""
    at = next(captures, None)
    for number, rows in groupby(provenances(db), key=attrgetter("capture_id")):
        while at is not None and at.id < number:
            at = next(captures, None)
        found = at if at is not None and at.id == number else None
        where = f"capture {number}" + (f" of {found.url}" if found else "")
        yield _Shown([*rows], where), found


def _of_page(
    db: sqlite3.Connection, shown: _Shown, answer: Reread | Died
) -> Iterator[tuple[str, str]]:
    if isinstance(answer, Died) or answer.result is None:
        if isinstance(answer, Died):
            yield shown.where, f"the parser was stopped: {answer}"
        elif not answer.is_damaged:  # which is told where the bytes are verified
            yield shown.where, f"it gives no record any more: {answer.problem}"
        return
    for place in shown.places:
        derived = derived_at(answer.result, place.position)
        for field, what in differences(stated_at(db, place), derived).items():
            yield shown.where, f"{named(place.position, field)}: {what}"

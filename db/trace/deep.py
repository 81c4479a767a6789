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
from db.trace.reread import (
    Reread,
    StoredPage,
    derived_at,
    is_exchange,
    reread_pool,
    source_of,
    stored_page,
)
from db.trace.stated import Provenance, connect, exchange_of, provenances, stated_at
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
    tell: Callable[[str], None],
) -> Iterator[tuple[str, str]]:
    """Where a published database does not say what the bytes say, and what in a sentence.

    Shape: `captures` are those of the archive, by number; `progress` is told how many pages were
    read, and `tell` of how many none could be.
    """
    with closing(connect(database)) as db:
        yield from db.execute(_ASTRAY).fetchall()
        for row in db.cursor().execute(_JOINED):
            _, nowhere = places_of(db, AskedRow(*row))
            yield from ((f"{row[0]}/{row[1]}", f"no page says its {field}") for field in nowhere)
        tracing = _Tracing(archive, db, captures)
        yield from tracing.problems(progress)
        if tracing.unknown:
            what = f"{tracing.unknown} of its captures are not this ledger's, which was made again"
            tell(f"{database.name}: {what}; `verdicts build` makes a new one")


class _Tracing:
    """The pages of a database, read again one by one."""

    def __init__(
        self, archive: Archive, db: sqlite3.Connection, captures: Iterator[Capture]
    ) -> None:
        self.archive, self.db, self.captures = archive, db, captures
        self.unknown = 0
        """So many captures the ledger does not know by their numbers."""
        self._waiting: deque[_Shown] = deque()

    def problems(self, progress: Callable[[str, int, int], None]) -> Iterator[tuple[str, str]]:
        """Each value, or place of one, that does not come out the same."""
        sql = "SELECT count(*) FROM provenance WHERE position = 0"
        (total,) = self.db.execute(sql).fetchone()
        with reread_pool(self.archive.home, WORKERS) as pool:
            for done, answer in enumerate(pool.map(self._tasks()), 1):
                yield from _of_page(self.db, self._waiting.popleft(), answer)
                progress("trace", done, total)

    def _tasks(self) -> Iterator[StoredPage]:
        at = next(self.captures, None)
        for number, rows in groupby(provenances(self.db), key=attrgetter("capture_id")):
            places = [*rows]
            while at is not None and at.id < number:
                at = next(self.captures, None)
            if at is None or not is_exchange(at, exchange_of(self.db, number)):
                self.unknown += 1
                continue
            with suppress(IntegrityError):  # told where the bytes are verified
                task = stored_page(self.archive, source_of(self.archive, at))
                self._waiting.append(_Shown(places, f"capture {number} of {at.url}"))
                yield task


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

"""When each tool was shown with which side, and which pages went from one side to another.

A tool's side is shown by many pages; of all their captures one span is made for as long as no
other side of the tool comes between. What changed over time is read from these few spans.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby, islice
from operator import itemgetter
from typing import Any, NamedTuple

from db.rows.tables import insert_rows
from db.staging.ids import SIDES
from db.staging.places import span_of
from schema.rows.comparisons import SideSeenRow

_SHOWN = """
SELECT side.tool_id, side.id, known.first_at, known.last_at, version.first_seen,
  version.last_seen, version.id, shown.position
FROM version_side AS shown CROSS JOIN side ON side.id = shown.side_id
CROSS JOIN comparison_version AS version ON version.id = shown.version_id
CROSS JOIN staging.version AS known ON known.id = version.id
CROSS JOIN page ON page.id = version.page_id
ORDER BY side.tool_id, known.first_at, page.url, version.number, shown.position
"""
_SPANS = (
    "CREATE TEMP TABLE span (id INTEGER PRIMARY KEY, side, first_at, last_at,"
    " first_seen, last_seen)",
    "CREATE INDEX temp.span_side ON span (side)",
)
AT_ONCE = 1000
"""So many spans are entered at once."""
# Of pages that were captured more than once that day; on other days time tells what came first.
_TURNED = """
CREATE TEMP TABLE turned AS
SELECT DISTINCT substr(later.first_seen, 1, 10) AS day, old.side_id AS old, new.side_id AS new
FROM comparison_version AS later
JOIN comparison_version AS earlier
  ON earlier.page_id = later.page_id AND earlier.number = later.number - 1
  AND substr(earlier.last_seen, 1, 10) = substr(later.first_seen, 1, 10)
JOIN version_side AS old ON old.version_id = earlier.id
JOIN version_side AS new ON new.version_id = later.id AND new.position = old.position
WHERE later.number > 1 AND old.side_id <> new.side_id AND NOT EXISTS (
  SELECT 1 FROM capture WHERE version_id IN (earlier.id, later.id) AND date_precision = 'day')
"""


class SideSpan(NamedTuple):
    """Some versions show a side of a tool, one after another, and no other side between.

    Shape: `number` is a version's id * 2 + side; places as in db.staging.places.
    Absent: `first_seen` and `last_seen` are None where no capture has a sound date.
    """

    number: int
    side: int
    version: int
    first_at: str
    last_at: str
    first_seen: str | None
    last_seen: str | None


def insert_shown(db: sqlite3.Connection) -> None:
    """Fill side_seen, and temporary tables: where its rows stand, what turned within a day."""
    for sql in _SPANS:
        db.execute(sql)
    by_tool = groupby(db.execute(_SHOWN), key=itemgetter(0))
    spans = (span for _, shown in by_tool for span in merged(row[1:] for row in shown))
    while some := [*islice(spans, AT_ONCE)]:
        insert_rows(db, SideSeenRow, ((*span[:3], *span[5:]) for span in some))
        own = ((*span[:2], *span[3:]) for span in some)
        db.executemany("INSERT INTO span VALUES (?, ?, ?, ?, ?, ?)", own)
    db.execute(_TURNED)
    db.execute("CREATE INDEX temp.turned_old ON turned (old)")


def merged(shown: Iterable[Sequence[Any]]) -> Iterator[SideSpan]:
    """The spans of one tool. Shape: side, first and last place, first and last date, version and
    position go in, by the first place.

    Two spans of a side are one where they overlap, or no other side begins between them.
    """
    known: dict[int, SideSpan] = {}
    newest = None
    for side, first_at, last_at, first, last, version, position in shown:
        span = known.get(side)
        if span is not None and (newest == side or span.last_at >= first_at):
            places = span_of((span.first_at, span.last_at, first_at, last_at))
            until = max(filter(None, (span.last_seen, last)), default=None)
            known[side] = SideSpan(*span[:3], *places, span.first_seen or first, until)
        else:
            if span is not None:
                yield span
            number = SIDES * version + position - 1
            known[side] = SideSpan(number, side, version, first_at, last_at, first, last)
        newest = side
    yield from known.values()

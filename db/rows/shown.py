"""When each tool was shown with which side, and which pages went from one side to another.

A tool's side is shown by many pages; of all their captures one span is made for as long as no
other side of the tool comes between. What changed over time is read from these few spans.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from itertools import groupby
from operator import itemgetter

from db.rows.tables import Values, insert_rows
from db.staging.ids import SIDES
from schema.rows.comparisons import SideSeenRow

_SHOWN = """
SELECT side.tool_id, side.id, version.first_seen, version.last_seen, version.id, shown.position
FROM version_side AS shown CROSS JOIN side ON side.id = shown.side_id
CROSS JOIN comparison_version AS version ON version.id = shown.version_id
CROSS JOIN page ON page.id = version.page_id
ORDER BY side.tool_id, version.first_seen, page.url, version.number, shown.position
"""
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
WHERE later.number > 1 AND old.side_id <> new.side_id
"""


def insert_shown(db: sqlite3.Connection) -> None:
    """Fill the table side_seen, and a temporary one with the pages that turned within a day."""
    by_tool = groupby(db.execute(_SHOWN), key=itemgetter(0))
    insert_rows(db, SideSeenRow, (row for _, shown in by_tool for row in merged(shown)))
    db.execute(_TURNED)
    db.execute("CREATE INDEX temp.turned_old ON turned (old)")


def merged(shown: Iterable[tuple[int, int, str | None, str | None, int, int]]) -> Iterator[Values]:
    """The spans of one tool. Shape: tool, side, first and last time, version and position go in,
    by the first time; rows of side_seen come out.

    Two spans of a side are one where they overlap, or no other side begins between them.
    """
    known: dict[int, tuple[int, int, int, str | None, str | None]] = {}
    newest = None
    for _, side, first, last, version, position in shown:
        span = known.get(side)
        if span is not None and (newest == side or (span[4] or "") >= (first or "")):
            until = max(filter(None, (span[4], last)), default=None)
            known[side] = (*span[:3], span[3] or first, until)
        else:
            if span is not None:
                yield span
            known[side] = (SIDES * version + position - 1, side, version, first, last)
        newest = side
    yield from known.values()

"""What one published edition says that the one before did not; it reads both, changes neither."""

from __future__ import annotations

from collections import Counter
from contextlib import closing
from pathlib import Path

from db.rows.write import connect_beside
from schema.changed import WORDS, ChangeCounts

_NEW = "SELECT count(*) FROM new.comparison WHERE id NOT IN (SELECT id FROM old.comparison)"
_CHANGED = """
SELECT count(DISTINCT page_id) FROM new.comparison_version
WHERE id NOT IN (SELECT id FROM old.comparison_version)
  AND page_id IN (SELECT id FROM old.comparison)
"""
_FIELDS = """
SELECT field, kind, count(*) FROM new.change WHERE id NOT IN (SELECT id FROM old.change)
GROUP BY field, kind
"""


def changes_between(old: Path, new: Path) -> ChangeCounts:
    """How many pages and fields changed from one edition to the next.

    Absent: no counts of fields where the older one was made before there were changes.
    Raises: sqlite3.DatabaseError where one is no database of ours.
    """
    with closing(connect_beside(old, new)) as db:
        counts = ChangeCounts(*(db.execute(sql).fetchone()[0] for sql in (_NEW, _CHANGED)))
        (edition,) = db.execute("PRAGMA old.user_version").fetchone()
        found = db.execute(_FIELDS).fetchall() if edition else []
    told = {(field, kind): count for field, kind, count in found}
    counts.gone = told.get(("comparison", "vanished"), 0)
    counts.fields = Counter[str]()
    for (field, _), count in told.items():
        if field in WORDS:
            counts.fields[field] += count
    return counts

"""Which stored answer a later one repeats: asked when it is stored, and by a ledger made again."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from typing import Literal

from archive.ledger.ledger import Ledger
from archive.ledger.timeline import IS_WHOLE, NEWEST_FIRST, TIMELINE

PROFILE = "http://netpreserve.org/warc/1.1/revisit/"
"""What a revisit record's profile begins with. Source: WARC 1.1, section 6.7."""
RevisitProfile = Literal["identical-payload-digest", "server-not-modified", ""]


@dataclass(frozen=True, slots=True)
class Original:
    """The stored exchange that an answer repeats, and as what kind of revisit."""

    row: sqlite3.Row
    profile: RevisitProfile
    """Empty where the content is equal but not the bytes on the wire: stored whole then."""
    headers: str = "{}"
    """What the validated answer's kept headers said, which a 304 need not repeat: JSON."""


def newest_whole(ledger: Ledger, page_id: int) -> sqlite3.Row | None:
    """The newest whole answer of a page that holds, or repeats, a body. Absent: None."""
    return _newest(ledger, "page_id = ?", page_id)


def root_of(ledger: Ledger, row: sqlite3.Row) -> sqlite3.Row:
    """The capture that holds the bytes: the row's own, or the one that it repeats."""
    if row["revisit_of"] is None:
        return row
    return ledger.rows("SELECT * FROM capture WHERE id = ?", (row["revisit_of"],))[0]


def whole_before(ledger: Ledger, capture_id: int) -> sqlite3.Row | None:
    """The newest whole answer of a capture's page beside itself. Absent: None for the first."""
    its_page = "page_id = (SELECT page_id FROM capture WHERE id = ?1)"
    return _newest(ledger, f"{its_page} AND id <> ?1", capture_id)


def _newest(ledger: Ledger, which: str, value: int) -> sqlite3.Row | None:
    sql = f"SELECT * FROM {TIMELINE} WHERE {which} AND {IS_WHOLE} ORDER BY {NEWEST_FIRST} LIMIT 1"
    return next(iter(ledger.rows(sql, (value,))), None)

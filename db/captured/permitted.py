"""Which captures may be shown as they were captured.

A database leaves out a text and shows the rest of its page; here a page is shown whole or not at
all, so what withholds a part of it withholds the page. This module reads what is published, and
what pages ask for, and no bytes.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from typing import NamedTuple

from db.records.snapshot import Snapshot
from db.staging import Staging
from db.takedown.records import GONE
from schema.signals import Wish, wishes

WITHHOLDING: tuple[Wish, ...] = ("text", "part")
"""What a publisher may ask for that would not be done; use by AI is no use by readers."""
OPTED_OUT = "its publisher asks for no copies, or for no words to be quoted"
TAKEN_DOWN = "it shows what was taken down, or names it"


class Showable(NamedTuple):
    """A capture that gave a record, and whether it may be shown. Absent: `why_not` is None then."""

    id: int
    sha256: str
    content_type: str
    site: str
    why_not: str | None


def showable(
    connection: sqlite3.Connection, staging: Staging, snapshot: Snapshot
) -> Iterator[Showable]:
    """The captures of a database that gave a version, by number."""
    at = snapshot.recorded_at
    # What an address asks for now holds for all that it ever showed.
    asking = {
        each.page.public
        for each in staging.histories(at, is_dirty=False)
        if any(map(each.wishes, WITHHOLDING))
    }
    for number, sha256, kind, site, page, taken, *signals in connection.execute(_CAPTURES, (GONE,)):
        said = {name for each in signals if each for name in json.loads(each)}
        why_not = TAKEN_DOWN if taken else None
        if page in asking or not wishes(said, at).isdisjoint(WITHHOLDING):
            why_not = OPTED_OUT
        yield Showable(number, sha256, kind or "", site, why_not)


_CAPTURES = """
SELECT own.id, own.body_sha256, coalesce(original.content_type, own.content_type), page.site,
  page.id, version.quotes_taken_down IS NOT NULL OR page.takedown_id IS NOT NULL
    OR EXISTS (SELECT 1 FROM finding WHERE comparison_id = page.id AND detail = ?),
  own.opt_outs, original.opt_outs
FROM capture AS own JOIN comparison_version AS version ON version.id = own.version_id
JOIN page ON page.id = own.page_id LEFT JOIN capture AS original ON original.id = own.revisit_of_id
ORDER BY own.id
"""

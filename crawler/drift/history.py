"""What the pages of one site showed, each once an era: what a run is compared with, and the run.

The pages lie in a temporary database, so that memory holds the cards that differ and not the pages
that show them. It is filled from the ledger's rows, which are in the order of their runs.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator
from functools import cached_property, lru_cache

from archive.ledger import PageSeen, ProfileRow
from crawler.drift.profile import Profile, has_records, profiles_of
from crawler.reading.traits import PageTraits, ToolTraits, packed, unpacked

Sights = Callable[[ProfileRow], Iterator[PageSeen]]
"""Gives the pages that a row speaks of."""
FIRST, LAST, WAITING, NOW = "first", "last", "waiting", "now"
"""The eras: as a page was first and last seen good since a person last accepted a drift; as one is
that waits for a person; as this run sees it."""
_TABLES = """
PRAGMA journal_mode = OFF;
CREATE TABLE part (id INTEGER PRIMARY KEY, tool TEXT, body TEXT UNIQUE);
CREATE TABLE field (part INTEGER, name TEXT, PRIMARY KEY (part, name)) WITHOUT ROWID;
CREATE TABLE sight (era TEXT, key TEXT, layout TEXT, failure TEXT, field TEXT, one INTEGER,
  other INTEGER, PRIMARY KEY (era, key)) WITHOUT ROWID;
CREATE TABLE good (run INTEGER, key TEXT, PRIMARY KEY (run, key)) WITHOUT ROWID;
CREATE TABLE same (key TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE new (key TEXT PRIMARY KEY, layout TEXT, failure TEXT, one INTEGER, other INTEGER)
  WITHOUT ROWID;
CREATE TABLE pair (key TEXT PRIMARY KEY, layout TEXT, failure TEXT, a INTEGER, b INTEGER,
  c INTEGER, d INTEGER) WITHOUT ROWID;
CREATE TABLE piece (key TEXT, tool TEXT, old INTEGER, new INTEGER, failure TEXT);
CREATE INDEX piece_changed ON piece (old, new, failure) WHERE old IS NOT new;
CREATE TABLE marked (mark TEXT, tool TEXT, key TEXT);
CREATE INDEX marked_mark ON marked (mark);
"""
_ENTER = "INSERT INTO sight VALUES (?, ?, ?, ?, ?, ?, ?)"
_ANEW = """ ON CONFLICT DO UPDATE SET layout = excluded.layout, failure = excluded.failure,
  field = excluded.field, one = excluded.one, other = excluded.other"""


class History:
    """The pages of one site, by era. Shape: `db` has the tables above, for what is asked by SQL."""

    def __init__(self) -> None:
        self.db = sqlite3.connect("", isolation_level=None)
        self.db.executescript(_TABLES)
        self.part = lru_cache(maxsize=1 << 14)(self._part)

    def take(self, rows: Iterable[ProfileRow], sights: Sights, era: str = LAST) -> History:
        """Take in what the ledger's rows tell: of earlier runs, or of those of `NOW`."""
        self.db.execute("BEGIN")
        for row in rows:
            for seen in sights(row):
                parts = [self._number(each) for each in seen.parts]
                self._enter(
                    era, row, (seen.key, row.layout, seen.failure, seen.field, *_two(parts))
                )
        self.db.execute("COMMIT")
        return self

    def _enter(self, era: str, row: ProfileRow, page: tuple[str | int | None, ...]) -> None:
        # A page that failed once is still held against the record that it gave before.
        newest = " WHERE excluded.failure IS NULL OR sight.failure IS NOT NULL"
        if era == LAST and row.is_drift:
            self.db.execute(_ENTER + _ANEW, (WAITING, *page))
            return
        self.db.execute(_ENTER + _ANEW + newest, (era, *page))
        if era == LAST:
            first = " WHERE sight.failure IS NOT NULL"
            self.db.execute(_ENTER + _ANEW + first, (FIRST, *page))
            self.db.execute("DELETE FROM sight WHERE era = 'waiting' AND key = ?", page[:1])
            if has_records(row.layout):
                self.db.execute("INSERT OR IGNORE INTO good VALUES (?, ?)", (row.run_id, page[0]))

    def see(self, key: str, page: PageTraits) -> None:
        """Enter a page as this run sees it."""
        parts = [self._number(packed(each), each) for each in page.parts]
        said = (key, page.layout, page.failure, page.field, *_two(parts))
        self.db.execute(_ENTER + _ANEW, (NOW, *said))

    def _number(self, body: str, part: ToolTraits | None = None) -> int:
        """The number of what a page shows of a tool, entered where it is new."""
        found = self.db.execute("SELECT id FROM part WHERE body = ?", (body,)).fetchone()
        if found is not None:
            return int(found[0])
        part = part or unpacked(body)
        sql = "INSERT INTO part (tool, body) VALUES (?, ?) RETURNING id"
        number: int = self.db.execute(sql, (part.tool, body)).fetchone()[0]
        names = ((number, name) for name in dict.fromkeys(("", *part.fields)))
        self.db.executemany("INSERT INTO field VALUES (?, ?)", names)
        return number

    def _part(self, number: int | None) -> ToolTraits:
        """What a page shows of a tool, by its number; nothing for none."""
        found = self.db.execute("SELECT body FROM part WHERE id = ?", (number,)).fetchone()
        return unpacked(found[0]) if found else ToolTraits()

    def page(self, key: str) -> PageTraits | None:
        """A page as this run sees it. Absent: None where it did not yet."""
        return next(self.pages("era = ? AND key = ?", NOW, key), None)

    def pages(self, which: str, *values: str) -> Iterator[PageTraits]:
        """The pages of the table `sight` for which a condition holds."""
        sql = f"SELECT layout, one, other, failure, field FROM sight WHERE {which}"
        for layout, one, other, failure, field in self.db.execute(sql, values):
            parts = tuple(self.part(each) for each in (one, other) if each is not None)
            yield PageTraits(layout, parts, failure, field)

    def count(self, sql: str, *values: str | int) -> int:
        """The number that a query gives."""
        found: int = self.db.execute(sql, values).fetchone()[0]
        return found

    @cached_property
    def known(self) -> int:
        """How many pages are known from before."""
        return self.count("SELECT count(*) FROM sight WHERE era = 'last'")

    @cached_property
    def profiles(self) -> dict[str, Profile]:
        """The profile of each layout, from each page as it was last."""
        return profiles_of(self.pages("era = 'last'"))

    def packed(self, layout: str) -> str:
        """The pages of a layout that this run saw, as the ledger keeps them: JSON.

        What many pages show of a tool stands in it once, and each page names it by its place.
        """
        return str(self.db.execute(_PACKED, (layout,)).fetchone()[0])


_PACKED = """
WITH mine AS MATERIALIZED (SELECT * FROM sight WHERE era = 'now' AND layout = ?),
  shown AS MATERIALIZED (
    SELECT id, body, row_number() OVER (ORDER BY id) - 1 AS place FROM part
    WHERE id IN (SELECT one FROM mine UNION SELECT other FROM mine)),
  said AS (
    SELECT key, json_object('failure', failure, 'field', mine.field, 'parts',
      CASE WHEN two.id THEN json_array(a.place, two.place) WHEN a.id THEN json_array(a.place) END)
      AS page
    FROM mine LEFT JOIN shown AS a ON a.id = one LEFT JOIN shown AS two ON two.id = other
    ORDER BY key)
SELECT json_object(
  'parts', (SELECT json_group_array(json(body)) FROM (SELECT body FROM shown ORDER BY place)),
  'seen', (SELECT json_group_object(key, json_patch('{}', page)) FROM said))
"""


def _two(parts: list[int]) -> tuple[int | None, int | None]:
    """The numbers of what a page shows of its two tools. Absent: None for what it does not show."""
    one, other, *_ = (*parts, None, None)
    return one, other

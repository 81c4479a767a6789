"""What a home shows: every record file and every published database, each read once.

What shows the same is kept once, and its words once (shown.py). This module changes nothing and
decides nothing.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, suppress
from functools import cached_property
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import NamedTuple

from archive import Archive, Capture, Page
from archive.ledger import places_of_captures
from db.publish.loss import counted
from db.recognise.likeness import CardWords, PageWords, QuoteWords
from db.records import recordfile
from db.records.snapshot import is_known_page
from db.rows.write import connect_read_only, id_suffix
from db.takedown.records import showing_of
from db.takedown.shown import CardNumbers, Shown
from machine.worker import Died, GuardedPool
from parsers import read_page
from schema.errors import BytesError, IntegrityError
from schema.page import RawPage
from schema.published import CURRENT
from schema.records import Comparison, Line


class Held(NamedTuple):
    """What one database holds that a take-down can be about, and what its tombstone says of it."""

    shown: Shown
    """With the pages that have captures, and what failures and findings cite."""
    rows: dict[str, int]
    """Number of rows of the guarded tables."""
    sites: list[str]
    """Those of its comparisons."""


def published_files(public: Path) -> list[Path]:
    """Every `*.db` below the public folder, under whatever name it was copied there.

    What a build or an export is writing, and the link to the current one, are none; links to
    folders are not followed.
    """
    link = public / CURRENT
    return [
        path
        for path in sorted(public.rglob("*.db"))
        if path.is_file()
        and not (path.parent == public and path.name.startswith("."))
        and not (path == link and path.is_symlink())
    ]


def read_database(path: Path, cards: CardNumbers | None = None) -> Held | None:
    """What a database of ours holds, of any age. Absent: None where it cannot be read as one."""
    try:
        with closing(connect_read_only(path)) as connection:
            lacks_words = _stand_in(connection)
            shown = Shown(_showings(connection), cards, lacks_words=lacks_words)
            for table, sql in _NAMED.items():
                marks = ", ".join("?" * len(sql.split(",")))
                insert = f"INSERT INTO {table} VALUES ({marks})"
                shown.db.executemany(insert, connection.execute(sql))
            return Held(shown, *counted(connection))
    except sqlite3.DatabaseError:
        return None  # `check` names it


_NAMED = {
    "address": "SELECT site, url FROM page WHERE captures > 0",
    "detail": "SELECT detail FROM failure WHERE detail IS NOT NULL"
    " UNION SELECT detail FROM finding WHERE detail IS NOT NULL",
}
_WORDS = {"quote": "text", "card": "description", "failure": "detail", "finding": "detail"}
"""By table the column that a release of facts lacks, as far as it is asked for here."""
_STAND_IN = """
CREATE TEMP VIEW version_tool AS SELECT version_id, position, tool_id, card_id
FROM version_side JOIN side ON side.id = side_id
"""
_QUOTES = """
SELECT own.version{id}, key, tool_name, text, position
FROM version_quote AS own JOIN quote ON quote.id = own.quote{id} ORDER BY 1, position
"""
_CARDS = """
SELECT v.id, page.site, page.url, version_tool.position, slug, card.name, description, card.key
FROM version_tool JOIN comparison_version AS v ON v.id = version_tool.version{id}
JOIN {page}
JOIN tool ON tool.id = version_tool.tool{id} JOIN card ON card.id = version_tool.card{id}
ORDER BY v.id, version_tool.position
"""
_PAGE = (
    "comparison ON comparison.id = v.comparison JOIN page ON page.id = comparison.page",
    "page ON page.id = v.page_id",
)
"""How the page of a version is found: in older databases, and now."""


def _stand_in(connection: sqlite3.Connection) -> bool:
    """Let a release of facts be asked as others are, words being null; gives whether it is one."""
    names = {name for _, name, *_ in connection.execute("PRAGMA table_info(quote)")}
    if not names or _WORDS["quote"] in names:
        return False
    for table, column in _WORDS.items():
        sql = f"SELECT *, NULL AS {column} FROM main.{table}"
        connection.execute(f"CREATE TEMP VIEW {table} AS {sql}")
    connection.execute(_STAND_IN)
    return True


def _showings(connection: sqlite3.Connection) -> Iterator[PageWords]:
    """What every version of every page shows."""
    id_ = id_suffix(connection)
    under = groupby(connection.execute(_QUOTES.format(id=id_)), key=itemgetter(0))
    at, said = next(under, (None, iter(())))
    cards_shown = connection.execute(_CARDS.format(id=id_, page=_PAGE[bool(id_)]))
    for version, rows in groupby(cards_shown, key=itemgetter(0)):
        while at is not None and at < version:
            at, said = next(under, (None, iter(())))
        quotes: tuple[list[QuoteWords], list[QuoteWords]] = ([], [])
        for each in map(QuoteWords._make, (row[1:] for row in said) if at == version else ()):
            quotes[(each.position - 1) % 2].append(each)
        shown = list(rows)
        cards = (
            CardWords(slug, name, description, key, tuple(quotes[side - 1]))
            for _, _, _, side, slug, name, description, key in shown
        )
        yield PageWords(shown[0][1], shown[0][2], tuple(cards))


def _record_of(task: tuple[RawPage, str]) -> Line:
    return read_page(task[0], site=task[1])


class Evidence:
    """What one home shows and has captured, looked up when asked for and then kept."""

    def __init__(self, archive: Archive) -> None:
        self.archive, self.home = archive, archive.home
        self._databases: dict[Path, Held | None] = {}
        self._cards = CardNumbers()

    def pages(self) -> Iterator[Page]:
        """The known pages."""
        return (page for page in self.archive.each_page() if is_known_page(page.site, page.url))

    @cached_property
    def showings(self) -> Shown:
        """What every record read so far shows, then what every published database shows."""
        found = Shown(self._records(), self._cards)
        for path in published_files(self.home.public):
            if held := self.database(path):
                found.join(held.shown)
        return found

    def read(self, captures: Iterable[Capture]) -> set[str]:
        """Read what pages show, which is kept with the rest.

        Gives the SHA-256 of the bodies that showed a comparison, or of which nobody can tell.
        """
        found = set[str]()
        with GuardedPool(_record_of) as pool:
            for each in {(each.body_sha256, each.url): each for each in captures}.values():
                try:
                    record = pool.call((self.archive.load(each), each.site))
                except (BytesError, IntegrityError):
                    found.add(each.body_sha256)
                    continue
                if isinstance(record, (Died, Comparison)):
                    found.add(each.body_sha256)
                if isinstance(record, Comparison):
                    self.showings.add(showing_of(each.site, each.url, record))
        return found

    def database(self, path: Path) -> Held | None:
        """What a database holds; one that was read keeps its content as long as its name."""
        if path not in self._databases:
            self._databases[path] = read_database(path, self._cards)
        return self._databases[path]

    def _records(self) -> Iterator[PageWords]:
        """What record files show of the captures that are there still."""
        places = groupby(places_of_captures(self.home.ledger), key=itemgetter("segment"))
        for name, rows in places:
            sites = {row["offset"]: (row["site"], row["url"]) for row in rows}
            for path in recordfile.record_paths(self.home.records, name):
                with suppress(*recordfile.READ_ERRORS):  # it is made again by the next build
                    for line in recordfile.read_lines(path):
                        record = line.reading.record if line.reading else None
                        if line.offset in sites and isinstance(record, Comparison):
                            yield showing_of(*sites[line.offset], record)

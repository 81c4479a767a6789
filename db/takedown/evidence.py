"""What a home shows: every record file and every published database, each read once.

What shows the same is kept once, so memory grows with distinct versions and not with files. This
module changes nothing and decides nothing.
"""

from __future__ import annotations

import os
import sqlite3
from collections import defaultdict
from collections.abc import Iterator
from contextlib import closing, suppress
from functools import cached_property
from pathlib import Path
from typing import NamedTuple, TypeVar

from archive import Archive, Capture, Page
from db.recognise.match import Showing, ShownCard, ShownWords
from db.records import recordfile
from db.records.snapshot import is_known_page
from db.rows.write import connect_read_only
from db.takedown.records import showing_of
from schema.published import CANDIDATE, CURRENT
from schema.records import Comparison

_DETAILS = "SELECT detail FROM failure UNION SELECT detail FROM finding"
T = TypeVar("T")


class Held(NamedTuple):
    """What one database holds that a take-down can be about."""

    showings: list[Showing]
    addresses: list[tuple[str, str]]
    """Site and address of each page with captures."""
    details: list[str]
    """What failures and findings cite."""


def published_files(public: Path) -> list[Path]:
    """Every `*.db` below the public folder, under whatever name it was copied there.

    The candidate of a build, and the link to the current one, are none; links to folders are not
    followed.
    """
    link, candidate = public / CURRENT, public / CANDIDATE
    return [
        path
        for path in sorted(public.rglob("*.db"))
        if path.is_file() and path != candidate and not (path == link and path.is_symlink())
    ]


def read_database(path: Path) -> Held:
    """What a database of ours holds, of any age. Raises: sqlite3.DatabaseError where it is none."""
    with closing(connect_read_only(path)) as connection:
        asked = connection.execute
        return Held(
            list(_showings(connection)),
            asked("SELECT site, url FROM page WHERE captures > 0").fetchall(),
            [
                row[0]
                for row in asked("SELECT detail FROM failure UNION SELECT detail FROM finding")
            ],
        )


def _showings(connection: sqlite3.Connection) -> Iterator[Showing]:
    """What every version of every page shows."""
    quotes: dict[int, list[ShownWords]] = defaultdict(list)
    for version, *quote in connection.execute(
        "SELECT version, key, tool_name, text, position FROM version_quote"
        " JOIN quote ON quote.id = quote"
    ):
        quotes[version].append(ShownWords(*quote))
    cards: dict[int, list[ShownCard]] = defaultdict(list)
    for version, *card in connection.execute(
        "SELECT version, slug, card.name, description, card.key FROM version_tool"
        " JOIN tool ON tool.id = version_tool.tool JOIN card ON card.id = version_tool.card"
        " ORDER BY version, position"
    ):
        cards[version].append(ShownCard(*card))
    for version, site, url in connection.execute(
        "SELECT v.id, page.site, page.url FROM comparison_version v"
        " JOIN comparison ON comparison.id = v.comparison JOIN page ON page.id = comparison.page"
    ):
        yield Showing(site, url, tuple(cards[version]), tuple(quotes[version]))


class Evidence:
    """What one home shows and has captured, looked up when asked for and then kept."""

    def __init__(self, archive: Archive) -> None:
        self.archive, self.home = archive, archive.home
        self._databases: dict[Path, tuple[list[int], Held]] = {}
        self._same: dict[object, object] = {}

    @cached_property
    def pages(self) -> list[Page]:
        """The known pages."""
        return [page for page in self.archive.pages() if is_known_page(page.site, page.url)]

    @cached_property
    def captures(self) -> list[Capture]:
        """All captures."""
        return self.archive.captures()

    @cached_property
    def showings(self) -> list[Showing]:
        """What every record read so far shows, then what every published database shows."""
        found = dict.fromkeys(self._records())
        for path in published_files(self.home.public):
            with suppress(sqlite3.DatabaseError):  # `check` names it
                found |= dict.fromkeys(self.database(path).showings)
        return list(found)

    def database(self, path: Path) -> Held:
        """What a database holds, read again only if it is another file by now.

        Raises: sqlite3.DatabaseError when it is not readable.
        """
        stat = os.stat(path)
        mark = [stat.st_ino, stat.st_size, stat.st_mtime_ns]
        if path not in self._databases or self._databases[path][0] != mark:
            held = read_database(path)
            showings, addresses = map(self._once, held.showings), map(self._once, held.addresses)
            self._databases[path] = mark, Held(list(showings), list(addresses), held.details)
        return self._databases[path][1]

    def _records(self) -> Iterator[Showing]:
        captures = {(each.segment, each.offset): each for each in self.captures}
        for segment in self.archive.segments():
            for path in recordfile.record_paths(self.home.records, segment):
                with suppress(*recordfile.READ_ERRORS):  # it is made again by the next build
                    for line in list(recordfile.read_lines(path)):
                        capture = captures.get((segment.name, line.offset))
                        record = line.reading.record if line.reading else None
                        if capture is not None and isinstance(record, Comparison):
                            yield self._once(showing_of(capture.site, capture.url, record))

    def _once(self, value: T) -> T:
        """The first value that was equal to this one."""
        return self._same.setdefault(value, value)  # type: ignore[return-value]

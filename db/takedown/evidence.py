"""What a home shows: every record file and every published database, each read once.

What shows the same is kept once, and its words once, so memory grows with distinct words and not
with pages or files. This module changes nothing and decides nothing.
"""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import closing, suppress
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

from archive import Archive, Capture, Page
from archive.takedown import Matches
from db.publish.loss import counted
from db.recognise.likeness import CardWords, PageWords, QuoteWords
from db.recognise.match import TakedownMatcher
from db.records import recordfile
from db.records.snapshot import is_known_page
from db.rows.write import connect_read_only
from db.takedown.records import showing_of
from machine.worker import Died, GuardedPool
from parsers import read_page
from schema.errors import BytesError, IntegrityError
from schema.page import RawPage
from schema.published import CANDIDATE, CURRENT
from schema.records import Comparison, Line

_DETAILS = "SELECT detail FROM failure UNION SELECT detail FROM finding"


class Same(dict[Any, Any]):
    """The first of equal values: `same[value]`. A site repeats each card on many pages."""

    def __missing__(self, value: Any) -> Any:
        self[value] = value
        return value


class Held(NamedTuple):
    """What one database holds that a take-down can be about, and what its tombstone says of it."""

    showings: list[PageWords]
    addresses: list[tuple[str, str]]
    """Site and address of each page with captures."""
    details: list[str]
    """What failures and findings cite."""
    rows: dict[str, int]
    """Number of rows of the guarded tables."""
    sites: list[str]
    """Those of its comparisons."""

    def taken_by(self, taken: TakedownMatcher) -> dict[int, Matches]:
        """What each take-down takes out of it; empty where it holds none of it."""
        cited = (taken.cited(detail) for detail in self.details)
        named = (taken.address(site, url) for site, url in self.addresses)
        nothing_shown = {each: Matches() for each in (*cited, *named) if each is not None}
        return nothing_shown | taken.out_of(self.showings)


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


def read_database(path: Path, same: Same | None = None) -> Held | None:
    """What a database of ours holds, of any age. Absent: None where it cannot be read as one."""
    same = Same() if same is None else same
    try:
        with closing(connect_read_only(path)) as connection:
            asked = connection.execute
            return Held(
                list(_showings(connection, same)),
                [same[each] for each in asked("SELECT site, url FROM page WHERE captures > 0")],
                [detail for (detail,) in asked(_DETAILS)],
                *counted(connection),
            )
    except sqlite3.DatabaseError:
        return None  # `check` names it


def _showings(connection: sqlite3.Connection, same: Same) -> Iterator[PageWords]:
    """What every version of every page shows."""
    quotes: dict[tuple[int, int], list[QuoteWords]] = defaultdict(list)
    for version, side, *quote in connection.execute(
        "SELECT version, 2 - position % 2, key, tool_name, text, position FROM version_quote"
        " JOIN quote ON quote.id = quote"
    ):
        quotes[version, side].append(same[QuoteWords(*quote)])
    cards: dict[int, list[CardWords]] = defaultdict(list)
    for version, side, slug, name, description, key in connection.execute(
        "SELECT version, position, slug, card.name, description, card.key FROM version_tool"
        " JOIN tool ON tool.id = version_tool.tool JOIN card ON card.id = version_tool.card"
        " ORDER BY version, position"
    ):
        under = tuple(quotes[version, side])
        cards[version].append(same[CardWords(slug, name, description, key, under)])
    for version, site, url in connection.execute(
        "SELECT v.id, page.site, page.url FROM comparison_version v"
        " JOIN comparison ON comparison.id = v.comparison JOIN page ON page.id = comparison.page"
    ):
        yield same[PageWords(site, url, tuple(cards[version]))]


def _record_of(task: tuple[RawPage, str]) -> Line:
    return read_page(task[0], site=task[1])


class Evidence:
    """What one home shows and has captured, looked up when asked for and then kept."""

    def __init__(self, archive: Archive) -> None:
        self.archive, self.home = archive, archive.home
        self._databases: dict[Path, Held | None] = {}
        self._same = Same()

    @cached_property
    def pages(self) -> list[Page]:
        """The known pages."""
        return [page for page in self.archive.pages() if is_known_page(page.site, page.url)]

    @cached_property
    def captures(self) -> list[Capture]:
        """All captures."""
        return self.archive.captures()

    @cached_property
    def showings(self) -> list[PageWords]:
        """What every record read so far shows, then what every published database shows."""
        found = dict.fromkeys(self._records())
        for path in published_files(self.home.public):
            held = self.database(path)
            found |= dict.fromkeys(held.showings if held else ())
        return list(found)

    def read(self, captures: Iterable[Capture]) -> set[str]:
        """Read what pages show, which is kept with the rest.

        Gives the SHA-256 of the bodies that showed a comparison, or of which nobody can tell.
        """
        found = set[str]()
        shown: dict[PageWords, None] = {}
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
                    shown[showing_of(each.site, each.url, record)] = None
        known = set(self.showings)
        self.showings += [each for each in shown if each not in known]
        return found

    def database(self, path: Path) -> Held | None:
        """What a database holds; one that was read keeps its content as long as its name."""
        if path not in self._databases:
            self._databases[path] = read_database(path, self._same)
        return self._databases[path]

    def _records(self) -> Iterator[PageWords]:
        captures = {(each.segment, each.offset): each for each in self.captures}
        for segment in self.archive.segments():
            for path in recordfile.record_paths(self.home.records, segment):
                with suppress(*recordfile.READ_ERRORS):  # it is made again by the next build
                    for line in list(recordfile.read_lines(path)):
                        capture = captures.get((segment.name, line.offset))
                        record = line.reading.record if line.reading else None
                        if capture is not None and isinstance(record, Comparison):
                            shown = showing_of(capture.site, capture.url, record)
                            cards = tuple(self._same[card] for card in shown.cards)
                            yield self._same[shown._replace(cards=cards)]

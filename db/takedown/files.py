"""Withdrawing published databases that hold what was taken down.

All of it can be done again after a crash at any point; needs the home's build lock.
"""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from archive import Home
from archive.ledger import Ledger
from archive.takedown import Matches, Takedown, widen_takedown
from db.publish.loss import Edition, edition
from db.publish.publish import bury, named, whole_manifest
from db.recognise.match import Showing, ShownCard, ShownWords, Taken
from db.rows.write import connect_read_only
from machine.clock import stamp
from machine.files import file_sha256
from schema.errors import BuildError
from schema.published import (
    CANDIDATE,
    CURRENT,
    Tombstone,
    TombstoneReason,
    is_named_by_build,
    tombstone_path,
)

UNREADABLE = Edition({}, {}, set())


@dataclass(slots=True)
class Dropped:
    """What a take-down took out: addresses of comparisons, keys of cards and quotes."""

    pages: set[str] = field(default_factory=set)
    cards: set[str] = field(default_factory=set)
    quotes: set[str] = field(default_factory=set)

    def matches(self) -> Matches:
        """The same, as the ledger keeps it."""
        return Matches(
            pages=sorted(self.pages), cards=sorted(self.cards), quotes=sorted(self.quotes)
        )


def published_files(home: Home) -> list[Path]:
    """Every `*.db` below the public folder, under whatever name it was copied there.

    The candidate of a build, and the link to the current one, are none; links to folders are not
    followed.
    """
    link, candidate = home.public / CURRENT, home.public / CANDIDATE
    return [
        path
        for path in sorted(home.public.rglob("*.db"))
        if path.is_file() and path != candidate and not (path == link and path.is_symlink())
    ]


def see_dropped(showing: Showing, taken: Taken, found: dict[int, Dropped]) -> None:
    """Note what the take-downs take out of what one version of a page shows."""
    refused = taken.page(showing)
    if refused is not None:
        dropped = found.setdefault(refused, Dropped())
        dropped.pages.add(showing.url)
        dropped.cards |= {card.key for card in showing.cards}
        dropped.quotes |= {quote.key for quote in showing.quotes}
        return
    for quote in showing.quotes:
        takedown = taken.quote(quote)
        if takedown is not None:
            found.setdefault(takedown, Dropped()).quotes.add(quote.key)


def showings_of_database(connection: sqlite3.Connection) -> Iterator[Showing]:
    """What every version of every page shows in a database of ours, of any age."""
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


def dropped_of(path: Path, taken: Taken) -> dict[int, Dropped]:
    """What each take-down takes out of a database file; empty where it holds none of it.

    Raises: sqlite3.DatabaseError when it is not readable.
    """
    found: dict[int, Dropped] = {}
    with closing(connect_read_only(path)) as connection:
        for showing in showings_of_database(connection):
            see_dropped(showing, taken, found)
        for site, url in connection.execute("SELECT site, url FROM page WHERE captures > 0"):
            takedown = taken.address(site, url)
            if takedown is not None:
                found.setdefault(takedown, Dropped())
        details = "SELECT detail FROM failure UNION SELECT detail FROM finding"
        for (detail,) in connection.execute(details):
            takedown = taken.cited(detail)
            if takedown is not None:
                found.setdefault(takedown, Dropped())
    return found


def left_out(path: Path, taken: Taken) -> dict[str, int]:
    """Number of rows of the guarded tables that a database lacks because of take-downs."""
    asked = {
        "comparison": "SELECT page.url FROM page JOIN comparison ON comparison.page = page.id",
        "card": "SELECT key FROM card",
        "quote": "SELECT key FROM quote",
    }
    with closing(connect_read_only(path)) as connection:
        there = {table: {key for (key,) in connection.execute(asked[table])} for table in asked}
    gone = {
        "comparison": {url for each in taken.active for url in each.matches.pages},
        "card": {key for each in taken.active for key in each.matches.cards},
        "quote": {key for each in taken.active for key in each.matches.quotes},
    }
    return {table: len(keys - there[table]) for table, keys in gone.items()}


def withdraw_published(home: Home, taken: Taken) -> list[str]:
    """Withdraw every published database that holds what was taken down; gives their names."""
    names = []
    for path in published_files(home):
        if tombstone_path(path).exists():
            path.unlink()  # killed between the two
        elif _withdraw(home, path, taken):
            names.append(str(path.relative_to(home.public)))
    return names


def _withdraw(home: Home, path: Path, taken: Taken) -> bool:
    manifest = whole_manifest(path)
    known, before = (set(manifest.takedowns), manifest.taken) if manifest else (set(), {})
    if set(taken.ids) <= known:
        return False
    try:
        found = dropped_of(path, taken)
        present = edition(path, before)
    except (sqlite3.DatabaseError, BuildError):
        if not is_named_by_build(path):
            return False  # perhaps no archive at all; `check` names it
        # Nobody can tell what it holds, and it can be made again.
        found, present = {each: Dropped() for each in taken.ids}, UNREADABLE
    if not found:
        return False
    by = [each for each in taken.active if each.id in found]
    if path == named(home):
        _note_dropped(home, [(each, found[each.id]) for each in by])
    bury(
        path,
        Tombstone(
            withdrawn=path.name,
            sha256=file_sha256(path),
            withdrawn_at=stamp(),
            reasons=reasons(by),
            rows=present.rows,
            taken=present.taken,
            sites=sorted(present.sites),
        ),
    )
    return True


def _note_dropped(home: Home, found: list[tuple[Takedown, Dropped]]) -> None:
    """Let the next build know what is missing on purpose, before the file is gone."""
    with closing(Ledger(home.ledger)) as ledger:
        for takedown, dropped in found:
            widen_takedown(ledger, takedown, dropped.matches())


def reasons(by: list[Takedown]) -> list[TombstoneReason]:
    """What a tombstone says of take-downs."""
    return [TombstoneReason(date=each.added_at, kind=each.kind, reason=each.reason) for each in by]

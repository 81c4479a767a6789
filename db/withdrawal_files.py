"""Withdrawing what was published: databases and exported folders that hold what was taken down.

All of it can be done again after a crash at any point; needs the home's build lock.
"""

from __future__ import annotations

import json
import os
import sqlite3
from collections import defaultdict
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path

from archive.clock import stamp
from archive.home import Home, fsync_folder
from archive.ledger import Ledger
from archive.segments import file_sha256
from archive.withdrawal_entry import mark_withdrawn, widen_takedown
from archive.withdrawals import Matches, Takedown, exports
from db.loss import Edition, edition
from db.publish import (
    Tombstone,
    TombstoneReason,
    bury,
    is_named_by_build,
    named,
    published,
    tombstone_path,
    whole_manifest,
)
from db.withdrawal_match import Showing, ShownCard, ShownWords, Taken
from db.write import connect_read_only
from schema.errors import BuildError

FOLDER_TOMBSTONE = "WITHDRAWN.json"
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
        "card": "SELECT key FROM card", "quote": "SELECT key FROM quote",
    }  # fmt: skip
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
    for path in published(home):
        if tombstone_path(path).exists():
            path.unlink()  # killed between the two
        elif _withdraw(home, path, taken):
            names.append(path.name)
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
    if path == named(home):
        _note_dropped(home, found)
    by = [each for each in taken.active if each.id in found]
    bury(path, Tombstone(
        withdrawn=path.name, sha256=file_sha256(path), withdrawn_at=stamp(), reasons=reasons(by),
        rows=present.rows, taken=present.taken, sites=sorted(present.sites),
    ))  # fmt: skip
    return True


def _note_dropped(home: Home, found: dict[int, Dropped]) -> None:
    """Let the next build know what is missing on purpose, before the file is gone."""
    with closing(Ledger(home.ledger)) as ledger:
        for takedown, dropped in sorted(found.items()):
            widen_takedown(ledger, takedown, dropped.matches())


def reasons(by: list[Takedown]) -> list[TombstoneReason]:
    """What a tombstone says of take-downs."""
    return [TombstoneReason(date=each.added_at, kind=each.kind, reason=each.reason) for each in by]


def withdraw_exports(home: Home, taken: Taken) -> list[str]:
    """Withdraw every exported folder that holds what was taken down; gives the folders.

    A folder without a database of ours to look into is withdrawn too: nobody can tell.
    """
    names = []
    for export in exports(home):
        if export.withdrawn_at is not None or not taken.ids:
            continue
        by = _taken_in_folder(export.folder, taken)
        if by:
            withdraw_folder(home, export.folder, export.release, by)
            with closing(Ledger(home.ledger)) as ledger:
                mark_withdrawn(ledger, export.id)
            names.append(str(export.folder))
    return names


def _taken_in_folder(folder: Path, taken: Taken) -> list[Takedown]:
    databases = sorted(folder.rglob("*.db"))
    found: set[int] = set()
    try:
        for path in databases:
            found |= dropped_of(path, taken).keys()
    except sqlite3.DatabaseError:
        databases = []
    return [each for each in taken.active if not databases or each.id in found]


def withdraw_folder(home: Home, folder: Path, release: str, by: list[Takedown]) -> None:
    """Replace the files of an exported folder by a tombstone; links are not followed.

    A folder that is not there, or that holds the home itself, is left alone.
    """
    if not folder.is_dir() or home.path.resolve().is_relative_to(folder.resolve()):
        return
    tombstone = folder / FOLDER_TOMBSTONE
    said = {
        "withdrawn": release, "withdrawn_at": stamp(),
        "reasons": [reason.model_dump() for reason in reasons(by)],
    }  # fmt: skip
    part = folder / f".{FOLDER_TOMBSTONE}.part"
    with part.open("w", encoding="utf-8") as file:
        json.dump(said, file, indent=1, ensure_ascii=False)
        file.flush()
        os.fsync(file.fileno())
    part.rename(tombstone)
    fsync_folder(folder)
    for place, folders, files in os.walk(folder, topdown=False):
        for name in files:
            if Path(place, name) != tombstone:
                Path(place, name).unlink()
        for name in folders:
            path = Path(place, name)
            with suppress(OSError):
                path.unlink() if path.is_symlink() else path.rmdir()
    fsync_folder(folder)

"""The guard before publishing: what a new edition lacks of the one before.

This module reads both and decides; it changes neither.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from archive import Home
from db.publish.publish import read_manifest, read_tombstone
from db.rows.write import connect_read_only
from schema.errors import BuildError, LossError

GUARDED = ("comparison", "quote", "card")
LOSS_PERCENT = 2
LOSS_ROWS = 20
"""Fewer rows may always be lost: a small archive is not held up by a single page."""


@dataclass(frozen=True, slots=True)
class Edition:
    """What the next build is measured by: the rows of the one before, and those left out."""

    rows: dict[str, int]
    taken: dict[str, int]
    sites: set[str]


def last_edition(home: Home, count_taken: Callable[[Path], dict[str, int]]) -> Edition | None:
    """The edition that a new one is measured by, be it withdrawn. Absent: None for the first.

    `count_taken` counts in the file what take-downs left out, where its manifest is lost.
    Raises: BuildError when it is not readable.
    """
    path = home.current()
    tombstone = None if path is None else read_tombstone(path)
    if tombstone is not None:
        return Edition(tombstone.rows, tombstone.taken, set(tombstone.sites))
    if path is None or not path.exists():
        return None
    found = edition(path, {})
    try:
        taken = read_manifest(path).taken
    except BuildError:
        taken = count_taken(path)
    return Edition(found.rows, taken, found.sites)


def edition(path: Path, taken: dict[str, int]) -> Edition:
    """What a database file holds. Raises: BuildError when it is not readable."""
    try:
        with closing(connect_read_only(path)) as connection:
            rows, sites = counted(connection)
    except sqlite3.DatabaseError as error:
        what = f"{path}: not readable as a published database ({error}), so that nobody can tell"
        what += " what a new one would lose; `verdicts build --accept-loss` publishes in its place"
        raise BuildError(what=what) from error
    return Edition(rows, taken, set(sites))


def counted(connection: sqlite3.Connection) -> tuple[dict[str, int], list[str]]:
    """The number of rows of each guarded table, and the sites of the comparisons, sorted."""
    ask = connection.execute
    rows = {table: ask(f'SELECT count(*) FROM "{table}"').fetchone()[0] for table in GUARDED}
    return rows, [site for (site,) in ask("SELECT DISTINCT site FROM comparison ORDER BY 1")]


def require_no_loss(old: Edition, new: Edition, taken_sites: set[str]) -> None:
    """Pass where the new edition has nearly all that the old one has, or what was taken down.

    Raises: LossError naming what would be lost: over 2 % of a table's rows and at least 20,
    or a whole site.
    """
    lost = [
        f"{kept} of {count} rows of {table} would be left"
        for table, rows in old.rows.items()
        for count in (rows + old.taken.get(table, 0),)
        for kept in (new.rows.get(table, 0) + new.taken.get(table, 0),)
        if count - kept >= LOSS_ROWS and (count - kept) * 100 > LOSS_PERCENT * count
    ]
    gone = old.sites - new.sites - taken_sites
    lost += [f"the site {site} would vanish" for site in sorted(gone)]
    if lost:
        raise LossError(what=f"not published, {'; '.join(lost)} (--accept-loss publishes it)")

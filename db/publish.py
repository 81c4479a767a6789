"""Publishing: a checked file gets its final name, a manifest beside it, and becomes current.

Order: manifest durable, file durable under its name, link moved. A crash between any two leaves
the earlier current.db as it was. A published file is never changed.
"""

from __future__ import annotations

import hashlib
import os
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from pydantic import Field, ValidationError

from archive.home import Home, fsync_folder
from db.write import connect_read_only
from schema.errors import BuildError, PublishError
from schema.records import Record

CURRENT = "current.db"
CANDIDATE = ".candidate.db"
GUARDED = ("comparison", "quote", "card")
LOSS_PERCENT = 2
LOSS_ROWS = 20
"""Fewer rows may always be lost: a small archive is not held up by a single page."""


class Manifest(Record):
    """What stands beside a published database: how to verify it and what it was made from."""

    name: str
    """The database's file name."""
    sha256: str
    """SHA-256 of the file."""
    size: int
    """Length of the file in bytes."""
    rows: dict[str, int]
    """Number of rows of each table."""
    states: dict[str, int]
    """Number of pages in each state."""
    parser: str
    """The version of the parser."""
    inputs: str
    """Digest of all that the file depends on: an equal one needs no build."""
    damaged: int = Field(ge=0)
    """Number of captures whose bytes could not be read; a later build tries again."""
    takedowns: list[int] = Field(default_factory=list)
    """The take-downs that held."""
    taken: dict[str, int] = Field(default_factory=dict)
    """Number of rows of a table that are left out for them: no loss."""


class TombstoneReason(Record):
    """Why a published file was withdrawn: one take-down, without any of its words."""

    date: str
    """When it was asked for, UTC."""
    kind: str
    """Whether a page, a tool or a quote was taken down."""
    reason: str
    """The reason given."""


class Tombstone(Record):
    """What stands in the place of a published database that was withdrawn."""

    withdrawn: str
    """The database's file name."""
    sha256: str
    """SHA-256 of the file that stood here."""
    withdrawn_at: str
    """When it was withdrawn, UTC."""
    reasons: list[TombstoneReason]
    """Why it was withdrawn."""
    rows: dict[str, int]
    """Number of rows of the tables that the next build is measured by."""
    taken: dict[str, int]
    """Number of rows that were left out of it before."""
    sites: list[str]
    """The sites that it held."""


@dataclass(frozen=True, slots=True)
class Edition:
    """What the next build is measured by: the rows of the one before, and those left out."""

    rows: dict[str, int]
    taken: dict[str, int]
    sites: set[str]


def manifest_path(database: Path) -> Path:
    """Where a published database's manifest stands."""
    return database.with_suffix(".json")


def tombstone_path(database: Path) -> Path:
    """Where the tombstone of a published database that was withdrawn stands."""
    return database.with_suffix(".withdrawn.json")


def read_tombstone(database: Path) -> Tombstone | None:
    """The tombstone of a published database. Absent: None while it stands.

    Raises: BuildError when there is one that cannot be read.
    """
    path = tombstone_path(database)
    if not path.exists():
        return None
    try:
        return Tombstone.model_validate_json(path.read_bytes())
    except (OSError, ValidationError) as error:
        raise BuildError(what=f"{path}: not a readable tombstone") from error


def read_manifest(database: Path) -> Manifest:
    """The manifest of a published database.

    Raises: BuildError when it is missing or is none.
    """
    path = manifest_path(database)
    try:
        return Manifest.model_validate_json(path.read_bytes())
    except (OSError, ValidationError) as error:
        raise BuildError(what=f"{path}: not a readable manifest") from error


def present(home: Home) -> Path | None:
    """The database that is current now. Absent: None where none is, or it was withdrawn."""
    path = named(home)
    is_there = path is not None and path.exists() and not tombstone_path(path).exists()
    return path if is_there else None


def named(home: Home) -> Path | None:
    """What the link names as current, be it there or not. Absent: None without a link."""
    link = home.public / CURRENT
    return link.parent / os.readlink(link) if link.is_symlink() else None


def file_sha256(path: Path) -> str:
    """SHA-256 of a file in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def last_edition(home: Home) -> Edition | None:
    """The edition that a new one is measured by, be it withdrawn. Absent: None for the first.

    Raises: BuildError when it is not readable.
    """
    path = named(home)
    tombstone = None if path is None else read_tombstone(path)
    if tombstone is not None:
        return Edition(tombstone.rows, tombstone.taken, set(tombstone.sites))
    return None if path is None or not path.exists() else edition(path, read_manifest(path).taken)


def edition(path: Path, taken: dict[str, int]) -> Edition:
    """What a database file holds. Raises: BuildError when it is not readable."""
    return Edition(_counts(path), taken, _sites(path))


def require_no_loss(old: Edition, new: Edition, taken_sites: set[str]) -> None:
    """Pass where the new edition has nearly all that the old one has, or what was taken down.

    Raises: PublishError naming what would be lost: over 2 % of a table's rows and at least 20,
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
        raise PublishError(what=f"not published, {'; '.join(lost)} (--accept-loss publishes it)")


def _counts(path: Path) -> dict[str, int]:
    with closing(_open(path)) as connection:
        return {
            table: connection.execute(f'SELECT count(*) FROM "{table}"').fetchone()[0]
            for table in GUARDED
        }


def _sites(path: Path) -> set[str]:
    with closing(_open(path)) as connection:
        return {site for (site,) in connection.execute("SELECT DISTINCT site FROM comparison")}


def _open(path: Path) -> sqlite3.Connection:
    try:
        connection = connect_read_only(path)
        connection.execute("SELECT 1 FROM comparison LIMIT 1")
    except sqlite3.DatabaseError as error:
        raise BuildError(what=f"{path}: the published database is not readable: {error}") from error
    return connection


def remove_leftovers(home: Home) -> None:
    """Remove what a killed build left; nothing that is published has a name with a dot in front."""
    for path in home.public.glob(".*"):
        path.unlink()


def publish(home: Home, candidate: Path, manifest: Manifest) -> Path:
    """Give the candidate its name and make it current; gives its path."""
    path = home.public / manifest.name
    # The same words may be published again once a take-down is lifted.
    tombstone_path(path).unlink(missing_ok=True)
    write_manifest(home, manifest)
    with candidate.open("rb") as file:
        os.fsync(file.fileno())
    candidate.chmod(0o444)
    candidate.rename(path)
    fsync_folder(home.public)
    _move_link(home.public, manifest.name)
    return path


def write_manifest(home: Home, manifest: Manifest) -> None:
    """Write a manifest so that it is there whole or not at all."""
    _write_json(manifest_path(home.public / manifest.name), manifest)


def bury(path: Path, tombstone: Tombstone) -> None:
    """Put a tombstone in the place of a published database; can be done again after a crash.

    The link still names the file, so that the next build is measured by it.
    """
    _write_json(tombstone_path(path), tombstone)
    path.unlink(missing_ok=True)
    manifest_path(path).unlink(missing_ok=True)
    fsync_folder(path.parent)


def _write_json(path: Path, record: Record) -> None:
    part = path.with_name(f".{path.name}.part")
    with part.open("wb") as file:
        file.write(record.model_dump_json(indent=1).encode() + b"\n")
        file.flush()
        os.fsync(file.fileno())
    part.rename(path)
    fsync_folder(path.parent)


def _move_link(folder: Path, name: str) -> None:
    link = folder / f".{CURRENT}.part"
    link.unlink(missing_ok=True)
    link.symlink_to(name)
    link.rename(folder / CURRENT)
    fsync_folder(folder)

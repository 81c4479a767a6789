"""Publishing: a checked file gets its final name, a manifest beside it, and becomes current.

Order: manifest durable, file durable under its name, link moved. A crash between any two leaves
the earlier current.db as it was. A published file is never changed.
"""

from __future__ import annotations

import hashlib
import os
import sqlite3
from contextlib import closing
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


def manifest_path(database: Path) -> Path:
    """Where a published database's manifest stands."""
    return database.with_suffix(".json")


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
    """The database that is current now. Absent: None where none is, or its file is gone."""
    link = home.public / CURRENT
    return link.parent / os.readlink(link) if link.is_symlink() and link.exists() else None


def file_sha256(path: Path) -> str:
    """SHA-256 of a file in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def require_no_loss(old: Path, new: Path) -> None:
    """Pass where the new database has nearly all that the old one has.

    Raises: PublishError naming what would be lost: over 2 % of a table's rows and at least 20,
    or a whole site.
    """
    before, after = _counts(old), _counts(new)
    lost = [
        f"{kept} of {count} rows of {table} would be left"
        for table, count in before.items()
        for kept in (after.get(table, 0),)
        if count - kept >= LOSS_ROWS and (count - kept) * 100 > LOSS_PERCENT * count
    ]
    lost += [f"the site {site} would vanish" for site in sorted(_sites(old) - _sites(new))]
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
    path = manifest_path(home.public / manifest.name)
    part = path.with_name(f".{path.name}.part")
    with part.open("wb") as file:
        file.write(manifest.model_dump_json(indent=1).encode() + b"\n")
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

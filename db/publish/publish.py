"""Publishing: a checked file gets its final name, a manifest beside it, and becomes current.

Order: captured pages (if any are kept) and manifest durable, file durable under its name, link
moved. A crash between any two leaves the earlier current.db as it was. A published file is never
changed.
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from pydantic import ValidationError

from archive import TRIAL, Home
from machine.files import file_sha256, fsync_file, fsync_folder, point, put_in_place, whole
from parsers import PARSER_VERSION
from schema.errors import BuildError
from schema.published import CURRENT, Manifest, Tombstone, manifest_path, pages_path, tombstone_path
from schema.records import Record


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
        state = "not a readable manifest" if path.exists() else "the manifest is missing"
        raise BuildError(what=f"{path}: {state}; `verdicts build` makes it again") from error


def whole_manifest(database: Path) -> Manifest | None:
    """The manifest of a published file that is still byte for byte what was published.

    Absent: None where the manifest is missing or unreadable, or the file is another by now.
    """
    try:
        manifest = read_manifest(database)
    except BuildError:
        return None
    return manifest if holds(database, manifest) else None


def holds(database: Path, manifest: Manifest) -> bool:
    """Whether the file is there and byte for byte the one that the manifest describes."""
    return (
        database.is_file()
        and database.name == manifest.name
        and database.stat().st_size == manifest.size
        and file_sha256(database) == manifest.sha256
    )


def require_link(home: Home) -> None:
    """Pass where `current.db` is a link, or not there.

    Raises: BuildError when something has its place that no build put there: it is not removed.
    """
    link = home.public / CURRENT
    if os.path.lexists(link) and not link.is_symlink():
        raise BuildError(
            what=f"{link}: not the link that a build makes; move it away, then `verdicts build`"
        )


def present(home: Home) -> Path | None:
    """The database that is current now. Absent: None where none is, or it was withdrawn."""
    path = home.current()
    is_there = path is not None and path.exists() and not tombstone_path(path).exists()
    return path if is_there else None


def is_of_this_parser(path: Path) -> bool:
    """Whether this version of the parser made a published database; one that tells of none."""
    with suppress(BuildError):
        return read_manifest(path).parser == PARSER_VERSION
    return False


def is_set_aside(path: Path) -> bool:
    """Whether a person went back from a published database; one that tells of nothing was not."""
    with suppress(BuildError):
        return read_manifest(path).set_aside_at is not None
    return False


def remove_leftovers(home: Home) -> None:
    """Remove what a killed build left; nothing that is published has a name with a dot in front.

    The trial files of a crawl that starts at this moment are its own to remove.
    """
    for path in home.public.glob(".*"):
        if not path.name.startswith(TRIAL):
            path.unlink(missing_ok=True)


def publish(home: Home, candidate: Path, manifest: Manifest) -> Path:
    """Give the candidate its name and make it current; gives its path.

    Raises: BuildError when a folder has its name.
    """
    path = home.public / manifest.name
    if path.is_dir():
        raise BuildError(what=f"{path}: a folder in the place of a database; move it away")
    # The same words may be published again once a take-down is lifted.
    tombstone_path(path).unlink(missing_ok=True)
    write_record(manifest_path(path), manifest)
    fsync_file(candidate)
    candidate.chmod(0o444)
    put_in_place(candidate, path)
    point(home.public / CURRENT, manifest.name)
    return path


def bury(path: Path, tombstone: Tombstone) -> None:
    """Put a tombstone in the place of a published database; can be done again after a crash.

    The link still names the file, so that the next build is measured by it.
    """
    write_record(tombstone_path(path), tombstone)
    pages_path(path).unlink(missing_ok=True)
    path.unlink(missing_ok=True)
    manifest_path(path).unlink(missing_ok=True)
    fsync_folder(path.parent)


def write_record(path: Path, record: Record) -> None:
    """Write what stands beside a database, or in the place of what was withdrawn, durably."""
    with whole(path) as file:
        file.write(record.model_dump_json(indent=1, exclude_none=True).encode() + b"\n")

"""The file of captured pages beside a published database: whether it stands, and how it goes.

It never stands without the database it was made for, whose manifest names it, nor past a take-down
that it was not made under: it holds whole pages, of which a database shows a part, so that nobody
looks into it for what was taken down. It goes, and the next build makes it again.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Collection, Iterator
from contextlib import closing, suppress
from pathlib import Path

from archive import Home
from db.publish.publish import read_manifest, write_record
from machine.files import file_sha256, fsync_folder
from schema.errors import BuildError
from schema.published import PAGES_ID, Manifest, manifest_path, pages_path, tombstone_path

_MAGIC = b"SQLite format 3\0"


def page_files(public: Path) -> Iterator[Path]:
    """Every file of pages below the public folder, under whatever name; links are not followed."""
    for path in sorted(public.rglob("*")):
        is_plain = path.is_file() and not path.is_symlink()
        if is_plain and not (path.parent == public and path.name.startswith(".")):
            with path.open("rb") as file:
                head = file.read(72)
            if head.startswith(_MAGIC) and head[68:] == PAGES_ID.to_bytes(4, "big"):
                yield path


def whole_pages(path: Path, manifest: Manifest) -> bool:
    """Whether a file of pages is byte for byte the one that the manifest names."""
    pages = manifest.pages
    return (
        pages is not None
        and not pages.is_withdrawn
        and path.is_file()
        and path.stat().st_size == pages.size
        and file_sha256(path) == pages.sha256
    )


def manifest_of_pages(path: Path) -> Manifest | None:
    """The manifest of the database that a file of pages stands beside. Absent: None without one."""
    database = path.with_suffix(".db")
    if path != pages_path(database) or not database.is_file() or tombstone_path(database).exists():
        return None
    with suppress(BuildError):
        return read_manifest(database)
    return None


def sweep_pages(public: Path, takedowns: Collection[int]) -> list[str]:
    """Let no file of pages stand that may hold what was taken down, or that nothing names.

    Gives the names of those that went. The caller holds the build's lock.
    """
    gone = []
    for path in page_files(public):
        manifest = manifest_of_pages(path) if path.parent == public else None
        pages = manifest.pages if manifest is not None else None
        if pages and not pages.is_withdrawn and set(takedowns) <= set(pages.takedowns):
            continue
        if manifest is not None and pages is not None:  # the next build is to make another
            told = {"pages": pages.model_copy(update={"is_withdrawn": True})}
            write_record(manifest_path(path.with_suffix(".db")), manifest.model_copy(update=told))
        path.unlink()
        fsync_folder(path.parent)
        gone.append(str(path.relative_to(public)))
    return gone


def drop_pages(home: Home, manifest: Manifest) -> Manifest:
    """The manifest without a file of pages, which goes."""
    database = home.public / manifest.name
    if manifest.pages is None and not pages_path(database).exists():
        return manifest
    told = manifest.model_copy(update={"pages": None})
    if database.is_file():  # else it is not published yet
        write_record(manifest_path(database), told)
    pages_path(database).unlink(missing_ok=True)
    return told


def page_problems(public: Path) -> Iterator[tuple[str, str]]:
    """What is wrong with the files of pages, and with what manifests say of them."""
    for path in sorted(public.glob("verdicts-*.db")):
        with suppress(BuildError):  # `check` names it
            pages, beside = read_manifest(path).pages, pages_path(path)
            if pages and not pages.is_withdrawn and not beside.is_file():
                yield beside.name, "the manifest names it, and it is not there; build"
    for path in page_files(public):
        where = os.path.relpath(path, public)
        manifest = manifest_of_pages(path) if path.parent == public else None
        if manifest is None or manifest.pages is None:
            yield where, "no published database has such pages; build removes it"
        elif not whole_pages(path, manifest):
            yield where, "the file is not the one that its manifest describes; build"
        else:
            yield from ((where, what) for what in _unsound(path))


def _unsound(path: Path) -> list[str]:
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?immutable=1", uri=True)) as db:
            found = [str(row[0]) for row in db.execute("PRAGMA integrity_check(5)")]
    except sqlite3.DatabaseError as error:
        return [f"not readable: {error}"]
    return [] if found == ["ok"] else found

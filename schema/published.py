"""The contract of `public/`: what its files are called, and what stands beside a database.

`db` writes it, `archive` keeps and prunes it, `web` reads it. This module opens no file itself.

    current.db                      a link that names the newest
    verdicts-<hash>.db              never changed once it has this name, only withdrawn
    verdicts-<hash>.json            its manifest
    verdicts-<hash>.withdrawn.json  its tombstone, in the place of all others
    verdicts-<hash>.pages           captured pages, inert, where a build keeps them
    .<any>                          what is being written

A file of pages is an SQLite database of its own kind (`PAGES_ID`), made for one edition:

    inert     id, sha256 (of the body), site, content_type, size (as HTML), html (by zlib)
    captured  capture_id (`capture.id` of the edition), inert_id

It names what may be shown as it was captured and holds no byte of anything else. It ends ".pages",
for whoever looks for databases (`*.db`) means editions.
"""

from __future__ import annotations

from pathlib import Path

from pydantic import Field

from schema.records import Record

FOLDER = "public"
CURRENT = "current.db"
CANDIDATE = ".candidate.db"
"""What a build writes before it is checked and named."""
WORK = ".work.db"
"""What the candidate is written from."""
DATABASES = "verdicts-*.db"
"""What the names look like that a build gives."""
FOLDER_TOMBSTONE = "WITHDRAWN.json"
"""What is left in an exported folder that was withdrawn."""
CANDIDATE_PAGES = ".candidate.pages"
"""What a file of pages is called until it is whole."""
PAGES = "*.pages"
PAGES_ID = 0x76706167
"""The `application_id` of a file of pages, by which a copy is known under any name."""
LONGEST_INERT = 16 << 20
"""No page in it is longer. Units: bytes of HTML."""
TAKEDOWNS = "takedowns.json"
"""The list of all take-downs, beside `public/`: private, but read before a file is served."""


def database_name(sha256: str) -> str:
    """The name of a published database, by the SHA-256 of the file."""
    return DATABASES.replace("*", sha256[:16])


def is_named_by_build(database: Path) -> bool:
    """Whether a file has such a name as a build gives."""
    return database.match(DATABASES)


def manifest_path(database: Path) -> Path:
    """Where a published database's manifest stands."""
    return database.with_suffix(".json")


def tombstone_path(database: Path) -> Path:
    """Where the tombstone of a published database that was withdrawn stands."""
    return database.with_suffix(".withdrawn.json")


def pages_path(database: Path) -> Path:
    """Where the file of a published database's pages stands, if it has one."""
    return database.with_suffix(".pages")


def part_of_release(folder: Path) -> Path:
    """What the folder of a release is called, beside its place, until it is whole."""
    return folder.with_name(f".{folder.name}.part")


class PageStore(Record):
    """The file of captured pages beside a published database."""

    sha256: str
    """SHA-256 of the file."""
    size: int
    """Length of the file in bytes."""
    captures: int
    """Number of captures whose page it holds."""
    left_out: dict[str, int]
    """Number of captures that gave a record and may not be shown, or cannot be, by the reason."""
    maker: str
    """What made it: a file is made again once that has changed."""
    takedowns: list[int]
    """The take-downs that held when it was made: it goes with any other."""
    is_withdrawn: bool = False
    """Whether a take-down came since: the file is gone, and the next build makes another."""


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
    inputs: str | None = None
    """What older versions noted of all that the file depends on."""
    damaged: int = Field(ge=0)
    """Number of captures whose bytes could not be read; a later build tries again."""
    takedowns: list[int] = Field(default_factory=list)
    """The take-downs that held when it was made, or looked into: it shows nothing of theirs."""
    taken: dict[str, int] = Field(default_factory=dict)
    """Number of rows of a table that are left out for them: no loss."""
    set_aside_at: str | None = None
    """When a person went back from it to an earlier one, UTC: no build publishes it again."""
    pages: PageStore | None = None
    """The file of captured pages beside it; null where no build was to keep one."""


class TombstoneReason(Record):
    """Why something was withdrawn: one take-down, without any of its words."""

    date: str
    """When it was asked for, UTC."""
    kind: str
    """Whether a page, a tool or a quote was taken down."""
    reason: str
    """The reason given."""


class Withdrawal(Record):
    """What is left of something that was withdrawn; all there is of an exported folder."""

    withdrawn: str
    """The database's file name, or the release."""
    withdrawn_at: str
    """When it was withdrawn, UTC."""
    reasons: list[TombstoneReason]
    """Why it was withdrawn."""


class Tombstone(Withdrawal):
    """What stands in the place of a published database that was withdrawn."""

    sha256: str
    """SHA-256 of the file that stood here."""
    rows: dict[str, int]
    """Number of rows of the tables that the next build is measured by."""
    taken: dict[str, int]
    """Number of rows that were left out of it before."""
    sites: list[str]
    """The sites that it held."""
    has_pages: bool = False
    """Whether a build was to keep captured pages beside it: the next one goes on doing so."""

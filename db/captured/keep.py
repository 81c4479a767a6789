"""The file of captured pages, made for an edition: read, made inert, packed, in their order.

    captures that may be shown ─┬─ in the file of the edition before ─▶ copied ───────────┐
                                └─ others ─▶ guarded process: verified, inert, packed ─▶ written

The same archive gives the same bytes. Memory does not grow with the pages; what a page's bytes do
to the parser happens in a process that may die of it, and such a page is left out.
"""

from __future__ import annotations

import sqlite3
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path
from typing import NamedTuple, TypeAlias

from archive import Archive, Home, StoredBody, load_page
from archive.store import disk_of
from db.captured.inert import VERSION, inert
from db.captured.permitted import TAKEN_DOWN, Showable, showable
from db.giving.naming import TakenNames, names_of
from db.publish.pages import whole_pages
from db.publish.publish import present, whole_manifest
from db.records.snapshot import Snapshot
from db.rows.write import connect_read_only, disk_of_database
from db.staging import Staging
from machine.files import file_sha256, fsync_file, put_in_place
from machine.worker import Died, GuardedPool, ahead
from parsers import PARSER_VERSION
from schema.errors import IntegrityError, ParseError
from schema.published import (
    CANDIDATE_PAGES,
    LONGEST_INERT,
    PAGES_ID,
    Manifest,
    PageStore,
    pages_path,
)

MAKER = f"{VERSION} {zlib.ZLIB_RUNTIME_VERSION} {PARSER_VERSION}"
LEVEL = 9
UNREAD = "its bytes cannot be read, or not safely"
_TABLES = (
    "CREATE TABLE inert (id INTEGER PRIMARY KEY, sha256 TEXT NOT NULL, site TEXT NOT NULL,"
    " content_type TEXT NOT NULL, size INTEGER NOT NULL, html BLOB NOT NULL,"
    " UNIQUE (sha256, site, content_type))",
    "CREATE TABLE captured (capture_id INTEGER PRIMARY KEY,"
    " inert_id INTEGER NOT NULL REFERENCES inert)",
)
_SAME = "WHERE sha256 = ? AND site = ? AND content_type = ?"
_Tell = Callable[[str, int, int], None]


class _Body(NamedTuple):
    """A body to be made inert, and what its page goes by."""

    body: StoredBody
    url: str
    captured_at: str
    content_type: str
    site: str


class Packed(NamedTuple):
    """A page made inert: its length, and its HTML by zlib."""

    size: int
    html: bytes


_Made: TypeAlias = Packed | int | str | Died
"""A page, the number of one that is written, or why there is none."""


def keep_pages(
    archive: Archive,
    staging: Staging,
    snapshot: Snapshot,
    database: Path,
    manifest: Manifest,
    workers: int,
    progress: _Tell,
) -> Manifest:
    """The manifest with the file of pages that now stands where the database's is to stand.

    Shape: `database` is the file that the manifest describes, or the candidate for it.
    Raises: StoppedError when the disk does not take it.
    """
    home, taken = archive.home, snapshot.taken
    path = pages_path(home.public / manifest.name)
    if manifest.pages is not None and manifest.pages.maker == MAKER and whole_pages(path, manifest):
        return manifest
    candidate = home.public / CANDIDATE_PAGES
    before = _before(home, taken.ids)
    with disk_of_database(candidate), disk_of(candidate):
        names = names_of(taken.active)
        with _new_file(candidate, before) as file, closing(connect_read_only(database)) as given:
            every = showable(given, staging, snapshot)
            (total,) = given.execute(_COUNT).fetchone()
            counts = _fill(
                file, every, archive, names, workers, lambda n: progress("pages", n, total)
            )
        fsync_file(candidate)
        candidate.chmod(0o444)
        sha256, size = file_sha256(candidate), candidate.stat().st_size
        put_in_place(candidate, path)
    captures = counts.pop("", 0)
    made = PageStore(
        sha256=sha256,
        size=size,
        captures=captures,
        left_out=dict(sorted(counts.items())),
        maker=MAKER,
        takedowns=taken.ids,
    )
    return manifest.model_copy(update={"pages": made})


_COUNT = "SELECT count(*) FROM capture WHERE version_id IS NOT NULL"


def _before(home: Home, takedowns: list[int]) -> Path | None:
    """The file of pages of the present edition. Absent: None unless it was made in the same way."""
    current = present(home)
    manifest = whole_manifest(current) if current is not None else None
    if current is None or manifest is None or manifest.pages is None:
        return None
    is_same = (manifest.pages.maker, manifest.pages.takedowns) == (MAKER, takedowns)
    path = pages_path(current)
    return path if is_same and whole_pages(path, manifest) else None


@contextmanager
def _new_file(path: Path, before: Path | None) -> Iterator[sqlite3.Connection]:
    """An empty file of pages to be written, the one of the edition before beside it as `old`."""
    path.unlink(missing_ok=True)
    with closing(sqlite3.connect(path, isolation_level=None, uri=True)) as file:
        # The file is thrown away if anything fails, so no journal is needed to undo it.
        for setting in ("journal_mode = OFF", "synchronous = OFF", f"application_id = {PAGES_ID}"):
            file.execute(f"PRAGMA {setting}")
        if before is not None:
            file.execute("ATTACH ? AS old", (f"{before.resolve().as_uri()}?immutable=1",))
        file.execute("BEGIN")
        for sql in _TABLES:
            file.execute(sql)
        yield file
        file.execute("COMMIT")


def _fill(
    file: sqlite3.Connection,
    every: Iterator[Showable],
    archive: Archive,
    names: TakenNames,
    workers: int,
    tell: Callable[[int], None],
) -> Counter[str]:
    """Write the pages of the captures; gives how many there are, and by reason how many not."""
    counts = Counter[str]()
    with GuardedPool(partial(_made, archive.home, names), workers=workers) as pool:

        def answered(each: Showable) -> Callable[[], tuple[Showable, _Made]]:
            known = each.why_not or _kept(file, each)
            if known is not None:
                return lambda: (each, known)
            body = _body_of(archive, each)
            waiting = pool.submit(body) if body is not None else None
            return lambda: (each, waiting.result() if waiting is not None else UNREAD)

        for done, (each, given) in enumerate(ahead(answered, every, 2 * workers), 1):
            made = UNREAD if isinstance(given, Died) else given
            counts[made if isinstance(made, str) else ""] += 1
            if not isinstance(made, str):
                number = made if isinstance(made, int) else _written(file, each, made)
                file.execute("INSERT INTO captured VALUES (?, ?)", (each.id, number))
            tell(done)
    return counts


def _key(each: Showable) -> tuple[str, str, str]:
    return each.sha256, each.site, each.content_type


def _kept(file: sqlite3.Connection, each: Showable) -> int | Packed | None:
    """A page that is written already, by its number, or was in the file before. Absent: None."""
    if found := file.execute(f"SELECT id FROM main.inert {_SAME}", _key(each)).fetchone():
        return int(found[0])
    if [*file.execute("SELECT 1 FROM pragma_database_list WHERE name = 'old'")]:
        sql = f"SELECT size, html FROM old.inert {_SAME}"
        if found := file.execute(sql, _key(each)).fetchone():
            return Packed(*found)
    return None


def _written(file: sqlite3.Connection, each: Showable, made: Packed) -> int:
    """Write a page unless one that was under way beside it was the same; gives its number."""
    if found := file.execute(f"SELECT id FROM main.inert {_SAME}", _key(each)).fetchone():
        return int(found[0])
    sql = "INSERT INTO main.inert (sha256, site, content_type, size, html) VALUES (?, ?, ?, ?, ?)"
    return int(file.execute(sql, (*_key(each), *made)).lastrowid or 0)


def _body_of(archive: Archive, each: Showable) -> _Body | None:
    """Where the bytes of a capture lie. Absent: None where the ledger has lost them."""
    capture = archive.capture(each.id)
    try:
        body = archive.body_of(capture) if capture is not None else None
    except IntegrityError:  # `check` names it
        return None
    if capture is None or body is None:
        return None
    return _Body(body, capture.url, capture.captured_at, each.content_type, each.site)


def _made(home: Home, names: TakenNames, asked: _Body) -> Packed | str:
    """A page made inert, or why it may not be shown."""
    try:
        page = load_page(home, asked.body, asked.url, asked.captured_at, asked.content_type)
        text = inert(page).encode("utf-8", "replace")
    except (IntegrityError, ParseError):
        return UNREAD
    if asked.site in names and names[asked.site].search(page.body):
        return TAKEN_DOWN
    if len(text) > LONGEST_INERT:
        return UNREAD
    return Packed(len(text), zlib.compress(text, LEVEL))

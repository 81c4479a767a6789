"""The whole of a release in one line: a published database becomes a folder for others.

    published -> its own database -> which edition -> entered in the ledger -> files -> whole
              -> the folder gets its name

A release is the same bytes for the same archive, parser, decisions and libraries: made again, it is
the same edition, and where that stands nothing is made. The ledger knows the folder before anything
is written there, so a take-down finds it whenever the export is killed; and what is taken down
while it runs is withdrawn before it ends. The build's lock is held.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from archive import Home, open_archive
from archive.takedown import Export, active_takedowns, enter_export, exports, note_export
from db.publish.publish import present
from db.release.about import DATABASE, SUMS, AboutRelease, ReleasedSite, ReleaseProgress
from db.release.editions import (
    WantedRelease,
    database_of,
    is_sound,
    next_name,
    release_before,
    same_editions,
)
from db.release.sqlite import write_database
from db.release.tables import ReleasedTable, read_tables
from db.rows.write import connect_read_only, disk_of_database, is_of_this_edition
from db.takedown.withdraw import withdraw
from machine.failpoints import reach
from machine.files import file_sha256, fsync_file, fsync_folder, put_in_place
from schema.errors import IntegrityError, StartError, StoppedError
from schema.published import part_of_release

_OWN = ".release.db"
"""The release's own database in the home's public folder, from where every build removes it."""


@dataclass(frozen=True, slots=True)
class ReleaseReport:
    """A release, and where it lies; `is_new` says whether it was made now.

    Absent: `since` is None where it was compared with none; `unsealed` where nothing was made.
    """

    folder: Path
    release: str
    is_new: bool
    since: str | None
    rows: dict[str, int]
    """Number of rows of each table."""
    files: int
    size: int
    """All files together. Units: bytes."""
    unsealed: int | None
    """Captures whose WARC file is still being written, so that the index cannot name it."""


def export(
    home: Path,
    out: Path,
    *,
    is_facts: bool,
    base: str | None,
    since: str | None,
    progress: ReleaseProgress,
) -> ReleaseReport:
    """Make a release of what is published, in a folder of its own under `out`.

    Raises: StartError where nothing is published, a build runs, or pyarrow is not installed;
    as `release_before` of the one that it is compared with; StoppedError when something was taken
    down meanwhile, or the disk does not take it.
    """
    _require_pyarrow()
    place = Home(home.absolute())
    open_archive(place.path)
    with place.lock("build"):
        withdraw(place)
        published = present(place)
        if published is None:
            raise StartError(what=f"{home}: nothing is published yet; `verdicts build` does it")
        place.require_room(2 * published.stat().st_size)
        own = place.public / _OWN
        try:
            date, sites = _told(published)
            with disk_of_database(own):
                write_database(published, own, is_facts=is_facts)
            wanted = WantedRelease(is_facts, base, since, date[:10], file_sha256(own))
            return _Making(place, out.resolve(), own, wanted, date, sites, progress).report()
        finally:
            own.unlink(missing_ok=True)


def _told(published: Path) -> tuple[str, tuple[ReleasedSite, ...]]:
    """When the newest capture was made, and the sites that there are pages of."""
    with closing(connect_read_only(published)) as db:
        if not is_of_this_edition(db):
            raise StartError(what=f"{published}: of another edition; `verdicts build` makes one")
        newest = db.execute(
            "SELECT captured_at FROM capture ORDER BY captured_until IS NULL OR captured_until <"
            " captured_at OR date_precision IN ('month', 'year'), captured_at DESC LIMIT 1"
        ).fetchone()
        sites = db.execute("SELECT title, base FROM site ORDER BY title").fetchall()
    if newest is None:
        raise StartError(what=f"{published}: it holds no capture, so there is nothing to release")
    return newest[0], tuple(ReleasedSite(*each) for each in sites)


@dataclass(slots=True)
class _Making:
    """One export under the lock, its own database at hand."""

    home: Home
    out: Path
    own: Path
    wanted: WantedRelease
    newest: str
    sites: tuple[ReleasedSite, ...]
    progress: ReleaseProgress

    def report(self) -> ReleaseReport:
        """The release that is wanted, found or made."""
        known, held = exports(self.home), [each.id for each in active_takedowns(self.home)]
        same = same_editions(known, self.wanted)
        sound = [each for each in same if is_sound(each)]
        made = None
        for each in sound:
            if Path(each.folder).parent == self.out:
                return self._found(each)
        for each in sound[:1]:
            made = self._made(each.release, None, held, each.sums_sha256, copied=each)
        for each in same[:1] if made is None else []:  # its folder is gone, or was changed
            before = next((e for e in known if e.release == each.since and is_sound(e)), None)
            made = self._made(each.release, before, held, each.sums_sha256)
        if made is None:
            before = release_before(known, self.wanted, self.own)
            made = self._made(next_name(known, self.out, self.wanted), before, held, None)
        assert made is not None
        if [each.id for each in active_takedowns(self.home)] != held:
            withdraw(self.home)
            what = "something was taken down, or a take-down lifted, while it was made, and heeded;"
            raise StoppedError(what=f"{made.folder}: {what} `verdicts build`, then export again")
        return made

    def _found(self, export: Export) -> ReleaseReport:
        folder = Path(export.folder)
        with closing(connect_read_only(database_of(export))) as db:
            rows = {each.name: each.rows for each in read_tables(db)}
        size, files = _extent(folder)
        return ReleaseReport(folder, export.release, False, export.since, rows, files, size, None)

    def _made(
        self,
        name: str,
        before: Export | None,
        held: list[int],
        sums: str | None,
        copied: Export | None = None,
    ) -> ReleaseReport | None:
        """A release made under a name, or copied from where it stands.

        Absent: None where its bytes are not those of `sums`.
        """
        folder, since = self.out / name, before.release if before else None
        since = copied.since if copied else since
        if folder.exists():
            what = "a release that was changed is in the way; move it away, then export again"
            raise IntegrityError(where=str(folder), what=what)
        number = enter_export(
            self.home,
            Export(
                id=0,
                folder=str(folder),
                release=name,
                is_facts=self.wanted.is_facts,
                database_sha256=self.wanted.database_sha256,
                since=since,
                base=self.wanted.base,
                looked=json.dumps(held),
            ),
        )
        reach("export-entered")
        with _folder_to_be(folder) as part:
            tables, unsealed = (
                self._copy(part, copied) if copied else self._write(part, name, before)
            )
            made = file_sha256(part / SUMS)
            if sums not in (None, made):
                return None
            reach("export-written")
            _make_durable(part)
            note_export(self.home, number, sums_sha256=made)
            reach("export-whole")
            put_in_place(part, folder)
        reach("export-named")
        rows, (size, files) = {each.name: each.rows for each in tables}, _extent(folder)
        return ReleaseReport(folder, name, True, since, rows, files, size, unsealed)

    def _copy(self, part: Path, copied: Export) -> tuple[list[ReleasedTable], None]:
        shutil.copytree(copied.folder, part, dirs_exist_ok=True)
        with closing(connect_read_only(part / DATABASE)) as db:
            return [*read_tables(db)], None

    def _write(
        self, part: Path, name: str, before: Export | None
    ) -> tuple[list[ReleasedTable], int]:
        from db.release.writing import write_files  # the extra `release` is there

        shutil.copyfile(self.own, part / DATABASE)
        base = self.wanted.base
        about = AboutRelease(
            release=name,
            newest=self.newest,
            is_facts=self.wanted.is_facts,
            sources=self.sites,
            base=f"{base.rstrip('/')}/{name}/" if base else None,
            program=f"verdicts {version('verdicts')}",
            database_sha256=self.wanted.database_sha256,
            since=before.release if before else None,
        )
        old = database_of(before) if before else None
        with closing(connect_read_only(part / DATABASE)) as db:
            tables = read_tables(db)
            return tables, write_files(self.home, db, part, about, old, tables, self.progress)


def _require_pyarrow() -> None:
    """Pass where the extra of the installation is there. Raises: StartError."""
    try:
        import pyarrow  # type: ignore[import-untyped]  # noqa: F401
    except ModuleNotFoundError as error:
        what = 'a release is written with pyarrow: pip install -e ".[release]"'
        raise StartError(what=what) from error


@contextmanager
def _folder_to_be(folder: Path) -> Iterator[Path]:
    """A folder to fill, of which nothing is left unless it got its name."""
    part = part_of_release(folder)
    try:
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir(parents=True)
        yield part
    except OSError as error:
        what = f"{error.filename or part}: cannot be written: {error.strerror}"
        raise StoppedError(what=what) from error
    finally:
        shutil.rmtree(part, ignore_errors=True)


def _make_durable(part: Path) -> None:
    for path in sorted(part.rglob("*")):
        fsync_folder(path) if path.is_dir() else fsync_file(path)
    fsync_folder(part)


def _extent(folder: Path) -> tuple[int, int]:
    """The size of all files together, and their number."""
    sizes = [path.stat().st_size for path in folder.rglob("*") if path.is_file()]
    return sum(sizes), len(sizes)

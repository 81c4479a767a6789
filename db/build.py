"""The build: captures to record files to a fresh database, published whole or not at all.

    snapshot -> record files -> rows -> candidate -> guards -> publish

`_Build.once` walks this line, and the methods below it stand in its order. A build reads the ledger
in short reads and may run beside a crawl; it uses no clock and no network.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from platform import python_version
from typing import cast

from archive import Archive, Home, open_archive
from archive.ledger import is_reading_noted, note_reading
from archive.store import disk_of, drop_results
from archive.takedown import entering
from db.captured import keep_pages
from db.changes import ChangeCounts, Waiting, changes_between, waiting_in, waiting_now
from db.engines import ClusterPlace, cluster, make_on
from db.identity import matcher_version, read_decisions
from db.identity.decisions import DecisionFile
from db.publish.altered import Altered, read_otherwise, require_unaltered
from db.publish.loss import Edition, edition, last_edition, require_no_loss
from db.publish.nothing import nothing_to_publish
from db.publish.pages import drop_pages
from db.publish.publish import (
    holds,
    present,
    publish,
    read_manifest,
    read_tombstone,
    remove_leftovers,
    require_link,
    whole_manifest,
    write_record,
)
from db.records.making import MadeFile, Maker, SegmentJob, job_of, make_missing
from db.records.recordfile import read_raw, record_path
from db.records.snapshot import Snapshot, small_digest, take_snapshot
from db.rows.all_rows import write_rows
from db.rows.write import Work, disk_of_database, require_sound
from db.staging.intake import Intake
from db.staging.staging import STAGING, Staging, remove
from db.statistics import methods_version
from db.takedown.files import left_out
from db.takedown.records import cleaning_of
from db.takedown.withdraw import is_outdated, withdraw
from machine.files import file_sha256
from parsers import PARSER_VERSION, source_digest
from schema.errors import BuildError, StoppedError
from schema.published import CANDIDATE, WORK, Manifest, PageStore, database_name, manifest_path

BuildProgress = Callable[[str, int, int], None]
TellAltered = Callable[[list[Altered]], None]
ROUNDS = 5
"""So often a build begins at most, where a take-down comes in while it runs."""
_DAMAGED = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}


@dataclass(frozen=True, slots=True)
class BuildReport:
    """What a build gave.

    `path` is the absolute path of the published file, `is_new` whether this build made it,
    `captures` how many are new since the build before, `parsed` the number of those that are pages
    and were read for record files, `kept` that of those among them whose
    pages were parsed when they were stored, `failures` the number of pages whose state is
    failed and `held` of those whose state is held. `damaged` captures could not be read back from
    the archive; their pages are failures until it is mended. `changes` says in a line what is new
    beside the edition before, `waiting` how many of the failing and held pages were told before;
    `set_aside` names the edition that would have been published, had nobody gone back from it;
    `pages` is what is kept of the pages as they were captured.
    Absent: `changes` is None where nothing is new, or no edition before can be read; `set_aside`
    where there is none; `pages` where none are kept.
    """

    path: Path
    is_new: bool
    parsed: int
    kept: int
    comparisons: int
    failures: int
    findings: int
    held: int
    damaged: int = 0
    changes: str | None = None
    waiting: Waiting = field(default_factory=lambda: Waiting(0, 0))
    set_aside: str | None = None
    captures: int = 0
    pages: PageStore | None = None


def _file(path: Path) -> str | None:
    """What tells a record file from any other. Absent: None where it is missing."""
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return f"{path.name} {found.st_size} {found.st_mtime_ns}"


def _unheard(*told: object) -> None:
    """Where nobody asked to be told."""


def build(
    home: Path,
    *,
    workers: int = 2,
    dask: ClusterPlace | None = None,
    accept_loss: bool = False,
    accept_changes: bool = False,
    pages: bool | None = None,
    progress: BuildProgress = _unheard,
    tell_altered: TellAltered = _unheard,
) -> BuildReport:
    """Build and publish the database of a home folder.

    Shape: the home in, with `dask` where a cluster is to read the pages; a report with the
    published file's path out; `pages` whether pages are kept as they were captured, None for as it
    was before; `progress` is told the stage, how much of it is done and how much
    there is, and `tell_altered` what another version of the parser alters in records published
    before, which is then refused.
    Raises: StartError without a ledger, without room on the disk, while another build runs, or
    where no page gave a record and no record was published before,
    LossError where rows would be lost, AlteredError where records would be altered, BuildError
    where the new file is not sound, StoppedError when the disk does not take it, or take-downs
    come in faster than a build is made.
    """
    place = Home(home.absolute())
    archive = open_archive(place.path)
    with place.lock("build"), ExitStack() as at_last:
        at_last.callback(_remove_half_made, place)
        _remove_half_made(place)
        # Only now: what a build left that was killed may be all that fills the disk.
        place.create()
        accepted = (accept_loss, accept_changes, pages)
        making = _Build(place, archive, workers, dask, progress, tell_altered, *accepted)
        for tried in range(ROUNDS):
            try:
                report = making.once()
            except sqlite3.DatabaseError as error:
                if tried or getattr(error, "sqlite_errorcode", 0) & 0xFF not in _DAMAGED:
                    raise
                # The staging file alone: all else was verified. It is made again.
                remove(place.records / STAGING)
                continue
            if report is not None:
                return report
        withdraw(place)
    what = f"{place.path}: a take-down came in each of the {ROUNDS} times that the build began;"
    raise StoppedError(what=f"{what} all of them are carried out, `verdicts build` does the rest")


def _remove_half_made(home: Home) -> None:
    """Let nothing take up room that a build left half made, this one or one before."""
    remove_leftovers(home)
    for path in home.records.glob("*.part"):
        path.unlink(missing_ok=True)


@dataclass(slots=True)
class _Build:
    """One build under the lock, be it begun once or more often."""

    home: Home
    archive: Archive
    workers: int
    dask: ClusterPlace | None
    progress: BuildProgress
    tell: TellAltered
    accept_loss: bool
    accept_changes: bool
    pages: bool | None
    parsed: int = 0
    kept: int = 0
    damaged: int = 0
    captures: int = 0

    def once(self) -> BuildReport | None:
        """Build from what the archive holds now.

        Absent: None where a take-down came in meanwhile: it must not wait for the next build.
        """
        self.damaged = 0
        require_link(self.home)
        withdraw(self.home)
        snapshot = take_snapshot(self.archive)
        decisions = read_decisions(self.home.decisions)
        current = present(self.home)
        manifest = whole_manifest(current) if current is not None else None
        with self._staged(snapshot) as staging:
            base = self._base(manifest, staging)
            versions = f"{matcher_version()} {methods_version()}"
            small = f"{small_digest(snapshot)} {decisions.sha256} {versions}"
            is_same = staging.noted("small") == small and not staging.count("dirty")
            if base is not None and is_same and not self.damaged:
                shown = cast(Manifest, manifest)
                if base.sha256 != shown.sha256:  # a person went back to it
                    return self._report(shown, is_new=False, made=base)
                made = self._with_pages(shown, cast(Path, current), staging, snapshot)
                if made != shown:
                    write_record(manifest_path(cast(Path, current)), made)
                outdated = is_outdated(self.home, snapshot)
                return None if outdated else self._report(made, is_new=False, made=made)
            candidate = self.home.public / CANDIDATE
            file = self.home.public / base.name if base is not None else None
            made = self._write(candidate, file, staging, snapshot, decisions)
            # What was taken down now must not even be shown as altered.
            if is_outdated(self.home, snapshot):
                return None
            self._require_something(made, snapshot)
            if manifest is not None and self._is_set_aside(made):
                candidate.unlink()
                staging.published(base=made.sha256, small=small, changes=None)
                return self._report(manifest, is_new=False, made=made)
            is_new = current is None or not holds(current, made)
            told = self._compared(current, candidate, made)
            # A damaged file of the same name is replaced by the bytes that it once had.
            if is_new and (current is None or current.name != made.name):
                self._guard(candidate, made, snapshot)
                if self._notes_readings(manifest, candidate, snapshot):
                    return None
            made = self._with_pages(made, candidate, staging, snapshot)
            with disk_of(self.home.public):
                if is_new:
                    publish(self.home, candidate, made)
                else:
                    # Other inputs gave the same bytes, or the manifest was lost: only it is new.
                    candidate.unlink()
                    write_record(manifest_path(self.home.public / made.name), made)
            if is_outdated(self.home, snapshot):
                return None
            # Of an edition that stood before, what it brought stays noted.
            changes = told[0] if is_new or base is None else staging.noted("changes")
            staging.published(base=made.sha256, small=small, changes=changes)
        return self._report(made, is_new=is_new, told=told)

    def _base(self, current: Manifest | None, staging: Staging) -> Manifest | None:
        """The edition that staging was last written to: the current one, or one that was set aside.

        Absent: None where it is neither, or is not whole.
        """
        sha256 = staging.noted("base")
        if current is None or sha256 is None or sha256 == current.sha256:
            return current if sha256 else None
        left = whole_manifest(self.home.public / database_name(sha256))
        return left if left is not None and left.set_aside_at else None

    def _is_set_aside(self, made: Manifest) -> bool:
        """Whether the very file stands that was made now, and a person went back from it."""
        left = whole_manifest(self.home.public / made.name)
        return left is not None and left.set_aside_at is not None

    def _with_pages(
        self, manifest: Manifest, database: Path, staging: Staging, snapshot: Snapshot
    ) -> Manifest:
        """The manifest with the file of captured pages that is kept beside it, or without."""
        if not self._keeps_pages():
            return drop_pages(self.home, manifest)
        about = (self.archive, staging, snapshot, database, manifest)
        return keep_pages(*about, self.workers, self.progress)

    def _keeps_pages(self) -> bool:
        """Whether captured pages are kept: as asked, else as with the edition before."""
        current = self.home.current()
        if self.pages is not None or current is None:
            return bool(self.pages)
        if (tombstone := read_tombstone(current)) is not None:
            return tombstone.has_pages
        with suppress(BuildError):
            return read_manifest(current).pages is not None
        return False

    def _notes_readings(self, before: Manifest | None, candidate: Path, snapshot: Snapshot) -> bool:
        """Whether it was noted now what this parser reads otherwise than the one before.

        Then the build begins again, for it is to say so.
        """
        current = present(self.home)
        if current is None or before is None or before.parser == PARSER_VERSION:
            return False
        about, ledger = (PARSER_VERSION, before.sha256), self.home.ledger
        if is_reading_noted(ledger, *about):
            return False
        found = [*read_otherwise(current, candidate)]
        if found:  # else the ledger is not written to
            with entering(self.home) as db:
                note_reading(db, *about, snapshot.recorded_at, found)
        return bool(found)

    def _compared(
        self, current: Path | None, candidate: Path, made: Manifest
    ) -> tuple[str | None, Waiting]:
        """What is new beside the edition before, in a line, and what waits for a person."""
        now = waiting_in(candidate)
        if current is not None:
            # One that cannot be read is told by `check`, and refused or replaced further on.
            with suppress(sqlite3.DatabaseError):
                line = changes_between(current, candidate).line()
                return line, waiting_now(self.home, now, waiting_in(current))
        first = ChangeCounts(new=made.rows["comparison"]).line()
        return first if self.home.current() is None else None, waiting_now(self.home, now, {})

    @contextmanager
    def _staged(self, snapshot: Snapshot) -> Iterator[Staging]:
        """The staging file with all that the snapshot counts, each record file made if missing."""
        path = self.home.records / STAGING
        with disk_of_database(path), Staging(path) as staging:
            intake = Intake(staging, self.archive)
            intake.take(snapshot, [PARSER_VERSION, builder_version()])
            after, again = intake.wanted()
            new = self.archive.segments_after(after, again)
            if new or staging.noted("base") is None or staging.count("dirty"):
                current = present(self.home)
                self.home.require_room(3 * current.stat().st_size if current is not None else 0)
            files, segments = self.home.records, {each.name: each for each in snapshot.segments}
            wanted = {each: _file(record_path(files, each)) for each in snapshot.segments}

            def jobs() -> Iterator[SegmentJob]:
                for segment, file in wanted.items():
                    if segment.name in new or intake.file(segment.name) != file:
                        job = job_of(segment, snapshot.captures_of(segment), self.archive)
                        if job.wanted:
                            yield job

            maker, done, total = Maker(self.home, cleaning_of(snapshot.taken)), 0, sum(new.values())
            self.captures += total
            for made in self._made(maker, jobs()):
                # Read again: those of the segments under way would fill the memory.
                captures = snapshot.captures_of(segments[made.segment])
                found = (each for each in captures if each.id > after or each.id in again)
                is_damaged = bool(made.damaged)
                intake.take_lines(found, read_raw(made.path), snapshot.held, is_damaged=is_damaged)
                intake.note_file(made.segment, None if is_damaged else _file(made.path))
                self.parsed += made.parsed
                self.kept += made.kept
                self.damaged += len(made.damaged)
                done += new.get(made.segment, 0)
                self.progress("read", done, total)
            # Of every segment: one may hold nothing but pages that were taken down.
            drop_results(self.home, segments)
            intake.taken(snapshot.upto)
            yield staging

    def _made(self, maker: Maker, jobs: Iterable[SegmentJob]) -> Iterator[MadeFile]:
        """The record files of all segments, by whatever is to make them."""
        if self.dask is None:
            yield from make_missing(maker, jobs, workers=self.workers)
            return
        with cluster(self.dask.scheduler, self.workers) as client:
            yield from make_on(client, maker, jobs, files=self.dask.files)

    def _require_something(self, made: Manifest, snapshot: Snapshot) -> None:
        """Pass unless the database would be empty for another reason than take-downs."""
        if made.rows["comparison"] or made.states["refused"]:
            return
        before = None if self.accept_loss else self._before(snapshot)
        is_guarded = before is not None and before.rows["comparison"] > 0
        if not is_guarded:
            raise nothing_to_publish(self.home.path, made)

    def _before(self, snapshot: Snapshot) -> Edition | None:
        """What a new edition is measured by. Absent: None for the first."""
        return last_edition(self.home, lambda path: left_out(path, snapshot.taken))

    def _write(
        self,
        candidate: Path,
        base: Path | None,
        staging: Staging,
        snapshot: Snapshot,
        decisions: DecisionFile,
    ) -> Manifest:
        """Write a database file, not yet published, and say what is to stand beside it."""
        path = self.home.public / WORK
        with disk_of_database(candidate), Work(path, base) as work:
            written = write_rows(work, staging, snapshot, decisions, self.progress)
            work.finish(candidate)
        require_sound(candidate, written.counts)
        self.progress("write", 1, 1)
        sha256 = file_sha256(candidate)
        taken = snapshot.taken
        return Manifest(
            name=database_name(sha256),
            sha256=sha256,
            size=candidate.stat().st_size,
            rows=written.counts,
            states=written.states,
            parser=PARSER_VERSION,
            damaged=self.damaged,
            takedowns=taken.ids,
            taken=left_out(candidate, taken) if taken.ids else {},
        )

    def _guard(self, candidate: Path, manifest: Manifest, snapshot: Snapshot) -> None:
        """Pass where nothing is altered and nothing lost, or a person accepts it."""
        # First what is altered, for it may explain a loss.
        if not self.accept_changes:
            require_unaltered(self.home, candidate, manifest.parser, self.tell)
        if self.accept_loss:
            return
        before = self._before(snapshot)
        if before is not None:
            sites = {each.site for each in snapshot.taken.active}
            require_no_loss(before, edition(candidate, manifest.taken), sites)

    def _report(
        self,
        manifest: Manifest,
        *,
        is_new: bool,
        told: tuple[str | None, Waiting] | None = None,
        made: Manifest | None = None,
    ) -> BuildReport:
        """What is to be said of the current edition; `made` is what came of the archive now."""
        failing = manifest.states["failed"] + manifest.states["held"]
        changes, waiting = told or (None, Waiting(failing, 0))
        return BuildReport(
            path=self.home.public / manifest.name,
            is_new=is_new,
            parsed=self.parsed,
            kept=self.kept,
            comparisons=manifest.rows["comparison"],
            failures=manifest.states["failed"],
            findings=manifest.rows["finding"],
            held=manifest.states["held"],
            damaged=(made or manifest).damaged,
            changes=changes,
            waiting=waiting,
            set_aside=made.name if made is not None and made.name != manifest.name else None,
            captures=self.captures,
            pages=manifest.pages,
        )


@cache
def builder_version() -> str:
    """A hash over this room's own source and what it runs on: all else that shapes the file."""
    # With Python come its tables of letters, by which rules tell words.
    return source_digest(f"{sqlite3.sqlite_version} {python_version()}", Path(__file__).parent)

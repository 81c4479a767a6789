"""The build: captures to record files to a fresh database, published whole or not at all.

    snapshot -> record files -> rows -> candidate -> guards -> publish

`_Build.once` walks this line, and the methods below it stand in its order. A build reads the ledger
in short reads and may run beside a crawl; it uses no clock and no network.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from archive import Archive, Home, open_archive
from archive.store import disk_of
from db.engines import ClusterPlace, cluster, make_on
from db.publish.altered import Altered, require_unaltered
from db.publish.loss import Edition, edition, last_edition, require_no_loss
from db.publish.nothing import require_something
from db.publish.publish import (
    holds,
    present,
    publish,
    remove_leftovers,
    require_link,
    whole_manifest,
    write_record,
)
from db.records import recordfile
from db.records.making import MadeFile, Maker, SegmentJob, job_of, make_missing
from db.records.snapshot import Snapshot, inputs_digest, take_snapshot
from db.rows.assemble import assemble
from db.rows.holdings import Holdings, holdings
from db.rows.load import Loader
from db.rows.write import write_database
from db.takedown.files import left_out
from db.takedown.records import cleaning_of
from db.takedown.withdraw import is_outdated, withdraw
from machine.files import file_sha256
from parsers import PARSER_VERSION, source_digest
from schema.errors import StoppedError
from schema.published import CANDIDATE, Manifest, database_name, manifest_path

BuildProgress = Callable[[str, int, int], None]
TellAltered = Callable[[list[Altered]], None]
ROUNDS = 5
"""So often a build begins at most, where a take-down comes in while it runs."""


@dataclass(frozen=True, slots=True)
class BuildReport:
    """What a build gave.

    `path` is the absolute path of the published file, `is_new` whether this build made it,
    `parsed` the number of distinct pages parsed, `failures` the number of pages whose state is
    failed and `held` of those whose state is held. `damaged` captures could not be read back from
    the archive; their pages are failures until it is mended.
    """

    path: Path
    is_new: bool
    parsed: int
    comparisons: int
    failures: int
    findings: int
    held: int
    damaged: int = 0


def _unheard(*told: object) -> None:
    """Where nobody asked to be told."""


def build(
    home: Path,
    *,
    workers: int = 2,
    dask: ClusterPlace | None = None,
    accept_loss: bool = False,
    accept_changes: bool = False,
    progress: BuildProgress = _unheard,
    tell_altered: TellAltered = _unheard,
) -> BuildReport:
    """Build and publish the database of a home folder.

    Shape: the home in, with `dask` where a cluster is to read the pages; a report with the
    published file's path out; `progress` is told the stage, how much of it is done and how much
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
        accepted = (accept_loss, accept_changes)
        making = _Build(place, archive, workers, dask, progress, tell_altered, *accepted)
        for _ in range(ROUNDS):
            report = making.once()
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
    parsed: int = 0
    damaged: int = 0

    def once(self) -> BuildReport | None:
        """Build from what the archive holds now.

        Absent: None where a take-down came in meanwhile: it must not wait for the next build.
        """
        self.damaged = 0
        require_link(self.home)
        withdraw(self.home)
        snapshot = take_snapshot(self.archive)
        inputs = inputs_digest(snapshot, [PARSER_VERSION, builder_version()])
        current = present(self.home)
        done = self._done(current, inputs, snapshot)
        if done is not None:
            return done
        self.home.require_room(2 * current.stat().st_size if current is not None else 0)
        held = self._held(snapshot)
        if not held.comparisons:
            if is_outdated(self.home, snapshot):
                return None
            self._require_something(held)
        candidate = self.home.public / CANDIDATE
        manifest = self._write(candidate, held, inputs)
        # What was taken down now must not even be shown as altered.
        if is_outdated(self.home, snapshot):
            return None
        is_new = current is None or not holds(current, manifest)
        # A damaged file of the same name is replaced by the bytes that it once had.
        if is_new and (current is None or current.name != manifest.name):
            self._guard(candidate, manifest, snapshot)
        with disk_of(self.home.public):
            if is_new:
                publish(self.home, candidate, manifest)
            else:
                # Other inputs gave the same bytes, or the manifest was lost: only it is made anew.
                candidate.unlink()
                write_record(manifest_path(self.home.public / manifest.name), manifest)
        if is_outdated(self.home, snapshot):
            return None
        return self._report(manifest, is_new=is_new)

    def _done(self, current: Path | None, inputs: str, snapshot: Snapshot) -> BuildReport | None:
        """The report on what is published. Absent: None where there is anything to do."""
        manifest = whole_manifest(current) if current is not None else None
        if manifest is None or manifest.inputs != inputs or manifest.damaged:
            return None
        damaged = [path for path, _ in recordfile.record_problems(self.home.records, snapshot)]
        for path in damaged:
            # What is published is as it should be, but they would be wrong for the next build.
            path.unlink()
        return None if damaged else self._report(manifest, is_new=False)

    def _held(self, snapshot: Snapshot) -> Holdings:
        """What all record files say, each of them made where it is missing."""
        loader = Loader(snapshot)
        by_segment = snapshot.by_segment()
        jobs = (
            job_of(segment, by_segment[segment.name], snapshot, self.archive)
            for segment in snapshot.segments
            if segment.name in by_segment
        )
        maker = Maker(self.home, cleaning_of(snapshot.taken))
        done, total = 0, len(snapshot.captures)
        for made in self._made(maker, jobs):
            loader.take(by_segment[made.segment], recordfile.read_lines(made.path))
            self.parsed += made.parsed
            self.damaged += len(made.damaged)
            done += made.captures
            self.progress("read", done, total)
        return holdings(snapshot, loader.seen(), loader.refused)

    def _made(self, maker: Maker, jobs: Iterable[SegmentJob]) -> Iterator[MadeFile]:
        """The record files of all segments, by whatever is to make them."""
        if self.dask is None:
            yield from make_missing(maker, jobs, workers=self.workers)
            return
        with cluster(self.dask.scheduler, self.workers) as client:
            yield from make_on(client, maker, jobs, files=self.dask.files)

    def _require_something(self, held: Holdings) -> None:
        """Pass unless the database would be empty for another reason than take-downs."""
        before = None if self.accept_loss else self._before(held.snapshot)
        is_guarded = before is not None and before.rows["comparison"] > 0
        require_something(self.home.path, held, is_guarded=is_guarded, damaged=self.damaged)

    def _before(self, snapshot: Snapshot) -> Edition | None:
        """What a new edition is measured by. Absent: None for the first."""
        return last_edition(self.home, lambda path: left_out(path, snapshot.taken))

    def _write(self, candidate: Path, held: Holdings, inputs: str) -> Manifest:
        """Write a fresh database file, not yet published, and say what is to stand beside it."""
        self.progress("write", 0, 1)
        tables = assemble(held)
        write_database(candidate, tables)
        self.progress("write", 1, 1)
        sha256 = file_sha256(candidate)
        taken = held.snapshot.taken
        return Manifest(
            name=database_name(sha256),
            sha256=sha256,
            size=candidate.stat().st_size,
            rows={model.table: len(rows) for model, rows in tables.items()},
            states=held.states(),
            parser=PARSER_VERSION,
            inputs=inputs,
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

    def _report(self, manifest: Manifest, *, is_new: bool) -> BuildReport:
        return BuildReport(
            path=self.home.public / manifest.name,
            is_new=is_new,
            parsed=self.parsed,
            comparisons=manifest.rows["comparison"],
            failures=manifest.states["failed"],
            findings=manifest.rows["finding"],
            held=manifest.states["held"],
            damaged=manifest.damaged,
        )


@cache
def builder_version() -> str:
    """A hash over this room's own source and SQLite's version: what else shapes the file."""
    return source_digest(sqlite3.sqlite_version, Path(__file__).parent)

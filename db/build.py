"""The build: captures to record files to a fresh database, published whole or not at all.

It reads the ledger in short reads and may run beside a crawl; it uses no clock and no network.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from archive import Archive, Capture, Home, Segment, open_archive
from archive.ledger import is_due
from archive.store import disk_of
from db.publish.altered import Altered, require_unaltered
from db.publish.loss import edition, last_edition, require_no_loss
from db.publish.publish import (
    holds,
    present,
    publish,
    remove_leftovers,
    require_link,
    whole_manifest,
    write_manifest,
)
from db.records import recordfile
from db.records.reading import CaptureLine, read_task
from db.records.recordfile import Pool
from db.records.snapshot import Snapshot, inputs_digest, take_snapshot
from db.rows.assemble import assemble
from db.rows.load import Loader
from db.rows.page_rows import history_state
from db.rows.pages import count_states
from db.rows.versions import histories
from db.rows.write import write_database
from db.takedown.files import left_out
from db.takedown.records import clean_made, fitted
from db.takedown.withdraw import is_outdated, withdraw
from machine.files import file_sha256
from machine.worker import GuardedPool
from parsers import PARSER_VERSION, source_digest
from schema.published import CANDIDATE, Manifest, database_name
from schema.rows import ROWS

Progress = Callable[[str, int, int], None]
TellAltered = Callable[[list[Altered]], None]


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


def build(
    home: Path,
    *,
    workers: int = 2,
    accept_loss: bool = False,
    accept_changes: bool = False,
    progress: Progress | None = None,
    tell_altered: TellAltered | None = None,
) -> BuildReport:
    """Build and publish the database of a home folder.

    Shape: the home in, a report with the published file's path out; `progress` is told the
    stage, how much of it is done and how much there is, and `tell_altered` what another version of
    the parser alters in records published before, which is then refused.
    Raises: StartError without a ledger, without room on the disk or while another build runs,
    PublishError where rows would be lost or records altered, BuildError where the new file is not
    sound, StoppedError when the disk does not take it.
    """
    place = Home(home.absolute())
    archive = open_archive(place.path)
    with place.lock("build"), _leaving_nothing(place):
        # Only now: what a build left that was killed may be all that fills the disk.
        place.create()
        made = _Build(place, archive, workers, progress or _silent, tell_altered or _unheard)
        return made.run(accept_loss=accept_loss, accept_changes=accept_changes)


@contextmanager
def _leaving_nothing(home: Home) -> Iterator[None]:
    """Whatever ends a build, before and after it nothing half made takes up room."""
    _remove_half_made(home)
    try:
        yield
    finally:
        _remove_half_made(home)


def _remove_half_made(home: Home) -> None:
    remove_leftovers(home)
    for path in home.records.glob("*.part"):
        path.unlink(missing_ok=True)


def _silent(stage: str, done: int, total: int) -> None:
    """Progress that nobody asked for."""


def _unheard(found: list[Altered]) -> None:
    """What is altered, where nobody asked for more than the error says."""


class _Build:
    """One build under the lock."""

    def __init__(
        self, home: Home, archive: Archive, workers: int, progress: Progress, tell: TellAltered
    ) -> None:
        self._home, self._archive = home, archive
        self._workers, self._progress, self._tell = workers, progress, tell

    def run(self, *, accept_loss: bool, accept_changes: bool) -> BuildReport:
        self._parsed = self._damaged = 0
        require_link(self._home)
        withdraw(self._home)
        snapshot = take_snapshot(self._archive)
        inputs = inputs_digest(snapshot, [PARSER_VERSION, builder_version()])
        current = present(self._home)
        known = whole_manifest(current) if current is not None else None
        if current is not None and known is not None and _is_up_to_date(known, inputs):
            damaged = [path for path, _ in recordfile.record_problems(self._home.records, snapshot)]
            if not damaged:
                return self._report(current, known, is_new=False)
            # What is published is as it should be, but they would be wrong for the next build.
            for path in damaged:
                path.unlink()
        self._home.require_room(2 * current.stat().st_size if current is not None else 0)
        candidate = self._home.public / CANDIDATE
        manifest = self._make(candidate, snapshot, inputs)
        if is_outdated(self._home, snapshot):
            # A take-down came in between: what it concerns must not even be shown as altered.
            return self.run(accept_loss=accept_loss, accept_changes=accept_changes)
        is_new = current is None or not holds(current, manifest)
        if is_new:
            # A damaged file of the same name is replaced by the bytes that it once had.
            is_mending = current is not None and current.name == manifest.name
            # First, for it may explain a loss.
            if not accept_changes and not is_mending:
                require_unaltered(self._home, candidate, manifest.parser, self._tell)
            if not accept_loss and not is_mending:
                self._guard(candidate, manifest, snapshot)
            with disk_of(self._home.public):
                publish(self._home, candidate, manifest)
        else:
            # Other inputs gave the same bytes, or the manifest was lost: only it is written anew.
            candidate.unlink()
            with disk_of(self._home.public):
                write_manifest(self._home, manifest)
        if is_outdated(self._home, snapshot):
            # A take-down came in between: it must not wait for the next build.
            return self.run(accept_loss=accept_loss, accept_changes=accept_changes)
        return self._report(self._home.public / manifest.name, manifest, is_new=is_new)

    def _guard(self, candidate: Path, manifest: Manifest, snapshot: Snapshot) -> None:
        before = last_edition(self._home, lambda path: left_out(path, snapshot.taken))
        if before is not None:
            sites = {each.site for each in snapshot.taken.active}
            require_no_loss(before, edition(candidate, manifest.taken), sites)

    def _make(self, candidate: Path, snapshot: Snapshot, inputs: str) -> Manifest:
        """Write a fresh database file, not yet published."""
        loader = Loader(snapshot)
        self._load(snapshot, loader)
        seen = loader.seen()
        pages = histories(snapshot.known_pages(), seen, loader.refused)
        self._progress("write", 0, 1)
        tables = assemble(snapshot, pages, seen, loader.contents)
        write_database(candidate, tables)
        self._progress("write", 1, 1)
        sha256 = file_sha256(candidate)
        counted = ((history_state(each), is_due(each.page.due, snapshot.at)) for each in pages)
        return Manifest(
            name=database_name(sha256),
            sha256=sha256,
            size=candidate.stat().st_size,
            rows={model.table: len(tables.get(model, [])) for model in ROWS},
            states=count_states(counted),
            parser=PARSER_VERSION,
            inputs=inputs,
            damaged=self._damaged,
            takedowns=snapshot.taken.ids,
            taken=left_out(candidate, snapshot.taken) if snapshot.taken.ids else {},
        )

    def _load(self, snapshot: Snapshot, loader: Loader) -> None:
        by_segment = snapshot.by_segment()
        done, total = 0, len(snapshot.captures)
        with GuardedPool(read_task, workers=self._workers) as pool:
            for segment in snapshot.segments:
                captures = by_segment.get(segment.name, [])
                if captures:
                    loader.take(captures, self._lines(segment, captures, snapshot, pool))
                    done += len(captures)
                    self._progress("read", done, total)

    def _lines(
        self, segment: Segment, captures: list[Capture], snapshot: Snapshot, pool: Pool
    ) -> Iterator[CaptureLine]:
        """The lines of a segment's record file, which is made where it is missing."""
        path = recordfile.record_path(self._home.records, segment)
        lines = fitted(path, segment, captures, snapshot.taken)
        if lines is not None:
            return iter(lines)
        made = recordfile.make_lines(self._archive, captures, snapshot, pool)
        clean_made(made, captures, snapshot.taken)
        self._parsed += made.parsed
        self._damaged += len(made.damaged)
        if not made.damaged:
            # A file with damage in it would outlive the mending of the segment.
            with disk_of(path):
                recordfile.write_file(path, segment, made)
            recordfile.remove_older(path, segment)
        return (CaptureLine.model_validate_json(line) for line in made.lines)

    def _report(self, path: Path, manifest: Manifest, *, is_new: bool) -> BuildReport:
        return BuildReport(
            path=path,
            is_new=is_new,
            parsed=self._parsed,
            comparisons=manifest.rows["comparison"],
            failures=manifest.states["failed"],
            findings=manifest.rows["finding"],
            held=manifest.states["held"],
            damaged=manifest.damaged,
        )


def _is_up_to_date(manifest: Manifest, inputs: str) -> bool:
    return manifest.inputs == inputs and not manifest.damaged


@cache
def builder_version() -> str:
    """A hash over this room's own source and SQLite's version: what else shapes the file."""
    return source_digest(sqlite3.sqlite_version, Path(__file__).parent)

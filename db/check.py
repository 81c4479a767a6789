"""Ledger, segments, record files and published databases verified against each other.

This module changes nothing and raises nothing for what it finds: it returns problems.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from sqlite3 import Row

from archive import WAY_OUT, Archive, Capture, Home, Segment, open_archive
from archive.ledger import captures_astray, require_sound
from archive.store import lengths, unknown
from archive.warc import WarcRecord, read_members
from db.identity import read_decisions
from db.publish.pages import page_problems
from db.publish.publish import is_of_this_parser, present, read_manifest
from db.records.recordfile import record_problems
from db.records.snapshot import take_snapshot
from db.release import release_problems
from db.rows.write import database_problems
from db.takedown.files import withdrawal_problems
from db.trace.deep import trace_problems
from machine.files import file_sha256
from schema.errors import BuildError, IntegrityError, ParseError
from schema.published import CURRENT, DATABASES, is_named_by_build, tombstone_path

OF_ANOTHER = "for another version of the parser made it; `verdicts build` makes a new one"


@dataclass(frozen=True, slots=True)
class Problem:
    """Two things that must agree and do not: where, and what in a sentence."""

    where: str
    what: str


def _unheard(*told: object) -> None:
    """Where nobody asked to be told."""


def check(
    home: Path,
    *,
    deep: bool = False,
    progress: Callable[[str, int, int], None] = _unheard,
    tell: Callable[[str], None] = _unheard,
) -> list[Problem]:
    """Every problem of a home folder; an empty list where all agrees.

    Shape: `deep` reads every stored byte again, compares the hashes, and derives every value of the
    published database from them; `progress` is told how far each of these is, and `tell` why no
    value is derived.
    Raises: StartError when there is no ledger.
    """
    place = Home(home)
    seen = lengths(place)
    try:
        archive = open_archive(home)
        require_sound(place.ledger)
        snapshot, astray = take_snapshot(archive), captures_astray(place.ledger)
    except IntegrityError as error:
        # Nothing can be held against a ledger that is itself not to be relied on.
        what = str(error).removeprefix(f"{place.ledger}: ")
        return [Problem(str(place.ledger), what if WAY_OUT in what else f"{what}; {WAY_OUT}")]
    segments = archive.segments()
    found = [*_segment_problems(place, segments, deep=deep)]
    found += (problem for row in astray for problem in _capture_problems(row))
    if deep:
        found += _member_problems(place, segments, progress)
        found += _body_problems(archive, progress)
    found += (Problem(*each) for each in unknown(place, seen, place.ledger))
    found += (
        Problem(path.name, f"{what}; build makes it again")
        for path, what in record_problems(place.records, snapshot)
    )
    found += _published_problems(place)
    found += [Problem(*each) for each in page_problems(place.public)]
    found += [Problem(*each) for each in withdrawal_problems(place, snapshot.taken)]
    found += [Problem(*each) for each in release_problems(place)]
    found += _decision_problems(place)
    database = present(place)
    if deep and database is not None and database.name not in {each.where for each in found}:
        found += _value_problems(archive, database, progress, tell)
    return found


def _value_problems(
    archive: Archive,
    database: Path,
    progress: Callable[[str, int, int], None],
    tell: Callable[[str], None],
) -> Iterator[Problem]:
    """Values of the present database that do not come out of the bytes again."""
    if not is_of_this_parser(database):
        tell(f"{database.name}: its values are not derived again, {OF_ANOTHER}")
        return
    captures = _described(archive)
    for where, what in trace_problems(archive, database, captures, progress, tell):
        yield Problem(where, what)


def _segment_problems(home: Home, segments: list[Segment], *, deep: bool) -> Iterator[Problem]:
    for segment in segments:
        path = segment_file(home, segment)
        if path is None:
            if segment.length:
                yield Problem(segment.name, "the segment's file is missing")
        elif path.stat().st_size < segment.length:
            missing = segment.length - path.stat().st_size
            yield Problem(segment.name, f"the last {missing} bytes that the ledger knows are gone")
        elif segment.is_sealed and path.stat().st_size != segment.length:
            yield Problem(segment.name, "the sealed file is longer than the ledger says")
        elif deep and segment.is_sealed and file_sha256(path) != segment.sha256:
            yield Problem(segment.name, "the sealed file's SHA-256 is not the ledger's")


def segment_file(home: Home, segment: Segment) -> Path | None:
    """The file of a segment, open or sealed. Absent: None where there is none."""
    names = (segment.name, f"{segment.name}.open", segment.name)
    # Three looks: a running crawl may seal it between the first and the second.
    return next((home.warc / name for name in names if (home.warc / name).is_file()), None)


def _capture_problems(row: Row) -> Iterator[Problem]:
    where = f"capture {row['id']} of {row['url']}"
    if row["is_nowhere"]:
        yield Problem(where, f"{row['length']} bytes at {row['offset']} are no place")
    elif row["is_beyond"]:
        yield Problem(where, f"it lies beyond the end of {row['segment']}")
    if row["is_before"]:
        yield Problem(where, "it repeats a capture that came after it")
    if row["is_garbled"]:
        yield Problem(where, "its headers cannot be read")


def _member_problems(
    home: Home, segments: list[Segment], progress: Callable[[str, int, int], None]
) -> Iterator[Problem]:
    """Records that cannot be read back, those that no capture points to among them."""
    for number, segment in enumerate(segments, 1):
        for offset, end, record in _members(home, segment):
            if offset >= segment.length:
                break  # what a crawl wrote after the ledger was read
            if record is None or end > segment.length:
                yield Problem(segment.name, f"there is no whole record at {offset}")
        progress("segments", number, len(segments))


def _members(home: Home, segment: Segment) -> Iterator[tuple[int, int, WarcRecord | None]]:
    path = segment_file(home, segment)
    if path is None:
        return
    try:
        yield from read_members(path)
    except FileNotFoundError:
        # A running crawl sealed it between the look and the opening.
        yield from read_members(home.warc / segment.name)


def _body_problems(
    archive: Archive, progress: Callable[[str, int, int], None]
) -> Iterator[Problem]:
    bad: dict[int, str] = {}
    _, newest = archive.present()
    for capture in _described(archive):
        progress("captures", capture.id, newest)
        # What repeats an earlier one has its bytes, which were read when its turn came.
        what = bad.get(capture.revisit_of or 0)
        try:
            if capture.revisit_of is None:
                archive.load(capture)
        except IntegrityError as error:
            bad[capture.id] = what = str(error)
        except ParseError:
            continue  # damaged on its way to us, and known to be
        if what is not None:
            yield Problem(f"capture {capture.id} of {capture.url}", what)


def _described(archive: Archive) -> Iterator[Capture]:
    """The captures whose headers can be read; the others are told by their place in the ledger."""
    captures = archive.each_capture()
    while True:
        try:
            capture = next(captures, None)
        except IntegrityError:
            continue
        if capture is None:
            return
        yield capture


def _decision_problems(home: Home) -> Iterator[Problem]:
    try:
        read_decisions(home.decisions)
    except IntegrityError as error:
        yield Problem(
            home.decisions.name, str(error).removeprefix(f"{home.decisions}").lstrip(":, ")
        )


def _published_problems(home: Home) -> Iterator[Problem]:
    link = home.public / CURRENT
    target = Path(os.readlink(link)) if link.is_symlink() else None
    if target is None:
        if os.path.lexists(link):
            yield Problem(CURRENT, "it is not a symbolic link; move it away, then build")
        elif any(not tombstone_path(path).exists() for path in home.public.glob(DATABASES)):
            yield Problem(CURRENT, "it is missing beside the published databases; build")
    elif not is_named_by_build(target) or target.name != str(target):
        yield Problem(CURRENT, f"it points to {target}, which no build published; build")
    elif not link.exists() and not tombstone_path(home.public / target).exists():
        yield Problem(CURRENT, f"it points to {target}, which is not there; build")
    for path in sorted(home.public.glob(DATABASES)):
        if not tombstone_path(path).exists():
            is_current = target is not None and path.name == str(target)
            yield from _database_problems(path, is_current=is_current)


def _database_problems(path: Path, *, is_current: bool) -> Iterator[Problem]:
    """What is wrong with a published file; only the current one can be made again."""
    way_out = "build makes it again" if is_current else "remove it, as only the newest is remade"
    if not path.is_file():
        yield Problem(path.name, "it is not a file; move it away")
        return
    try:
        manifest = read_manifest(path)
    except BuildError:
        yield Problem(path.name, f"its manifest is missing or cannot be read; {way_out}")
        return
    if manifest.name != path.name:
        yield Problem(path.name, f"its manifest is about {manifest.name}")
    try:
        is_same = path.stat().st_size == manifest.size and file_sha256(path) == manifest.sha256
    except OSError as error:
        yield Problem(path.name, f"it cannot be read: {error.strerror}")
        return
    if not is_same:
        yield Problem(path.name, f"the file is not the one that its manifest describes; {way_out}")
    for what in database_problems(path, manifest.rows):
        yield Problem(path.name, what)

"""The one unit of work: a segment and the captures wanted of it in, its record file out.

    SegmentJob --> make_file --> chunks of captures --> guarded processes --> lines --> frames
                       `-- lines that an older file of the same segment and parser has already

Pure, so that it may be done again, elsewhere, or twice at once: the same captures give the same
bytes, whoever makes them and in how many pieces. `make_missing` does it for many segments.
"""

from __future__ import annotations

import hashlib
import tempfile
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from sys import intern
from typing import NamedTuple, TypeAlias

from archive import Archive, Capture, Home, Segment
from archive.store import ResultPlace, disk_of, result_places
from db.records import recordfile
from db.records.reading import (
    CaptureLine,
    Cleaning,
    ReadAnswer,
    WantedLine,
    answer_of,
    cleaned_answer,
    failed,
    read_capture,
)
from machine.worker import Died, GuardedPool, ahead
from parsers import PARSER_VERSION, header_opt_outs
from schema.errors import IntegrityError

ReadPool: TypeAlias = GuardedPool[WantedLine, ReadAnswer]
CHUNK = 256
"""So many captures of a segment go to a process at once, and stand in one frame of its file."""


class SegmentJob(NamedTuple):
    """A segment, and the captures of which its record file is to speak, by their place in it."""

    segment: Segment
    wanted: list[WantedLine]


@dataclass(slots=True)
class MadeFile:
    """What there is of one segment now.

    `path` is its record file. Where captures are damaged it has another name, as it must not
    outlive their mending: all else in it is taken over by the next build.
    """

    segment: str
    path: Path
    captures: int
    """Number of captures that it speaks of."""
    parsed: int = 0
    """Number of pages read for it now; 0 where it was there."""
    kept: int = 0
    """Those of them that were parsed when they were stored, and were verified alone."""
    damaged: list[str] = field(default_factory=list)
    """Captures whose bytes could not be read, each with the reason."""
    quarantined: list[str] = field(default_factory=list)
    """Pages that killed two workers, each with the hash of its body and how the last one died."""


@dataclass(frozen=True, slots=True)
class Maker:
    """Makes the record files of a home; goes to other processes and machines as it is."""

    home: Home
    cleaning: Cleaning | None = None

    def pool(self, workers: int) -> ReadPool:
        """Guarded processes for `make`, to be used inside `with`."""
        return GuardedPool(partial(read_capture, self.home, self.cleaning), workers=workers)

    def make(self, job: SegmentJob, pool: ReadPool, folder: Path | None = None) -> MadeFile:
        """The record file of a segment, made where it is missing; in `folder`, else in the home.

        Raises: StoppedError when the disk does not take it.
        """
        path = recordfile.record_path(folder or self.home.records, job.segment)
        made = MadeFile(job.segment.name, path, len(job.wanted))
        paths = recordfile.record_paths(self.home.records, job.segment.name)
        old = next(self._older(paths, path), None)
        if old is not None and old.path == path and old.fits(job, self.takedowns):
            return made
        self._write(job, old, self._answers(job, old, made, pool.map_all), made)
        return made

    def made(self, job: SegmentJob) -> MadeFile | None:
        """The record file of a segment. Absent: None where it is missing, or does not hold."""
        path = recordfile.record_path(self.home.records, job.segment)
        old = next(self._older([path], path), None)
        if old is None or not old.fits(job, self.takedowns):
            return None
        return MadeFile(job.segment.name, path, len(job.wanted))

    def renew(self, path: Path, job: SegmentJob) -> bool:
        """Leave what was taken down out of a record file, without a page being read.

        Whether that could be done; else it must be made again.
        """
        old = next(self._older([path], path), None)
        if old is None or old.fits(job, self.takedowns):
            return old is not None
        made = MadeFile(job.segment.name, path, len(job.wanted))
        try:
            self._write(job, old, self._answers(job, old, made, _read_nothing), made)
        except LookupError:
            return False
        return True

    @property
    def takedowns(self) -> list[int]:
        """The take-downs that hold."""
        return self.cleaning.takedowns if self.cleaning else []

    def _older(self, paths: list[Path], best: Path) -> Iterator[_OlderFile]:
        """What was made of a segment and can be relied on, the best of it first.

        Not where something was left out for a take-down that was lifted since.
        """
        for path in sorted(
            paths, key=lambda path: (path == best, len(path.name), path), reverse=True
        ):
            with suppress(*recordfile.READ_ERRORS):
                header = recordfile.verified_header(path)
                if set(header.touched) <= set(self.takedowns):
                    yield _OlderFile(path, header)

    def _answers(
        self, job: SegmentJob, old: _OlderFile | None, made: MadeFile, read: _ReadAll
    ) -> Iterator[list[ReadAnswer]]:
        """The lines of each chunk of a segment, those taken over that there are."""
        sent: deque[tuple[list[WantedLine], dict[int, ReadAnswer]]] = deque()
        lines = old.lines(job, self.cleaning) if old is not None else iter(())
        results = result_places(self.home, job.segment.name)

        def batches() -> Iterator[list[WantedLine]]:
            at = next(lines, None)
            for start in range(0, len(job.wanted), CHUNK):
                part = job.wanted[start : start + CHUNK]
                kept = {}
                while at is not None and at[0] <= part[-1].offset:
                    kept[at[0]] = at[1]
                    at = next(lines, None)
                sent.append((part, kept))
                yield [_placed(each, results) for each in part if each.offset not in kept]

        for answers in read(batches()):
            part, kept = sent.popleft()
            new = iter(answers)
            yield [kept.get(each.offset) or self._told(each, next(new), made) for each in part]

    def _told(self, wanted: WantedLine, answer: ReadAnswer | Died, made: MadeFile) -> ReadAnswer:
        """What came of reading a capture, put in the report."""
        if isinstance(answer, Died):
            made.quarantined.append(f"{wanted.url}: {wanted.sha256}: {answer}")
            detail = f"the parser was stopped: {answer}; its body is {wanted.sha256}"
            return answer_of(wanted, failed(wanted, "parser_died", detail), self.cleaning)
        if answer.damage is not None:
            made.damaged.append(answer.damage)
        elif wanted.is_parsed:
            made.parsed += 1
            made.kept += answer.is_kept
        return answer

    def _write(
        self,
        job: SegmentJob,
        old: _OlderFile | None,
        chunks: Iterator[list[ReadAnswer]],
        made: MadeFile,
    ) -> None:
        outcomes, touched = {}, set(old.header.touched if old is not None else ())
        at, digest = iter(job.wanted), hashlib.sha256()
        with disk_of(made.path), tempfile.TemporaryFile(dir=made.path.parent) as body:
            for chunk in chunks:
                frame = recordfile.packed([each.text for each in chunk])
                digest.update(frame)
                body.write(frame)
                for each in chunk:
                    outcomes[next(at).offset] = each.outcome
                    touched |= each.touched
            header = recordfile.Header(
                format=recordfile.FORMAT,
                segment=job.segment.name,
                parser=PARSER_VERSION,
                sha256=digest.hexdigest(),
                outcomes=outcomes,
                marks={each.offset: each.mark for each in job.wanted},
                takedowns=self.takedowns,
                touched=sorted(touched),
            )
            if made.damaged:
                made.path = made.path.with_name(made.path.name + recordfile.DAMAGED)
            recordfile.write_file(made.path, header, body)
        recordfile.remove_older(made.path, job.segment.name)


_ReadAll: TypeAlias = Callable[[Iterable[list[WantedLine]]], Iterator[list[ReadAnswer | Died]]]


class _OlderFile(NamedTuple):
    """A record file of a segment, made before, every byte of it as it was written."""

    path: Path
    header: recordfile.Header

    def fits(self, job: SegmentJob, takedowns: list[int]) -> bool:
        """Whether nothing is to be done about it."""
        marks = [(each.offset, each.mark) for each in job.wanted]
        return self.header.takedowns == takedowns and list(self.header.marks.items()) == marks

    def lines(self, job: SegmentJob, cleaning: Cleaning | None) -> Iterator[tuple[int, ReadAnswer]]:
        """Its lines that still hold, by the place of their captures."""
        marks = self.header.marks
        wanted = {each.offset: each for each in job.wanted if each.mark == marks.get(each.offset)}
        is_damaged = self.path.name.endswith(recordfile.DAMAGED)
        is_clean = self.header.takedowns == (cleaning.takedowns if cleaning else [])
        for (offset, outcome), text in zip(
            self.header.outcomes.items(), recordfile.read_texts(self.path), strict=True
        ):
            each = wanted.get(offset)
            # A revisit whose original is gone is now to be read for itself.
            if each is None or (outcome == "revisit") != each.is_repeat:
                continue
            if is_damaged and b'"code":"unreadable"' in text:  # its bytes may be mended since
                continue
            if is_clean:
                yield offset, ReadAnswer(outcome, text.decode())
            else:
                line = CaptureLine.model_validate_json(text)
                yield offset, cleaned_answer(each.site, line, cleaning)


def _placed(wanted: WantedLine, results: dict[bytes, ResultPlace]) -> WantedLine:
    """A capture with the place at which what its page says is kept."""
    place = results.get(wanted.key) if results and wanted.is_parsed else None
    return wanted if place is None else wanted._replace(result=place)


def _read_nothing(batches: Iterable[list[WantedLine]]) -> Iterator[list[ReadAnswer | Died]]:
    """Where no page may be read. Raises: LookupError where one would have to be."""
    for batch in batches:
        if batch:
            raise LookupError(batch[0].url)
        yield []


def job_of(segment: Segment, captures: Iterable[Capture], archive: Archive) -> SegmentJob:
    """The work on a segment: what is to be read, and where it lies."""
    return SegmentJob(segment, [wanted_of(each, archive) for each in captures])


def wanted_of(capture: Capture, archive: Archive) -> WantedLine:
    """What a worker need know of a capture."""
    is_repeat = recordfile.repeats_own(capture)
    body = None
    if capture.status == 200 and not is_repeat:
        with suppress(IntegrityError):
            body = archive.body_of(capture)
            body = body._replace(segment=intern(body.segment))
    return WantedLine(
        capture.offset,
        capture.url,
        intern(capture.site),  # what thousands share lies in memory once
        capture.captured_at,
        capture.status,
        capture.content_type and intern(capture.content_type),
        header_opt_outs(capture.headers),
        is_repeat,
        capture.body_sha256,
        body,
    )


def make_missing(
    maker: Maker, jobs: Iterable[SegmentJob], *, workers: int, folder: Path | None = None
) -> Iterator[MadeFile]:
    """The record files of all segments in their order, each made where it is missing.

    Shape: `jobs` is asked for the next one when no more than `workers` are under way, so that it
    may read the ledger as it goes; what is yielded may be read while the next ones are made.
    """
    with ThreadPoolExecutor(workers) as threads, maker.pool(workers) as pool:
        yield from ahead(
            lambda job: threads.submit(maker.make, job, pool, folder).result,
            jobs,
            max(1, workers - 1),
        )

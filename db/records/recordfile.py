"""Record files: what one segment gave under one parser version. Segment in, record file out.

The file's name follows from the segment and the parser, so only missing files are ever made.
Format: gzip JSON Lines. On 3,000 records of 10 KB (November 2026), against nested Parquet:
read 0.8 s : 1.7 s, write 1.4 s : 1.2 s, size 6.2 MB : 0.7 MB, import 0.01 s : 0.1 s, install
0 : 165 MB. Twice the reading speed and nothing to install outweigh a size far below the WARC's.
"""

from __future__ import annotations

import gzip
import zlib
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import ConfigDict, Field, ValidationError

from archive import Archive, Capture, Segment
from db.records.reading import (
    CaptureLine,
    Outcome,
    ReadAnswer,
    ReadTask,
    failed,
    header_opt_outs,
    spliced,
)
from db.records.snapshot import Snapshot, is_known_page
from machine.files import whole
from machine.worker import Died, GuardedPool
from parsers import PARSER_VERSION
from schema.errors import IntegrityError, ParseError
from schema.records import Record

FORMAT = 1
Content = tuple[str, str, str | None, str]
ReadPool = GuardedPool[ReadTask, ReadAnswer]
READ_ERRORS = (OSError, EOFError, ValidationError, UnicodeDecodeError, zlib.error)
"""What a torn, changed or foreign record file raises when it is read."""


class Header(Record):
    """The first line of a record file; status reads no further."""

    format: int
    """The version of this format."""
    segment: str
    """The segment's file name."""
    parser: str
    """The version of the parser."""
    outcomes: dict[int, Outcome]
    """What each capture gave, by its offset in the segment."""
    takedowns: list[int] = Field(default_factory=list)
    """The take-downs that held when the file was made."""
    touched: list[int] = Field(default_factory=list)
    """Those of them for which something is left out."""


class _Place(Record):
    """As much of a line as tells that it is whole, and of which capture."""

    model_config = ConfigDict(extra="ignore")
    offset: int


@dataclass(slots=True)
class Made:
    """What making one record file gave."""

    outcomes: dict[int, Outcome]
    lines: list[str]
    parsed: int
    """Number of distinct pages parsed."""
    damaged: list[str] = field(default_factory=list)
    """Captures whose bytes could not be read, each with the reason."""
    takedowns: list[int] = field(default_factory=list)
    """The take-downs that held."""
    touched: set[int] = field(default_factory=set)
    """Those of them for which something was left out."""


def record_path(folder: Path, segment: Segment) -> Path:
    """The one name of a segment's record file under the present parser."""
    mark = segment.sha256 if segment.is_sealed else None
    state = mark[:16] if mark else f"open-{segment.length}"
    return folder / f"{segment.name}.{state}.{PARSER_VERSION}.{FORMAT}.jsonl.gz"


def make_lines(
    archive: Archive, captures: list[Capture], snapshot: Snapshot, pool: ReadPool
) -> Made:
    """Read every distinct page of one segment once, in a guarded worker.

    Shape: the captures of the segment in, one line for each out, in their order.
    """
    wanted: dict[Content, Capture] = {}
    for capture in captures:
        if is_parsed(capture, snapshot):
            wanted.setdefault(_content(capture), capture)
    readings, damaged = _read_all(archive, wanted, pool)
    made = Made({}, [], len(wanted) - len(damaged), damaged)
    for capture in captures:
        is_read = is_parsed(capture, snapshot)
        answer = readings[_content(capture)] if is_read else _error_answer(capture)
        line = _line(capture, answer, snapshot)
        made.outcomes[capture.offset] = line.outcome
        made.lines.append(spliced(line, answer.text if answer else None))
    return made


def _error_answer(capture: Capture) -> ReadAnswer | None:
    """The failure of a known page that was answered with an error. Absent: None for any other."""
    if capture.status < 400 or not is_known_page(capture.site, capture.url):
        return None
    return failed(capture.url, "http_status", f"the server answered {capture.status}")


def is_parsed(capture: Capture, snapshot: Snapshot) -> bool:
    """Whether the capture's bytes are read for it: the answer 200 of a known page, in full."""
    is_page = capture.status == 200 and is_known_page(capture.site, capture.url)
    return is_page and not repeats_own(capture)


def repeats_own(capture: Capture) -> bool:
    """Whether a capture is a revisit of the same address, and counts as that."""
    return capture.revisit_of is not None and capture.original_url == capture.url


def _content(capture: Capture) -> Content:
    return capture.site, capture.url, capture.content_type, capture.body_sha256


def _read_all(
    archive: Archive, wanted: dict[Content, Capture], pool: ReadPool
) -> tuple[dict[Content, ReadAnswer], list[str]]:
    readings: dict[Content, ReadAnswer] = {}
    damaged: list[str] = []
    sent: deque[Content] = deque()

    def tasks() -> Iterator[ReadTask]:
        for content, capture in wanted.items():
            try:
                page = archive.load(capture)
            except IntegrityError as error:
                damaged.append(str(error))
                readings[content] = failed(capture.url, "unreadable", str(error))
                continue
            except ParseError as error:
                readings[content] = failed(capture.url, error.code, error.detail)
                continue
            sent.append(content)
            yield ReadTask(page, capture.site)

    for result in pool.map(tasks()):
        content = sent.popleft()
        if isinstance(result, Died):
            detail = f"the parser was stopped: {result}"
            readings[content] = failed(wanted[content].url, "parser_died", detail)
        else:
            readings[content] = result
    return readings, damaged


def _line(capture: Capture, answer: ReadAnswer | None, snapshot: Snapshot) -> CaptureLine:
    outcome: Outcome = "not_parsed" if is_known_page(capture.site, capture.url) else "other"
    if answer is not None:
        outcome = answer.outcome
    elif repeats_own(capture):
        outcome = "revisit"
    return CaptureLine(
        offset=capture.offset,
        url=capture.url,
        captured_at=capture.captured_at,
        outcome=outcome,
        opt_outs=header_opt_outs(capture.headers),
    )


def write_file(path: Path, segment: Segment, made: Made) -> None:
    """Write a record file whole: temporary name, fsync, rename. The same lines, the same bytes."""
    header = Header(
        format=FORMAT,
        segment=segment.name,
        parser=PARSER_VERSION,
        outcomes=made.outcomes,
        takedowns=made.takedowns,
        touched=sorted(made.touched),
    )
    with (
        whole(path, path.with_name(path.name + ".part")) as raw,
        gzip.GzipFile("", mode="wb", fileobj=raw, compresslevel=6, mtime=0) as file,
    ):
        for line in (header.model_dump_json(), *made.lines):
            file.write(line.encode() + b"\n")


def read_header(path: Path) -> Header:
    """The first line of a record file. Raises: one of READ_ERRORS."""
    with gzip.open(path, "rb") as file:
        return Header.model_validate_json(file.readline())


def read_lines(path: Path) -> Iterator[CaptureLine]:
    """The captures of a record file, in the segment's order. Raises: one of READ_ERRORS."""
    with gzip.open(path, "rb") as file:
        file.readline()
        for line in file:
            yield CaptureLine.model_validate_json(line)


def record_problems(folder: Path, snapshot: Snapshot) -> Iterator[tuple[Path, str]]:
    """The record files that cannot be relied on, each with the reason.

    One that is missing is none of them, as it can be made again.
    """
    for segment in snapshot.segments:
        path = record_path(folder, segment)
        if path.exists():
            wanted = {capture.offset for capture in snapshot.captures_of(segment)}
            what = _problem(path, wanted, snapshot.taken.ids)
            if what is not None:
                yield path, what


def _problem(path: Path, wanted: set[int], takedowns: list[int]) -> str | None:
    try:
        header = read_header(path)
        with gzip.open(path, "rb") as file:
            file.readline()
            # To the end, where gzip's own checksum stands.
            offsets = {_Place.model_validate_json(line).offset for line in file}
    except READ_ERRORS as error:
        return f"the record file cannot be read: {type(error).__name__}"
    if not set(takedowns) <= set(header.takedowns):
        return "the record file was made before a take-down"
    if not offsets == set(header.outcomes) == wanted:
        return "the record file does not speak of just its captures"
    return None


def record_paths(folder: Path, segment: Segment) -> list[Path]:
    """What this parser made of the segment, now or while it was shorter; all of it still holds."""
    return sorted(folder.glob(f"{segment.name}.*.{PARSER_VERSION}.{FORMAT}.jsonl.gz"))


def remove_older(path: Path, segment: Segment) -> None:
    """Remove what the record file at `path` replaces, and what a killed build left."""
    torn = path.parent.glob(f"{segment.name}.*.part")
    for other in (*record_paths(path.parent, segment), *torn):
        if other != path:
            other.unlink()

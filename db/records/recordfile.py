"""Record files: what one segment gave under one parser version.

The file's name follows from the segment and the parser, so only missing files are ever made.
Format: JSON Lines under zstd, a frame for the header and one for each run of captures. Measured on
2,016 records of 7 KB, of all pairs of 64 tools whose card and quotes each page of a tool repeats,
or of words that no two pages share (November 2026; bytes and microseconds of processor a record;
to undo is to plain bytes, to read is to plain values):

                       size           write          undo          read
                  same  distinct  same distinct  same distinct  same distinct
    gzip -6        774   1332     217    371      15    23      116    163
    zstd -1        630   1446      16     31       9    13      110    118
    zstd -3        410   1416      18     36       6     9       83    106
    zstd -9        280   1380      81    245       5    12      118    134
    zstd -3, long  153   1416     103    101      11    20       98    119
    Parquet        104      -      35      -      15     -       85      -
    Arrow IPC      699      -      65      -      14     -      102      -

Reading is JSON's own time whatever is around it, so the cheapest to write is taken. Parquet would
be a quarter of the size for repeated words and 165 MB to install. `long` is one frame a file, with
a window of 128 MiB. Of traces there is compact text alone (parsers/spans.py): as objects they make
a short record 1.6 times the text, and 2.1 times as long to read.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO
from uuid import uuid4

from pydantic import Field

from archive import Capture, Segment
from archive.store import disk_of
from archive.warc import zstd
from db.records.reading import CaptureLine, Outcome
from db.records.snapshot import Snapshot
from machine.files import whole
from parsers import PARSER_VERSION
from schema.records import Record

FORMAT = 3
LEVEL = 3
ENDING = f".{PARSER_VERSION}.{FORMAT}.jsonl.zst"
"""What the name of a present record file ends with."""
DAMAGED = ".damaged"
"""Follows the name of one that speaks of captures whose bytes could not be read."""
ENDINGS = (ENDING, ENDING + DAMAGED)
READ_ERRORS = (OSError, EOFError, ValueError, zstd.ZstdError)
"""What a torn, changed or foreign record file raises when it is read."""
_PIECE = 1 << 20


class Header(Record):
    """The first line of a record file; status reads no further."""

    format: int
    """The version of this format."""
    segment: str
    """The segment's file name."""
    parser: str
    """The version of the parser."""
    sha256: str
    """SHA-256 of all bytes after the header's own frame."""
    outcomes: dict[int, Outcome]
    """What each capture gave, by its offset in the segment, in the order of the lines."""
    marks: dict[int, int]
    """What tells each from another that lay at the same place, in an archive made again."""
    takedowns: list[int] = Field(default_factory=list)
    """The take-downs that held when the file was made."""
    touched: list[int] = Field(default_factory=list)
    """Those of them for which something is left out."""


def record_path(folder: Path, segment: Segment) -> Path:
    """The one name of a segment's record file under the present parser."""
    mark = segment.sha256 if segment.is_sealed else None
    state = mark[:16] if mark else f"open-{segment.length}"
    return folder / f"{segment.name}.{state}{ENDING}"


def packed(lines: list[str]) -> bytes:
    """Lines as one frame. The same lines, the same bytes."""
    return zstd.compress("".join(f"{line}\n" for line in lines).encode(), LEVEL)


def write_file(path: Path, header: Header, body: BinaryIO) -> None:
    """Write a record file whole: another name, fsync, rename; `body` holds its frames of lines.

    The other name is this call's own, as the same file may be made twice at once, elsewhere.
    """
    part = path.with_name(f"{path.name}.{uuid4().hex}.part")
    with disk_of(path), whole(path, part) as file:
        file.write(packed([header.model_dump_json()]))
        body.seek(0)
        shutil.copyfileobj(body, file)


def _frames(file: BinaryIO) -> Iterator[tuple[bytes, int]]:
    """What each frame holds, and where it ends. Raises: EOFError for one that is cut."""
    data, end = b"", 0
    while data := data or file.read(_PIECE):
        stream = zstd.ZstdDecompressor()
        parts = []
        while not stream.eof:
            if not data:
                raise EOFError("the last frame is cut")
            parts.append(stream.decompress(data))
            end += len(data)
            data = b"" if stream.eof else file.read(_PIECE)
        data = stream.unused_data
        end -= len(data)
        yield b"".join(parts), end


def read_header(path: Path) -> Header:
    """The first line of a record file. Raises: one of READ_ERRORS."""
    with path.open("rb") as file:
        return _header(file)[0]


def _header(file: BinaryIO) -> tuple[Header, int]:
    head, end = next(_frames(file), (b"", 0))
    return Header.model_validate_json(head), end


def verified_header(path: Path) -> Header:
    """The header of a record file whose every byte is as it was written.

    Raises: one of READ_ERRORS.
    """
    with path.open("rb") as file:
        header, end = _header(file)
        file.seek(end)
        if hashlib.file_digest(file, "sha256").hexdigest() != header.sha256:
            raise ValueError("its bytes are not those that were written")
        return header


def read_texts(path: Path) -> Iterator[bytes]:
    """The captures of a record file as JSON, in the segment's order. Raises: one of READ_ERRORS."""
    with path.open("rb") as file:
        frames = _frames(file)
        next(frames, None)
        for lines, _ in frames:
            yield from lines.splitlines()


def read_raw(path: Path) -> Iterator[dict[str, Any]]:
    """The same as plain values, in the shape of CaptureLine, unchecked: for files just verified."""
    return map(json.loads, read_texts(path))


def read_lines(path: Path) -> Iterator[CaptureLine]:
    """The same as records. Raises: one of READ_ERRORS."""
    return map(CaptureLine.model_validate_json, read_texts(path))


def record_problems(folder: Path, snapshot: Snapshot) -> Iterator[tuple[Path, str]]:
    """The record files that cannot be relied on, each with the reason.

    One that is missing is none of them, as it can be made again.
    """
    for segment in snapshot.segments:
        path = record_path(folder, segment)
        if path.exists():
            wanted = snapshot.places_of(segment)
            what = _problem(path, wanted, snapshot.taken.ids)
            if what is not None:
                yield path, what


def _problem(path: Path, wanted: list[int], takedowns: list[int]) -> str | None:
    try:
        header = verified_header(path)
    except READ_ERRORS as error:
        return f"the record file cannot be read: {type(error).__name__}"
    if not set(takedowns) <= set(header.takedowns):
        return "the record file was made before a take-down"
    if list(header.outcomes) != wanted:
        return "the record file does not speak of just its captures"
    return None


def repeats_own(capture: Capture) -> bool:
    """Whether a capture is a revisit of the same address, and counts as that."""
    return capture.revisit_of is not None and capture.original_url == capture.url


def record_paths(folder: Path, segment: str) -> list[Path]:
    """What this parser made of a segment, or of all (`*`), now or when it was shorter."""
    return sorted(path for ending in ENDINGS for path in folder.glob(f"{segment}.*{ending}"))


def remove_older(path: Path, segment: str) -> None:
    """Remove what the record file at `path` replaces, but nothing that is being written."""
    for other in record_paths(path.parent, segment):
        if other != path:
            other.unlink(missing_ok=True)

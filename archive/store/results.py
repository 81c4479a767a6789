"""What pages were found to say when they were stored, kept for the build that wants it next.

Worth time alone: what is lost or changed is read from the page again, and so is all that stands
behind a torn piece; nothing here is synced. One file a segment, beside the record files, which only
grows until a build takes it away:

    key, 32 bytes ▸ length and CRC-32 of what follows, 4 bytes each ▸ the result's JSON under zstd
"""

from __future__ import annotations

import os
import struct
from collections import defaultdict
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple
from zlib import crc32

from archive.home import Home
from archive.store.segments import disk_of
from archive.warc.content import zstd

_HEAD = struct.Struct(">32sII")
_LEVEL = 1


class KeptResult(NamedTuple):
    """A result under its key: what it follows from, so that no other page's is taken for it."""

    key: bytes
    packed: bytes


class ResultPlace(NamedTuple):
    """Where the result of a page lies. Units: bytes."""

    name: str
    offset: int
    length: int
    crc: int


def packed_result(key: bytes, text: str) -> KeptResult:
    """A result as it is kept."""
    return KeptResult(key, zstd.compress(text.encode(), _LEVEL))


def keep_results(home: Home, results: Iterable[tuple[str, KeptResult]]) -> None:
    """Keep results, each with the name of the segment that its page went into, if the disk does."""
    by_segment = defaultdict[str, list[bytes]](list)
    for segment, (key, packed) in results:
        by_segment[segment] += (_HEAD.pack(key, len(packed), crc32(packed)), packed)
    for segment, parts in by_segment.items():
        path = _path(home, segment)
        # By its name each time: a build may have taken the file away. What the disk refuses here
        # stops nothing: it is lost time alone.
        with suppress(OSError), path.open("ab") as file:
            file.write(b"".join(parts))


def result_places(home: Home, segment: str) -> dict[bytes, ResultPlace]:
    """Where the results of a segment's pages lie, by their keys; none where none are kept."""
    path, found, offset = _path(home, segment), dict[bytes, ResultPlace](), 0
    with suppress(OSError), path.open("rb") as file:
        size = os.fstat(file.fileno()).st_size
        while offset + _HEAD.size <= size:
            key, length, crc = _HEAD.unpack(file.read(_HEAD.size))
            offset += _HEAD.size
            if not 0 < length <= size - offset:  # cut off, or what a torn piece calls a length
                break
            found[key] = ResultPlace(path.name, offset, length, crc)
            offset = file.seek(offset + length)
    return found


def result_at(home: Home, place: ResultPlace) -> bytes | None:
    """The JSON of a result. Absent: None where it is gone, cut off or changed."""
    with suppress(OSError, zstd.ZstdError), (home.records / place.name).open("rb") as file:
        file.seek(place.offset)
        packed = file.read(place.length)
        if len(packed) == place.length and crc32(packed) == place.crc:
            return zstd.decompress(packed)
    return None


def drop_results(home: Home, segments: Iterable[str]) -> None:
    """Take away what is kept of some segments. Raises: StoppedError when the disk refuses."""
    for path in (_path(home, segment) for segment in segments):
        with disk_of(path):
            path.unlink(missing_ok=True)


def _path(home: Home, segment: str) -> Path:
    return home.records / f".{segment}.results"

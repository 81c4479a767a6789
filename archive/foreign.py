"""WARC files of any tool's making, read record by record; what is broken is told, not skipped."""

from __future__ import annotations

import mmap
import zlib
from collections.abc import Iterator
from pathlib import Path

from archive.warc import WarcRecord, iter_records

MEMBER_BYTES = 256 << 20
"""The largest gzip member that is undone: some tools write a whole file as one. Units: bytes."""
_PIECE = 1 << 20
_MAGIC = b"\x1f\x8b\x08"


def read_warc(path: Path) -> Iterator[tuple[int, WarcRecord | None]]:
    """Each record of a WARC file with the offset of its member, or of itself if uncompressed.

    Absent: None stands for bytes that are no whole record.
    Raises: OSError when the file cannot be read.
    """
    if path.stat().st_size == 0:
        yield 0, None
        return
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        if data[:2] != _MAGIC[:2]:
            yield from iter_records(data)
            return
        place = 0
        while place < len(data):
            plain, end = _member_at(data, place)
            if plain is None:
                yield place, None
                following = data.find(_MAGIC, place + 1)
                place = len(data) if following < 0 else following
                continue
            for _, record in iter_records(plain):
                yield place, record
            place = end


def read_members(path: Path) -> Iterator[tuple[int, int, WarcRecord | None]]:
    """Each gzip member of one of our own files: its offset, its end, and its one record.

    Absent: None stands for bytes that are no whole member with one whole record.
    Raises: OSError when the file cannot be read.
    """
    if path.stat().st_size == 0:
        return
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        place = 0
        while place < len(data):
            plain, end = _member_at(data, place)
            records = [record for _, record in iter_records(plain)] if plain is not None else []
            if len(records) == 1 and records[0] is not None:
                yield place, end, records[0]
                place = end
                continue
            yield place, place, None
            following = data.find(_MAGIC, place + 1)
            place = len(data) if following < 0 else following


def _member_at(data: mmap.mmap, start: int) -> tuple[bytes | None, int]:
    """The bytes of the gzip member at `start` and its end; None where it is cut or broken."""
    stream = zlib.decompressobj(zlib.MAX_WBITS + 16)
    parts: list[bytes] = []
    size, place = 0, start
    try:
        while not stream.eof and place < len(data):
            piece = data[place : place + _PIECE]
            place += len(piece)
            parts.append(stream.decompress(piece, MEMBER_BYTES))
            size += len(parts[-1])
            if stream.unconsumed_tail or size > MEMBER_BYTES:
                return None, place
    except zlib.error:
        return None, place
    return (b"".join(parts) if stream.eof else None), place - len(stream.unused_data)

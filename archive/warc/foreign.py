"""WARC files of any tool's making, read record by record; what is broken is told, not skipped."""

from __future__ import annotations

import mmap
import tempfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from archive.warc.content import MAX_BYTES, MAX_RATIO
from archive.warc.record import GZIP_MAGIC, Wants, WarcRecord, iter_records, piece_at

MOST_BLOCK = MAX_BYTES + (64 << 10)
"""Of a larger block, head included, no more is read. Units: bytes."""
SPOOL_BYTES = 16 << 20
"""A larger gzip member, perhaps a whole file in one, is undone on the disk. Units: bytes."""


def read_warc(
    path: Path, start: int = 0, wants: Wants | None = None
) -> Iterator[tuple[int, WarcRecord | None]]:
    """Each record of a WARC file with the offset of its member, or of itself if uncompressed.

    Shape: from `start` on; the block of a record whose headers `wants` refuses is left out.
    The records of one large member are told by their place in what it holds.
    Absent: None stands for bytes that are no whole record.
    Raises: OSError when the file cannot be read, or the disk has no room for a large member.
    """
    if path.stat().st_size == 0:
        yield 0, None
        return
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        if data[:2] != GZIP_MAGIC[:2]:
            yield from iter_records(data, MOST_BLOCK, start, wants)
            return
        place = start
        while place < len(data):
            with tempfile.SpooledTemporaryFile(SPOOL_BYTES) as plain:
                end = _undo(data, place, plain)
                if end is None:
                    yield place, None
                    following = data.find(GZIP_MAGIC, place + 1)
                    place = len(data) if following < 0 else following
                    continue
                yield from _records(plain, place, wants)
                place = end


def _undo(data: mmap.mmap, start: int, plain: IO[bytes]) -> int | None:
    """Write out what the gzip member at `start` holds; gives its end, None where it is broken."""
    stream = zlib.decompressobj(zlib.MAX_WBITS + 16)
    place = start
    try:
        while not stream.eof and (place < len(data) or stream.unconsumed_tail):
            piece = stream.unconsumed_tail or data[place : place + piece_at(place - start)]
            place += 0 if stream.unconsumed_tail else len(piece)
            plain.write(stream.decompress(piece, SPOOL_BYTES))
            if plain.tell() > max(SPOOL_BYTES, MAX_RATIO * (place - start)):
                return None  # it grows faster than any text does
    except zlib.error:
        return None
    return place - len(stream.unused_data) if stream.eof else None


def _records(
    plain: IO[bytes], start: int, wants: Wants | None
) -> Iterator[tuple[int, WarcRecord | None]]:
    if plain.tell() <= SPOOL_BYTES:
        plain.seek(0)
        for _, record in iter_records(plain.read(), MOST_BLOCK, wants=wants):
            yield start, record
    else:
        plain.flush()
        with mmap.mmap(plain.fileno(), 0, access=mmap.ACCESS_READ) as data:
            yield from iter_records(data, MOST_BLOCK, wants=wants)

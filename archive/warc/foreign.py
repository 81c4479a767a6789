"""WARC files of any tool's making, read record by record; what is broken is told, not skipped."""

from __future__ import annotations

import mmap
from collections.abc import Iterator
from pathlib import Path

from archive.warc.record import GZIP_MAGIC, WarcRecord, iter_records, member_at


def read_warc(path: Path) -> Iterator[tuple[int, WarcRecord | None]]:
    """Each record of a WARC file with the offset of its member, or of itself if uncompressed.

    Absent: None stands for bytes that are no whole record.
    Raises: OSError when the file cannot be read.
    """
    if path.stat().st_size == 0:
        yield 0, None
        return
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        if data[:2] != GZIP_MAGIC[:2]:
            yield from iter_records(data)
            return
        place = 0
        while place < len(data):
            plain, end = member_at(data, place)
            if plain is None:
                yield place, None
                following = data.find(GZIP_MAGIC, place + 1)
                place = len(data) if following < 0 else following
                continue
            for _, record in iter_records(plain):
                yield place, record
            place = end

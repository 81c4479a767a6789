"""WARC files under zstd, with or without a dictionary, undone frame by frame into a plain file.

Source: "Zstandard Compression for WARC Files 1.0" of the IIPC; RFC 8878.
"""

from __future__ import annotations

import mmap
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

from archive.warc import zstd
from crawler.sources.item import SourceItem
from crawler.sources.kinds import ZSTD, ZSTD_DICTIONARY
from crawler.sources.source import Source
from crawler.sources.warcs import exchanges_of

WINDOW_LOG = 27
"""The largest window: 128 MiB, as the zstd program itself takes without being asked."""
FRAME_BYTES = 256 << 20
"""The largest frame that is undone; in this format it holds a record. Units: bytes."""
DICTIONARY_BYTES = 8 << 20
RATIO_FROM, MAX_RATIO = 1 << 30, 200
"""So much may a file grow, looked at from that size on. Units: bytes."""
PIECE = 1 << 20
_SKIPPABLE = range(0x184D2A50, 0x184D2A60)


class _BrokenError(Exception):
    """Why a frame cannot be undone."""


MOST_BROKEN = 1000
"""After so many broken frames the rest of a file is left: each could hold what looks like one."""


def zstd_exchanges(source: Source) -> Iterator[SourceItem]:
    """The exchanges of a `.warc.zst` file; places in it are those of the bytes undone.

    Raises: OSError when it cannot be read, or there is no room for what it holds.
    """
    if not source.size():
        yield source.broken("the file is empty", "warc")
        return
    with tempfile.TemporaryDirectory(prefix="verdicts-import-") as folder:
        plain = Path(folder, "plain.warc")
        with plain.open("wb") as out:
            yield from _undo(source, out)
        if plain.stat().st_size:
            yield from exchanges_of(plain, source.where, source.given.claims)


def _undo(source: Source, out: BinaryIO) -> Iterator[SourceItem]:
    """Write what the frames hold; what cannot be undone is told."""
    with (
        source.path.open("rb") as file,
        mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data,
    ):
        try:
            options, place = _with_dictionary(data)
        except _BrokenError as error:
            yield source.broken(str(error), "warc")
            return
        broken = 0
        while place < len(data):
            begun = out.tell()
            try:
                place = _frame(data, place, options, out)
                if out.tell() > max(RATIO_FROM, MAX_RATIO * len(data)):
                    yield source.broken(f"it grows to more than {MAX_RATIO} times its size", "warc")
                    return
            except _BrokenError as error:
                out.seek(begun)
                out.truncate()
                yield source.part(f"{source.where}@{place}").broken(str(error), "warc")
                broken += 1
                following = data.find(ZSTD, place + 1) if broken < MOST_BROKEN else -1
                place = len(data) if following < 0 else following


def _with_dictionary(data: mmap.mmap) -> tuple[dict[str, Any], int]:
    """What frames are undone with, and where the first begins. Raises: _BrokenError."""
    options: dict[str, Any] = {"options": {zstd.DecompressionParameter.window_log_max: WINDOW_LOG}}
    if data[:4] != ZSTD_DICTIONARY:
        try:
            if data[:4] == ZSTD and zstd.get_frame_info(data[:32]).dictionary_id:
                raise _BrokenError("made with a dictionary that the file does not hold")
        except zstd.ZstdError as error:
            raise _BrokenError(f"no zstd frame: {error}") from error
        return options, 0
    end = 8 + int.from_bytes(data[4:8], "little")
    held = data[8:end]
    if end > len(data) or len(held) > DICTIONARY_BYTES:
        raise _BrokenError("its dictionary is cut or too large")
    try:
        if held.startswith(ZSTD):
            stream = zstd.ZstdDecompressor(**options)
            held = stream.decompress(held, DICTIONARY_BYTES)
            if not stream.eof:
                raise _BrokenError("its dictionary is cut or too large")
        return options | {"zstd_dict": zstd.ZstdDict(held)}, end
    except (zstd.ZstdError, ValueError, EOFError) as error:
        raise _BrokenError(f"its dictionary is broken: {error}") from error


def _frame(data: mmap.mmap, start: int, options: dict[str, Any], out: BinaryIO) -> int:
    """Undo the frame at a place, or pass over one that holds none, and give the next place."""
    magic = int.from_bytes(data[start : start + 4], "little")
    if magic in _SKIPPABLE:
        return start + 8 + int.from_bytes(data[start + 4 : start + 8], "little")
    if data[start : start + 4] != ZSTD:
        raise _BrokenError("bytes that are no zstd frame")
    place, size = start, 0
    try:
        stream = zstd.ZstdDecompressor(**options)
        while not stream.eof:
            piece = data[place : place + PIECE] if stream.needs_input else b""
            place += len(piece)
            part = stream.decompress(piece, 4 * PIECE)
            size += len(part)
            if size > FRAME_BYTES:
                raise _BrokenError(f"a frame of more than {FRAME_BYTES} bytes")
            if not piece and not part and stream.needs_input:
                raise _BrokenError("the last frame is cut")
            out.write(part)
    except (zstd.ZstdError, EOFError) as error:
        raise _BrokenError(f"a frame is broken: {error}") from error
    return place - len(stream.unused_data)

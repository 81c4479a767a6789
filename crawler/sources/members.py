"""The members of a zip file, unpacked one at a time into a temporary file, within limits.

No name of a member is ever used as a path.
"""

from __future__ import annotations

import os
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path, PurePosixPath

from crawler.sources.source import BadSourceError, Source

MOST_MEMBERS = 200_000
RATIO_FROM, MAX_RATIO = 1 << 20, 200
"""So much may a zip file, or a member of it, grow, looked at from that size on. Units: bytes."""
PIECE = 64 << 10
METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
ENCRYPTED = 1


@contextmanager
def open_zip(source: Source) -> Iterator[zipfile.ZipFile]:
    """The zip file. Raises: BadSourceError for one that is broken or too large; OSError."""
    try:
        with zipfile.ZipFile(source.path) as file:
            members = file.infolist()
            if len(members) > MOST_MEMBERS:
                raise BadSourceError(f"more than {MOST_MEMBERS} members", "decoded", "too_large")
            _require_growth(sum(each.file_size for each in members), source.size())
            yield file
    except (zipfile.BadZipFile, NotImplementedError, UnicodeDecodeError) as error:
        raise BadSourceError(f"no whole zip file: {error}") from error


def _require_growth(size: int, packed: int) -> None:
    if size > RATIO_FROM and size > MAX_RATIO * packed:
        what = f"{size} bytes from {packed}: more than {MAX_RATIO} times as many"
        raise BadSourceError(what, "decoded", "too_large")


def read_member(file: zipfile.ZipFile, member: zipfile.ZipInfo, most: int) -> bytes:
    """The bytes of a small member. Raises: BadSourceError; OSError."""
    if member.file_size > most:
        raise BadSourceError(f"larger than {most} bytes", "decoded", "too_large")
    return b"".join(_pieces(file, member))


@contextmanager
def unpacked(file: zipfile.ZipFile, member: zipfile.ZipInfo) -> Iterator[Path]:
    """A member in a temporary file with its date, for as long as it is read.

    Raises: BadSourceError; OSError where there is no room for it.
    """
    with tempfile.TemporaryDirectory(prefix="verdicts-import-") as folder:
        path = Path(folder, "member")
        with path.open("wb") as out:
            out.writelines(_pieces(file, member))
        _date(path, member)
        yield path


def _pieces(file: zipfile.ZipFile, member: zipfile.ZipInfo) -> Iterator[bytes]:
    """The bytes of a member, whole or not at all: the last piece comes with its sum checked."""
    if member.flag_bits & ENCRYPTED:
        raise BadSourceError("it is encrypted: unpack it first")
    if member.compress_type not in METHODS:
        raise BadSourceError("it is compressed in a way that is not undone here: unpack it first")
    _require_growth(member.file_size, max(member.compress_size, 1))
    try:
        with file.open(member) as stream:
            while piece := stream.read(PIECE):
                yield piece
    except (zipfile.BadZipFile, EOFError, zlib.error, NotImplementedError) as error:
        raise BadSourceError(f"it is cut or broken: {error}") from error


def _date(path: Path, member: zipfile.ZipInfo) -> None:
    """Set the member's own date, which has no time zone; one that is none becomes the earliest."""
    try:
        moment = datetime(*member.date_time).timestamp()
    except (ValueError, OverflowError):
        moment = 0
    os.utime(path, (moment, moment))


def path_of(member: zipfile.ZipInfo) -> PurePosixPath:
    """The name of a member as a path; some tools write it with backslashes."""
    return PurePosixPath(member.filename.replace("\\", "/"))


def is_file(member: zipfile.ZipInfo) -> bool:
    """Whether a member is no folder; one without a name is neither."""
    return bool(member.filename) and not member.is_dir()

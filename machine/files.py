"""Files that are there whole or not at all, also after a power cut, and the hash of what they hold.

What the disk refuses is an OSError: what that means is for the caller to say.
"""

from __future__ import annotations

import hashlib
import itertools
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Literal


@contextmanager
def synced(path: Path, mode: Literal["wb", "xb"] = "wb") -> Iterator[BinaryIO]:
    """A file to write, whose bytes are on the disk at the end; if they cannot be, it goes."""
    with path.open(mode) as file:
        try:
            yield file
            file.flush()
            os.fsync(file.fileno())
        except BaseException:
            path.unlink(missing_ok=True)
            raise


@contextmanager
def whole(path: Path, part: Path | None = None) -> Iterator[BinaryIO]:
    """A file to write that takes the place of `path` at the end, and only then.

    Shape: `part` is its name until then, else the same with a dot in front.
    """
    part = part or path.with_name(f".{path.name}.part")
    with synced(part) as file:
        yield file
    try:
        put_in_place(part, path)
    except OSError:
        part.unlink(missing_ok=True)
        raise


def put_in_place(part: Path, path: Path) -> None:
    """Give a file its name, durably; what had that name before is gone in the same moment."""
    part.rename(path)
    fsync_folder(path.parent)


def point(link: Path, target: str) -> None:
    """Make a symbolic link, or move it, in one moment and durably."""
    part = link.with_name(f".{link.name}.part")
    part.unlink(missing_ok=True)
    part.symlink_to(target)
    put_in_place(part, link)


def fsync_file(path: Path) -> None:
    """Make the bytes of a file durable, whoever wrote them."""
    with path.open("rb") as file:
        os.fsync(file.fileno())


def fsync_folder(folder: Path) -> None:
    """Make the names in `folder` as durable as the files."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def unused(folder: Path, stem: str, suffix: str = "") -> Path:
    """A name that nothing in `folder` has: the stem, a number, the suffix."""
    paths = (folder / f"{stem}.{number}{suffix}" for number in itertools.count(1))
    return next(path for path in paths if not path.exists())


def file_sha256(path: Path) -> str:
    """SHA-256 of a file in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()

"""What a backup is made of: copies that were read again, and the list of them.

Shape: a backup, folder or tar file, holds `backup.json` and below `home/` the copies, each named
after its own SHA-256, so that nothing is overwritten: until a new list is in place, the old holds.
"""

from __future__ import annotations

import hashlib
import os
import tarfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from pydantic import Field, ValidationError

from machine.files import file_sha256, synced
from schema.errors import IntegrityError, StartError, StoppedError
from schema.records import Record

LEDGER = "ledger.db"
DECISIONS = "decisions.jsonl"
FILES = "home"
FORMAT = 1
PIECE = 1 << 20
UNREADABLE = (OSError, EOFError, KeyError, tarfile.TarError, IntegrityError)
"""What opening or reading a copy may raise."""


class CopiedFile(Record):
    """One file of a home and its copy."""

    path: str = Field(
        pattern=r"^(ledger\.db|takedowns\.json|decisions\.jsonl|(warc|public|records)/[^/.\x00][^/\x00]*)$"
    )
    """Where the file lies in its home."""
    stored: str = Field(pattern=r"^home/[0-9a-f]{16}-[^/\x00]+$")
    """Where the copy lies in the backup."""
    size: int = Field(ge=0)
    """Length in bytes."""
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    """SHA-256 of the copy."""
    modified: int
    """When the file was changed last, in seconds since 1970."""
    is_damaged: bool = False
    """Whether it was damaged already when it was copied."""


class BackupManifest(Record):
    """What a backup holds."""

    format: int = FORMAT
    """The version of this format."""
    home: str
    """Tells the home from any other: when its first run began."""
    made_at: str
    """When the backup was begun."""
    captures: int
    """Number of captures that the ledger knows."""
    files: list[CopiedFile]
    """The files, the ledger first."""
    current: str | None = Field(pattern=r"^[^/.\x00][^/\x00]*$")
    """The published database that is current; null where none is."""
    problems: list[str]
    """What was damaged or missing in the home when it was copied."""

    def dumped(self) -> bytes:
        """The list as it is stored."""
        return self.model_dump_json(indent=1).encode() + b"\n"


def read_manifest(open_list: Callable[[], BinaryIO], where: str) -> BackupManifest:
    """What a backup says of itself.

    Raises: IntegrityError when it is broken or holds no ledger; StartError when a newer version
    made it.
    """
    try:
        with open_list() as file:
            manifest = BackupManifest.model_validate_json(file.read())
    except UNREADABLE as error:
        raise IntegrityError(where=where, what="not a whole backup") from error
    except ValidationError as error:
        what = f"not a readable list of a backup: {error.errors()[0]['msg']}"
        raise IntegrityError(where=where, what=what) from error
    if manifest.format > FORMAT:
        raise StartError(what=f"{where}: was made by a newer version of this program")
    if not manifest.files or manifest.files[0].path != LEDGER:
        raise IntegrityError(where=where, what="holds no ledger")
    return manifest


def sha256_of(file: BinaryIO, size: int, copy: BinaryIO | None = None) -> str:
    """SHA-256 of the next `size` bytes of a file, or of as many as there are.

    Shape: where there is a `copy`, they are written to it.
    Raises: IntegrityError where they cannot be read: that is no disk that is full.
    """
    digest = hashlib.sha256()
    while size and (data := _read(file, min(size, PIECE))):
        size -= len(data)
        digest.update(data)
        if copy is not None:
            copy.write(data)
    return digest.hexdigest()


def _read(file: BinaryIO, size: int) -> bytes:
    try:
        return file.read(size)
    except UNREADABLE as error:
        what = getattr(error, "strerror", None) or "cannot be read"
        raise IntegrityError(where=str(file.name), what=what) from error


def is_sound(entry: CopiedFile, open_copy: Callable[[CopiedFile], BinaryIO]) -> bool:
    """Whether what is opened is there, and has the bytes of an entry and no more."""
    try:
        with open_copy(entry) as file:
            return sha256_of(file, entry.size) == entry.sha256 and not file.read(1)
    except UNREADABLE:
        return False


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """What the disk refuses ends the backup or the restore, which can be made again."""
    try:
        yield
    except OSError as error:
        what = f"{path}: cannot be written: {error.strerror or error}"
        raise StoppedError(what=what) from error


def copy_durably(file: BinaryIO, size: int, target: Path) -> str:
    """Copy `size` bytes to a new file, durably, and read it again; gives the SHA-256 of both.

    Raises: IntegrityError where they cannot be read; StoppedError when the disk does not take or
    keep them.
    """
    with writing(target):
        with synced(target) as copy:
            sha256 = sha256_of(file, size, copy)
        forget(target)
        if file_sha256(target) != sha256:
            raise StoppedError(what=f"{target}: does not read back as it was written")
    return sha256


def forget(path: Path) -> None:
    """Let the next read come from the disk and not from memory, where the system can do that."""
    if hasattr(os, "posix_fadvise"):
        with path.open("rb") as file:
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)

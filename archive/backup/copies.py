"""What a backup is made of: copies that were read again, and the list of them.

Shape: a backup, folder or tar file, holds `backup.json` and below `home/` the copies, each named
after its own SHA-256, so that nothing is overwritten: until a new list is in place, the old holds.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Protocol

from pydantic import Field, ValidationError

from machine.files import synced
from schema.errors import IntegrityError, StartError, StoppedError
from schema.records import Record

MANIFEST = "backup.json"
FILES = "home"
LEDGER = "ledger.db"
FORMAT = 1
PIECE = 1 << 20
UNREADABLE = (OSError, EOFError, KeyError)
"""What opening or reading a copy may raise."""


class CopiedFile(Record):
    """One file of a home and its copy."""

    path: str = Field(
        pattern=r"^(ledger\.db|takedowns\.json|(warc|public|records)/[^/.\x00][^/\x00]*)$"
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

    def ledger(self, where: str) -> CopiedFile:
        """The copy of the ledger. Raises: IntegrityError where there is none."""
        if not self.files or self.files[0].path != LEDGER:
            raise IntegrityError(where=where, what="holds no ledger")
        return self.files[0]


class Shelf(Protocol):
    """What a backup is written to and read from."""

    manifest: BackupManifest | None
    """The list of the backup made before. Absent: None where there is none."""

    def find(self, entry: CopiedFile) -> bool:
        """Whether this copy is there already."""

    def put(self, entry: CopiedFile, file: BinaryIO) -> None:
        """Copy a file durably. Raises: StoppedError where it cannot be kept as it is."""

    def keep(self, entry: CopiedFile) -> None:
        """Take a copy of the backup made before over. Raises: IntegrityError if it is lost."""

    def temporary(self, name: str) -> Path:
        """A name for a file that is only needed while the backup is made."""

    def open(self, entry: CopiedFile) -> BinaryIO:
        """A copy, to be read. Raises: one of UNREADABLE."""

    def finish(self, manifest: BackupManifest) -> None:
        """Make the copies of `manifest` the backup; what it does not name goes."""

    def close(self) -> None:
        """Let go; without `finish` before it the earlier backup stays."""


def entry_of(path: str, size: int, sha256: str, modified: float) -> CopiedFile:
    """The entry of a copy, which has its name.

    >>> entry_of("public/a.db", 1, "3fa9c0d2e1b4a5f6" + 48 * "0", 0).stored
    'home/3fa9c0d2e1b4a5f6-a.db'
    """
    stored = f"{FILES}/{sha256[:16]}-{Path(path).name}"
    return CopiedFile(path=path, stored=stored, size=size, sha256=sha256, modified=int(modified))


def pieces(file: BinaryIO, size: int) -> Iterator[bytes]:
    """The next `size` bytes of a file, or as many as there are."""
    while size and (data := file.read(min(size, PIECE))):
        size -= len(data)
        yield data


def sha256_of(file: BinaryIO, size: int) -> str:
    """SHA-256 of the next `size` bytes of a file, or of as many as there are."""
    digest = hashlib.sha256()
    for data in pieces(file, size):
        digest.update(data)
    return digest.hexdigest()


def is_sound(path: Path, entry: CopiedFile) -> bool:
    """Whether a file is there, whole and with the bytes of an entry."""
    try:
        with path.open("rb") as file:
            is_whole = os.fstat(file.fileno()).st_size == entry.size
            return is_whole and sha256_of(file, entry.size) == entry.sha256
    except OSError:
        return False


def has_sound(shelf: Shelf, entry: CopiedFile) -> bool:
    """Whether a backup still has the bytes of an entry."""
    try:
        with shelf.open(entry) as file:
            return sha256_of(file, entry.size) == entry.sha256
    except UNREADABLE:
        return False


def copy_durably(file: BinaryIO, size: int, target: Path) -> str:
    """Copy `size` bytes to a new file, durably, and read it again; gives the SHA-256 of both.

    Raises: IntegrityError where they cannot be read; StoppedError when the disk does not take or
    keep them.
    """
    digest = hashlib.sha256()
    try:
        with synced(target) as copy:
            for data in _readable(pieces(file, size), target):
                digest.update(data)
                copy.write(data)
        with target.open("rb") as again:
            forget(again.fileno())
            found = hashlib.file_digest(again, "sha256").hexdigest()
    except OSError as error:
        raise StoppedError(what=f"{target}: cannot be written: {error.strerror}") from error
    if found != digest.hexdigest():
        raise StoppedError(what=f"{target}: does not read back as it was written")
    return found


def _readable(read: Iterator[bytes], target: Path) -> Iterator[bytes]:
    try:
        yield from read
    except (OSError, EOFError) as error:
        what = getattr(error, "strerror", None) or "cannot be read"
        raise IntegrityError(where=f"what is copied to {target}", what=what) from error


def forget(handle: int) -> None:
    """Let the next read come from the disk and not from memory, where the system can do that."""
    if hasattr(os, "posix_fadvise"):
        os.posix_fadvise(handle, 0, 0, os.POSIX_FADV_DONTNEED)


def read_manifest(data: bytes, where: str) -> BackupManifest:
    """What a backup says of itself.

    Raises: IntegrityError when it is broken; StartError when a newer version made it.
    """
    try:
        manifest = BackupManifest.model_validate_json(data)
    except ValidationError as error:
        what = f"not a readable list of a backup: {error.errors()[0]['msg']}"
        raise IntegrityError(where=where, what=what) from error
    if manifest.format > FORMAT:
        raise StartError(what=f"{where}: was made by a newer version of this program")
    return manifest


def dump_manifest(manifest: BackupManifest) -> bytes:
    """A manifest as it is stored."""
    return manifest.model_dump_json(indent=1).encode() + b"\n"

"""What a backup is made of: copies that were read again, and the list of them.

Shape: a backup, folder or tar file, holds `backup.json` and below `home/` the copies, each named
after its own SHA-256, so that nothing is overwritten: until a new list is in place, the old holds.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO, Protocol

from pydantic import Field, ValidationError

from schema.errors import IntegrityError, StartError, StoppedError
from schema.records import Record

MANIFEST = "backup.json"
FILES = "home"
FORMAT = 1
PIECE = 1 << 20


class Entry(Record):
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


class Manifest(Record):
    """What a backup holds."""

    format: int = FORMAT
    """The version of this format."""
    home: str
    """Tells the home from any other: when its first run began."""
    made_at: str
    """When the backup was begun."""
    captures: int
    """Number of captures that the ledger knows."""
    files: list[Entry]
    """The files, the ledger first."""
    current: str | None = Field(pattern=r"^[^/.\x00][^/\x00]*$")
    """The published database that is current; null where none is."""
    problems: list[str]
    """What was damaged or missing in the home when it was copied."""


class Shelf(Protocol):
    """What a backup is written to and read from."""

    manifest: Manifest | None

    def find(self, path: str, size: int, sha256: str) -> Entry | None:
        """The copy that is there already. Absent: None where there is none."""

    def put(self, path: str, source: Path, length: int, *, is_linked: bool = False) -> Entry:
        """Copy the first `length` bytes of a file, durably, and read the copy again."""

    def keep(self, entry: Entry) -> Entry:
        """Take a copy of the backup made before over into this one, as it is.

        Raises: IntegrityError where that would lose it.
        """

    def temporary(self, name: str) -> Path:
        """A name for a file that is only needed while the backup is made."""

    def open(self, entry: Entry) -> BinaryIO:
        """A copy, to be read. Raises: OSError or KeyError where it is not there."""

    def finish(self, manifest: Manifest) -> None:
        """Make the copies of `manifest` the backup; what it does not name goes."""

    def close(self) -> None:
        """Let go; without `finish` before it the earlier backup stays."""


class Reading:
    """A file read up to a length, hashed on the way.

    Raises: IntegrityError when it is not there or cannot be read.
    """

    def __init__(self, where: str, opened: Callable[[], BinaryIO], length: int) -> None:
        self._where, self._left, self._digest = where, length, hashlib.sha256()
        try:
            self._file = opened()
        except (OSError, KeyError, EOFError) as error:
            raise self._broken(getattr(error, "strerror", None) or "is not there") from error

    def read(self, size: int = PIECE) -> bytes:
        """The next bytes. Raises: IntegrityError where the file is too short or unreadable."""
        wanted = min(size, self._left)
        try:
            data = self._file.read(wanted)
        except (OSError, EOFError) as error:
            raise self._broken(getattr(error, "strerror", None) or "cannot be read") from error
        if len(data) < wanted:
            raise self._broken(f"its last {self._left - len(data)} bytes are missing")
        self._left -= len(data)
        self._digest.update(data)
        return data

    def rest(self) -> str:
        """Read to the end; gives the SHA-256 of all that was read."""
        while self._left:
            self.read()
        self.close()
        return self._digest.hexdigest()

    def _broken(self, what: str) -> IntegrityError:
        self.close()
        return IntegrityError(where=self._where, what=what)

    def close(self) -> None:
        """Let the file go."""
        file = getattr(self, "_file", None)
        if file is not None:
            file.close()


def read_file(path: Path, length: int) -> Reading:
    """The first bytes of a file. Raises: see Reading."""
    return Reading(str(path), lambda: path.open("rb"), length)


def is_sound(path: Path, size: int, sha256: str) -> bool:
    """Whether a file is there, whole and with these bytes."""
    if not path.is_file() or path.stat().st_size != size:
        return False
    try:
        return read_file(path, size).rest() == sha256
    except IntegrityError:
        return False


def stored_name(path: str, sha256: str) -> str:
    """Where a copy lies.

    >>> stored_name("public/a.db", "3fa9c0d2e1b4a5f6" + 48 * "0")
    'home/3fa9c0d2e1b4a5f6-a.db'
    """
    return f"{FILES}/{sha256[:16]}-{Path(path).name}"


def copy_durably(reading: Reading, target: Path) -> str:
    """Copy to a new file, fsync, read it again; gives the SHA-256 that both have.

    Raises: IntegrityError from reading; StoppedError when the disk does not take or keep it.
    """
    try:
        with target.open("wb") as file:
            while data := reading.read():
                file.write(data)
            file.flush()
            os.fsync(file.fileno())
            forget(file.fileno())
        with target.open("rb") as file:
            again = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        reading.close()
        with suppress(OSError):
            target.unlink(missing_ok=True)
        raise StoppedError(what=f"{target}: cannot be written: {error.strerror}") from error
    sha256 = reading.rest()
    if again != sha256:
        raise StoppedError(what=f"{target}: does not read back as it was written")
    return sha256


def forget(handle: int) -> None:
    """Let the next read come from the disk and not from memory, where the system can do that."""
    if hasattr(os, "posix_fadvise"):
        os.posix_fadvise(handle, 0, 0, os.POSIX_FADV_DONTNEED)


def read_manifest(data: bytes, where: str) -> Manifest:
    """What a backup says of itself.

    Raises: IntegrityError when it is broken; StartError when a newer version made it.
    """
    try:
        manifest = Manifest.model_validate_json(data)
    except ValidationError as error:
        what = f"not a readable list of a backup: {error.errors()[0]['msg']}"
        raise IntegrityError(where=where, what=what) from error
    if manifest.format > FORMAT:
        raise StartError(what=f"{where}: was made by a newer version of this program")
    return manifest


def dump_manifest(manifest: Manifest) -> bytes:
    """A manifest as it is stored."""
    return manifest.model_dump_json(indent=1).encode() + b"\n"

"""A backup in one tar file: written whole beside the earlier one, read again, then renamed.

It is filled part by part and not packed from a folder, which would need the home's room once more.
"""

from __future__ import annotations

import fcntl
import os
import tarfile
from contextlib import suppress
from io import BytesIO
from pathlib import Path
from typing import BinaryIO, cast

from archive.backup.copies import (
    MANIFEST,
    BackupManifest,
    CopiedFile,
    dump_manifest,
    forget,
    has_sound,
    read_manifest,
    sha256_of,
)
from machine.files import put_in_place
from schema.errors import IntegrityError, StartError, StoppedError


class TarShelf:
    """See the module."""

    def __init__(self, path: Path, *, is_read: bool = False) -> None:
        self._path, self._part = path, path.with_name(f".{path.name}.part")
        self._tar: tarfile.TarFile | None = None
        self._put: set[str] = set()
        self.manifest = self._read_manifest() if path.exists() or is_read else None
        if is_read:
            return
        try:
            self._part.parent.mkdir(parents=True, exist_ok=True)
            self._file = os.fdopen(os.open(self._part, os.O_RDWR | os.O_CREAT, 0o640), "w+b")
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            self._file.truncate(0)
        except BlockingIOError as error:
            raise StartError(what=f"{path}: another backup is being written there") from error
        except OSError as error:
            raise StartError(what=f"{path}: cannot be written: {error.strerror}") from error
        self._out = tarfile.TarFile(fileobj=self._file, mode="w", format=tarfile.PAX_FORMAT)

    def _read_manifest(self) -> BackupManifest:
        try:
            self._tar = tarfile.TarFile(self._path)
            member = self._tar.extractfile(MANIFEST)
        except (OSError, tarfile.TarError, KeyError) as error:
            raise IntegrityError(where=str(self._path), what="not a whole backup") from error
        return read_manifest(member.read() if member else b"", str(self._path))

    def find(self, entry: CopiedFile) -> bool:
        """See Shelf."""
        return entry.stored in self._put

    def put(self, entry: CopiedFile, file: BinaryIO) -> None:
        """See Shelf. That it is as it should be is seen when all of the file is there."""
        self._put.add(entry.stored)
        self._add(entry.stored, entry.size, entry.modified, file)

    def keep(self, entry: CopiedFile) -> None:
        """See Shelf. It is copied out of the earlier file, which this one replaces."""
        if not has_sound(self, entry):
            raise IntegrityError(
                where=f"{entry.stored} in {self._path}",
                what="is damaged, and the home has no sound one; give --to a new place",
            )
        self.put(entry, self.open(entry))

    def _add(self, name: str, size: int, modified: int, file: BinaryIO) -> None:
        info = tarfile.TarInfo(name)
        info.size, info.mtime, info.mode = size, modified, 0o444
        try:
            self._out.addfile(info, file)
        except OSError as error:
            what = error.strerror or f"{name} became shorter"
            raise StoppedError(what=f"{self._part}: cannot be written: {what}") from error

    def temporary(self, name: str) -> Path:
        """A name for a file that is only needed while the backup is made."""
        return self._path.with_name(f".{self._path.name}.{name}")

    def open(self, entry: CopiedFile) -> BinaryIO:
        """See Shelf."""
        return _member(self._tar, entry)

    def finish(self, manifest: BackupManifest) -> None:
        """See Shelf. Every copy is read again from the file before it gets its name."""
        data = dump_manifest(manifest)
        self._add(MANIFEST, len(data), 0, BytesIO(data))
        try:
            self._out.close()
            self._file.flush()
            os.fsync(self._file.fileno())
            forget(self._file.fileno())
            with tarfile.open(self._part, "r:") as tar:
                for entry in manifest.files:
                    if sha256_of(_member(tar, entry), entry.size) != entry.sha256:
                        raise StoppedError(what=f"{self._part}: {entry.path} does not read back")
            put_in_place(self._part, self._path)
        except OSError as error:
            what = f"{self._part}: cannot be written: {error.strerror}"
            raise StoppedError(what=what) from error

    def close(self) -> None:
        """See Shelf."""
        if self._tar is not None:
            self._tar.close()
        if hasattr(self, "_file"):
            with suppress(OSError):  # what it could not write was told already
                self._file.close()
            self._part.unlink(missing_ok=True)


def _member(tar: tarfile.TarFile | None, entry: CopiedFile) -> BinaryIO:
    file = None if tar is None else tar.extractfile(entry.stored)
    if file is None:
        raise FileNotFoundError(entry.stored)
    return cast(BinaryIO, file)

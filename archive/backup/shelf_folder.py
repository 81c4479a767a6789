"""A backup in a folder, made on top of the one before: what did not change is not copied again."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from archive.backup.copies import (
    FILES,
    MANIFEST,
    BackupManifest,
    CopiedFile,
    copy_durably,
    dump_manifest,
    is_sound,
    read_manifest,
)
from machine.files import put_in_place, whole
from schema.errors import IntegrityError, StartError, StoppedError

LOCK = "backup.lock"


class FolderShelf:
    """See the module. Shape: `is_deep` reads older copies again before they count."""

    def __init__(self, folder: Path, *, is_deep: bool = False, is_read: bool = False) -> None:
        self._folder, self._is_deep = folder, is_deep
        self._lock: BinaryIO | None = None
        with _refusing(folder / LOCK):
            if not is_read:
                self._require_own()
                (folder / FILES).mkdir(parents=True, exist_ok=True)
            if not is_read or (folder / LOCK).is_file():  # a copy of a backup need not have it
                self._lock = (folder / LOCK).open("rb" if is_read else "ab")
                kind = fcntl.LOCK_SH if is_read else fcntl.LOCK_EX
                fcntl.flock(self._lock, kind | fcntl.LOCK_NB)
        path = folder / MANIFEST
        try:
            data = path.read_bytes() if path.exists() else None
        except OSError as error:
            raise IntegrityError(where=str(path), what=str(error.strerror)) from error
        self.manifest = None if data is None else read_manifest(data, str(path))
        self._listed = {each.stored for each in (self.manifest.files if self.manifest else ())}

    def _require_own(self) -> None:
        ours = {MANIFEST, f".{MANIFEST}.part", FILES, LOCK, "lost+found"}
        if self._folder.is_dir():
            others = sorted({path.name for path in self._folder.iterdir()} - ours)
            if others:
                raise StartError(what=f"{self._folder}: is no backup, it holds {others[0]}")

    def find(self, entry: CopiedFile) -> bool:
        """See Shelf. A copy that no list vouches for is read before it counts."""
        copy = self._folder / entry.stored
        if self._is_deep or entry.stored not in self._listed:
            return is_sound(copy, entry)
        return copy.is_file() and copy.stat().st_size == entry.size

    def put(self, entry: CopiedFile, file: BinaryIO) -> None:
        """See Shelf."""
        part = self.temporary("part")
        if copy_durably(file, entry.size, part) != entry.sha256:
            raise StoppedError(what=f"{entry.path}: changed while it was copied")
        try:
            os.utime(part, (entry.modified, entry.modified))
            part.chmod(0o444)
            put_in_place(part, self._folder / entry.stored)
        except OSError as error:
            raise StoppedError(what=f"{part}: cannot be kept: {error.strerror}") from error

    def keep(self, entry: CopiedFile) -> None:
        """See Shelf. It lies there already."""

    def temporary(self, name: str) -> Path:
        """A name for a file that is only needed while the backup is made."""
        return self._folder / FILES / f".{name}"

    def open(self, entry: CopiedFile) -> BinaryIO:
        """See Shelf."""
        return (self._folder / entry.stored).open("rb")

    def finish(self, manifest: BackupManifest) -> None:
        """See Shelf."""
        named = {Path(entry.stored).name for entry in manifest.files}
        try:
            with whole(self._folder / MANIFEST) as file:
                file.write(dump_manifest(manifest))
            for path in (self._folder / FILES).iterdir():
                if path.name not in named and path.is_file():
                    path.unlink()
        except OSError as error:
            raise StoppedError(what=f"{self._folder}: cannot be written: {error}") from error

    def close(self) -> None:
        """See Shelf."""
        if self._lock is not None:
            self._lock.close()


@contextmanager
def _refusing(lock: Path) -> Iterator[None]:
    """Who else writes there, or what the disk refuses, told as a reason not to begin."""
    try:
        yield
    except BlockingIOError as error:
        raise StartError(what=f"{lock}: a backup is being written or read there") from error
    except OSError as error:
        raise StartError(what=f"{lock}: cannot be written to: {error.strerror}") from error

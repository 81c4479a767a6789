"""A backup in a folder, made on top of the one before: what did not change is not copied again."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterable
from pathlib import Path
from typing import BinaryIO

from archive.backup.copies import (
    FILES,
    MANIFEST,
    Entry,
    Manifest,
    copy_durably,
    dump_manifest,
    is_sound,
    read_file,
    read_manifest,
    stored_name,
)
from machine.files import fsync_folder
from schema.errors import IntegrityError, StartError, StoppedError

LOCK = "backup.lock"


class FolderShelf:
    """See the module. Shape: `is_deep` reads older copies again before they count."""

    def __init__(self, folder: Path, *, is_deep: bool = False, is_read: bool = False) -> None:
        self._folder, self._is_deep = folder, is_deep
        self._lock: BinaryIO | None = None
        if is_read:
            self._require_rest()
        else:
            self._require_own()
            self._take()
        path = folder / MANIFEST
        try:
            data = path.read_bytes() if path.exists() else None
        except OSError as error:
            raise IntegrityError(where=str(path), what=str(error.strerror)) from error
        self.manifest = None if data is None else read_manifest(data, str(path))
        self._known = {e.stored: e for e in (self.manifest.files if self.manifest else ())}

    def _require_rest(self) -> None:
        """Hold off a backup that would take copies away while they are read."""
        path = self._folder / LOCK
        if not path.is_file():
            return  # a copy of a backup need not have it
        try:
            self._lock = path.open("rb")
            fcntl.flock(self._lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise StartError(what=f"{path}: a backup is being written there") from error
        except OSError as error:
            raise StartError(what=f"{path}: cannot be read: {error.strerror}") from error

    def _require_own(self) -> None:
        ours = {MANIFEST, f".{MANIFEST}.part", FILES, LOCK, "lost+found"}
        if self._folder.is_dir():
            others = sorted({path.name for path in self._folder.iterdir()} - ours)
            if others:
                raise StartError(what=f"{self._folder}: is no backup, it holds {others[0]}")

    def _take(self) -> None:
        """Make the folder ours for this backup."""
        path = self._folder / LOCK
        try:
            (self._folder / FILES).mkdir(parents=True, exist_ok=True)
            self._lock = path.open("ab")
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise StartError(what=f"{path}: another backup is being written there") from error
        except OSError as error:
            what = f"{self._folder}: cannot be written to: {error.strerror}"
            raise StartError(what=what) from error

    def find(self, path: str, size: int, sha256: str) -> Entry | None:
        """See Shelf. A copy that no manifest vouches for is read before it counts."""
        stored = stored_name(path, sha256)
        copy = self._folder / stored
        known = self._known.get(stored)
        if known is not None and known.sha256 == sha256 and not self._is_deep:
            has_copy = copy.is_file() and copy.stat().st_size == size
        else:
            has_copy = is_sound(copy, size, sha256)
        if not has_copy:
            return None
        return Entry(
            path=path, stored=stored, size=size, sha256=sha256, modified=int(copy.stat().st_mtime)
        )

    def put(self, path: str, source: Path, length: int, *, is_linked: bool = False) -> Entry:
        """See Shelf."""
        part = self._folder / FILES / ".part"
        reading = read_file(source, length)
        modified = int(source.stat().st_mtime)
        part.unlink(missing_ok=True)
        if is_linked and self._link(source, part):
            sha256 = reading.rest()
        else:
            sha256 = copy_durably(reading, part)
        stored = stored_name(path, sha256)
        try:
            if not is_linked:
                os.utime(part, (modified, modified))
                part.chmod(0o444)
            part.rename(self._folder / stored)
            part.unlink(missing_ok=True)  # a link to the same file is not renamed but left
            fsync_folder(part.parent)
        except OSError as error:
            raise StoppedError(what=f"{part}: cannot be kept: {error.strerror}") from error
        return Entry(path=path, stored=stored, size=length, sha256=sha256, modified=modified)

    @staticmethod
    def _link(source: Path, part: Path) -> bool:
        try:
            os.link(source, part)
        except OSError:
            return False  # another file system, or one without links: it is copied
        return True

    def keep(self, entry: Entry) -> Entry:
        """See Shelf. It lies there already."""
        return entry

    def temporary(self, name: str) -> Path:
        """A name for a file that is only needed while the backup is made."""
        return self._folder / FILES / f".{name}"

    def open(self, entry: Entry) -> BinaryIO:
        """See Shelf."""
        return (self._folder / entry.stored).open("rb")

    def finish(self, manifest: Manifest) -> None:
        """See Shelf."""
        part = self._folder / f".{MANIFEST}.part"
        try:
            with part.open("wb") as file:
                file.write(dump_manifest(manifest))
                file.flush()
                os.fsync(file.fileno())
            part.rename(self._folder / MANIFEST)
            fsync_folder(self._folder)
            self._remove_others(entry.stored for entry in manifest.files)
        except OSError as error:
            raise StoppedError(what=f"{part}: cannot be written: {error.strerror}") from error

    def _remove_others(self, stored: Iterable[str]) -> None:
        named = {Path(each).name for each in stored}
        for path in (self._folder / FILES).iterdir():
            if path.name not in named and path.is_file():
                path.unlink()

    def close(self) -> None:
        """See Shelf."""
        if self._lock is not None:
            self._lock.close()

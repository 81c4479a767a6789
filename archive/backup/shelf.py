"""What a backup is written to and read from: a folder, or one tar file that holds the same.

A folder is made on top of the one before: what did not change is not copied again. A tar file is
written whole beside the earlier one, read again, then renamed; it is filled copy by copy and not
packed from a folder, which would need the home's room once more.
"""

from __future__ import annotations

import fcntl
import os
import tarfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from io import BytesIO
from pathlib import Path
from typing import BinaryIO, cast

from archive.backup.copies import (
    FILES,
    BackupManifest,
    CopiedFile,
    copy_durably,
    forget,
    is_sound,
    read_manifest,
    writing,
)
from machine.files import put_in_place, whole
from schema.errors import StartError, StoppedError

TAR = ".tar"
LOCK = "backup.lock"
MANIFEST = "backup.json"


class FolderShelf:
    """A backup in a folder. Shape: `is_deep` reads older copies again before they count.

    `ledger` is a place for one that is only needed while the backup is made.
    Absent: `manifest`, the list of the backup made before, is None where there is none.
    """

    def __init__(self, folder: Path, held: ExitStack, *, is_read: bool, is_deep: bool) -> None:
        self._folder, self._is_deep = folder, is_deep
        self.ledger, self.part = (folder / FILES / f".{name}" for name in ("ledger", "part"))
        self.manifest: BackupManifest | None = None
        with _refusing(folder / LOCK):
            if not is_read:
                self._require_own()
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)  # the ledger is private
                (folder / FILES).mkdir(exist_ok=True)
            if not is_read or (folder / LOCK).is_file():  # a copy of a backup need not have it
                _lock(folder / LOCK, held, is_read=is_read)
        path = folder / MANIFEST
        if path.exists():
            self.manifest = read_manifest(lambda: path.open("rb"), str(path))
        self._listed = {each.stored for each in (self.manifest.files if self.manifest else ())}

    def _require_own(self) -> None:
        ours = {MANIFEST, f".{MANIFEST}.part", FILES, LOCK, "lost+found"}
        there = {path.name for path in self._folder.iterdir()} if self._folder.is_dir() else set()
        if there - ours:
            raise StartError(what=f"{self._folder}: is no backup, it holds {min(there - ours)}")

    def find(self, entry: CopiedFile) -> bool:
        """Whether this copy is there; one that no list vouches for is read before it counts."""
        copy = self._folder / entry.stored
        if self._is_deep or entry.stored not in self._listed:
            return is_sound(entry, self.open)
        return copy.is_file() and copy.stat().st_size == entry.size

    def put(self, entry: CopiedFile, file: BinaryIO) -> None:
        """Copy a file durably. Raises: StoppedError where it cannot be kept as it is."""
        if copy_durably(file, entry.size, self.part) != entry.sha256:
            raise StoppedError(what=f"{entry.path}: changed while it was copied")
        with writing(self.part):
            os.utime(self.part, (entry.modified, entry.modified))
            self.part.chmod(0o400)
            put_in_place(self.part, self._folder / entry.stored)

    def open(self, entry: CopiedFile) -> BinaryIO:
        """A copy, to be read. Raises: one of UNREADABLE."""
        return (self._folder / entry.stored).open("rb")

    def finish(self, manifest: BackupManifest) -> None:
        """Make the copies of `manifest` the backup; what it does not name goes."""
        named = {Path(entry.stored).name for entry in manifest.files}
        with writing(self._folder):
            with whole(self._folder / MANIFEST) as file:
                file.write(manifest.dumped())
            for path in (self._folder / FILES).iterdir():
                if path.name not in named and path.is_file():
                    path.unlink()


class TarShelf:
    """A backup in one file, with the same names; all of it is new each time."""

    def __init__(self, path: Path, held: ExitStack, *, is_read: bool, is_deep: bool) -> None:
        self._path, self._held, self._put = path, held, set[str]()
        self.ledger, self.part = (path.with_name(f".{path.name}.{n}") for n in ("ledger", "part"))
        self.manifest: BackupManifest | None = None
        if is_read or path.exists():
            self.manifest = read_manifest(self._open_list, str(path))
        if not is_read:
            with _refusing(path):
                path.parent.mkdir(parents=True, exist_ok=True)
                self._file = _lock(self.part, held, is_read=False, mode=0o640)
                self._file.truncate(0)
            self._out = tarfile.TarFile(fileobj=self._file, mode="w", format=tarfile.PAX_FORMAT)

    def _open_list(self) -> BinaryIO:
        self._tar = self._held.enter_context(tarfile.TarFile(self._path))
        return _member(self._tar, MANIFEST)

    def find(self, entry: CopiedFile) -> bool:
        """Whether this copy was put there already: no file holds it twice."""
        return entry.stored in self._put

    def put(self, entry: CopiedFile, file: BinaryIO) -> None:
        """Copy a file; that it is as it should be is seen when all of the tar is there."""
        self._put.add(entry.stored)
        self._add(entry.stored, entry.size, entry.modified, file)

    def _add(self, name: str, size: int, modified: int, file: BinaryIO) -> None:
        info = tarfile.TarInfo(name)
        info.size, info.mtime, info.mode = size, modified, 0o444
        with writing(self.part):
            self._out.addfile(info, file)

    def open(self, entry: CopiedFile) -> BinaryIO:
        """A copy in the earlier file, to be read. Raises: one of UNREADABLE."""
        return _member(self._tar, entry.stored)

    def finish(self, manifest: BackupManifest) -> None:
        """Give the file its name, once every copy was read again from it."""
        data = manifest.dumped()
        self._add(MANIFEST, len(data), 0, BytesIO(data))
        with writing(self.part):
            self._out.close()
            self._file.flush()
            os.fsync(self._file.fileno())
            forget(self.part)
            with tarfile.open(self.part, "r:") as tar:
                for entry in manifest.files:
                    if not is_sound(entry, lambda each: _member(tar, each.stored)):
                        raise StoppedError(what=f"{self.part}: {entry.path} does not read back")
            put_in_place(self.part, self._path)


Shelf = FolderShelf | TarShelf


@contextmanager
def shelf_at(place: Path, *, is_read: bool = False, is_deep: bool = False) -> Iterator[Shelf]:
    """A backup to be read, or to be made and renewed.

    Raises: StartError where there is none, or it is not ours to write.
    """
    is_tar = place.suffix == TAR and not place.is_dir()
    if place.exists() and not (is_tar or place.is_dir()):
        raise StartError(what=f"{place}: is neither a folder nor a file whose name ends in {TAR}")
    with ExitStack() as held:
        kind = TarShelf if is_tar else FolderShelf
        shelf = kind(place, held, is_read=is_read, is_deep=is_deep)
        try:
            yield shelf
        finally:
            for path in () if is_read else (shelf.ledger, shelf.part):
                path.unlink(missing_ok=True)  # a killed backup may have left one


@contextmanager
def _refusing(path: Path) -> Iterator[None]:
    """Who else writes there, or what the disk refuses, told as a reason not to begin."""
    try:
        yield
    except BlockingIOError as error:
        raise StartError(what=f"{path}: a backup is being written or read there") from error
    except OSError as error:
        raise StartError(what=f"{path}: cannot be written to: {error.strerror}") from error


def _lock(path: Path, held: ExitStack, *, is_read: bool, mode: int = 0o666) -> BinaryIO:
    flags = os.O_RDONLY if is_read else os.O_RDWR | os.O_CREAT
    file = os.fdopen(os.open(path, flags, mode), "rb" if is_read else "r+b")
    held.callback(_close, file)
    fcntl.flock(file, (fcntl.LOCK_SH if is_read else fcntl.LOCK_EX) | fcntl.LOCK_NB)
    return file


def _close(file: BinaryIO) -> None:
    with suppress(OSError):  # what it could not write was told already
        file.close()


def _member(tar: tarfile.TarFile, name: str) -> BinaryIO:
    file = tar.extractfile(name)
    if file is None:
        raise FileNotFoundError(name)
    return cast(BinaryIO, file)

"""A backup in one tar file: written whole beside the earlier one, read again, then renamed."""

from __future__ import annotations

import fcntl
import hashlib
import os
import tarfile
from contextlib import suppress
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

from archive.backup.copies import (
    MANIFEST,
    PIECE,
    Entry,
    Manifest,
    Reading,
    dump_manifest,
    forget,
    read_file,
    read_manifest,
    stored_name,
)
from machine.files import fsync_folder
from schema.errors import IntegrityError, StartError, StoppedError


class TarShelf:
    """See the module."""

    def __init__(self, path: Path, *, is_read: bool = False) -> None:
        self._path = path
        self._part = path.with_name(f".{path.name}.part")
        self._tar: tarfile.TarFile | None = None
        self._entries: dict[str, Entry] = {}
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

    def _read_manifest(self) -> Manifest:
        try:
            self._tar = tarfile.TarFile(self._path)
            member = self._tar.extractfile(MANIFEST)
        except (OSError, tarfile.TarError, KeyError) as error:
            raise IntegrityError(where=str(self._path), what="not a whole backup") from error
        return read_manifest(member.read() if member else b"", str(self._path))

    def find(self, path: str, size: int, sha256: str) -> Entry | None:
        """See Shelf."""
        return self._entries.get(stored_name(path, sha256))

    def put(self, path: str, source: Path, length: int, *, is_linked: bool = False) -> Entry:
        """See Shelf. The name needs the SHA-256, so the file is read twice."""
        sha256 = read_file(source, length).rest()
        modified = int(source.stat().st_mtime)
        entry = Entry(
            path=path,
            stored=stored_name(path, sha256),
            size=length,
            sha256=sha256,
            modified=modified,
        )
        return self._take(entry, read_file(source, length))

    def keep(self, entry: Entry) -> Entry:
        """See Shelf. It is copied out of the earlier file, which this one replaces."""
        if self._read(entry).rest() != entry.sha256:
            raise IntegrityError(
                where=f"{entry.stored} in {self._path}",
                what="is damaged, and the home has no sound one; give --to a new place",
            )
        return self._take(entry, self._read(entry))

    def _read(self, entry: Entry) -> Reading:
        return Reading(f"{entry.stored} in {self._path}", lambda: self.open(entry), entry.size)

    def _take(self, entry: Entry, data: Reading) -> Entry:
        info = tarfile.TarInfo(entry.stored)
        info.size, info.mtime, info.mode = entry.size, entry.modified, 0o444
        self._add(info, data)
        self._entries[entry.stored] = entry
        return entry

    def _add(self, info: tarfile.TarInfo, data: Reading | BytesIO) -> None:
        try:
            self._out.addfile(info, data)
        except IntegrityError as error:
            raise StoppedError(what=f"{error}; it changed while it was copied") from error
        except OSError as error:
            what = f"{self._part}: cannot be written: {error.strerror}"
            raise StoppedError(what=what) from error

    def temporary(self, name: str) -> Path:
        """A name for a file that is only needed while the backup is made."""
        return self._path.with_name(f".{self._path.name}.{name}")

    def open(self, entry: Entry) -> BinaryIO:
        """See Shelf."""
        if self._tar is None:
            raise FileNotFoundError(entry.stored)
        file = self._tar.extractfile(entry.stored)
        if file is None:
            raise FileNotFoundError(entry.stored)
        return file  # type: ignore[return-value]

    def finish(self, manifest: Manifest) -> None:
        """See Shelf. Every copy is read again from the file before it gets its name."""
        data = dump_manifest(manifest)
        info = tarfile.TarInfo(MANIFEST)
        info.size, info.mode = len(data), 0o444
        self._add(info, BytesIO(data))
        try:
            self._out.close()
            self._file.flush()
            os.fsync(self._file.fileno())
            forget(self._file.fileno())
            self._require_sound(manifest)
            self._part.rename(self._path)
            fsync_folder(self._path.parent)
        except OSError as error:
            what = f"{self._part}: cannot be written: {error.strerror}"
            raise StoppedError(what=what) from error

    def _require_sound(self, manifest: Manifest) -> None:
        with tarfile.open(self._part, "r:") as tar:
            for entry in manifest.files:
                file = tar.extractfile(entry.stored)
                if file is None or _sha256(file) != entry.sha256:  # type: ignore[arg-type]
                    raise StoppedError(what=f"{self._part}: {entry.path} does not read back")

    def close(self) -> None:
        """See Shelf."""
        if self._tar is not None:
            self._tar.close()
        if hasattr(self, "_file"):
            with suppress(OSError):  # what it could not write was told already
                self._file.close()
            self._part.unlink(missing_ok=True)


def _sha256(file: BinaryIO) -> str:
    digest = hashlib.sha256()
    while data := file.read(PIECE):
        digest.update(data)
    return digest.hexdigest()

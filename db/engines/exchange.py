"""A home's files laid where machines without a common disk can reach them: `s3://`, any of fsspec.

An object store has no rename, and some writers publish half a file when they fail. So a file is
made whole on a disk first, put as one object, and read back by size and SHA-256.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any

from machine.files import whole
from schema.errors import IntegrityError, StoppedError


class FileExchange:
    """A folder of files by an fsspec address.

    Raises: StoppedError where the address cannot be opened, read or written.
    """

    def __init__(self, address: str) -> None:
        try:
            system, root = import_module("fsspec").core.url_to_fs(address)
        except (ImportError, ValueError) as error:
            raise StoppedError(what=f"{address}: cannot be opened: {error}") from error
        self._system: Any = system
        self._root = str(root).rstrip("/")

    def put(self, path: Path, name: str) -> None:
        """Lay a file there under a name, where it does not lie already.

        Raises: IntegrityError where what is then there is not the file.
        """
        data = path.read_bytes()
        if self._read(name) == data:
            return
        with self._errors():
            try:
                self._system.pipe_file(f"{self._root}/{name}", data)
            except FileNotFoundError:  # where folders must be made first
                self._system.makedirs(f"{self._root}/{name}".rpartition("/")[0], exist_ok=True)
                self._system.pipe_file(f"{self._root}/{name}", data)
        seen = self._read(name) or b""
        if (len(seen), hashlib.sha256(seen).digest()) != (len(data), hashlib.sha256(data).digest()):
            what = "what was read back is not what was put there"
            raise IntegrityError(where=f"{self._root}/{name}", what=what)

    def get(self, name: str, path: Path) -> bool:
        """Bring a file here; whether it is there."""
        data = self._read(name)
        if data is not None:
            with whole(path) as file:
                file.write(data)
        return data is not None

    def _read(self, name: str) -> bytes | None:
        # A listing of before, kept by the file system, would not show what others put there.
        self._system.invalidate_cache()
        with self._errors():
            try:
                return bytes(self._system.cat_file(f"{self._root}/{name}"))
            except FileNotFoundError:
                return None

    @contextmanager
    def _errors(self) -> Iterator[None]:
        """What the store refuses ends the build, which can be taken up again."""
        try:
            yield
        except OSError as error:
            raise StoppedError(what=f"{self._root}: {error}") from error

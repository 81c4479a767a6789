"""A file that a command makes for others: whole or not at all, and never inside a home."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from machine.files import whole
from schema.errors import StartError, StoppedError, UsageError


def require_outside(home: Path, path: Path, what: str) -> None:
    """Pass where a file would not lie inside the home; raises UsageError else."""
    if path.resolve().is_relative_to(home.resolve()):
        raise UsageError(what=f"{path}: {what} does not lie inside its home")


@contextmanager
def replacing(path: Path) -> Iterator[BinaryIO]:
    """A file to write that takes the place of an older one at the end.

    Raises: StartError when there is no such folder, StoppedError when the file cannot be
    written; the older one is then as it was.
    """
    if not path.parent.is_dir():
        raise StartError(what=f"{path.parent}: there is no such folder")
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with whole(path, part) as file:
            yield file
    except OSError as error:
        raise StoppedError(what=f"{path}: cannot be written: {error.strerror}") from error

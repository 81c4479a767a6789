"""Answers that belong in no segment, kept all the same, so that a person can look at them."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from archive.home import Home, fsync_folder
from schema.errors import StoppedError


def keep_aside(home: Home, url: str, data: bytes) -> Path:
    """Keep an answer of an address in quarantine, under a name of its own; gives the file.

    Raises: StoppedError when the disk does not take it.
    """
    number = 1
    while (path := home.quarantine / f"{_stem(url)}.{number}.http").exists():
        number += 1
    try:
        with path.open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        fsync_folder(home.quarantine)
    except OSError as error:
        path.unlink(missing_ok=True)
        raise StoppedError(what=f"{path}: cannot be written: {error.strerror}") from error
    return path


def kept_aside(home: Home, url: str) -> list[Path]:
    """The answers of an address that lie in quarantine, for whoever is to remove them."""
    return sorted(home.quarantine.glob(f"{_stem(url)}.*.http"))


def _stem(url: str) -> str:
    """Part of a file's name: the address itself may hold what no name may."""
    return hashlib.sha256(url.encode()).hexdigest()[:16]

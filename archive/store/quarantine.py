"""Answers that belong in no segment, kept all the same, so that a person can look at them."""

from __future__ import annotations

import hashlib
from pathlib import Path

from archive.home import Home
from machine.files import fsync_folder, synced, unused
from schema.errors import StoppedError


def keep_aside(home: Home, url: str, data: bytes) -> Path:
    """Keep an answer of an address in quarantine, under a name of its own; gives the file.

    Raises: StoppedError when the disk does not take it.
    """
    path = unused(home.quarantine, _stem(url), ".http")
    try:
        with synced(path, "xb") as file:
            file.write(data)
        fsync_folder(home.quarantine)
    except OSError as error:
        raise StoppedError(what=f"{path}: cannot be written: {error.strerror}") from error
    return path


def kept_aside(home: Home, url: str) -> list[Path]:
    """The answers of an address that lie in quarantine, for whoever is to remove them."""
    return sorted(home.quarantine.glob(f"{_stem(url)}.*.http"))


def _stem(url: str) -> str:
    """Part of a file's name: the address itself may hold what no name may."""
    return hashlib.sha256(url.encode()).hexdigest()[:16]

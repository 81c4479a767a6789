"""The files that an import is given: those named, and all that lie in the folders that are."""

from __future__ import annotations

import glob
import os
from collections.abc import Sequence
from pathlib import Path

from crawler.sources.sidecars import OPEN, sidecar
from schema.errors import UsageError


def real(path: Path) -> Path:
    """The path without links; one that leads in a circle is given as far as it goes."""
    return Path(os.path.realpath(path))


def shown(path: Path) -> str:
    """The path as it is written down: bytes of its name that are no UTF-8 as their numbers."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")


def matched(named: str) -> list[Path]:
    """The paths that a pattern fits, sorted; itself where it is none, or fits nothing."""
    path = Path(named)
    found = [] if path.exists() else sorted(map(Path, glob.glob(named, recursive=True)))
    # What lies in a folder that is named as well comes with it.
    folders = {each for each in found if each.is_dir()}
    return [each for each in found if folders.isdisjoint(each.parents)] or [path]


def find_files(paths: Sequence[Path]) -> list[Path]:
    """The files named, and all in the folders named, sorted."""
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            found += sorted(p for p in path.rglob("*") if p.is_symlink() or not p.is_dir())
        else:
            found.append(path)
    return found


def require_files(paths: Sequence[Path], files: Sequence[Path]) -> None:
    """Raises: UsageError naming the folders where all that was named holds no file to read.

    Pictures, logs and the like are none: a folder that holds them alone was not meant.
    """
    if not any(file in paths or sidecar(file) in (None, OPEN) for file in files):
        named = ", ".join(map(str, paths))
        what = (
            "holds no file named .html, .htm, .txt, .warc, .warc.gz, nor a container that is read"
        )
        raise UsageError(what=f"{named}: {what}")

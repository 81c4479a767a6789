"""The files that an import is given: those named, and in folders those of a kind that is known."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from schema.errors import UsageError

PAGES = {".html": "text/html", ".htm": "text/html", ".txt": "text/plain"}
WARCS = (".warc", ".warc.gz")


def real(path: Path) -> Path:
    """The path without links; one that leads in a circle is given as far as it goes."""
    return Path(os.path.realpath(path))


def shown(path: Path) -> str:
    """The path as it is written down: bytes of its name that are no UTF-8 as their numbers."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")


def is_warc(path: Path) -> bool:
    """Whether a file's name says that it is a WARC file."""
    return path.name.lower().endswith(WARCS)


def find_files(paths: Sequence[Path]) -> list[Path]:
    """The files named, and in folders those whose names say what they are, sorted."""
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            inside = (p for p in path.rglob("*") if p.is_file() or p.is_symlink())
            found += sorted(p for p in inside if p.suffix.lower() in PAGES or is_warc(p))
        else:
            found.append(path)
    return found


def require_files(paths: Sequence[Path], files: Sequence[Path]) -> None:
    """Raises: UsageError naming the folders where all that was named holds nothing to read."""
    if not files:
        named = ", ".join(map(str, paths))
        raise UsageError(what=f"{named}: holds no file named {', '.join((*PAGES, *WARCS))}")


def read_urls_file(path: Path) -> dict[Path, str]:
    """The addresses that a file of `file<TAB>address` lines gives; by resolved path.

    A file is looked for beside the list, then from the present folder.
    Raises: UsageError for a line of another shape, or a list that cannot be read.
    """
    try:
        lines = path.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(what=f"{path}: cannot be read: {error}") from error
    found: dict[Path, str] = {}
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        name, tab, url = line.partition("\t")
        if not tab or not url.strip():
            raise UsageError(what=f"{path}: line {number} is not `file<TAB>address`")
        for place in (path.parent / name.strip(), Path(name.strip())):
            found.setdefault(real(place), url.strip())
    return found

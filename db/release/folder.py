"""The folder of a release: whether it is as it was made, and what `check` says of all of them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from archive import Home
from archive.takedown import Export, exports
from db.release.about import SUMS
from machine.files import file_sha256
from schema.published import FOLDER_TOMBSTONE

WITHDRAWN = (
    "the release was withdrawn; build, which ends what this home began. A restored copy of a home"
    " withdraws its releases too: if a build does not help, move the folder away and export again"
)


def folder_problems(export: Export) -> Iterator[tuple[str, str]]:
    """Each file that is missing or was changed, and which of the two.

    Shape: the folder is there, and the release was whole once.
    """
    folder = Path(export.folder)
    if (folder / FOLDER_TOMBSTONE).exists():
        yield FOLDER_TOMBSTONE, WITHDRAWN
        return
    sums = _sha256(folder / SUMS)
    if sums != export.sums_sha256:
        yield SUMS, _said(sums)
        return
    for line in (folder / SUMS).read_text("utf-8").splitlines():
        wanted, path = line.split("  ", 1)
        found = _sha256(folder / path)
        if found != wanted:
            yield path, _said(found)


def release_problems(home: Home) -> Iterator[tuple[str, str]]:
    """What is wrong with the folders of releases that stand and are there."""
    for each in exports(home):
        if each.is_whole and not each.withdrawn_at and Path(each.folder).is_dir():
            for path, what in folder_problems(each):
                yield f"{each.folder}/{path}", what


def _said(found: str | None) -> str:
    if found is None:
        return "it is missing from a release; put the release back whole, or remove its folder"
    return "it is not as it was released; put the release back whole, or remove its folder"


def _sha256(path: Path) -> str | None:
    """The hash of a file. Absent: None where it is not there, or is no file."""
    try:
        return file_sha256(path)
    except (FileNotFoundError, IsADirectoryError, NotADirectoryError):
        return None

"""Which edition a release is: one that was made before of the same, or the next of its day.

Editions are counted by the ledger: a number is never given twice, be its folder withdrawn or gone.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from archive.takedown import Export
from db.release.about import DATABASE
from db.release.changes import is_comparable
from db.release.folder import folder_problems
from schema.errors import IntegrityError, StartError, UsageError


@dataclass(frozen=True, slots=True)
class WantedRelease:
    """What a release is to be. Absent: `since` is None where the release before is meant."""

    is_facts: bool
    base: str | None
    since: str | None
    date: str
    """The day of the newest capture."""
    database_sha256: str

    @property
    def kind(self) -> str:
        """What its name ends in."""
        return "-facts" if self.is_facts else ""


def same_editions(known: Iterable[Export], wanted: WantedRelease) -> list[Export]:
    """The folders of releases that stand and are just what is wanted, the first made first."""
    return [
        each
        for each in known
        if each.is_whole
        and each.withdrawn_at is None
        and each.database_sha256 == wanted.database_sha256
        and each.base == wanted.base
        and wanted.since in (None, each.since)
    ]


def is_sound(export: Export) -> bool:
    """Whether the folder is there, and byte for byte as it was made."""
    return Path(export.folder).is_dir() and not any(folder_problems(export))


def next_name(known: Iterable[Export], out: Path, wanted: WantedRelease) -> str:
    """The date with the first number after all that were given; no folder has this name."""
    given = {each.release for each in known if each.is_whole or each.withdrawn_at}
    number = 1
    while (name := f"{wanted.date}.{number}{wanted.kind}") in given or (out / name).exists():
        number += 1
    return name


def release_before(known: list[Export], wanted: WantedRelease, database: Path) -> Export | None:
    """The release to compare with: the one that was named, or the last of the kind that is there.

    Absent: None where none was named, and none is there or none has the same tables.
    Raises: as `require_before`; IntegrityError when the last one was changed.
    """
    if wanted.since is not None:
        return require_before(known, wanted, database)
    for each in reversed(known):
        is_other = each.is_facts != wanted.is_facts or each.release[:10] > wanted.date
        is_same = each.database_sha256 == wanted.database_sha256
        stands = each.is_whole and each.withdrawn_at is None and Path(each.folder).is_dir()
        if stands and not is_other and not is_same:
            _require_sound(each)
            return each if is_comparable(database_of(each), database) else None
    return None


def require_before(known: list[Export], wanted: WantedRelease, database: Path) -> Export:
    """The release that was named.

    Raises: UsageError when there is none of that name, or it is of the other kind; StartError when
    it was withdrawn, is not where it was, or has other tables; IntegrityError when it was changed.
    """
    name = wanted.since
    found = [each for each in known if each.release == name and each.is_whole]
    if not found:
        raise UsageError(what=f"{name}: no release of this archive")
    if found[0].is_facts != wanted.is_facts:
        what = "is compared with one of its own kind; --facts makes one of facts"
        raise UsageError(what=f"{name}: a release {what}")
    if any(each.withdrawn_at for each in found):
        raise StartError(what=f"{name}: it was withdrawn, so nothing is compared with it")
    there = [each for each in found if Path(each.folder).is_dir()]
    if not there:
        raise StartError(what=f"{found[-1].folder}: the release is not there any more")
    _require_sound(there[-1])
    if not is_comparable(database_of(there[-1]), database):
        what = "its tables are of another edition than those of now, so rows cannot be compared"
        raise StartError(what=f"{name}: {what}")
    return there[-1]


def database_of(export: Export) -> Path:
    """The database of a release."""
    return Path(export.folder) / DATABASE


def _require_sound(export: Export) -> None:
    for path, what in folder_problems(export):
        raise IntegrityError(where=f"{export.folder}/{path}", what=what)

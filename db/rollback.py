"""Going back to an edition published before: the link is moved, and no database is changed.

What is left for an older one is set aside, which its manifest says: a build that makes it once more
leaves it so, and publishes whatever else comes of the archive.

Order: marks durable, then the link moved; killed in between, the same command does the rest.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from archive import Home
from db.publish.publish import (
    is_set_aside,
    read_tombstone,
    require_link,
    whole_manifest,
    write_record,
)
from db.takedown.withdraw import withdraw
from machine.clock import stamp
from machine.files import point
from schema.errors import StartError
from schema.published import CURRENT, Manifest, manifest_path


@dataclass(frozen=True, slots=True)
class Rollback:
    """What is shown in whose place; both are file names.

    Absent: `left` is None where what was current does not stand, the numbers of comparisons where
    no manifest tells them.
    """

    shown: str
    left: str | None
    comparisons: int | None
    comparisons_left: int | None
    is_set_aside: bool
    """Whether what was left is published by no build again."""


def roll_back(
    home: Home, to: str | None, *, require: Callable[[Path], object], is_dry: bool = False
) -> Rollback:
    """Make an edition current that was published before: the one of that name, else the one before.

    Shape: `require` raises where a file may not be shown, and so nothing is moved.
    Raises: StartError where there is none, it was withdrawn, or a build runs; as `require`.
    """
    require_link(home)
    _current(home)  # where nothing is, no lock is made
    with home.lock("build"):
        current = _current(home)
        if home.ledger.is_file() and not is_dry:  # what a killed take-down left undone
            withdraw(home)
        path = _named(home, to) if to else _before(home, current)
        require(path)
        left = whole_manifest(current) if current != path else None
        found = whole_manifest(path)
        is_older = left is not None and _made_at(path) < _made_at(current)
        if not is_dry:
            _mark(path, found, None)
            if is_older:
                _mark(current, left, stamp())
            point(home.public / CURRENT, path.name)
    return Rollback(
        shown=path.name,
        left=current.name if current != path and current.exists() else None,
        comparisons=_comparisons(found),
        comparisons_left=_comparisons(left),
        is_set_aside=is_older,
    )


def _current(home: Home) -> Path:
    current = home.current()
    if current is None:
        raise StartError(what=f"{home.public}: nothing is published, so there is no way back")
    return current


def _before(home: Home, current: Path) -> Path:
    """The newest edition before the current one that stands and was not set aside."""
    editions = home.editions()
    if current in editions:
        editions = editions[editions.index(current) + 1 :]
    for path in editions:
        if not is_set_aside(path):
            return path
    what = f"{current}: no edition before this one stands: none was published, `prune` removed it"
    raise StartError(what=f"{what} or it was withdrawn")


def _named(home: Home, name: str) -> Path:
    """The edition of this name, with or without its ending."""
    stands = {path.name: path for path in home.editions()}
    full = f"{name.removesuffix('.db')}.db"
    if full in stands:
        return stands[full]
    tombstone = read_tombstone(home.public / full) if Path(full).name == full else None
    if tombstone is not None:
        why = "; ".join(f"{each.date}: {each.reason}" for each in tombstone.reasons)
        raise StartError(what=f"{home.public / full}: withdrawn on {why}")
    listed = ", ".join(stands) or "none"
    raise StartError(what=f"{home.public}: no edition {full!r} stands here; there are: {listed}")


def _mark(path: Path, manifest: Manifest | None, set_aside_at: str | None) -> None:
    if manifest is not None and manifest.set_aside_at != set_aside_at:
        marked = manifest.model_copy(update={"set_aside_at": set_aside_at})
        write_record(manifest_path(path), marked)


def _made_at(path: Path) -> int:
    return path.stat().st_mtime_ns


def _comparisons(manifest: Manifest | None) -> int | None:
    return None if manifest is None else manifest.rows.get("comparison")

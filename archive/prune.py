"""Making room in a home: what can be made again or is no longer needed, and nothing else.

Archived bytes, the ledger, tombstones, and what is published now are never looked at for removal,
and a database that a server shows stays with its manifest: a take-down must find both.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from itertools import chain
from pathlib import Path
from stat import S_ISREG
from typing import Literal

from archive.home import NO_ARCHIVE, TRIAL, Home
from machine.clock import now
from schema.errors import StartError
from schema.published import manifest_path, pages_path

KEEP = 5
"""So many published databases stay, those that were withdrawn not counted."""
DAYS = 90
"""Logs and quarantine stay so long. Units: days."""
PrunedKind = Literal["public", "records", "logs", "quarantine"]


@dataclass(frozen=True, slots=True)
class Removed:
    """One file that went, or would go. Units: bytes."""

    kind: PrunedKind
    path: str
    bytes: int


def prune(
    home: Home,
    *,
    present: tuple[str, ...],
    keep: int = KEEP,
    days: int = DAYS,
    is_dry: bool = False,
    progress: Callable[[str, int, int], None] | None = None,
) -> list[Removed]:
    """Remove old databases, record files, logs and quarantine; gives what went.

    `present` are the ends of the names of the present parser's record files.
    Raises: StartError without a home, or while a build runs; IntegrityError where its ledger is
    lost.
    """
    home.require_ledger()
    if not home.ledger.is_file():
        raise StartError(what=f"{home.ledger}: {NO_ARCHIVE}")
    found = []
    with home.lock("build"):
        # One by one: a database is locked from the moment it is found until it is gone, and
        # goes before its manifest: one without the other is never a database unexplained.
        for each in chain(
            _databases(home, keep), _leftovers(home), _records(home, present), _old(home, days)
        ):
            found.append(each)
            if progress is not None:
                progress("looked at" if is_dry else "removed", len(found), 0)
            if not is_dry:
                (home.path / each.path).unlink(missing_ok=True)
    return found


def _databases(home: Home, keep: int) -> Iterator[Removed]:
    """Published databases but the current and the newest, each with its pages and manifest."""
    current = home.current()
    if current is None or not current.exists():
        return  # what is current is not known, so any might be
    others = [path for path in home.editions() if path.name != current.name]
    for path in others[max(keep, 1) - 1 :]:
        with _unread(path) as is_unread:
            if is_unread:
                for beside in (pages_path(path), path, manifest_path(path)):
                    if beside.is_file():
                        yield _removed(home, "public", beside)


@contextmanager
def _unread(path: Path) -> Iterator[bool]:
    """Whether no server shows a database; none can begin to before this is left."""
    with ExitStack() as held:
        try:
            handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
            held.callback(os.close, handle)
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:  # a server's lock, or a file that is not ours to open: nobody can tell
            yield False
        else:
            yield True


def _leftovers(home: Home) -> Iterator[Removed]:
    """What a build left that was killed: nothing published has a name with a dot in front."""
    for path in _files(home.public, ".*"):
        if not path.name.startswith(TRIAL):
            yield _removed(home, "public", path)


def _records(home: Home, present: tuple[str, ...]) -> Iterator[Removed]:
    """Record files of other parsers, and what a killed build left of one."""
    for pattern in ("*.jsonl.*", "*.part"):
        for path in _files(home.records, pattern):
            if not path.name.endswith(present):
                yield _removed(home, "records", path)


def _old(home: Home, days: int) -> Iterator[Removed]:
    oldest = (now() - timedelta(days=days)).timestamp()
    logs = sorted(_files(home.logs, "*.jsonl"), key=lambda path: path.stat().st_mtime)
    kinds: list[tuple[PrunedKind, list[Path]]] = [
        ("logs", logs[:-1]),  # the newest may still be written
        ("quarantine", sorted(_files(home.quarantine, "*"))),
    ]
    for kind, paths in kinds:
        for path in paths:
            if path.stat().st_mtime < oldest:
                yield _removed(home, kind, path)


def _files(folder: Path, pattern: str) -> Iterator[Path]:
    """Plain files only: no link is followed and no folder entered."""
    for path in sorted(folder.glob(pattern)):
        if S_ISREG(path.lstat().st_mode):
            yield path


def _removed(home: Home, kind: PrunedKind, path: Path) -> Removed:
    return Removed(kind, str(path.relative_to(home.path)), path.stat().st_size)

"""What is wrong with take-downs: forgotten, not finished, or still there in what is published.

This module changes nothing and raises nothing for what it finds: it returns problems.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

from archive import Home
from archive.takedown import path_beside, require_all
from db.recognise.match import Taken
from db.takedown.files import dropped_of, published_files
from schema.errors import IntegrityError
from schema.published import is_named_by_build, tombstone_path


def withdrawal_problems(home: Home, taken: Taken) -> Iterator[tuple[str, str]]:
    """Where something is wrong, and what."""
    copy = path_beside(home.ledger)
    try:
        if not require_all(home):
            yield copy.name, "it does not say all that the ledger knows of take-downs; build"
    except IntegrityError as error:
        yield copy.name, str(error).removeprefix(f"{copy}: ")
    for each in taken.active:
        if each.matches.is_erasing and not each.is_erased:
            what = "its bytes are not erased yet; the same `takedown add` with --erase does it"
            yield f"take-down {each.id} of {each.target}", what
    for path in published_files(home):
        where = str(path.relative_to(home.public))
        if tombstone_path(path).exists():
            yield where, "it was withdrawn and is still there; build removes it"
        elif taken.ids:
            yield from ((where, what) for what in _held(path, taken))


def _held(path: Path, taken: Taken) -> Iterator[str]:
    try:
        for takedown in sorted(dropped_of(path, taken)):
            yield f"it holds what take-down {takedown} is about; build"
    except sqlite3.DatabaseError:
        if not is_named_by_build(path):  # `check` tells of the others
            yield "nobody can tell whether it holds what was taken down; move it away"

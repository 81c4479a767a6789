"""Withdrawing exported folders that hold what was taken down.

All of it can be done again after a crash at any point; needs the home's build lock.
"""

from __future__ import annotations

import json
import os
import sqlite3
from contextlib import closing, suppress
from pathlib import Path

from archive import Home
from archive.ledger import Ledger
from archive.takedown import Takedown, exports, mark_withdrawn
from db.recognise.match import Taken
from db.takedown.files import dropped_of, reasons
from machine.clock import stamp
from machine.files import fsync_folder, whole

FOLDER_TOMBSTONE = "WITHDRAWN.json"


def withdraw_exports(home: Home, taken: Taken) -> list[str]:
    """Withdraw every exported folder that holds what was taken down; gives the folders.

    A folder without a database of ours to look into is withdrawn too: nobody can tell. One that
    is not there is looked for again each time, as a disk may have been taken out.
    """
    names = []
    for export in exports(home):
        if export.withdrawn_at is not None or not _is_reachable(home, export.folder):
            continue
        by = _taken_in_folder(export.folder, taken)
        if by:
            withdraw_folder(export.folder, export.release, by)
            with closing(Ledger(home.ledger)) as ledger:
                mark_withdrawn(ledger, export.id)
            names.append(str(export.folder))
    return names


def _is_reachable(home: Home, folder: Path) -> bool:
    """Whether an exported folder is there, and does not hold the home itself."""
    return folder.is_dir() and not home.path.resolve().is_relative_to(folder.resolve())


def _taken_in_folder(folder: Path, taken: Taken) -> list[Takedown]:
    databases = sorted(folder.rglob("*.db"))
    found: set[int] = set()
    try:
        for path in databases:
            found |= dropped_of(path, taken).keys()
    except sqlite3.DatabaseError:
        databases = []
    return [each for each in taken.active if not databases or each.id in found]


def withdraw_folder(folder: Path, release: str, by: list[Takedown]) -> None:
    """Replace the files of an exported folder by a tombstone; links are not followed."""
    tombstone = folder / FOLDER_TOMBSTONE
    said = {
        "withdrawn": release,
        "withdrawn_at": stamp(),
        "reasons": [reason.model_dump() for reason in reasons(by)],
    }
    with whole(tombstone) as file:
        file.write(json.dumps(said, indent=1, ensure_ascii=False).encode())
    for place, folders, files in os.walk(folder, topdown=False):
        for name in files:
            if Path(place, name) != tombstone:
                Path(place, name).unlink()
        for name in folders:
            path = Path(place, name)
            with suppress(OSError):
                path.unlink() if path.is_symlink() else path.rmdir()
    fsync_folder(folder)

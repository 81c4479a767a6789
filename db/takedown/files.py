"""Withdrawing published databases and exported folders that hold what was taken down.

All of it can be done again after a crash at any point; needs the home's build lock. What `check`
says of it stands here too.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Collection, Iterator
from contextlib import closing
from pathlib import Path

from pydantic import ValidationError

from archive import Home
from archive.takedown import Export, Matches, exports, note_export, require_all, widen_takedown
from db.publish.publish import bury, whole_manifest, write_record
from db.recognise.match import TakedownMatcher
from db.rows.write import connect_read_only, id_suffix
from db.takedown.evidence import Evidence, published_files, read_database
from machine.clock import stamp
from machine.files import file_sha256, fsync_folder
from schema.errors import IntegrityError
from schema.published import (
    FOLDER_TOMBSTONE,
    TAKEDOWNS,
    Tombstone,
    TombstoneReason,
    Withdrawal,
    is_named_by_build,
    manifest_path,
    part_of_release,
    tombstone_path,
)

_KEYS = {
    "comparison": ("pages", "SELECT url FROM page WHERE id IN (SELECT page{id} FROM comparison)"),
    "card": ("cards", "SELECT key FROM card"),
    "quote": ("quotes", "SELECT key FROM quote"),
}
"""By guarded table: what `Matches` keeps of what was taken out of it, and what is there of it."""


def left_out(path: Path, taken: TakedownMatcher) -> dict[str, int]:
    """Number of rows of the guarded tables that a database lacks because of take-downs."""
    found = {}
    with closing(connect_read_only(path)) as connection:
        id_ = id_suffix(connection)
        for table, (kind, sql) in _KEYS.items():
            gone = {key for each in taken.active for key in getattr(each.matches, kind)}
            found[table] = len(gone - {key for (key,) in connection.execute(sql.format(id=id_))})
    return found


def withdraw_files(evidence: Evidence, taken: TakedownMatcher) -> list[str]:
    """Withdraw all that holds what was taken down; gives the names of files and folders."""
    home = evidence.home
    found = [path for path in published_files(home.public) if _withdraw(evidence, path, taken)]
    folders = [each.folder for each in exports(home) if _withdraw_folder(home, each, taken)]
    return [str(path.relative_to(home.public)) for path in found] + folders


def would_withdraw(evidence: Evidence, taken: TakedownMatcher) -> Iterator[str]:
    """The names of files and folders that hold what is to be taken down; nothing is changed."""
    home = evidence.home
    for path in published_files(home.public):
        held = None if tombstone_path(path).exists() else evidence.database(path)
        if held.shown.taken_by(taken) if held else is_named_by_build(path):
            yield str(path.relative_to(home.public))
    for each in exports(home):
        if each.withdrawn_at is None and Path(each.folder).is_dir():
            held_there = [read_database(path) for path in sorted(Path(each.folder).rglob("*.db"))]
            if not held_there or any(it is None or it.shown.taken_by(taken) for it in held_there):
                yield each.folder


def _withdraw(evidence: Evidence, path: Path, taken: TakedownMatcher) -> bool:
    if tombstone_path(path).exists():
        path.unlink()  # killed between the two
        return False
    manifest = whole_manifest(path)
    if manifest is not None and set(taken.ids) <= set(manifest.takedowns):
        return False
    held = evidence.database(path)
    if held is None and not is_named_by_build(path):
        return False  # perhaps no archive at all; `check` names it
    # Where nobody can tell what it holds, it goes, and can be made again.
    found = held.shown.taken_by(taken) if held else dict.fromkeys(taken.ids, Matches())
    if not found:
        if manifest is not None:  # nobody need look into it again
            looked = manifest.model_copy(update={"takedowns": taken.ids})
            write_record(manifest_path(path), looked)
        return False
    if path == evidence.home.current():
        # Let the next build know what is missing on purpose, before the file is gone.
        for each in taken.active:
            gone = found.get(each.id, Matches())
            if each.matches.joined(gone) != each.matches:
                widen_takedown(evidence.home, each, gone)
    tombstone = Tombstone(
        withdrawn=path.name,
        withdrawn_at=stamp(),
        reasons=_reasons(taken, found),
        sha256=manifest.sha256 if manifest else file_sha256(path),
        rows=held.rows if held else {},
        taken=manifest.taken if manifest else {},
        sites=held.sites if held else [],
        has_pages=bool(manifest and manifest.pages),
    )
    bury(path, tombstone)
    return True


def _withdraw_folder(home: Home, export: Export, taken: TakedownMatcher) -> bool:
    """Replace the files of an exported folder by a tombstone, where it holds what was taken."""
    folder = Path(export.folder)
    if (part := part_of_release(folder)).is_dir():  # its export was killed
        shutil.rmtree(part)
    # One that is not there, on a disk that was taken out perhaps, is looked for again each time.
    if not folder.is_dir() or home.path.resolve().is_relative_to(folder.resolve()):
        return False
    said = folder_tombstone(folder)
    if said is not None and export.withdrawn_at and len(list(folder.iterdir())) == 1:
        return False
    if said is None:
        found = _found_in(home, folder, export, taken)
        if not found:
            return False
        reasons = _reasons(taken, found)
        said = Withdrawal(withdrawn=export.release, withdrawn_at=stamp(), reasons=reasons)
        write_record(folder / FOLDER_TOMBSTONE, said)
    _empty(folder)
    reason = "; ".join(dict.fromkeys(each.reason for each in said.reasons))
    note_export(home, export.id, withdrawn_at=said.withdrawn_at, reason=reason)
    return True


def _empty(folder: Path) -> None:
    """Leave nothing but the tombstone; links are not followed."""
    for path in folder.iterdir():
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        elif path.name != FOLDER_TOMBSTONE:
            path.unlink()
    fsync_folder(folder)


def folder_tombstone(folder: Path) -> Withdrawal | None:
    """What is left of an exported folder that was withdrawn. Absent: None while it stands."""
    try:
        return Withdrawal.model_validate_json((folder / FOLDER_TOMBSTONE).read_bytes())
    except (OSError, ValidationError):
        return None  # one that cannot be read is written anew


def _found_in(home: Home, folder: Path, export: Export, taken: TakedownMatcher) -> set[int]:
    """The take-downs of which an exported folder holds something."""
    paths = sorted(folder.rglob("*.db"))
    is_as_made = bool(paths) and {file_sha256(path) for path in paths} == {export.database_sha256}
    if is_as_made and set(taken.ids) <= set(json.loads(export.looked)):
        return set()
    held = [read_database(path) for path in paths]
    if not held or None in held:
        return set(taken.ids)  # nobody can tell what it holds
    found = {number for each in held if each for number in each.shown.taken_by(taken)}
    if is_as_made and not found:  # nobody need look into it again
        note_export(home, export.id, looked=json.dumps(taken.ids))
    return found


def _reasons(taken: TakedownMatcher, found: Collection[int]) -> list[TombstoneReason]:
    return [
        TombstoneReason(date=each.added_at, kind=each.kind, reason=each.reason)
        for each in taken.active
        if each.id in found
    ]


def withdrawal_problems(home: Home, taken: TakedownMatcher) -> Iterator[tuple[str, str]]:
    """Where take-downs are forgotten, not finished, or not heeded in what is published."""
    try:
        if not require_all(home):
            yield TAKEDOWNS, "it does not say all that the ledger knows of take-downs; build"
    except IntegrityError as error:
        yield TAKEDOWNS, str(error).removeprefix(f"{home.path / TAKEDOWNS}: ")
    for each in taken.active:
        if each.matches.is_erasing and not each.is_erased:
            what = "its bytes are not erased yet; the same `takedown add` with --erase does it"
            yield f"take-down {each.id} of {each.target}", what
    for path in published_files(home.public):
        where = str(path.relative_to(home.public))
        if tombstone_path(path).exists():
            yield where, "it was withdrawn and is still there; build removes it"
        elif taken.ids:
            held = read_database(path)
            for takedown in sorted(held.shown.taken_by(taken)) if held else ():
                yield where, f"it holds what take-down {takedown} is about; build"
            if held is None and not is_named_by_build(path):  # `check` tells of the others
                yield where, "nobody can tell whether it holds what was taken down; move it away"

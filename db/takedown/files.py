"""Withdrawing published databases and exported folders that hold what was taken down.

All of it can be done again after a crash at any point; needs the home's build lock. What `check`
says of it stands here too.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import closing, suppress
from pathlib import Path

from archive import Home
from archive.takedown import (
    Export,
    Matches,
    Takedown,
    exports,
    mark_withdrawn,
    path_beside,
    require_all,
    widen_takedown,
)
from db.publish.publish import bury, named, whole_manifest
from db.recognise.match import PageWords, TakedownMatcher
from db.rows.write import connect_read_only
from db.takedown.evidence import Evidence, Held, published_files, read_database
from machine.clock import stamp
from machine.files import file_sha256, fsync_folder, whole
from schema.errors import IntegrityError
from schema.published import (
    FOLDER_TOMBSTONE,
    Tombstone,
    TombstoneReason,
    Withdrawal,
    is_named_by_build,
    manifest_path,
    tombstone_path,
)
from schema.records import Record

_KEYS = {
    "comparison": ("pages", "SELECT url FROM page WHERE id IN (SELECT page FROM comparison)"),
    "card": ("cards", "SELECT key FROM card"),
    "quote": ("quotes", "SELECT key FROM quote"),
}
"""By guarded table: what `Matches` keeps of what was taken out of it, and what is there of it."""


def dropped(showings: Iterable[PageWords], taken: TakedownMatcher) -> dict[int, Matches]:
    """What each take-down takes out of what is shown: addresses, keys of cards and quotes."""
    found: dict[int, dict[str, set[str]]] = {}
    for showing in showings:
        for takedown, kind, value in taken.out_of(showing):
            found.setdefault(takedown, {}).setdefault(kind, set()).add(value)
    return {
        takedown: Matches.model_validate({kind: sorted(values) for kind, values in gone.items()})
        for takedown, gone in found.items()
    }


def taken_from(held: Held, taken: TakedownMatcher) -> dict[int, Matches]:
    """What each take-down takes out of a database; empty where it holds none of it."""
    cited = [taken.cited(detail) for detail in held.details]
    named_by = [taken.address(site, url) for site, url in held.addresses]
    nothing_shown = {each: Matches() for each in (*cited, *named_by) if each is not None}
    return nothing_shown | dropped(held.showings, taken)


def left_out(path: Path, taken: TakedownMatcher) -> dict[str, int]:
    """Number of rows of the guarded tables that a database lacks because of take-downs."""
    found = {}
    with closing(connect_read_only(path)) as connection:
        for table, (kind, sql) in _KEYS.items():
            gone = {key for each in taken.active for key in getattr(each.matches, kind)}
            found[table] = len(gone - {key for (key,) in connection.execute(sql)})
    return found


def withdraw_files(evidence: Evidence, taken: TakedownMatcher) -> list[str]:
    """Withdraw all that holds what was taken down; gives the names of files and folders."""
    home = evidence.home
    names = []
    for path in published_files(home.public):
        if tombstone_path(path).exists():
            path.unlink()  # killed between the two
        elif _withdraw(evidence, path, taken):
            names.append(str(path.relative_to(home.public)))
    for export in exports(home):
        if export.withdrawn_at is None and _is_reachable(home, Path(export.folder)):
            by = _taken_in_folder(Path(export.folder), taken)
            if by:
                withdraw_folder(export, by)
                mark_withdrawn(home, export.id)
                names.append(export.folder)
    return names


def _withdraw(evidence: Evidence, path: Path, taken: TakedownMatcher) -> bool:
    manifest = whole_manifest(path)
    if manifest is not None and set(taken.ids) <= set(manifest.takedowns):
        return False
    held = evidence.database(path)
    if held is None and not is_named_by_build(path):
        return False  # perhaps no archive at all; `check` names it
    # Where nobody can tell what it holds, it goes, and can be made again.
    found = taken_from(held, taken) if held else dict.fromkeys(taken.ids, Matches())
    if not found:
        if manifest is not None:  # nobody need look into it again
            _write(manifest_path(path), manifest.model_copy(update={"takedowns": taken.ids}))
        return False
    by = [each for each in taken.active if each.id in found]
    if path == named(evidence.home):
        # Let the next build know what is missing on purpose, before the file is gone.
        for each in by:
            if each.matches.joined(found[each.id]) != each.matches:
                widen_takedown(evidence.home, each, found[each.id])
    bury(
        path,
        Tombstone(
            withdrawn=path.name,
            withdrawn_at=stamp(),
            reasons=_reasons(by),
            sha256=manifest.sha256 if manifest else file_sha256(path),
            rows=held.rows if held else {},
            taken=manifest.taken if manifest else {},
            sites=held.sites if held else [],
        ),
    )
    return True


def _is_reachable(home: Home, folder: Path) -> bool:
    """Whether an exported folder is there, and does not hold the home itself.

    One that is not there is looked for again each time, as a disk may have been taken out.
    """
    return folder.is_dir() and not home.path.resolve().is_relative_to(folder.resolve())


def _taken_in_folder(folder: Path, taken: TakedownMatcher) -> list[Takedown]:
    """The take-downs of what a folder holds: all, where no database can be looked into."""
    held = [read_database(path) for path in sorted(folder.rglob("*.db"))]
    if not held or None in held:
        return taken.active
    found = {takedown for each in held if each for takedown in taken_from(each, taken)}
    return [each for each in taken.active if each.id in found]


def withdraw_folder(export: Export, by: list[Takedown]) -> None:
    """Replace the files of an exported folder by a tombstone; links are not followed."""
    folder = Path(export.folder)
    tombstone = folder / FOLDER_TOMBSTONE
    said = Withdrawal(withdrawn=export.release, withdrawn_at=stamp(), reasons=_reasons(by))
    _write(tombstone, said)
    for place, folders, files in os.walk(folder, topdown=False):
        for name in files:
            if Path(place, name) != tombstone:
                Path(place, name).unlink()
        for name in folders:
            path = Path(place, name)
            with suppress(OSError):
                path.unlink() if path.is_symlink() else path.rmdir()
    fsync_folder(folder)


def _write(path: Path, record: Record) -> None:
    with whole(path) as file:
        file.write(record.model_dump_json(indent=1).encode() + b"\n")


def _reasons(by: list[Takedown]) -> list[TombstoneReason]:
    return [TombstoneReason(date=each.added_at, kind=each.kind, reason=each.reason) for each in by]


def withdrawal_problems(home: Home, taken: TakedownMatcher) -> Iterator[tuple[str, str]]:
    """Where take-downs are forgotten, not finished, or not heeded in what is published."""
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
    for path in published_files(home.public):
        where = str(path.relative_to(home.public))
        if tombstone_path(path).exists():
            yield where, "it was withdrawn and is still there; build removes it"
        elif taken.ids:
            held = read_database(path)
            for takedown in sorted(taken_from(held, taken)) if held else ():
                yield where, f"it holds what take-down {takedown} is about; build"
            if held is None and not is_named_by_build(path):  # `check` tells of the others
                yield where, "nobody can tell whether it holds what was taken down; move it away"

"""Take-downs, corrections and exports a second time, in a file that outlives the ledger.

They stand nowhere in the archive: with a ledger that is lost, or exchanged for an older one, they
would be forgotten, what was taken down be published again and what was exported not be found. The
file is written anew, durably, by each command that enters one; a ledger that lacks what it holds is
not built from.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pydantic import Field, ValidationError

from archive.home import Home
from archive.ledger.ledger import Ledger
from archive.takedown.takedowns import (
    CORRECTIONS,
    EXPORTS,
    TAKEDOWNS,
    Correction,
    Export,
    Takedown,
    corrections,
    export_of,
    exports,
    takedown_of,
    takedowns,
)
from machine.files import whole
from schema.errors import IntegrityError, StoppedError
from schema.records import Record

NAME = "takedowns.json"
FORMAT = 1


class Kept(Record):
    """Every take-down, lifted ones too, every correction and every exported folder."""

    format: int = Field(default=FORMAT, ge=1, le=FORMAT)
    """The version of this file's format."""
    takedowns: list[Takedown] = Field(default_factory=list)
    """As the ledger has them."""
    corrections: list[Correction] = Field(default_factory=list)
    """As the ledger has them."""
    exports: list[Export] = Field(default_factory=list)
    """As the ledger has them."""

    def without(self, known: Kept) -> Kept:
        """What is not in `known`. A number tells nothing: a new ledger gives it anew."""
        notes = {_note(each) for each in known.corrections}
        folders = {_folder(each) for each in known.exports}
        return Kept(
            takedowns=[
                each
                for each in self.takedowns
                if not any(_covers(other, each) for other in known.takedowns)
            ],
            corrections=[each for each in self.corrections if _note(each) not in notes],
            exports=[each for each in self.exports if _folder(each) not in folders],
        )


def _covers(known: Takedown, wanted: Takedown) -> bool:
    """Whether they are one take-down, and the first recognises all that the second does."""
    if _name(known) != _name(wanted):
        return False
    return known.matches.joined(wanted.matches).recognised() == known.matches.recognised()


def _name(each: Takedown) -> tuple[str, ...]:
    return each.kind, each.site, each.target, each.added_at


def _note(each: Correction) -> tuple[str, ...]:
    return each.kind, each.site, each.target, each.note, each.added_at


def _folder(each: Export) -> tuple[str, ...]:
    return str(each.folder), each.release, each.made_at


def path_beside(ledger: Path) -> Path:
    """Where the copy of what a ledger holds lies."""
    return ledger.with_name(NAME)


def read_copy(path: Path) -> Kept:
    """What the copy holds; nothing where there is none.

    Raises: IntegrityError when it cannot be read.
    """
    try:
        return Kept.model_validate_json(path.read_bytes())
    except FileNotFoundError:
        return Kept()
    except PermissionError as error:
        raise IntegrityError(
            where=str(path),
            what="no permission to read the list of take-downs;"
            " run this as the user who owns the home",
        ) from error
    except (OSError, ValidationError) as error:
        what = "not a readable list of take-downs; restore it from a backup, or move it away where"
        raise IntegrityError(where=str(path), what=f"{what} the ledger is sound") from error


def require_all(home: Home) -> bool:
    """Pass where the ledger has all that its copy holds; gives whether they are equal.

    Raises: IntegrityError when it lacks something, or the copy cannot be read.
    """
    known = Kept(takedowns=takedowns(home), corrections=corrections(home), exports=exports(home))
    path = path_beside(home.ledger)
    kept = read_copy(path)
    _require_all(known, kept, path)
    return known == kept


def _require_all(known: Kept, kept: Kept, path: Path) -> None:
    missing = kept.without(known)
    count = len(missing.takedowns) + len(missing.corrections) + len(missing.exports)
    if count:
        raise IntegrityError(
            where=str(path),
            what=f"it holds {count} take-downs, corrections or exports that the"
            " ledger lacks; `verdicts check --rebuild-ledger` enters them again",
        )


@contextmanager
def entering(ledger: Ledger) -> Iterator[sqlite3.Connection]:
    """One transaction of the ledger, after which the copy says the same.

    Raises: as `require_all`, before anything is changed; StoppedError when the copy cannot be
    written: the ledger is changed by then, and the next build writes it.
    """
    path = path_beside(ledger.path)
    with ledger.transaction() as db:
        _require_all(_kept(db), read_copy(path), path)
        yield db
    renew_copy(ledger)


def renew_copy(ledger: Ledger) -> None:
    """Bring the copy up to date. Raises: as `entering`."""
    path = path_beside(ledger.path)
    # As a writer: of two commands at once, the one that reads last also writes last.
    with ledger.transaction() as db:
        known, kept = _kept(db), read_copy(path)
        _require_all(known, kept, path)
        if known != kept:
            _write(path, known)


def enter_lacking(home: Home, ledger: Ledger) -> dict[str, int] | None:
    """Enter what only the copy of a home holds into a ledger that is made again.

    Shape: the number of rows that its tables have then. Absent: None where no copy can be read.
    """
    path = path_beside(home.ledger)
    try:
        kept = read_copy(path)
    except IntegrityError:
        return None
    if not path.exists():
        return None
    with ledger.transaction() as db:
        missing = kept.without(_kept(db))
        for takedown in missing.takedowns:
            _enter_takedown(db, takedown)
        for note in missing.corrections:
            db.execute(
                "INSERT INTO correction (id, kind, site, target, note, added_at)"
                " VALUES (?, ?, ?, ?, ?, ?)",
                (_free(db, "correction", note.id), *_note(note)),
            )
        for export in missing.exports:
            db.execute(
                "INSERT INTO export (id, folder, release, made_at, withdrawn_at)"
                " VALUES (?, ?, ?, ?, ?)",
                (_free(db, "export", export.id), *_folder(export), export.withdrawn_at),
            )
        now = _kept(db)
    return {
        "takedown": len(now.takedowns),
        "correction": len(now.corrections),
        "export": len(now.exports),
    }


def _enter_takedown(db: sqlite3.Connection, each: Takedown) -> None:
    for row in db.execute(TAKEDOWNS).fetchall():
        known = takedown_of(row)
        if _name(known) == _name(each):
            db.execute(
                "UPDATE takedown SET matches = ? WHERE id = ?",
                (known.matches.joined(each.matches).model_dump_json(), known.id),
            )
            return
    db.execute(
        "INSERT INTO takedown (id, kind, site, target, added_at, matches, reason, is_erased,"
        " lifted_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            _free(db, "takedown", each.id),
            *_name(each),
            each.matches.model_dump_json(),
            each.reason,
            each.is_erased,
            each.lifted_at,
        ),
    )


def _free(db: sqlite3.Connection, table: str, number: int) -> int | None:
    """The number, which published files may speak of. Absent: None where it is taken."""
    taken = db.execute(f"SELECT 1 FROM {table} WHERE id = ?", (number,)).fetchone()
    return None if taken else number


def _kept(db: sqlite3.Connection) -> Kept:
    return Kept(
        takedowns=[takedown_of(row) for row in db.execute(TAKEDOWNS)],
        corrections=[Correction(**dict(row)) for row in db.execute(CORRECTIONS)],
        exports=[export_of(row) for row in db.execute(EXPORTS)],
    )


def _write(path: Path, kept: Kept) -> None:
    try:
        with whole(path) as file:
            file.write(kept.model_dump_json(indent=1).encode() + b"\n")
    except OSError as error:
        what = f"{path}: cannot be written: {error.strerror}; the ledger has it, and the next build"
        raise StoppedError(what=f"{what} writes it here too") from error

"""Take-downs, corrections and exports a second time, in a file that outlives the ledger.

They stand nowhere in the archive: with a ledger that is lost, or exchanged for an older one, they
would be forgotten, what was taken down be published again and what was exported not be found. The
file is written anew, durably, by each command that enters one; a ledger that lacks what it holds is
not built from.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict
from pathlib import Path

from pydantic import Field, ValidationError

from archive.home import Home
from archive.ledger.ledger import Ledger, insert
from archive.takedown.takedowns import Correction, Export, Takedown, corrections, exports, takedowns
from machine.files import whole
from schema.errors import IntegrityError, StoppedError
from schema.published import TAKEDOWNS
from schema.records import Record


class TakedownCopy(Record):
    """Every take-down, lifted ones too, every correction and every exported folder."""

    format: int = Field(default=1, ge=1, le=1)
    """The version of this file's format."""
    takedowns: list[Takedown] = Field(default_factory=list)
    """As the ledger has them."""
    corrections: list[Correction] = Field(default_factory=list)
    """As the ledger has them."""
    exports: list[Export] = Field(default_factory=list)
    """As the ledger has them."""

    def without(self, known: TakedownCopy) -> TakedownCopy:
        """What is not in `known`."""
        keys = {note.key for note in known.corrections} | {each.key for each in known.exports}
        return TakedownCopy(
            takedowns=[
                each
                for each in self.takedowns
                if not any(_covers(other, each) for other in known.takedowns)
            ],
            corrections=[each for each in self.corrections if each.key not in keys],
            exports=[each for each in self.exports if each.key not in keys],
        )


def _covers(known: Takedown, wanted: Takedown) -> bool:
    """Whether they are one take-down, and the first recognises all that the second does."""
    if known.key != wanted.key:
        return False
    return known.matches.joined(wanted.matches).recognised() == known.matches.recognised()


def path_beside(ledger: Path) -> Path:
    """Where the copy of what a ledger holds lies."""
    return ledger.with_name(TAKEDOWNS)


def read_copy(path: Path) -> TakedownCopy:
    """What the copy holds; nothing where there is none.

    Raises: IntegrityError when it cannot be read.
    """
    try:
        return TakedownCopy.model_validate_json(path.read_bytes())
    except FileNotFoundError:
        return TakedownCopy()
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
    known = TakedownCopy(
        takedowns=takedowns(home), corrections=corrections(home), exports=exports(home)
    )
    return _require_all(known, path_beside(home.ledger))


def _require_all(known: TakedownCopy, path: Path) -> bool:
    kept = read_copy(path)
    missing = kept.without(known)
    count = len(missing.takedowns) + len(missing.corrections) + len(missing.exports)
    if count:
        raise IntegrityError(
            where=str(path),
            what=f"it holds {count} take-downs, corrections or exports that the"
            " ledger lacks; `verdicts check --rebuild-ledger` enters them again",
        )
    return known == kept


@contextmanager
def entering(home: Home) -> Iterator[sqlite3.Connection]:
    """One transaction of the ledger, after which the copy says the same.

    Raises: as `require_all`, before anything is changed; StoppedError when the copy cannot be
    written: the ledger is changed by then, and the next build writes it.
    """
    path = path_beside(home.ledger)
    with closing(Ledger(home.ledger)) as ledger:
        with ledger.transaction() as db:
            _require_all(_kept(db), path)
            yield db
        renew_copy(ledger)


def settle(home: Home) -> None:
    """Write the copy where a command was killed before it did. Raises: as `entering`."""
    if not require_all(home):
        with closing(Ledger(home.ledger)) as ledger:
            renew_copy(ledger)


def renew_copy(ledger: Ledger) -> None:
    """Bring the copy up to date. Raises: as `entering`."""
    path = path_beside(ledger.path)
    # As a writer: of two commands at once, the one that reads last also writes last.
    with ledger.transaction() as db:
        known = _kept(db)
        if _require_all(known, path):
            return
        try:
            with whole(path) as file:
                file.write(known.model_dump_json(indent=1).encode() + b"\n")
        except OSError as error:
            what = f"{path}: cannot be written: {error.strerror}; the ledger has it, and the next"
            raise StoppedError(what=f"{what} build writes it here too") from error


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
        known = _kept(db)
        missing = kept.without(known)
        for each in missing.takedowns:
            _enter_again(db, each, known)
        for note in missing.corrections:
            insert(db, "correction", asdict(note))
        for export in missing.exports:
            insert(db, "export", asdict(export))
        now = _kept(db)
    return {
        "takedown": len(now.takedowns),
        "correction": len(now.corrections),
        "export": len(now.exports),
    }


def _enter_again(db: sqlite3.Connection, each: Takedown, known: TakedownCopy) -> None:
    for other in known.takedowns:
        if other.key == each.key:
            matches = other.matches.joined(each.matches).model_dump_json()
            db.execute("UPDATE takedown SET matches = ? WHERE id = ?", (matches, other.id))
            return
    insert(db, "takedown", asdict(each) | {"matches": each.matches.model_dump_json()})


def _kept(db: sqlite3.Connection) -> TakedownCopy:
    takedown, correction, export = (
        db.execute(f"SELECT * FROM {table} ORDER BY id").fetchall()
        for table in ("takedown", "correction", "export")
    )
    return TakedownCopy(
        takedowns=[Takedown.of(row) for row in takedown],
        corrections=[Correction(**dict(row)) for row in correction],
        exports=[Export(**dict(row)) for row in export],
    )

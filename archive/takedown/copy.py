"""Take-downs, corrections and exports a second time, in a file that outlives the ledger.

They stand nowhere in the archive: with a ledger that is lost, or exchanged for an older one, they
would be forgotten, what was taken down be published again and what was exported not be found. The
file is written anew, durably, by each command that enters one; a ledger that lacks what it holds is
not built from. Either of the two can be lost, or be the older: that is worth the lines.
"""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path

from pydantic import Field, ValidationError

from archive.home import Home
from archive.ledger.ledger import Ledger, insert, read_rows
from archive.takedown.takedowns import Correction, Export, LedgerEntry, Takedown
from machine.files import whole
from schema.errors import IntegrityError, StoppedError
from schema.published import TAKEDOWNS
from schema.records import Record

KINDS = (Takedown, Correction, Export)


class TakedownCopy(Record):
    """Every take-down, lifted ones too, every correction and every exported folder."""

    format: int = Field(default=1, ge=1, le=1)
    """The version of this file's format."""
    takedowns: list[Takedown] = Field(default_factory=list)
    corrections: list[Correction] = Field(default_factory=list)
    exports: list[Export] = Field(default_factory=list)

    @classmethod
    def of(cls, read: Callable[[str], list[sqlite3.Row]]) -> TakedownCopy:
        """What a ledger holds; `read` gives the rows that a query asks for."""
        said = {
            f"{kind.table}s": [dict(row) for row in read(f"SELECT * FROM {kind.table} ORDER BY id")]
            for kind in KINDS
        }
        return cls.model_validate(said)

    @property
    def entries(self) -> list[LedgerEntry]:
        """All of it."""
        return [*self.takedowns, *self.corrections, *self.exports]

    def beyond(self, known: TakedownCopy) -> list[LedgerEntry]:
        """What of it `known` lacks, or does not recognise all of."""
        there: dict[tuple[str, ...], list[LedgerEntry]] = defaultdict(list)
        for each in known.entries:
            there[each.key].append(each)
        return [e for e in self.entries if not any(_covers(other, e) for other in there[e.key])]


def _covers(known: LedgerEntry, wanted: LedgerEntry) -> bool:
    """Whether of two of one key, the first recognises all that the second does."""
    if not isinstance(known, Takedown) or not isinstance(wanted, Takedown):
        return True
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
        what = "no permission to read the list of take-downs; run this as the user who owns"
        raise IntegrityError(where=str(path), what=f"{what} the home") from error
    except (OSError, ValidationError) as error:
        what = "not a readable list of take-downs; restore it from a backup, or move it away where"
        raise IntegrityError(where=str(path), what=f"{what} the ledger is sound") from error


def require_all(home: Home) -> bool:
    """Pass where the ledger has all that its copy holds; gives whether they are equal.

    Raises: IntegrityError when it lacks something, or the copy cannot be read.
    """
    home.require_ledger()
    kept = read_copy(path_beside(home.ledger))
    # Read second, as it is written first: what is entered in between is no lack of it.
    known = TakedownCopy.of(partial(read_rows, home.ledger))
    return _require_all(known, kept, path_beside(home.ledger))


def _require_all(known: TakedownCopy, kept: TakedownCopy, path: Path) -> bool:
    count = len(kept.beyond(known))
    if count:
        what = f"it holds {count} take-downs, corrections or exports that the ledger lacks;"
        what += " `verdicts check --rebuild-ledger` enters them again"
        raise IntegrityError(where=str(path), what=what)
    return known == kept


@contextmanager
def entering(home: Home) -> Iterator[sqlite3.Connection]:
    """One transaction of the ledger, after which the copy says the same.

    Raises: as `require_all`, before anything is changed; StoppedError when the copy cannot be
    written: the ledger is changed by then, and the next build writes it.
    """
    with closing(Ledger(home.ledger)) as ledger:
        with ledger.transaction() as db:
            path = path_beside(home.ledger)
            _require_all(TakedownCopy.of(ledger.rows), read_copy(path), path)
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
    with ledger.transaction():
        known = TakedownCopy.of(ledger.rows)
        if _require_all(known, read_copy(path), path):
            return
        try:
            with whole(path) as file:
                file.write(known.model_dump_json(indent=1).encode() + b"\n")
        except OSError as error:
            what = f"{path}: cannot be written: {error.strerror}; the ledger has it, and the next"
            raise StoppedError(what=f"{what} build writes it here too") from error


def enter_lacking(home: Home, ledger: Ledger) -> dict[str, int]:
    """Enter what only the copy of a home holds into a ledger that is made again.

    Each goes under its number unless that is taken; a take-down that is known is widened.

    Shape: the number of rows that its tables have then; nothing where no copy can be read.
    """
    path = path_beside(home.ledger)
    try:
        kept = read_copy(path)
    except IntegrityError:
        return {}
    if not path.exists():
        return {}
    with ledger.transaction() as db:
        known = TakedownCopy.of(ledger.rows)
        there = {each.key: each for each in known.takedowns}
        for each in kept.beyond(known):
            if (taken := there.get(each.key)) and isinstance(each, Takedown):
                matches = taken.matches.joined(each.matches).model_dump_json()
                db.execute("UPDATE takedown SET matches = ? WHERE id = ?", (matches, taken.id))
            else:
                enter(db, each)
        now = TakedownCopy.of(ledger.rows)
    return {each.table: len(getattr(now, f"{each.table}s")) for each in KINDS}


def enter(db: sqlite3.Connection, each: LedgerEntry, **changed: object) -> int:
    """Enter one as a row of its table; gives its number."""
    row = {name: value.model_dump_json() if name == "matches" else value for name, value in each}
    return insert(db, each.table, row | changed)

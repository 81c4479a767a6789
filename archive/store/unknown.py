"""What lies in the WARC files and not in the ledger: one put back from yesterday lacks much of it.

Nothing may be written then: a new segment would take a name that is taken, and what was
acknowledged since would be cut off as the remains of a killed run.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from itertools import takewhile
from pathlib import Path

from archive.home import WAY_OUT, Home
from archive.ledger.ledger import read_rows
from archive.store.segments import OPEN
from archive.store.store import GROUP
from archive.warc.record import read_fields, read_members
from schema.errors import IntegrityError


def lengths(home: Home) -> dict[str, int]:
    """The length of each file in the archive's folder, by name.

    They are taken before the ledger is read: what a running crawl adds in between, it knows.
    """
    found = {}
    for path in sorted(home.warc.glob("[!.]*")):
        with suppress(FileNotFoundError):  # sealed meanwhile, so the ledger knows it
            found[path.name] = path.stat().st_size
    return found


def unknown(home: Home, seen: dict[str, int], ledger: Path) -> Iterator[tuple[str, str]]:
    """The files that hold what the ledger does not know, and a sentence for each.

    Shape: `seen` are the `lengths` of the home, `ledger` is its own or a copy that is younger.
    """
    known = {
        row["name"]: (row["is_sealed"], row["length"])
        for row in read_rows(ledger, "SELECT name, is_sealed, length FROM segment")
    }
    runs = {str(row["id"]) for row in read_rows(ledger, "SELECT id FROM run")}
    for name, size in seen.items():
        is_sealed, length = known.get(name.removesuffix(OPEN), (None, 0))
        if is_sealed is None:
            yield name, f"the ledger does not know this file; {WAY_OUT}"
        elif (
            not is_sealed
            and size > length
            and _is_acknowledged(home.warc / name, length, size, runs)
        ):
            yield name, f"the ledger is older than what lies behind byte {length}; {WAY_OUT}"


def require_known(home: Home, seen: dict[str, int], ledger: Path) -> None:
    """Pass where the ledger knows every segment, and all that was acknowledged in it.

    Raises: IntegrityError naming the first that it does not.
    """
    for name, what in unknown(home, seen, ledger):
        if name.removesuffix(OPEN).endswith(".warc.gz"):
            raise IntegrityError(where=str(home.warc / name), what=what)


def _is_acknowledged(path: Path, length: int, size: int, runs: set[str]) -> bool:
    """Whether a killed run cannot have left what an open segment held behind `length`.

    It leaves one exchange, or one group of them, which began there. A file that is sealed got no
    byte before the ledger knew the last.
    """
    if not path.name.endswith(OPEN):
        return True
    with suppress(FileNotFoundError):
        # Not what a run that goes on has added since its length was looked at.
        members = takewhile(lambda found: found[0] < size, read_members(path, length))
        records = [record for _, _, record in members if record is not None]
        noted = [read_fields(record.block) for record in records if record.type == "metadata"]
        # The first version noted no run, and before 0.3 each exchange was a group of its own.
        if len(noted) > 1 and any(notes.get(GROUP) != str(length) for notes in noted):
            return True
        return any(notes.get("run", "") not in {"", *runs} for notes in noted)
    return False

"""Entering take-downs, corrections and exports into the ledger, dated.

A take-down is entered in one short transaction beside a running crawl, which may last for days
and waits for it; only the erasing of bytes needs the crawl's lock (erasure.py). All of it is then
written into its copy (copy.py), before the command that entered it says so.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable

from archive.home import Home
from archive.ledger.ledger import insert, update
from archive.takedown.copy import enter, entering
from archive.takedown.takedowns import Export, Matches, Takedown, TakedownKind
from machine.clock import stamp
from schema.errors import UsageError


def enter_takedown(home: Home, wanted: Takedown, pages: Iterable[int]) -> int:
    """Enter a take-down, and let no crawl ask for the pages it covers; gives its number.

    One that holds already is widened: its date and its reason stay.
    """
    with entering(home) as db:
        known = _found(db, "lifted_at IS NULL", wanted)
        if known is not None:
            number = _widen(db, known, wanted.matches)
        else:
            number = enter(db, wanted, id=None, added_at=stamp())
        db.executemany(
            "UPDATE page SET state = 'refused', due = NULL WHERE id = ?",
            [(page,) for page in pages],
        )
    return number


def widen_takedown(home: Home, takedown: Takedown, matches: Matches) -> int:
    """Add to what a take-down is recognised by, and to what it took out; gives its number.

    It is told by all but its number, which another command may have changed meanwhile.
    """
    which = "added_at = :added_at ORDER BY lifted_at IS NULL DESC"
    with entering(home) as db:
        return _widen(db, _found(db, which, takedown) or takedown, matches)


def _found(db: sqlite3.Connection, which: str, takedown: Takedown) -> Takedown | None:
    """The one of the same kind, site and target that is `which`."""
    same = "kind = :kind AND site = :site AND target = :target"
    row = db.execute(f"SELECT * FROM takedown WHERE {same} AND {which}", dict(takedown)).fetchone()
    return None if row is None else Takedown.model_validate(dict(row))


def _widen(db: sqlite3.Connection, known: Takedown, matches: Matches) -> int:
    """Join `matches` to a take-down; one that then recognises more gets a new number.

    What was made before names the numbers that it was made under: so all of it is looked into
    again, be it here now or put back years later.
    """
    wider = known.matches.joined(matches)
    is_wider = wider.recognised() != known.matches.joined(Matches()).recognised()
    is_erased_again = wider.is_erasing and not known.matches.is_erasing
    number: int = db.execute(
        "UPDATE takedown SET matches = ?, is_erased = iif(?, 0, is_erased),"
        " id = iif(?, (SELECT max(id) + 1 FROM takedown), id) WHERE id = ? RETURNING id",
        (wider.model_dump_json(), is_erased_again, is_wider, known.id),
    ).fetchone()[0]
    return number


def mark_erased(home: Home, takedown_id: int) -> None:
    """Note that no bytes of it are left in the archive."""
    with entering(home) as db:
        db.execute("UPDATE takedown SET is_erased = 1 WHERE id = ?", (takedown_id,))


def lift_takedown(home: Home, takedown_id: int, pages: Iterable[int]) -> None:
    """Note that a take-down holds no longer; its pages are asked for again.

    Raises: UsageError when there is none of that number, or it was lifted before.
    """
    with entering(home) as db:
        changed = db.execute(
            "UPDATE takedown SET lifted_at = ? WHERE id = ? AND lifted_at IS NULL",
            (stamp(), takedown_id),
        ).rowcount
        if not changed:
            raise UsageError(what=f"{takedown_id}: no take-down of that number holds now")
        db.executemany(
            "UPDATE page SET due = ?, tries = 0, state = iif(EXISTS (SELECT 1 FROM capture"
            " WHERE page_id = page.id AND damage IS NOT 'erased'), 'captured', 'waiting')"
            " WHERE id = ? AND state = 'refused'",
            [(stamp(), page) for page in pages],
        )


def enter_correction(home: Home, kind: TakedownKind, site: str, target: str, note: str) -> int:
    """Enter a correction, dated now; gives its number."""
    row = {"kind": kind, "site": site, "target": target, "note": note, "added_at": stamp()}
    with entering(home) as db:
        return insert(db, "correction", row)


def enter_export(home: Home, wanted: Export) -> int:
    """Enter a folder that a release is about to be written to; gives its number.

    One that was entered and never became whole is entered again under its number.
    """
    same = "folder = :folder AND release = :release AND withdrawn_at IS NULL"
    with entering(home) as db:
        known = db.execute(f"SELECT * FROM export WHERE {same}", dict(wanted)).fetchone()
        if known is None:
            return enter(db, wanted, id=None, made_at=stamp())
        number: int = known["id"]
        said = ("is_facts", "database_sha256", "since", "base", "looked")
        update(db, "export", number, {name: getattr(wanted, name) for name in said})
    return number


def note_export(home: Home, export_id: int, **said: str | None) -> None:
    """Note of an exported folder that it is whole, was looked into, or was withdrawn."""
    with entering(home) as db:
        update(db, "export", export_id, said)

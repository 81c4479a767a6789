"""Entering take-downs, corrections and exported folders into the ledger, all of them dated.

A take-down is entered in one short transaction beside a running crawl, which may last for days
and waits for it; only the erasing of bytes needs the crawl's lock (erasure.py). All of it is then
written into its copy (copy.py), before the command that entered it says so.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable

from archive.home import Home
from archive.takedown.copy import entering, insert
from archive.takedown.takedowns import Matches, Takedown, TakedownKind
from machine.clock import stamp
from schema.errors import UsageError


def enter_takedown(home: Home, wanted: Takedown, pages: Iterable[int]) -> int:
    """Enter a take-down, and let no crawl ask for the pages it covers; gives its number.

    One that holds already is widened: its date and its reason stay.
    """
    about = {"kind": wanted.kind, "site": wanted.site, "target": wanted.target}
    with entering(home) as db:
        known = db.execute(
            "SELECT id FROM takedown WHERE kind = :kind AND site = :site AND target = :target"
            " AND lifted_at IS NULL",
            about,
        ).fetchone()
        if known is not None:
            number = _widen(db, known["id"], wanted.matches)
        else:
            matches = wanted.matches.model_dump_json()
            more = {"matches": matches, "reason": wanted.reason, "added_at": stamp()}
            number = insert(db, "takedown", **about, **more)
        db.executemany(
            "UPDATE page SET state = 'refused', due = NULL WHERE id = ?",
            [(page,) for page in pages],
        )
    return number


def widen_takedown(home: Home, takedown: Takedown, matches: Matches) -> int:
    """Add to what a take-down is recognised by, and to what it took out; gives its number.

    It is told by all but its number, which another command may have changed meanwhile.
    """
    with entering(home) as db:
        number = db.execute(
            "SELECT id FROM takedown WHERE kind = ? AND site = ? AND target = ? AND added_at = ?"
            " ORDER BY lifted_at IS NULL DESC",
            takedown.key,
        ).fetchone()[0]
        return _widen(db, number, matches)


def _widen(db: sqlite3.Connection, takedown_id: int, matches: Matches) -> int:
    """Join `matches` to a take-down; one that then recognises more gets a new number.

    What was made before names the numbers that it was made under: so all of it is looked into
    again, be it here now or put back years later.
    """
    row = db.execute("SELECT matches FROM takedown WHERE id = ?", (takedown_id,)).fetchone()
    known = Matches.model_validate_json(row["matches"]).joined(Matches())
    wider = known.joined(matches)
    is_erased_again = wider.is_erasing and not known.is_erasing
    is_wider = wider.recognised() != known.recognised()
    number: int = db.execute(
        "UPDATE takedown SET matches = ?, is_erased = iif(?, 0, is_erased),"
        " id = iif(?, (SELECT max(id) + 1 FROM takedown), id) WHERE id = ? RETURNING id",
        (wider.model_dump_json(), is_erased_again, is_wider, takedown_id),
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
    about = {"kind": kind, "site": site, "target": target}
    with entering(home) as db:
        return insert(db, "correction", **about, note=note, added_at=stamp())


def mark_withdrawn(home: Home, export_id: int) -> None:
    """Note that an exported folder was withdrawn."""
    with entering(home) as db:
        db.execute("UPDATE export SET withdrawn_at = ? WHERE id = ?", (stamp(), export_id))

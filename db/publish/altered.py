"""The guard against an unseen change of the parser: what it alters in records published before.

This module counts, gives examples and decides; altered_rows.py reads the two databases.
"""

from __future__ import annotations

import dataclasses
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path

from archive import Home
from db.publish.altered_rows import Value, differences
from db.publish.publish import present, read_manifest
from schema.errors import BuildError, PublishError

EXAMPLES = 3
LONGEST_VALUE = 80
"""So much of a value is shown. Units: code points."""
LEAD = 20
"""So much of what both values share is shown before they part. Units: code points."""
DISK = (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR)
"""What SQLite says where the disk is to blame, and no database."""


@dataclass(frozen=True, slots=True)
class Example:
    """One value that is another now; the two are cut alike, to where they part."""

    comparison: str
    old: Value
    new: Value


@dataclass(slots=True)
class Altered:
    """How many values of one field another version of the parser reads otherwise."""

    field: str
    changed: int = 0
    appeared: int = 0
    vanished: int = 0
    examples: list[Example] = dataclasses.field(default_factory=list)

    def see(self, comparison: str, old: Value, new: Value) -> None:
        """Count one value, and keep it if it is among the first."""
        if old is None:
            self.appeared += 1
        elif new is None:
            self.vanished += 1
        else:
            self.changed += 1
        if len(self.examples) < EXAMPLES:
            self.examples.append(Example(comparison, *_cut(old, new)))


def require_unaltered(
    home: Home, candidate: Path, parser: str, tell: Callable[[list[Altered]], None]
) -> None:
    """Pass where the candidate shows what the current database shows of the captures of both.

    Nothing is looked at where none is current, or no other version of the parser made it.
    Raises: PublishError after `tell` was told what is altered; BuildError when the current
    database is not readable.
    """
    current = present(home)
    if current is None or _made_by(current) in (None, parser):
        return
    try:
        found = altered(current, candidate)
    except sqlite3.DatabaseError as error:
        # What Python itself makes of a broken file has no code.
        if getattr(error, "sqlite_errorcode", 0) & 0xFF in DISK:
            raise
        what = f"{current}: not readable as a published database ({error}), so that nobody can"
        what += " tell what the new parser alters; `verdicts build --accept-changes` publishes in"
        raise BuildError(what=f"{what} its place") from error
    if found:
        tell(found)
        count = sum(each.changed + each.appeared + each.vanished for each in found)
        what = f"not published, another version of the parser alters {count} values of records"
        what += f" published before ({', '.join(each.field for each in found)})"
        raise PublishError(what=f"{what}; `verdicts build --accept-changes` publishes them")


def _made_by(database: Path) -> str | None:
    """The version of the parser that made a database. Absent: None where no manifest says it."""
    try:
        return read_manifest(database).parser
    except BuildError:
        return None


def altered(old: Path, new: Path) -> list[Altered]:
    """What two databases show otherwise of the captures that both know, by field.

    Raises: sqlite3.DatabaseError when one is no database of ours.
    """
    found: dict[str, Altered] = {}
    for name, comparison, before, after in differences(old, new):
        found.setdefault(name, Altered(name)).see(comparison, before, after)
    return list(found.values())


def _cut(old: Value, new: Value) -> tuple[Value, Value]:
    """Both values, no longer than can be shown.

    >>> _cut("a" * 100 + "b", "a" * 100 + "c")
    ('…aaaaaaaaaaaaaaaaaaab', '…aaaaaaaaaaaaaaaaaaac')
    """
    start = 0
    if isinstance(old, str) and isinstance(new, str) and max(len(old), len(new)) > LONGEST_VALUE:
        shared = takewhile(lambda each: each[0] == each[1], zip(old, new, strict=False))
        start = max(0, sum(1 for _ in shared) - LEAD)
    return _from(old, start), _from(new, start)


def _from(value: Value, start: int) -> Value:
    if not isinstance(value, str):
        return value
    text = f"…{value[start + 1 :]}" if start else value
    return text if len(text) <= LONGEST_VALUE else f"{text[: LONGEST_VALUE - 1]}…"

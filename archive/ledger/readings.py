"""What another version of the parser reads otherwise of what was published, once it is accepted."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

from archive.ledger.ledger import insert, read_rows


@dataclass(frozen=True, slots=True)
class ReadingChange:
    """One value that another version of the parser reads otherwise of pages published before.

    Shape: `comparison` is the first that shows it, by its key in addresses; `tool` its key.
    Absent: `tool` and `reviewer` are None where it is not about one, `old` and `new` where there is
    no value, or words.
    """

    kind: str
    comparison: str
    tool: str | None
    reviewer: str | None
    field: str
    old: str | None
    new: str | None


@dataclass(frozen=True, slots=True)
class NotedChange(ReadingChange):
    """Such a value as the ledger holds it: its number, and when it was accepted."""

    id: int
    found_at: str


def reading_changes(ledger: Path) -> list[NotedChange]:
    """What other versions of the parser read otherwise, and a person accepted, oldest first."""
    names = ", ".join(NotedChange.__dataclass_fields__)
    return [NotedChange(*row) for row in read_rows(ledger, f"SELECT {names} FROM reading_change")]


def is_reading_noted(ledger: Path, parser: str, base: str) -> bool:
    """Whether it was noted what a version of the parser reads otherwise than an edition has it."""
    sql = "SELECT EXISTS (SELECT 1 FROM reading_change WHERE parser = ? AND base = ?) AS is_noted"
    return bool(read_rows(ledger, sql, (parser, base))[0]["is_noted"])


def note_reading(
    db: sqlite3.Connection, parser: str, base: str, at: str, found: Iterable[ReadingChange]
) -> None:
    """Note what a version of the parser reads otherwise than the edition `base` has it."""
    for each in found:
        row = {"parser": parser, "base": base, "found_at": at, **asdict(each)}
        insert(db, "reading_change", row)

"""A release of facts: what the publisher wrote in sentences gives way to its hash and length."""

from __future__ import annotations

import hashlib
import sqlite3

from db.release.tables import quoted

SENTENCES: tuple[tuple[str, str], ...] = (
    ("card", "tagline"),
    ("card", "description"),
    ("card", "pricing"),
    ("quote", "text"),
    ("side", "pricing"),
    ("failure", "detail"),
    ("finding", "detail"),
)
"""Table and column of what holds a publisher's sentences, or details of ours that may cite them."""
VALUES: tuple[tuple[str, str], ...] = (("history", "value"), ("change", "old"), ("change", "new"))
"""Table and column of what holds values of every field, in the place of a sentence its hash."""
WORDED = ("tagline", "pricing")
"""The fields whose values there are sentences; those of longer ones are keys already."""
HASH, LENGTH = "_sha256", "_length"
"""What the names of the columns end in that stand for one left out."""
_TOLD = {
    HASH: "SHA-256, in UTF-8, of what `{column}` holds in a release with sentences; null as it is.",
    LENGTH: "Length of what `{column}` holds there, in code points; null as it is.",
}


def leave_out_sentences(db: sqlite3.Connection) -> None:
    """Put hash and length in the place of every sentence, and name them in the descriptions.

    Shape: there are no views in `db`.
    """
    db.create_function("sha256", 1, _sha256, deterministic=True)
    for table, column in SENTENCES:
        hashed, length = f"{column}{HASH}", f"{column}{LENGTH}"
        name, own = quoted(table), quoted(column)
        db.execute(f"ALTER TABLE {name} ADD COLUMN {quoted(hashed)} TEXT")
        db.execute(f"ALTER TABLE {name} ADD COLUMN {quoted(length)} INTEGER")
        db.execute(
            f"UPDATE {name} SET {quoted(hashed)} = sha256({own}), {quoted(length)} = length({own})"
        )
        db.execute(f"ALTER TABLE {name} DROP COLUMN {own}")
        _describe(db, table, column)
    fields = ", ".join(f"'{each}'" for each in WORDED)
    for table, column in VALUES:
        db.execute(
            f"UPDATE {quoted(table)} SET {quoted(column)} = 'sha256:' || sha256({quoted(column)})"
            f" WHERE field IN ({fields})"
        )


def shows_sentences(columns: set[str]) -> bool:
    """Whether a view with these columns would show one that is left out."""
    return not columns.isdisjoint(column for _, column in SENTENCES)


def _describe(db: sqlite3.Connection, table: str, column: str) -> None:
    which = (table, column)
    db.execute("DELETE FROM description WHERE table_name = ? AND column_name = ?", which)
    for ending, sentence in _TOLD.items():
        db.execute(
            "INSERT INTO description (table_name, column_name, description) VALUES (?, ?, ?)",
            (table, f"{column}{ending}", sentence.format(column=column)),
        )


def _sha256(text: str | None) -> str | None:
    return None if text is None else hashlib.sha256(text.encode()).hexdigest()

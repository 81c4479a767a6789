"""What a release holds, told from its own database and from the models of schema/rows/.

Keys, references and the order of columns are those of the file; what a column may hold and the
sentence about it are the model's. No table and no column is named here.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

from schema.rows import ROWS
from schema.rows.row import Row

INT32 = 2**31
"""Numbers below it, and not below its negative, fit into 32 bits."""
_KINDS: dict[str, Literal["integer", "number", "string"]] = {
    "INTEGER": "integer",
    "REAL": "number",
    "TEXT": "string",
}
AT_ONCE = 16_384
"""So many rows are in memory at a time. Units: rows."""


@dataclass(frozen=True, slots=True)
class ReleasedColumn:
    """A column of a table.

    Absent: `references`, table and column, is None unless it tells another row; bounds and pattern
    are None and `choices` is empty where the model states none.
    """

    name: str
    kind: Literal["integer", "number", "string"]
    description: str
    is_required: bool
    is_unique: bool = False
    references: tuple[str, str] | None = None
    minimum: float | None = None
    maximum: float | None = None
    pattern: str | None = None
    choices: tuple[Any, ...] = ()
    has_empty: bool = False
    """Whether a row of this release holds the empty text there."""

    @property
    def is_small(self) -> bool:
        """Whether 32 bits hold every number that it may."""
        bounds = self.choices or (self.minimum, self.maximum)
        return self.kind == "integer" and all(
            each is not None and -INT32 <= each < INT32 for each in bounds
        )


@dataclass(frozen=True, slots=True)
class ReleasedTable:
    """A table of a release, with the number of its rows."""

    name: str
    description: str
    columns: tuple[ReleasedColumn, ...]
    key: tuple[str, ...]
    """The columns that tell one row from any other."""
    unique: tuple[tuple[str, ...], ...] = field(default=())
    """Columns, two or more, of which no two rows hold the same values."""
    rows: int = 0

    @property
    def names(self) -> list[str]:
        """The names of its columns in order."""
        return [each.name for each in self.columns]

    def select(self, what: str | None = None) -> str:
        """The SQL that gives its rows in the order of their keys."""
        ordered = ", ".join(map(quoted, self.key))
        wanted = what or ", ".join(map(quoted, self.names))
        return f"SELECT {wanted} FROM {quoted(self.name)} ORDER BY {ordered}"


def quoted(name: str) -> str:
    """A name as SQL takes it."""
    return f'"{name}"'


def read_tables(db: sqlite3.Connection) -> list[ReleasedTable]:
    """Every table of a release, each after those that it refers to, as far as there is an end."""
    told = {
        (table, column): sentence
        for table, column, sentence in db.execute(
            "SELECT table_name, column_name, description FROM description"
        )
    }
    tables = {model.table: _table(db, model, told) for model in ROWS}
    return list(ordered(tables))


def read_views(db: sqlite3.Connection) -> dict[str, str]:
    """The name and the SQL of each view, in the order made."""
    sql = "SELECT name, sql FROM sqlite_master WHERE type = 'view' ORDER BY rowid"
    return dict(db.execute(sql).fetchall())


def _table(
    db: sqlite3.Connection, model: type[Row], told: dict[tuple[str, str | None], str]
) -> ReleasedTable:
    name = model.table
    listed = db.execute(f"PRAGMA table_info({quoted(name)})").fetchall()
    keys = sorted((place, column) for _, column, _, _, _, place in listed if place)
    leads = {
        own: (other, theirs)
        for _, _, other, own, theirs, *_ in db.execute(f"PRAGMA foreign_key_list({quoted(name)})")
    }
    fields = model.model_json_schema()["properties"]
    empty = _empty(db, name, [row[1] for row in listed])
    columns = tuple(
        _column(
            column,
            type_,
            told[name, column],
            is_required=bool(not_null or place),
            references=leads.get(column),
            has_empty=column in empty,
            field=fields.get(column, {}),
        )
        for _, column, type_, not_null, _, place in listed
    )
    (rows,) = db.execute(f"SELECT count(*) FROM {quoted(name)}").fetchone()
    return ReleasedTable(
        name, told[name, None], columns, tuple(own for _, own in keys), model.unique, rows
    )


def _column(
    name: str,
    type_: str,
    description: str,
    *,
    is_required: bool,
    references: tuple[str, str] | None,
    has_empty: bool,
    field: dict[str, Any],
) -> ReleasedColumn:
    """A column. Shape: `field` is the JSON Schema of the model's field, with or without null."""
    kinds = [each for each in field.get("anyOf", [field]) if each.get("type") != "null"]
    (kind,) = kinds
    choices = [kind["const"]] if "const" in kind else kind.get("enum", [])
    return ReleasedColumn(
        name,
        _KINDS[type_],
        description,
        is_required,
        is_unique="unique" in field,
        references=references,
        minimum=kind.get("minimum"),
        maximum=kind.get("maximum"),
        pattern=kind.get("pattern"),
        choices=tuple(choices),
        has_empty=has_empty,
    )


def _empty(db: sqlite3.Connection, table: str, columns: list[str]) -> set[str]:
    """The columns of which a row holds the empty text."""
    asked = ", ".join(f"max({quoted(each)} = '')" for each in columns)
    found = db.execute(f"SELECT {asked} FROM {quoted(table)}").fetchone()
    return {column for column, is_there in zip(columns, found, strict=True) if is_there}


def ordered(tables: dict[str, ReleasedTable]) -> Iterator[ReleasedTable]:
    """Each table after those that it refers to; where they refer in a circle, as they were made."""
    begun = set[str]()

    def after_others(table: ReleasedTable) -> Iterator[ReleasedTable]:
        begun.add(table.name)
        for column in table.columns:
            if column.references and column.references[0] not in begun:
                yield from after_others(tables[column.references[0]])
        yield table

    for table in tables.values():
        if table.name not in begun:
            yield from after_others(table)

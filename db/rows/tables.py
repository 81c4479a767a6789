"""The tables of the public database, made from the row models of schema/rows.py.

sqlite-utils makes indexes and full-text search; the tables themselves are plain SQL, because it
offers neither CHECK nor two tables that refer to each other. This module must know no page.
"""

from __future__ import annotations

import sqlite3
import types
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from operator import attrgetter
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic.fields import FieldInfo

from schema.rows import HASH_PATTERN, ROWS, SEARCHED, VIEWS, DescriptionRow, References, Row, Unique

TOKENIZE = "porter unicode61 remove_diacritics 2"

COMPARISON_QUOTE = """
CREATE VIEW comparison_quote AS
SELECT comparison.comparison, version_quote.position, version_quote.tool_position,
       version_quote.slot, reviewer.name AS reviewer, version_quote.score, version_quote.verdict,
       version_quote.verdict_source, quote.key AS quote,
       CASE WHEN version_quote.withheld IS NULL THEN quote.text END AS text
FROM comparison
JOIN version_quote ON version_quote.version = comparison.version
JOIN quote ON quote.id = version_quote.quote
LEFT JOIN reviewer ON reviewer.id = version_quote.reviewer
"""


@dataclass(frozen=True, slots=True)
class Column:
    """What one field of a row model says of its column."""

    name: str
    kind: type
    is_nullable: bool
    choices: tuple[object, ...]
    metadata: tuple[object, ...]

    def sql(self) -> str:
        """The column's definition, with its CHECK and its foreign key."""
        words = [f'"{self.name}"', "INTEGER" if self.kind is int else "TEXT"]
        if self.name == "id":
            return " ".join([*words, "PRIMARY KEY"])
        words += [] if self.is_nullable else ["NOT NULL"]
        words += ["UNIQUE" for each in self.metadata if isinstance(each, Unique)]
        words += [f"CHECK ({check})" for check in self._checks()]
        words += [f'REFERENCES "{table}"(id)' for table in self.references()]
        return " ".join(words)

    def references(self) -> list[str]:
        """The table whose id the column holds, as a list of one or none."""
        return [each.table for each in self.metadata if isinstance(each, References)]

    def _checks(self) -> Iterator[str]:
        if self.choices:
            listed = ", ".join(repr(choice) for choice in self.choices)
            yield f'"{self.name}" IN ({listed})'
        for each in self.metadata:
            if (least := getattr(each, "ge", None)) is not None:
                yield f'"{self.name}" >= {least}'
            if (most := getattr(each, "le", None)) is not None:
                yield f'"{self.name}" <= {most}'
            if getattr(each, "pattern", None) == HASH_PATTERN:
                yield f'length("{self.name}") = 64 AND "{self.name}" NOT GLOB \'*[^0-9a-f]*\''


def columns(model: type[Row]) -> list[Column]:
    """The columns of a table: its id, its own fields, then those it shares with others."""
    fields = dict(model.model_fields)
    own = [name for name in fields if name in model.__annotations__]
    shared = [name for name in fields if name not in own and name != "id"]
    return [_column(name, fields[name]) for name in ["id", *own, *shared]]


def _column(name: str, field: FieldInfo) -> Column:
    kinds, choices, metadata = _unwrap(field.annotation)
    plain = kinds - {type(None)}
    if len(plain) != 1 or not plain <= {int, str}:
        raise TypeError(f"{name}: a column is int or str, not {field.annotation}")
    is_nullable = type(None) in kinds
    return Column(name, plain.pop(), is_nullable, choices, (*field.metadata, *metadata))


def _unwrap(annotation: Any) -> tuple[set[type], tuple[object, ...], tuple[object, ...]]:
    """The plain types, literal choices and metadata inside an annotation."""
    origin = get_origin(annotation)
    if origin is Literal:
        choices = get_args(annotation)
        return {type(choice) for choice in choices}, choices, ()
    if origin is Annotated:
        inner, *extra = get_args(annotation)
        kinds, choices, metadata = _unwrap(inner)
        found = [part for each in extra for part in _flat(each)]
        return kinds, choices, (*metadata, *found)
    if origin in (Union, types.UnionType):
        parts = [_unwrap(part) for part in get_args(annotation)]
        return (
            {kind for kinds, _, _ in parts for kind in kinds},
            tuple(choice for _, choices, _ in parts for choice in choices),
            tuple(each for _, _, metadata in parts for each in metadata),
        )
    return {annotation}, (), ()


def _flat(each: object) -> Iterable[object]:
    return each.metadata if isinstance(each, FieldInfo) else (each,)


def create_tables(connection: sqlite3.Connection) -> None:
    """Make every table, STRICT and with its foreign keys, and every view."""
    for model in ROWS:
        parts = [column.sql() for column in columns(model)]
        parts += [f"UNIQUE ({_names(names)})" for names in model.unique]
        body = ",\n  ".join(parts)
        connection.execute(f'CREATE TABLE "{model.table}" (\n  {body}\n) STRICT')
    connection.execute(COMPARISON_QUOTE)


def insert_rows(connection: sqlite3.Connection, model: type[Row], rows: Iterable[Row]) -> None:
    """Insert rows in the order given."""
    names = [column.name for column in columns(model)]
    marks = ", ".join("?" for _ in names)
    sql = f'INSERT INTO "{model.table}" ({_names(names)}) VALUES ({marks})'
    connection.executemany(sql, map(attrgetter(*names), rows))


def create_indexes(connection: sqlite3.Connection) -> None:
    """Make the indexes, one for each foreign key among them, and full-text search."""
    # Late, because each guarded worker imports this room and none needs it: 0.17 s of 0.67 s.
    from sqlite_utils import Database

    database = Database(connection)
    for model in ROWS:
        keys = [(column.name,) for column in columns(model) if column.references()]
        longer = [*model.unique, *(names for names in model.indexes if len(names) > 1)]
        for names in [*keys, *model.indexes]:
            if not any(other[: len(names)] == names and other != names for other in longer):
                database.table(model.table).create_index(names)
    for table, names in SEARCHED.items():
        database.table(table).enable_fts(names, tokenize=TOKENIZE)
        database.table(table).optimize()


def descriptions() -> list[DescriptionRow]:
    """The sentence of each table, view and column, in order."""
    models = {model.table: model for model in ROWS} | VIEWS
    found: list[tuple[str, str | None, str]] = []
    for table, model in sorted(models.items()):
        found.append((table, None, (model.__doc__ or "").strip()))
        names = model.model_fields.items()
        found += [(table, name, (field.description or "").strip()) for name, field in names]
    return [
        DescriptionRow(id=at, table_name=table, column_name=column, description=text)
        for at, (table, column, text) in enumerate(found, 1)
    ]


def _names(names: Iterable[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)

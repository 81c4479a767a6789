"""The tables of the public database, made from the row models of schema/rows.py.

sqlite-utils makes indexes and full-text search; the tables themselves are plain SQL, because it
offers neither CHECK nor two tables that refer to each other. This module must know no page.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from schema.errors import BuildError
from schema.rows import ROWS, SEARCHED, VIEWS, Row

Values = dict[str, Any]
"""A row: its values by column."""

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
    """A column of a table. Absent: `references` is None unless it holds another row's id."""

    name: str
    sql: str
    """Its definition, with its CHECK and its foreign key."""
    references: str | None


@cache
def columns(model: type[Row]) -> list[Column]:
    """The columns of a table: its id, its own fields, then those it shares with others."""
    fields = model.model_json_schema()["properties"]
    own = [name for name in fields if name in model.__annotations__]
    shared = [name for name in fields if name not in own and name != "id"]
    return [_column(name, fields[name]) for name in ["id", *own, *shared]]


def _column(name: str, field: Values) -> Column:
    """A column from the JSON Schema of a field: an integer or a string, with or without null."""
    kinds = field.get("anyOf", [field])
    (kind,) = (each for each in kinds if each != {"type": "null"})
    references = kind.get("references")
    words = [f'"{name}"', {"integer": "INTEGER", "string": "TEXT"}[kind["type"]]]
    if name == "id":
        return Column(name, " ".join([*words, "PRIMARY KEY"]), None)
    words += ["NOT NULL"] if len(kinds) == 1 else []
    words += ["UNIQUE"] if "unique" in field else []
    words += [f"CHECK ({check})" for check in _checks(f'"{name}"', kind)]
    words += [f'REFERENCES "{references}"(id)'] if references else []
    return Column(name, " ".join(words), references)


def _checks(name: str, kind: Values) -> Iterator[str]:
    choices = [kind["const"]] if "const" in kind else kind.get("enum", [])
    if choices:
        yield f"{name} IN ({', '.join(map(repr, choices))})"
    if "minimum" in kind:
        yield f"{name} >= {kind['minimum']}"
    if "maximum" in kind:
        yield f"{name} <= {kind['maximum']}"
    if "pattern" in kind:
        # The one pattern there is: SHA-256 in hex.
        yield f"length({name}) = 64 AND {name} NOT GLOB '*[^0-9a-f]*'"


def create_tables(connection: sqlite3.Connection) -> None:
    """Make every table, STRICT and with its foreign keys, and every view."""
    for model in ROWS:
        parts = [column.sql for column in columns(model)]
        parts += [f"UNIQUE ({_names(names)})" for names in model.unique]
        body = ",\n  ".join(parts)
        connection.execute(f'CREATE TABLE "{model.table}" (\n  {body}\n) STRICT')
    connection.execute(COMPARISON_QUOTE)


def insert_rows(connection: sqlite3.Connection, model: type[Row], rows: Iterable[Values]) -> None:
    """Insert rows in the order given.

    Raises: BuildError naming the table when a row holds what its columns may not.
    """
    names = [column.name for column in columns(model)]
    marks = ", ".join(f":{name}" for name in names)
    sql = f'INSERT INTO "{model.table}" ({_names(names)}) VALUES ({marks})'
    try:
        connection.executemany(sql, rows)
    except sqlite3.IntegrityError as error:
        raise BuildError(what=f"a row of {model.table} cannot be published: {error}") from error


def create_indexes(connection: sqlite3.Connection) -> None:
    """Make the indexes, one for each foreign key among them, and full-text search."""
    # Late, because each guarded worker imports this room and none needs it: 0.17 s of 0.67 s.
    from sqlite_utils import Database

    database = Database(connection)
    for model in ROWS:
        keys = [(column.name,) for column in columns(model) if column.references]
        longer = [*model.unique, *(names for names in model.indexes if len(names) > 1)]
        for names in [*keys, *model.indexes]:
            if not any(other[: len(names)] == names and other != names for other in longer):
                database.table(model.table).create_index(names)
    for table, names in SEARCHED.items():
        database.table(table).enable_fts(names, tokenize=TOKENIZE)
        database.table(table).optimize()


def descriptions() -> Iterator[Values]:
    """The rows that say what each table, view and column holds, in order."""
    models = {model.table: model for model in ROWS} | VIEWS
    for table, model in sorted(models.items()):
        fields = model.model_fields.items()
        told = [(None, model.__doc__), *((name, field.description) for name, field in fields)]
        for column, text in told:
            description = (text or "").strip()
            yield {"table_name": table, "column_name": column, "description": description}


def _names(names: Iterable[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)

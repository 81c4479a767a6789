"""The tables of the public database, made from the row models of schema/rows/.

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
from schema.rows import APPLICATION_ID, EDITION, ROWS, SEARCHED
from schema.rows import VIEWS as VIEW_MODELS
from schema.rows.row import Row

Values = tuple[Any, ...]
"""A row: the values of its columns in order."""
TOKENIZE = "porter unicode61 remove_diacritics 2"

VIEWS = """
CREATE VIEW version_tool AS
SELECT shown.version_id, shown.position, side.tool_id, side.card_id, side.badge, side.votes_ship,
       side.votes_skip, side.community_stated, side.community_ship_percent, side.community_ship,
       side.community_votes, side.pricing, side.withheld
FROM version_side AS shown JOIN side ON side.id = shown.side_id;
CREATE VIEW version_quote AS
SELECT shown.version_id, 2 * own.slot - 2 + shown.position AS position,
       shown.position AS tool_position, own.slot, own.reviewer_id, own.score, own.verdict,
       own.verdict_source, own.verdict_start, own.verdict_end, own.quote_id, own.withheld
FROM version_side AS shown JOIN side_quote AS own ON own.side_id = shown.side_id;
CREATE VIEW comparison_quote AS
SELECT comparison.comparison, 2 * own.slot - 2 + shown.position AS position,
       shown.position AS tool_position, own.slot, reviewer.name AS reviewer, own.score,
       own.verdict, own.verdict_source, quote.key AS quote,
       CASE WHEN own.withheld IS NULL THEN quote.text END AS text
FROM comparison
JOIN version_side AS shown ON shown.version_id = comparison.version_id
JOIN side_quote AS own ON own.side_id = shown.side_id
JOIN quote ON quote.id = own.quote_id
LEFT JOIN reviewer ON reviewer.id = own.reviewer_id
ORDER BY comparison.id, 2 * own.slot - 2 + shown.position;
CREATE VIEW quotes AS
SELECT quote.key AS quote, tool.tool, quote.tool_name, reviewer.name AS reviewer, quote.score,
       quote.verdict, quote.verdict_source, quote.text, quote.characters,
       quote.withheld AS quote_withheld, quote.first_seen AS quote_first_seen,
       quote.last_seen AS quote_last_seen
FROM quote JOIN tool ON tool.id = quote.tool_id
LEFT JOIN reviewer ON reviewer.id = quote.reviewer_id;
CREATE VIEW cards AS
SELECT card.key AS card, tool.tool, card.name AS card_name, card.category, card.tagline,
       card.description, card.entry, card.panel_ship_percent, card.badge, card.votes_ship,
       card.votes_skip, card.pricing, card.withheld AS card_withheld,
       card.first_seen AS card_first_seen, card.last_seen AS card_last_seen
FROM card JOIN tool ON tool.id = card.tool_id;
CREATE VIEW comparisons AS
SELECT comparison.comparison, comparison.title, page.url, page.state, comparison.captured_at,
       a.tool AS tool_a, one.name AS tool_a_name, one.category AS category_a,
       one.entry AS entry_a, one.panel_ship_percent AS panel_ship_percent_a,
       b.tool AS tool_b, two.name AS tool_b_name, two.category AS category_b,
       two.entry AS entry_b, two.panel_ship_percent AS panel_ship_percent_b
FROM comparison JOIN page ON page.id = comparison.page_id
JOIN tool AS a ON a.id = comparison.tool_a_id JOIN tool AS b ON b.id = comparison.tool_b_id
JOIN card AS one ON one.id = comparison.card_a_id JOIN card AS two ON two.id = comparison.card_b_id;
CREATE VIEW changes AS
SELECT change.id AS change_id, change.seen_after, change.seen_by, change.kind, change.cause,
       comparison.comparison, tool.tool, reviewer.name AS reviewer, change.field, change.old,
       change.new
FROM change LEFT JOIN comparison ON comparison.id = change.comparison_id
LEFT JOIN tool ON tool.id = change.tool_id
LEFT JOIN reviewer ON reviewer.id = change.reviewer_id;
CREATE VIEW templates AS
SELECT reviewer.name AS reviewer, rank, substr(text, span_start + 1, span_end - span_start) AS text,
       mined_quotes, mined_n, held_out_quotes, held_out_n, coverage, coverage_so_far,
       quote.key AS quote
FROM template JOIN reviewer ON reviewer.id = template.reviewer_id
JOIN quote ON quote.id = template.quote_id ORDER BY template.reviewer_id, rank
"""
"""The third is in order by itself: its rows are taken comparison by comparison, none sorted."""

_SQL = {"integer": "INTEGER", "number": "REAL", "string": "TEXT"}


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table. Absent: `references` is None unless it tells another row."""

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
    numbers = ["id"] if "id" in fields else []
    return [_column(name, fields[name]) for name in [*numbers, *own, *shared]]


def _column(name: str, field: dict[str, Any]) -> Column:
    """A column from the JSON Schema of a field: an integer, a number or a string, or null."""
    kinds = field.get("anyOf", [field])
    (kind,) = (each for each in kinds if each != {"type": "null"})
    references = kind.get("references")
    words = [f'"{name}"', _SQL[kind["type"]]]
    if name == "id":
        return Column(name, " ".join([*words, "PRIMARY KEY"]), None)
    words += ["NOT NULL"] if len(kinds) == 1 else []
    words += ["UNIQUE"] if "unique" in field else []
    words += [f"CHECK ({check})" for check in _checks(f'"{name}"', kind)]
    words += [f'REFERENCES "{references}"("{kind["by"]}")'] if references else []
    return Column(name, " ".join(words), references)


def _checks(name: str, kind: dict[str, Any]) -> Iterator[str]:
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
        parts += [f"PRIMARY KEY ({_names(model.told_by)})"] if model.told_by else []
        body = ",\n  ".join(parts)
        kind = "STRICT, WITHOUT ROWID" if model.told_by else "STRICT"
        connection.execute(f'CREATE TABLE "{model.table}" (\n  {body}\n) {kind}')
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    connection.execute(f"PRAGMA user_version = {EDITION}")
    for view in VIEWS.split(";"):
        connection.execute(view)


def insert_rows(connection: sqlite3.Connection, model: type[Row], rows: Iterable[Values]) -> None:
    """Insert rows, each with the values of the table's columns in order.

    Raises: BuildError naming the table when a row holds what its columns may not.
    """
    names = [column.name for column in columns(model)]
    sql = f'INSERT INTO "{model.table}" ({_names(names)}) VALUES ({", ".join("?" * len(names))})'
    try:
        connection.executemany(sql, rows)
    except sqlite3.IntegrityError as error:
        raise BuildError(what=f"a row of {model.table} cannot be published: {error}") from error


def create_indexes(connection: sqlite3.Connection) -> None:
    """Make the indexes, one for each foreign key that is asked by, and full-text search."""
    # Late, because each guarded worker imports this room and none needs it: 0.17 s of 0.67 s.
    from sqlite_utils import Database

    database = Database(connection)
    for model in ROWS:
        # By the site of a row nobody looks: most archives have one.
        references = [
            column.name for column in columns(model) if column.references not in (None, "site")
        ]
        keys = [(name,) for name in references if name not in model.rarely_asked]
        longer = [
            model.told_by,
            *model.unique,
            *(names for names in model.indexes if len(names) > 1),
        ]
        for names in [*keys, *model.indexes]:
            if not any(other[: len(names)] == names and other != names for other in longer):
                database.table(model.table).create_index(names)
    for table, names in SEARCHED.items():
        database.table(table).enable_fts(names, tokenize=TOKENIZE)


def refresh_search(connection: sqlite3.Connection, tables: Iterable[str]) -> None:
    """Make full-text search of some tables anew, the same bytes for the same words.

    Never by single deletions: a thousand editions would swell an index sixfold (SQLite 3.54.1).
    """
    from sqlite_utils import Database

    database = Database(connection)
    for table in tables:
        database.table(table).rebuild_fts()
        database.table(table).optimize()


def descriptions() -> Iterator[tuple[str, str | None, str]]:
    """Table, column and sentence: what each table, view and column holds, in order."""
    models = {model.table: model for model in ROWS} | VIEW_MODELS
    for table, model in sorted(models.items()):
        fields = model.model_fields.items()
        told = [(None, model.__doc__), *((name, field.description) for name, field in fields)]
        for column, text in told:
            yield table, column, (text or "").strip()


def _names(names: Iterable[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)

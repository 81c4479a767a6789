"""Bounds for every query on the published database, whoever wrote it.

The time limit of Datasette is asked between steps of a query, so one function call that makes a
gigabyte passes under it. Here the functions and sizes that allow such a call are taken away.
It must not change what an honest query returns.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from functools import partial

from web.upstream import Datasette, hook

DATABASE_NAME = "verdicts"

LONGEST_VALUE = 200_000
"""Units: bytes. The longest text we publish is 20,000 characters, at most four bytes each."""
LONGEST_SQL = 20_000
LONGEST_PATTERN = 200
LONGEST_TRIM_SET = 100
LIMITS = {
    sqlite3.SQLITE_LIMIT_LENGTH: LONGEST_VALUE,
    sqlite3.SQLITE_LIMIT_SQL_LENGTH: LONGEST_SQL,
    sqlite3.SQLITE_LIMIT_LIKE_PATTERN_LENGTH: LONGEST_PATTERN,
    sqlite3.SQLITE_LIMIT_ATTACHED: 0,
    sqlite3.SQLITE_LIMIT_EXPR_DEPTH: 200,
    sqlite3.SQLITE_LIMIT_WORKER_THREADS: 0,
}
REFUSED_FUNCTIONS = frozenset(
    {"fts3_tokenizer", "load_extension", "printf", "format", "zeroblob", "randomblob"}
)
# What Datasette, sqlite-utils and FTS5 ask for themselves, and what describes the schema to a researcher.
PRAGMAS = frozenset(
    {
        "data_version", "database_list", "foreign_key_list", "function_list", "index_info",
        "index_list", "index_xinfo", "page_count", "page_size", "recursive_triggers",
        "schema_version", "table_info", "table_list", "table_xinfo",
    }
)  # fmt: skip
READING = frozenset({sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_RECURSIVE})
# Opening a full-text table declares its columns, which SQLite reports as this change. It changes
# nothing: the schema cannot be written without a pragma that is not among those above.
FTS5_OPENING = frozenset({(sqlite3.SQLITE_UPDATE, "sqlite_master")})
# Datasette asks `PRAGMA database_list` as a statement; only as a table can a visitor ask it.
PATH_LEAK = "pragma_database_list"


def authorize(
    action: int, first: str | None, second: str | None, _schema: str | None, _trigger: str | None
) -> int:
    """Whether SQLite may prepare a statement that does this: reading yes, all else no."""
    if action == sqlite3.SQLITE_READ and (first or "").lower() == PATH_LEAK:
        return sqlite3.SQLITE_DENY
    if action in READING or (action, first) in FTS5_OPENING:
        return sqlite3.SQLITE_OK
    if action == sqlite3.SQLITE_FUNCTION:
        is_refused = (second or "").lower() in REFUSED_FUNCTIONS
        return sqlite3.SQLITE_DENY if is_refused else sqlite3.SQLITE_OK
    if action == sqlite3.SQLITE_PRAGMA and (first or "").lower() in PRAGMAS:
        return sqlite3.SQLITE_OK
    return sqlite3.SQLITE_DENY


def bound_trim(conn: sqlite3.Connection) -> None:
    """Gives the two-argument trims a bounded set of characters.

    SQLite compares every character with every member of the set: two long texts take minutes in
    one call, which no time limit reaches.
    """
    strips: dict[str, Callable[[str, str], str]] = {
        "trim": str.strip, "ltrim": str.lstrip, "rtrim": str.rstrip,
    }  # fmt: skip
    for name, strip in strips.items():
        conn.create_function(name, 2, partial(_trim, strip), deterministic=True)


def _trim(strip: Callable[[str, str], str], text: object, members: object) -> str | None:
    if text is None or members is None:
        return None
    if len(str(members)) > LONGEST_TRIM_SET:
        raise ValueError("the set of characters to trim is too long")
    return strip(str(text), str(members))


def harden(conn: sqlite3.Connection) -> None:
    """Puts the limits and the authorizer on one connection."""
    for limit, value in LIMITS.items():
        conn.setlimit(limit, value)
    bound_trim(conn)
    conn.set_authorizer(authorize)


@hook
def prepare_connection(conn: sqlite3.Connection, database: str, datasette: Datasette) -> None:
    """Hardens each connection to the published database as Datasette opens it."""
    if database == DATABASE_NAME:
        harden(conn)

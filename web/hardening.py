"""Bounds for every query on the published database, whoever wrote it.

The time limit of Datasette is asked between steps of a query, so one function call that makes a
gigabyte passes under it. Here the functions and sizes that allow such a call are taken away.
It must not change what an honest query returns.
"""

from __future__ import annotations

import sqlite3
from weakref import WeakKeyDictionary

from web.linear import add_text_functions
from web.upstream import Datasette, hook

DATABASE_NAME = "verdicts"

LONGEST_VALUE = 200_000
"""Units: bytes. The longest text we publish is 20,000 characters, at most four bytes each."""
LONGEST_SQL = 10_000
LONGEST_PATTERN = 200
LARGEST_RESULT = 16_000_000
"""Units: bytes or characters of one result before it is refused."""
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
# What Datasette, sqlite-utils and FTS5 ask for, and what shows a researcher the schema.
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


def harden(conn: sqlite3.Connection) -> None:
    """Puts the limits, the linear text functions and the authorizer on one connection."""
    for limit, value in LIMITS.items():
        conn.setlimit(limit, value)
    add_text_functions(conn)
    conn.row_factory = MeasuredRows()
    conn.set_authorizer(authorize)


class MeasuredRows:
    """Makes rows, and ends a query whose rows together are too large to hold.

    A thousand rows of the longest value each are two hundred megabytes, in memory several times.
    """

    def __init__(self) -> None:
        self._sizes: WeakKeyDictionary[sqlite3.Cursor, int] = WeakKeyDictionary()

    def __call__(self, cursor: sqlite3.Cursor, values: tuple[object, ...]) -> sqlite3.Row:
        """The row as sqlite3 makes it; sqlite3.DataError once the result is too large."""
        size = sum(len(value) for value in values if isinstance(value, str | bytes))
        size += self._sizes.get(cursor, 0)
        if size > LARGEST_RESULT:
            raise sqlite3.DataError("the result is larger than this server gives in one answer")
        self._sizes[cursor] = size
        return sqlite3.Row(cursor, values)


@hook
def prepare_connection(conn: sqlite3.Connection, database: str, datasette: Datasette) -> None:
    """Hardens each connection to the published database as Datasette opens it."""
    if database == DATABASE_NAME:
        harden(conn)

"""The rows of a table or view in one order, so that each stands on exactly one of its pages.

Datasette 1.0a41 orders a first page by the column alone, later ones by column and key, and a view
by nothing. So rows that are alike in the column come as an index has them, twice or never. An index
that ends in the key is no help: read backwards for a descending sort, it gives keys backwards too.
"""

from __future__ import annotations

import re
from contextvars import ContextVar
from typing import Any

from schema.rows import VIEWS
from web.describe import SHOWN
from web.upstream import Base400, Request, escape_sqlite, tilde_decode

NUMBER = re.compile(
    r"\s{0,9}[-+]?(?:[0-9]{1,40}(?:\.[0-9]{0,40})?|\.[0-9]{1,40})(?:e[-+]?[0-9]{1,4})?\s{0,9}", re.I
)
"""What SQLite takes for a number; it puts any other text behind all numbers."""
PLACE = re.compile(r"[0-9]{1,18}")
NAME = r'(?:\w+|"[^"]*")'
SORTED = re.compile(rf" order by {NAME}(?: desc)?\Z")
NO_ORDER = "{} has no order of rows to page through; the search, or SQL, asks it."
PAGED: ContextVar[tuple[str, str]] = ContextVar("PAGED")
"""How the query for a page begins that this request asks for, and the key of its rows."""

ONLY_SAID: ContextVar[bool] = ContextVar("ONLY_SAID", default=False)
"""Whether the query for a page is wanted, and not its rows: it is then asked for none."""


def page_by_key(table: str, columns: list[Any]) -> list[str]:
    """The key of a table or view with these columns: from here on this request reads pages by it.

    Raises: Base400 for a table that has no key of its own, such as the index of a search.
    """
    keys = [each.name for each in sorted(columns, key=lambda each: each.is_pk) if each.is_pk]
    keys = keys or list(VIEWS[table].order if table in VIEWS else ())
    if not keys:
        raise Base400(NO_ORDER.format(table))
    begins = rf"select {NAME}(?:, {NAME})* from {re.escape(escape_sqlite(table))} "
    PAGED.set((begins, ", ".join(map(escape_sqlite, keys))))
    return keys


def in_one_order(sql: str) -> str:
    """The query, and where it is for a page of rows, what is alike in it ordered by key.

    Rows of a view that are filtered and not sorted stay as they are found, the same each time in a
    file that never changes: to sort all of them for each page took a thousand times as long.
    """
    begins, keys = PAGED.get(("", ""))
    asked, limit, most = sql.rpartition(" limit ")
    if not keys or not re.match(begins, asked):
        return sql
    most = "0" if ONLY_SAID.get() else most
    if re.fullmatch(begins, asked):
        return f"{asked}order by {keys}{limit}{most}"
    return f"{asked}{f', {keys}' if SORTED.search(asked) else ''}{limit}{most}"


def require_next(request: Request, table: str, numbers: set[str]) -> None:
    """What a page goes on behind: how many rows of a view; of a table its last row's key.

    Shape: the value that the table is sorted by stands before the key, `$null` where it has none.
    Raises: Base400 for a `_next` of another shape.
    """
    value, asked, shown = request.args.get("_next"), request.args, SHOWN.get(table, {})
    ways = (asked.get("_sort"), asked.get("_sort_desc"), shown.get("sort"), shown.get("sort_desc"))
    column = None if table in VIEWS else next(filter(None, ways), None)
    *last, row = (value or "0").split(",")
    is_token = len(last) == (column is not None) and PLACE.fullmatch(row)
    if is_token and column in numbers and last != ["$null"]:
        is_token = NUMBER.fullmatch(tilde_decode(last[0]))
    if value and not is_token:
        raise Base400(f"_next={value!r} is no next page: take it from the answer before.")

"""What a CSV file is to hold: the query behind a table's page, a stored query, a visitor's SQL."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlencode

from web import stored
from web.hardening import DATABASE_NAME
from web.paging import ONLY_SAID, in_one_order, page_by_key
from web.upstream import (
    Base400,
    Datasette,
    Request,
    named_parameters,
    table_view,
    validate_sql_select,
)

MOST_ROWS = 100_000
"""Rows of a table or view in one file."""
MOST_SQL_ROWS = 10_000
MOST_STORED_ROWS = 1000
"""A stored query itself ends one row behind these."""
LONGEST_MS = 60_000
LONGEST_SQL_MS = 1000
OF_ROWS = re.compile(r"_sort|_sort_desc|_col|_nocol|_where|_search(_\w+)?|_searchmode")
OF_PAGES = frozenset(
    {
        "_dl", "_facet", "_facet_array", "_facet_date", "_facet_size", "_labels", "_nocount",
        "_nofacet", "_size", "_stream",
    }
)  # fmt: skip
"""What a page is asked for beside its rows: a file has all of them, and none of these."""
LIMIT = re.compile(r" limit \d+\Z")


@dataclass(frozen=True, slots=True)
class CsvWanted:
    """What a file holds. Shape: `most` and `within_ms` bound it; `is_whole` where it is answered
    once all is read."""

    name: str
    sql: str
    values: dict[str, Any]
    most: int
    within_ms: int
    is_whole: bool


async def of_table(datasette: Datasette, request: Request) -> CsvWanted:
    """The rows of a table or view, by the query that its page asks.

    Raises: what the page raises: for a filter that cannot be used, a table that there is not.
    """
    table = request.url_vars["table"]
    pairs = parse_qsl(request.query_string, keep_blank_values=True)
    for name, _ in pairs:
        is_filter = not name.startswith("_") or "__" in name.lstrip("_")
        if not (is_filter or OF_ROWS.fullmatch(name) or name in OF_PAGES):
            raise Base400(f"There is no argument {name!r} of a CSV file.")
    kept = [pair for pair in pairs if pair[0] not in OF_PAGES]
    said = await _page_of(datasette, request, table, urlencode(kept))
    page_by_key(table, await datasette.get_database(DATABASE_NAME).table_column_details(table))
    is_theirs = any(name == "_where" for name, _ in kept)
    return CsvWanted(
        table,
        LIMIT.sub("", in_one_order(said["sql"])),
        said["params"],
        MOST_ROWS,
        LONGEST_SQL_MS if is_theirs else LONGEST_MS,
        is_whole=False,
    )


async def _page_of(
    datasette: Datasette, request: Request, table: str, query: str
) -> dict[str, Any]:
    """The query of a table's page, as Datasette says it."""
    query += "&_extra=query&_size=0&_nofacet=1&_nocount=1"
    route = {"kwargs": {"database": DATABASE_NAME, "table": table, "format": "json"}}
    scope = {**request.scope, "query_string": query.encode(), "url_route": route}
    said = ONLY_SAID.set(True)
    try:
        page = await table_view(datasette, Request(scope, request.receive))
    finally:
        ONLY_SAID.reset(said)
    found: dict[str, Any] = json.loads(page.body)["query"]
    return found


def of_stored(request: Request) -> CsvWanted:
    """What a stored query gives. Raises: Base400 for parameters that it cannot be asked with."""
    query = stored.stored_queries()[request.url_vars["table"]]
    stored.require_answerable(query, request)
    for name in request.args:
        if name.startswith("_") and name not in OF_PAGES:
            raise Base400(f"There is no argument {name!r} of a CSV file.")
    values = {each.name: request.args.get(each.name) or "" for each in query.parameters}
    return CsvWanted(query.name, query.sql, values, MOST_STORED_ROWS, LONGEST_SQL_MS, is_whole=True)


def of_sql(request: Request) -> CsvWanted:
    """What a visitor's SQL gives. Raises: Base400, or InvalidSql, for what is no such query."""
    sql = request.args.get("sql") or ""
    if not sql.strip():
        raise Base400("sql= is empty: it is the query whose rows are wanted.")
    validate_sql_select(sql)
    values = {name: request.args.get(name) or "" for name in named_parameters(sql)}
    return CsvWanted("query", sql, values, MOST_SQL_ROWS, LONGEST_SQL_MS, is_whole=True)

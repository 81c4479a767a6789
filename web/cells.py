"""How one value stands in Datasette's tables and rows: what has a page of ours leads to it.

A value alone is shown as it is; nothing here changes what JSON or SQL give.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Awaitable
from typing import Any

from markupsafe import Markup

from web import words
from web.pages.tool import tool_key
from web.showing import read
from web.stored import stored_queries
from web.upstream import Datasette, Request, ResultRow, hook

KEYS = {
    ("comparison", "comparison"): "compare",
    ("comparison_quote", "comparison"): "compare",
    ("comparison_quote", "quote"): "quote",
    ("comparison_quote", "reviewer"): "reviewer",
    ("tool", "tool"): "tool",
    ("quotes", "quote"): "quote",
    ("quotes", "tool"): "tool",
    ("quotes", "reviewer"): "reviewer",
    ("cards", "tool"): "tool",
    ("comparisons", "comparison"): "compare",
    ("comparisons", "tool_a"): "tool",
    ("comparisons", "tool_b"): "tool",
    ("changes", "comparison"): "compare",
    ("changes", "tool"): "tool",
    ("changes", "reviewer"): "reviewer",
    ("quote", "key"): "quote",
    ("reviewer", "name"): "reviewer",
    ("release", "release"): "release",
}
"""Columns that hold the key of a page of ours."""
STORED = {
    "comparison": "compare",
    **dict.fromkeys(("tool", "first_tool", "second_tool", "names_tool", "never_beside"), "tool"),
    **dict.fromkeys(("quote", "one_quote", "other_quote", "first_quote", "second_quote"), "quote"),
    **dict.fromkeys(("reviewer", "first_reviewer", "second_reviewer"), "reviewer"),
}
"""Columns of stored queries that hold such a key; in a visitor's own they may hold anything."""
NAMES = {("comparison", "title"): ("compare", "comparison"), ("tool", "name"): ("tool", "tool")}
"""Columns that name what another column of the row holds the key of."""
TOOL_NAMES = {("quote", "tool_name"): "tool_id", ("card", "name"): "tool_id"}
"""Columns that name the tool whose number another column of the row holds."""
TOOL_NUMBERS = ("tool_id", "tool_a_id", "tool_b_id")


@hook
def render_cell(
    row: sqlite3.Row | ResultRow,
    column: str,
    table: str,
    value: Any,
    datasette: Datasette,
    request: Request,
) -> Markup | float | Awaitable[Markup | None] | None:
    """A link where the value has a page of ours, a hash by its beginning; None for most others.

    A number that a query gives stays one: Datasette would hand it to the template as text.
    """
    if isinstance(value, dict):
        return labelled(value, column, datasette)
    if not isinstance(value, str):
        return value if not table and isinstance(value, int | float) else None
    place = (table or "", column)
    shown = words.shortened(value)
    if place in TOOL_NAMES and TOOL_NAMES[place] in row.keys():  # noqa: SIM118
        return tool_link(datasette, row[TOOL_NAMES[place]], value)
    if place in NAMES and NAMES[place][1] in row.keys():  # noqa: SIM118
        kind, key_column = NAMES[place]
        return link(datasette, kind, row[key_column], shown)
    if place in KEYS:
        return link(datasette, KEYS[place], value, shown)
    if column in STORED and request.url_vars.get("table") in stored_queries():
        return link(datasette, STORED[column], value, shown)
    return shown if isinstance(shown, Markup) else None


def labelled(
    value: ResultRow, column: str, datasette: Datasette
) -> Markup | Awaitable[Markup | None] | None:
    """The link of a number that Datasette has found the label of; None where it is to make one."""
    if column == "reviewer_id":
        return link(datasette, "reviewer", value["label"], value["label"])
    return tool_link(datasette, value, value["label"]) if column in TOOL_NUMBERS else None


async def tool_link(datasette: Datasette, tool: Any, name: str) -> Markup | None:
    """A tool's name as a link to its page; None where the number is of no tool."""
    number = tool["value"] if isinstance(tool, dict) else tool
    key = await read(datasette, lambda conn: tool_key(conn, number))
    return link(datasette, "tool", key, name) if key else None


def link(datasette: Datasette, kind: str, key: str, shown: str) -> Markup:
    """The link to one of our own pages."""
    path = datasette.urls.path(words.address(kind, key))
    return Markup('<a href="{}">{}</a>').format(path, shown)

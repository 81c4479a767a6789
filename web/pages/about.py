"""What this archive is, how it is made, how far it may be trusted, and what can be taken away."""

from __future__ import annotations

import sqlite3
from typing import Any

from web.asking import count, first, rows
from web.pages import signs
from web.pages.notes import counts
from web.showing import edition_of, once, root_of, show
from web.stored import stored_queries
from web.upstream import Datasette, Request, Response

EVALUATED = (
    ("What is said to come (predictions)", "predictions: span and horizon"),
    ("Names of tools and models in quotes (mentions)", "mentions: span and entity"),
    ("Values that texts state (claims)", "claims: span, attribute, value and unit"),
)
"""What rules read from texts, and by which name `verdicts evaluate` scores it."""
HELD_OUT = {
    "predictions: span and horizon": (0.915, 0.705, 61),
    "mentions: span and entity": (0.966, 0.935, 92),
    "claims: span, attribute, value and unit": (0.928, 0.874, 103),
}
"""Precision, recall, and how many there were, on hand-labelled texts that no rule was made from."""


def facts(conn: sqlite3.Connection) -> dict[str, Any]:
    """How much there is, between which days, from whom, and how well verdicts are inferred."""
    tables = ("comparison", "tool", "card", "quote", "reviewer", "capture", "failure", "finding")
    return {
        "counted": {table: count(conn, f"select count(*) from {table}") for table in tables}
        | counts(conn),
        "sites": rows(conn, "select site, title, base from site order by site"),
        "span": first(
            conn, "select min(first_seen) as first, max(last_seen) as last from comparison"
        ),
        "inferred": rows(
            conn,
            "select source, marked, correct, relevant, precision, recall from inference_accuracy"
            " where tool_id is null order by source",
        ),
        "methods": rows(
            conn,
            "select method, method_version, description, is_made from method"
            " order by method, method_version",
        ),
        "releases": rows(conn, "select * from release order by created_at desc, id desc limit 100"),
    }


async def about_page(datasette: Datasette, request: Request) -> Response:
    """What this is, how it is made, and whom to ask."""
    home = root_of(datasette, request)
    evaluated = [(said, *HELD_OUT[name]) for said, name in EVALUATED]
    told = await once(datasette, facts)
    described = signs.page(f"{home}/about", home, "About and method", "AboutPage")
    return show(
        datasette, request, "about.html", canonical="/about", evaluated=evaluated,
        described=described, **told,
    )  # fmt: skip


async def data_page(datasette: Datasette, request: Request) -> Response:
    """What can be taken away: releases, tables, stored queries, and how to cite them."""
    home = root_of(datasette, request)
    told = await once(datasette, facts)
    span = told["span"]
    described = signs.dataset(home, span.first, span.last, edition_of(datasette))
    return show(
        datasette, request, "data.html", canonical="/data", described=described,
        queries=list(stored_queries().values()), sql=datasette.setting("default_allow_sql"), **told,
    )  # fmt: skip


ROUTES = [(r"^/about$", about_page), (r"^/data$", data_page)]

"""The home page: what this is, what is new, and a picture of the whole."""

from __future__ import annotations

import sqlite3
from typing import Any

from web.asking import count, first, rows
from web.pages import reviewers
from web.pages.lists import AskedList
from web.pages.notes import counts
from web.pages.shared import DATED


def home(conn: sqlite3.Connection) -> dict[str, Any]:
    """Counts, the newest comparisons, tools, reviewers, and every failure by its code."""
    tables = ("comparison", "tool", "card", "quote", "reviewer", "capture", "failure", "finding")
    return {
        "counts": {table: count(conn, f"select count(*) from {table}") for table in tables}
        | counts(conn),
        "states": rows(
            conn, "select state, count(*) as n from page group by state order by n desc, state"
        ),
        "failures": rows(
            conn,
            "select f.code, count(*) as n, c.description from failure f"
            " left join code c on c.code = f.code group by f.code order by n desc, f.code",
        ),
        "newest": rows(
            conn,
            f"select comparison, title, site, {DATED} from comparison"
            " order by last_seen is null, captured_at desc, id desc limit 12",
        ),
        "tools": rows(
            conn,
            "select tool, name, count(*) over (partition by name) as namesakes from tool"
            " order by name collate nocase, tool limit 60",
        ),
        "reviewers": reviewers.chosen(reviewers.by_category(conn), AskedList())[:100],
        "sites": rows(conn, "select site, title, base from site order by site"),
        "span": first(
            conn, "select min(first_seen) as first, max(last_seen) as last from comparison"
        ),
    }

"""How Datasette shows our tables: settings, labels, facets, order, descriptions and licences.

All of it is data: nothing here asks the network or writes a file.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from schema.rows import ROWS
from web.hardening import DATABASE_NAME
from web.stored import as_config, stored_queries
from web.upstream import ResultRow
from web.words import in_words

TITLE = "Verdicts"
LICENSE = "Publishers' text: no licence granted. Our annotations: CC BY 4.0"
SOURCE = "Unofficial; as published, not verified"
PURPOSE = (
    "A dated archive of published comparisons of AI tools: each comparison, each tool card and "
    "each reviewer's words, with the page and the day they were read from."
)
SETTINGS: dict[str, int | bool] = {
    "default_page_size": 50,
    "max_returned_rows": 1000,
    "sql_time_limit_ms": 1000,
    "facet_time_limit_ms": 200,
    "default_facet_size": 20,
    "suggest_facets": False,
    "allow_facet": True,
    "allow_download": False,
    "allow_csv_stream": False,
    "allow_signed_tokens": False,
    "default_cache_ttl": 60,
    "truncate_cells_html": 300,
    "max_post_body_bytes": 1024,
}
LABELS = {row.table: row.label for row in ROWS if row.label}
SHOWN: dict[str, dict[str, Any]] = {
    "comparison": {"sort_desc": "captured_at", "facets": ["site", "state", "layout"]},
    "comparison_quote": {"facets": ["reviewer", "verdict", "verdict_source"]},
    "side": {"facets": ["badge"]},
    "side_quote": {"facets": ["verdict", "verdict_source"]},
    "tool": {"sort": "name", "facets": ["site"]},
    "card": {"sort": "name", "facets": ["category", "badge", "entry"]},
    "quote": {"facets": ["reviewer_id", "verdict", "verdict_source"]},
    "reviewer": {"sort": "name"},
    "capture": {"sort_desc": "captured_at", "facets": ["outcome", "kind", "date_source"]},
    "page": {"facets": ["state", "due", "site"]},
    "failure": {"sort_desc": "captured_at", "facets": ["code"]},
    "finding": {"facets": ["code"]},
    "crawl": {"sort_desc": "started_at"},
    "release": {"sort_desc": "created_at"},
    "takedown": {"sort_desc": "added_at", "facets": ["kind"]},
    "correction": {"sort_desc": "added_at", "facets": ["kind"]},
    "change": {"sort_desc": "seen_by", "facets": ["kind", "field", "cause"]},
    "changes": {"facets": ["kind", "field", "cause"]},
    "history": {"facets": ["field"]},
    "quotes": {"facets": ["reviewer", "verdict", "verdict_source"]},
    "cards": {"facets": ["category", "badge", "entry"]},
    "comparisons": {"facets": ["state"]},
    "code": {"sort": "code", "facets": ["kind"]},
    "inference_accuracy": {"facets": ["source"]},
    "reviewer_figure": {"facets": ["reviewer_id", "figure"]},
    "reviewer_agreement": {"facets": ["coefficient"]},
    "template": {"facets": ["reviewer_id"]},
    "templates": {"facets": ["reviewer"]},
    "near_duplicate": {"sort_desc": "likeness"},
    "prediction": {"sort": "due_until", "facets": ["state", "checkable"]},
    "mention": {"facets": ["tool_id"]},
    "claim": {"facets": ["attribute", "field", "subject"]},
    "conflict": {"facets": ["attribute", "kind"]},
}

FIRST = {
    "capture": ("captured_at", "page_id", "status", "outcome", "kind"),
    "card": (
        "name", "category", "tagline", "panel_ship_percent", "badge", "entry", "description",
        "pricing",
    ),
    "comparison": ("title", "captured_at", "state", "tool_a_id", "tool_b_id"),
    "comparison_quote": ("comparison", "position", "reviewer", "score", "verdict", "text"),
    "change": ("seen_by", "kind", "field", "old", "new", "tool_id", "reviewer_id", "comparison_id"),
    "changes": ("seen_by", "kind", "field", "tool", "reviewer", "old", "new", "comparison"),
    "crawl": ("started_at", "kind", "site", "exit_code", "asked", "stored", "unchanged", "failed"),
    "claim": ("tool_id", "attribute", "stated_value", "unit", "subject", "field", "quote_id"),
    "failure": ("code", "detail", "page_id", "captured_at"),
    "finding": ("code", "detail", "field", "comparison_id", "first_seen", "last_seen"),
    "history": ("tool_id", "reviewer_id", "field", "value", "first_seen", "last_seen"),
    "mention": ("quote_id", "span_start", "span_end", "tool_id"),
    "page": ("url", "state", "due", "captures", "last_captured_at"),
    "prediction": ("quote_id", "span_start", "span_end", "due_from", "due_until", "state"),
    "quote": ("tool_name", "reviewer_id", "score", "verdict", "text"),
    "tool": ("name", "first_seen", "last_seen", "url"),
}  # fmt: skip
"""What a reader wants of a row, beside its number: the columns that a table of rows shows first,
and alone until it is asked for all of them."""
LAST = ("key", "sha256", "body_sha256", "record_sha256")
SLUGS = {"comparison": ("comparison",), "tool": ("slug", "tool")}
"""What says again, for programs, what the columns before it say for people."""
TITLES = {
    "alias": "Names of tools", "tool_pair": "Tools that may be one",
    "method": "Methods of derived figures", "inference_accuracy": "Accuracy of inferred verdicts",
    "reviewer_figure": "Figures of reviewers", "reviewer_agreement": "Agreement of reviewers",
    "template": "Places of repeated words", "templates": "Repeated words of reviewers",
    "near_duplicate": "Quotes that are nearly the same", "redundancy": "Shown more than once",
    "prediction": "What is said to come", "mention": "What quotes name",
    "claim": "Values that texts state", "conflict": "Two published values",
    "capture": "Captures", "card": "Cards", "cards": "Cards by the names of tools",
    "change": "Changes", "changes": "Changes by names", "code": "Codes of failures and findings",
    "comparison": "Comparisons", "comparisons": "Comparisons with both cards",
    "comparison_quote": "Quotes as the comparisons show them",
    "comparison_version": "Versions of comparisons", "correction": "Corrections",
    "crawl": "Crawls and imports", "description": "What every column means",
    "failure": "Failures", "finding": "Findings", "history": "History of values",
    "page": "Known pages", "quote": "Quotes",
    "quotes": "Quotes by the names of tools and reviewers",
    "release": "Releases", "reviewer": "Reviewers", "side": "Sides of comparisons",
    "side_quote": "Quotes of each side", "side_seen": "When each side was shown",
    "site": "Sites", "takedown": "Take-downs",
    "tool": "Tools", "version_quote": "Quotes of each version",
    "version_side": "Sides of each version", "version_tool": "Tools of each version",
}  # fmt: skip


def in_reading_order(items: Iterable[ResultRow], table: str, name: str) -> list[ResultRow]:
    """Columns or cells of a table, of which `name` holds the column, as a reader wants them.

    >>> columns = [{"name": "id"}, {"name": "key"}, {"name": "site"}, {"name": "text"}]
    >>> [each["name"] for each in in_reading_order(columns, "quote", "name")]
    ['id', 'text', 'site', 'key']
    """
    first = ("id", *FIRST.get(table, ()))
    last = (*SLUGS.get(table, ()), *LAST)
    places = dict.fromkeys(last, len(first) + 1) | {column: at for at, column in enumerate(first)}
    return sorted(items, key=lambda each: places.get(each[name], len(first)))


def less_wanted(columns: Iterable[str], table: str) -> list[str]:
    """The columns that a table of rows leaves out until it is asked for all of them.

    >>> less_wanted(["id", "text", "characters"], "quote"), less_wanted(["title"], "site")
    (['characters'], [])
    """
    wanted = ("id", *FIRST[table]) if table in FIRST else (columns := list(columns))
    return [column for column in columns if column not in wanted]


def asking_for(columns: Iterable[str]) -> list[tuple[str, str]]:
    """The arguments by which Datasette is asked for these columns; it adds the number itself."""
    return [("_col", column) for column in columns if column != "id"]


def table_title(table: str) -> str:
    """The name of a table or view for people; in a query it keeps its own."""
    return TITLES.get(table, in_words(table))


def config(*, allow_sql: bool, contact: str, base: str = "/") -> dict[str, Any]:
    """The Datasette configuration: settings, tables, stored queries, and whom to write to."""
    labels = {table: {"label_column": column} for table, column in LABELS.items()}
    tables = {table: {**labels.get(table, {}), **SHOWN.get(table, {})} for table in labels | SHOWN}
    return {
        "settings": {**SETTINGS, "default_allow_sql": allow_sql, "base_url": base},
        "databases": {
            DATABASE_NAME: {"tables": tables, "queries": as_config(stored_queries().values())}
        },
        "plugins": {DATABASE_NAME: {"contact": contact}},
    }


def metadata(conn: sqlite3.Connection) -> dict[str, Any]:
    """The Datasette metadata: title, licences, and the sentence of each table and column."""
    common = {"description": PURPOSE, "license": LICENSE, "source": SOURCE}
    tables: dict[str, dict[str, Any]] = {}
    sql = "select table_name, column_name, description from description order by id"
    for table, column, sentence in conn.execute(sql):
        shown = tables.setdefault(table, {"columns": {}})
        if column is None:
            shown["description"] = sentence
        else:
            shown["columns"][column] = sentence
    shown_database = {"title": f"{TITLE}: the database", **common, "tables": tables}
    return {"title": TITLE, **common, "databases": {DATABASE_NAME: shown_database}}


def inspected(conn: sqlite3.Connection, database: Path) -> dict[str, Any]:
    """What Datasette would otherwise find out by itself: exact counts, size and hash.

    It would count to ten thousand and read the whole file; the name of the file holds its hash.
    """
    sql = "select name from sqlite_master where type = 'table' order by name"
    names = [name for (name,) in conn.execute(sql)]
    names = [name for name in names if "_fts" not in name and not name.startswith("sqlite_")]
    tables = {
        name: {"count": conn.execute(f'select count(*) from "{name}"').fetchone()[0]}
        for name in names
    }
    found = {"file": database.name, "size": database.stat().st_size, "tables": tables}
    return {DATABASE_NAME: {**found, "hash": database.stem.rpartition("-")[2]}}

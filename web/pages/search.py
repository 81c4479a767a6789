"""Ranked full-text search over quotes and cards, with the found words marked.

The best matches are found first and their snippets made afterwards: SQLite would make one for
every match before it sorts. The order is FTS5's own ranking (bm25), never that of the rows.
"""

from __future__ import annotations

import sqlite3
from typing import Any

from web.asking import count, rows
from web.pages.notes import add_notes
from web.pages.shared import PER_PAGE
from web.words import MARK_END, MARK_START, match_expression

PLACES = {"quotes": "quote_fts", "cards": "card_fts"}

BEST = """
with best as materialized (
  select rowid as id, bm25({table}{weights}) as place
  from {table} where {table} match :words order by place, rowid limit :most offset :skipped)"""
FOUND = "best cross join {table} on {table}.rowid = best.id and {table} match :words"

# A search finds a tool's name too; a name is shown whole.
QUOTES_FOUND = f"""
{BEST.format(table="quote_fts", weights="")}
select q.id, q.key, q.score, q.verdict, q.verdict_source, q.withheld,
       r.name as reviewer, t.tool as tool_key,
       coalesce(highlight(quote_fts, 1, :start, :end), q.tool_name) as about,
       snippet(quote_fts, 0, :start, :end, '…', 48) as snippet
from {FOUND.format(table="quote_fts")} join quote q on q.id = best.id
left join reviewer r on r.id = q.reviewer_id left join tool t on t.id = q.tool_id
order by best.place, q.id"""

# A tool's name counts most, then its tagline.
CARDS_FOUND = f"""
{BEST.format(table="card_fts", weights=", 8.0, 2.0, 4.0, 1.0")}
select k.id, k.category, k.badge, k.entry, k.panel_ship_percent, k.withheld, t.tool as tool_key,
       snippet(card_fts, 0, :start, :end, '…', 20) as name,
       snippet(card_fts, 2, :start, :end, '…', 30) as tagline,
       snippet(card_fts, 3, :start, :end, '…', 40) as snippet
from {FOUND.format(table="card_fts")} join card k on k.id = best.id
left join tool t on t.id = k.tool_id
order by best.place, k.id"""


def search(conn: sqlite3.Connection, asked: str, place: str, page: int) -> dict[str, Any]:
    """One page of results, and how many there are in each place.

    Shape: `search(conn, "local inference", "quotes", 1)`; what was asked may be anything.
    """
    words = match_expression(asked)
    if words is None:
        return {"counts": {}, "results": []}
    counts = {
        name: count(conn, f"select count(*) from {table} where {table} match :words", words=words)
        for name, table in PLACES.items()
    }
    sql = QUOTES_FOUND if place == "quotes" else CARDS_FOUND
    skipped = (page - 1) * PER_PAGE
    marks = {"start": MARK_START, "end": MARK_END}
    results = rows(conn, sql, words=words, most=PER_PAGE, skipped=skipped, **marks)
    if place == "quotes":
        add_notes(conn, "quote", results)
    return {"counts": counts, "results": results}

"""Ranked full-text search over quotes and cards, with the found words marked.

The words are looked up by FTS5's own ranking (bm25), never in the order of the rows.
"""

from __future__ import annotations

import sqlite3

from web.queries import PER_PAGE, count, rows
from web.upstream import Row
from web.words import MARK_END, MARK_START, match_expression

PLACES = {"quotes": "quote_fts", "cards": "card_fts"}

QUOTES_FOUND = """
with found as materialized (
  select rowid, bm25(quote_fts) as rank,
         snippet(quote_fts, 0, :start, :end, '…', 48) as snippet
  from quote_fts where quote_fts match :words order by rank limit :most offset :skipped)
select q.key, q.tool_name, q.score, q.verdict, q.verdict_source, q.withheld, r.name as reviewer,
       t.tool as tool_key, found.snippet
from found join quote q on q.id = found.rowid
left join reviewer r on r.id = q.reviewer left join tool t on t.id = q.tool
order by found.rank, q.id"""

CARDS_FOUND = """
with found as materialized (
  select rowid, bm25(card_fts, 8.0, 2.0, 4.0, 1.0) as rank,
         snippet(card_fts, 0, :start, :end, '…', 20) as name,
         snippet(card_fts, 2, :start, :end, '…', 30) as tagline,
         snippet(card_fts, 3, :start, :end, '…', 40) as snippet
  from card_fts where card_fts match :words order by rank limit :most offset :skipped)
select k.id, k.category, k.badge, k.entry, k.panel_ship_percent, k.withheld, t.tool as tool_key,
       found.name, found.tagline, found.snippet
from found join card k on k.id = found.rowid left join tool t on t.id = k.tool
order by found.rank, k.id"""


def search(conn: sqlite3.Connection, asked: str, place: str, page: int) -> Row:
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
    results = rows(
        conn, QUOTES_FOUND if place == "quotes" else CARDS_FOUND,
        words=words, start=MARK_START, end=MARK_END, most=PER_PAGE, skipped=(page - 1) * PER_PAGE,
    )  # fmt: skip
    return {"counts": counts, "results": results}

"""Ranked full-text search over quotes, cards, reviewers, prices and corrections.

The best matches are found first and their snippets made afterwards: SQLite would make one for
every match before it sorts. The order is FTS5's own ranking (bm25), never that of the rows.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from difflib import get_close_matches
from typing import Any, NamedTuple

from web.asking import ask, count, rows
from web.pages.notes import add_notes
from web.pages.shared import PER_PAGE
from web.words import MARK_END, MARK_START, match_expression, terms_of


class SearchPlace(NamedTuple):
    """Where to look: an index, what must hold there beside the words, and how matches weigh.

    Shape: `table` is what the index is of, called `o` in `asked`.
    """

    fts: str
    table: str
    select: str
    columns: str = ""
    """The column of the index that is looked in; all of them, where it is empty."""
    weights: str = ""
    asked: tuple[str, ...] = ()
    """What of the filters the rows have."""


# A search finds a tool's name too; a name is shown whole.
QUOTES = """
select q.id, q.key, q.score, q.verdict, q.verdict_source, q.withheld,
       r.name as reviewer, t.tool as tool_key,
       coalesce(highlight(quote_fts, 1, :start, :end), q.tool_name) as about,
       snippet(quote_fts, 0, :start, :end, '…', 48) as snippet
from {found} join quote q on q.id = best.id
left join reviewer r on r.id = q.reviewer_id left join tool t on t.id = q.tool_id
order by best.place, q.id"""
CARDS = """
select k.id, k.category, k.badge, k.entry, k.panel_ship_percent, k.withheld, t.tool as tool_key,
       snippet(card_fts, 0, :start, :end, '…', 20) as name,
       snippet(card_fts, 2, :start, :end, '…', 30) as tagline,
       snippet(card_fts, 3, :start, :end, '…', 40) as snippet,
       snippet(card_fts, 4, :start, :end, '…', 40) as pricing
from {found} join card k on k.id = best.id
left join tool t on t.id = k.tool_id
order by best.place, k.id"""
REVIEWERS = """
select r.id, r.name as key, highlight(reviewer_fts, 0, :start, :end) as name, r.first_seen,
       r.last_seen
from {found} join reviewer r on r.id = best.id order by best.place, r.id"""
CORRECTIONS = """
select c.id, c.kind, c.target, c.added_at, snippet(correction_fts, 0, :start, :end, '…', 60)
       as snippet, t.tool as tool_key, q.key as quote_key, p.key as page_key
from {found} join correction c on c.id = best.id left join tool t on t.id = c.tool_id
left join quote q on q.id = c.quote_id left join page p on p.id = c.page_id
order by best.place, c.id"""
PLACES = {
    "quotes": SearchPlace("quote_fts", "quote", QUOTES, asked=("verdict", "reviewer", "category")),
    # A tool's name counts most, then its tagline.
    "cards": SearchPlace(
        "card_fts", "card", CARDS, weights=", 8.0, 2.0, 4.0, 1.0, 1.0",
        asked=("entry", "badge", "category"),
    ),
    "reviewers": SearchPlace("reviewer_fts", "reviewer", REVIEWERS),
    "prices": SearchPlace(
        "card_fts", "card", CARDS, columns="pricing", asked=("entry", "badge", "category")
    ),
    "corrections": SearchPlace("correction_fts", "correction", CORRECTIONS),
}  # fmt: skip
FILTERS = {
    "entry": "o.entry = :entry",
    "badge": "o.badge = :badge",
    "verdict": "o.verdict = :verdict and o.verdict_source = 'page'",
    "reviewer": "o.reviewer_id = (select id from reviewer where name = :reviewer)",
    "category": "{category}",
}
CATEGORY = {
    "card": "o.category = :category",
    "quote": "o.card_id in (select id from card where category = :category)",
}
NEAR = 0.74
"""How much of two words must be alike, from 0 to 1, for one to be offered for the other."""
MOST_WORDS = 60_000
"""How many of the words that are searched are kept for that, those in most rows first."""


def search(
    conn: sqlite3.Connection, asked: str, place: str, page: int, filters: dict[str, str]
) -> dict[str, Any]:
    """One page of results, and how many there are in each place.

    Shape: `search(conn, "local inference", "quotes", 1, {"verdict": "skip"})`; what was asked may
    be anything. The filters of a place are those in its `asked`; others change nothing there.
    """
    words = match_expression(asked)
    if words is None:
        return {"counts": {}, "results": []}
    given = {name: value for name, value in filters.items() if value}
    counts = {
        name: count(conn, _counting(each, given), words=_in_columns(each, words), **given)
        for name, each in PLACES.items()
    }
    at = PLACES[place]
    found = f"best cross join {at.fts} on {at.fts}.rowid = best.id and {at.fts} match :words"
    sql = _best(at, given) + at.select.format(found=found)
    marks = {"start": MARK_START, "end": MARK_END}
    bounds = {"most": PER_PAGE, "skipped": (page - 1) * PER_PAGE}
    results = rows(conn, sql, words=_in_columns(at, words), **bounds, **marks, **given)
    if place == "quotes":
        add_notes(conn, "quote", results)
    return {"counts": counts, "results": results}


def _in_columns(place: SearchPlace, words: str) -> str:
    return f"{{{place.columns}}} : ({words})" if place.columns else words


def _filtered(place: SearchPlace, given: Iterable[str]) -> str:
    asked = [FILTERS[name] for name in given if name in place.asked]
    if not asked:
        return ""
    where = " and ".join(asked).format(category=CATEGORY.get(place.table, ""))
    return f" and rowid in (select o.id from {place.table} o where {where})"


def _counting(place: SearchPlace, given: Iterable[str]) -> str:
    return (
        f"select count(*) from {place.fts} where {place.fts} match :words{_filtered(place, given)}"
    )


def _best(place: SearchPlace, given: Iterable[str]) -> str:
    return f"""
with best as materialized (
  select rowid as id, bm25({place.fts}{place.weights}) as place
  from {place.fts} where {place.fts} match :words{_filtered(place, given)}
  order by place, rowid limit :most offset :skipped)"""


def vocabulary(conn: sqlite3.Connection) -> list[str]:
    """The words that quotes and cards are searched by, as stems, those in most rows first.

    The connection must be one that may make a temporary table.
    """
    for table in ("quote", "card"):
        conn.execute(
            f"create virtual table temp.{table}_words using fts5vocab(main, {table}_fts, row)"
        )
    sql = """
    select term from (select term, doc from temp.quote_words union all
                      select term, doc from temp.card_words)
    where length(term) > 2 group by term order by sum(doc) desc, term limit :most"""
    return [term for (term,) in ask(conn, sql, most=MOST_WORDS)]


def suggestion(conn: sqlite3.Connection, asked: str, stems: list[str]) -> str | None:
    """What may have been meant, where a word of a search is found nowhere. Absent: None."""
    meant, is_new = [], False
    for word in terms_of(asked):
        if count(conn, HOLDS, words=f'"{word}"'):
            meant.append(word)
            continue
        begins = [stem for stem in stems if stem[0] == word[0].casefold()]
        near = get_close_matches(word.casefold(), begins, n=1, cutoff=NEAR)
        if not near:
            return None
        meant.append(_whole(conn, near[0]))
        is_new = True
    return " ".join(meant) if is_new else None


HOLDS = """
select exists (select 1 from quote_fts where quote_fts match :words)
  or exists (select 1 from card_fts where card_fts match :words)"""


def _whole(conn: sqlite3.Connection, stem: str) -> str:
    """A word that is searched by this stem, as some text writes it."""
    for index in ("quote_fts", "card_fts"):
        for (marked,) in ask(conn, WRITTEN.format(index=index), stem=f'"{stem}"'):
            _, _, rest = marked.partition(MARK_START)
            return str(rest.partition(MARK_END)[0]) or stem
    return stem


WRITTEN = (
    "select snippet({index}, -1, '" + MARK_START + "', '" + MARK_END + "', '', 4)"
    " from {index} where {index} match :stem limit 1"
)

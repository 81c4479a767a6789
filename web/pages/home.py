"""The home page: what this is, what changed lately, something to look at, and the ways in."""

from __future__ import annotations

import hashlib
import sqlite3
from array import array
from datetime import date, timedelta
from itertools import groupby
from typing import Any

from web.asking import ShownRow, ask, count, first, rows
from web.pages import comparisons, reviewers, tools
from web.pages.changes import FIELDS
from web.pages.lists import AskedList
from web.pages.notes import counts
from web.pages.shared import GAP, WITH_CARDS
from web.pictures.whole import ship_share_by_category
from web.stored import part
from web.words import day, listed

FEW, SOME, MANY = 3, 6, 12
"""How many of each are shown: predictions; changed tools, comparisons, reviewers; categories."""
MONTH = timedelta(days=31)


def home(conn: sqlite3.Connection, edition: str) -> dict[str, Any]:
    """All of the home page, read once: it is the same for everybody until the next edition."""
    tables = ("comparison", "tool", "quote", "card", "reviewer", "finding")
    all_tools = tools.all_tools(conn)
    span = first(conn, "select min(first_seen) as first, max(last_seen) as last from comparison")
    assert span is not None
    featured = _featured(conn, edition)
    reviewing = reviewers.chosen(reviewers.by_category(conn), AskedList(sort="quotes"))
    newest = array("q", (number for (number,) in ask(conn, NEWEST, most=SOME + 1)))
    shown = [each for each in comparisons.numbered(conn, newest)
             if not featured or each.comparison != featured.comparison]  # fmt: skip
    return {
        "counts": {table: count(conn, f"select count(*) from {table}") for table in tables}
        | counts(conn),
        "span": span,
        "sites": rows(conn, "select site, title, base from site order by site"),
        "lately": lately(conn, span.last),
        "whole": ship_share_by_category(conn) if span.last else None,
        "featured": featured,
        "dissent": first(conn, SHARPEST),
        "newest": shown[:SOME],
        "categories": tools.categories(all_tools)[:MANY],
        "categories_count": len(tools.categories(all_tools)),
        "reviewers": reviewing[:SOME],
        "predictions": rows(conn, DUE_SOON, now=day(span.last), few=FEW),
    }


def lately(conn: sqlite3.Connection, last: str | None) -> ShownRow:
    """What changed in the month before the newest capture.

    Shape: `summary` has what appeared, changed and vanished as parts of a sentence; `by_tool` the
        newest changes of cards and verdicts, those of one tool together.
    Absent: `before` is the newest change of all, for where there is none since.
    """
    since = str(date.fromisoformat(day(last)) - MONTH) if last else ""
    counted = ask(conn, COUNTED_CHANGES, since=since).fetchall()
    changed = rows(conn, CHANGED, since=since, most=40)
    by_tool = [
        ShownRow(tool=key, name=name, seen_by=seen_by, changes=list(group)[:FEW])
        for (seen_by, key, name), group in groupby(
            changed, lambda each: (each.seen_by, each.tool, each.name)
        )
    ]
    for each in by_tool:
        for change in each.changes:
            change.label = FIELDS[change.field][0]
    return ShownRow(
        since=since,
        summary={kind: _told(kind, counted) for kind in ("appeared", "changed", "vanished")},
        by_tool=by_tool[:SOME],
        before=first(conn, "select max(seen_by) as seen_by from change where cause = 'source'"),
    )


def _told(kind: str, counted: list[tuple[str, str, int]]) -> str:
    """What of one kind there is, as part of a sentence; empty for nothing.

    >>> _told("changed", [("changed", "pricing", 1), ("changed", "verdict", 2)])
    '1 price and 2 verdicts'
    """
    names = {field: n for own, field, n in counted if own == kind}
    told = [f"{names[field]:,} {FIELDS[field][names[field] != 1]}" for field in FIELDS
            if field in names]  # fmt: skip
    return listed(told) if told else ""


COUNTED_CHANGES = """
select kind, field, count(*) from change
where seen_by >= :since and cause = 'source' group by kind, field order by field"""
CHANGED = """
select t.tool, t.name, change.field, old, new, kind, substr(seen_by, 1, 10) as seen_by,
       r.name as reviewer
from change join tool t on t.id = tool_id left join reviewer r on r.id = reviewer_id
where seen_by >= :since and cause = 'source' and kind <> 'appeared'
  and change.field in ('panel_ship_percent', 'badge', 'entry', 'pricing', 'verdict', 'name',
    'category', 'votes')
order by substr(seen_by, 1, 10) desc, t.tool, change.field <> 'panel_ship_percent',
  change.field <> 'pricing', change.field, change.id limit :most"""


def _featured(conn: sqlite3.Connection, edition: str) -> ShownRow | None:
    """Of the comparisons whose panels are furthest apart the one that the edition's name draws."""
    drawn = array("q", (number for (number,) in ask(conn, FURTHEST)))
    if not drawn:
        return None
    at = int(hashlib.sha256(edition.encode()).hexdigest(), 16) % len(drawn)
    (found,) = comparisons.numbered(conn, drawn[at : at + 1])
    found.drawn_from = len(drawn)
    return found


FURTHEST = f"""
select c.id {WITH_CARDS} where c.withheld is null and c.noindex = 0 and {GAP} = (
  select max({GAP}) {WITH_CARDS} where c.withheld is null and c.noindex = 0)
order by c.id limit 10000"""
# One crawl may have taken them all: then the day says nothing, and the shares do.
NEWEST = f"""
select c.id {WITH_CARDS} where c.noindex = 0
order by substr(c.first_seen, 1, 10) desc, {GAP} desc, c.id limit :most"""

# What only pages show that ask search engines to leave them out stays out of this one.
IS_LISTED = """(exists (select 1 from comparison where card_a_id = q.card_id and noindex = 0)
  or exists (select 1 from comparison where card_b_id = q.card_id and noindex = 0))"""

SHARPEST = f"""
with shown as ({part("shown").replace(":as_of", "''")}), panel as (
  select own.side_id, sum(own.score) as total, count(*) as n,
         iif(sum(own.verdict = 'skip') = 1, 'skip', 'ship') as rare
  from (select distinct side_id from shown) each cross join side_quote own
    on own.side_id = each.side_id
  where own.verdict_source = 'page' and own.score is not null
  group by own.side_id
  having n > 2 and (sum(own.verdict = 'skip') = 1 or sum(own.verdict = 'ship') = 1))
select q.id, q.key, q.text, q.withheld, q.tool_name, t.tool as tool_key, r.name as reviewer,
       own.score, own.verdict, own.verdict_source, q.first_seen, q.last_seen,
       round(1.0 * (panel.total - own.score) / (n - 1), 1) as mean_of_others
from panel cross join side_quote own on own.side_id = panel.side_id and own.verdict = rare
  and own.verdict_source = 'page' and own.score is not null and own.withheld is null
join quote q on q.id = own.quote_id and q.text is not null
join reviewer r on r.id = own.reviewer_id left join tool t on t.id = q.tool_id
where abs(own.score - mean_of_others) >= 1 and {IS_LISTED}
order by abs(own.score - mean_of_others) desc, q.key limit 1"""

DUE_SOON = f"""
select p.due_from, p.due_until, t.name, t.tool, r.name as reviewer, q.key,
       substr(q.text, p.event_start + 1, p.event_end - p.event_start) as sentence
from prediction p cross join quote q on q.id = p.quote_id
join tool t on t.id = q.tool_id left join reviewer r on r.id = q.reviewer_id
where p.due_until >= :now and p.state = 'open' and q.text is not null and {IS_LISTED}
order by p.due_until, p.id limit :few"""

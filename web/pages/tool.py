"""A tool: its cards over time, what was said of it, and where it is compared."""

from __future__ import annotations

import json
import sqlite3

from web.asking import ShownRow, ask, first, rows
from web.pages.notes import add_notes
from web.pages.shared import DATED, MOST_ROWS, as_here

MOST_CARDS = 20
MOST_PLACES = 2000
"""At how many of its places words are looked at for a tool that shares them with another."""


def tool_key(conn: sqlite3.Connection, number: int | None) -> str | None:
    """The key of a tool by its number in the file."""
    found = first(conn, "select tool from tool where id = :number", number=number)
    return found.tool if found else None


def tools_compared(conn: sqlite3.Connection) -> dict[int, tuple[int, int]]:
    """In how many comparisons each tool is, and whether all of them are kept out of indexes.

    Counted once for all tools: of a million comparisons one tool may have thousands.
    """
    sql = """
    select tool, count(*), min(noindex) from (
      select tool_a_id as tool, noindex from comparison
      union all select tool_b_id, noindex from comparison where tool_b_id <> tool_a_id)
    group by tool"""
    return {number: (compared, noindex) for number, compared, noindex in ask(conn, sql)}


def tool(conn: sqlite3.Connection, key: str) -> ShownRow | None:
    """One tool: its cards over time, its quotes, where it is compared, and its namesakes.

    It does not say in how many comparisons the tool is.
    """
    found = first(conn, TOOL, key=key)
    if found is None:
        return None
    add_notes(conn, "tool", [found])
    cards = rows(conn, CARDS_SHOWN, id=found.id)
    names = {card.name for card in cards}
    found.cards = cards[:MOST_CARDS]
    found.quotes = rows(
        conn, QUOTES_OF_TOOL, id=found.id, names=json.dumps(sorted(names)),
        places=MOST_PLACES, most=MOST_ROWS,
    )  # fmt: skip
    add_notes(conn, "quote", found.quotes)
    found.history = rows(conn, HISTORY_OF_TOOL, id=found.id, most=MOST_ROWS)
    found.comparisons = rows(conn, COMPARISONS_OF_TOOL, id=found.id, most=MOST_ROWS)
    found.namesakes = rows(conn, NAMESAKES, id=found.id, name=found.name)
    return found


def tool_as_of(conn: sqlite3.Connection, key: str, as_of: str) -> ShownRow | None:
    """A tool as the newest capture until the end of a day shows it: one card, its quotes.

    Absent: None where nothing of it was captured by then.
    """
    found, until = first(conn, TOOL, key=key), f"{as_of}T23:59:59Z"
    side = found and first(conn, SIDE_AS_OF, id=found.id, until=until)
    if found is None or side is None:
        return None
    add_notes(conn, "tool", [found])
    found.cards = [side]
    found.quotes = add_notes(conn, "quote", rows(conn, QUOTES_OF_SIDE, side=side.side_id))
    for each in found.quotes:
        as_here(each, "text")
    as_here(side, "description")
    found.name, found.history, found.comparisons, found.namesakes = side.name, [], [], []
    return found


SIDE_AS_OF = """
select k.*, s.id as side_id, s.badge, s.votes_ship, s.votes_skip, s.pricing, s.withheld,
       k.withheld as nowhere, seen.first_seen as pricing_since, seen.first_seen,
       min(seen.last_seen, :until) as last_seen
from side s join side_seen seen on seen.side_id = s.id join card k on k.id = s.card_id
where s.tool_id = :id and seen.first_seen <= :until
order by min(seen.last_seen, :until) desc, seen.first_seen desc, seen.id desc limit 1"""

QUOTES_OF_SIDE = """
select q.id, q.key, q.text, own.withheld, q.withheld as nowhere, own.score, own.verdict,
       own.verdict_source, q.first_seen, q.last_seen, q.tool_name, r.name as reviewer
from side_quote own join quote q on q.id = own.quote_id
left join reviewer r on r.id = own.reviewer_id where own.side_id = :side order by own.slot"""

TOOL = """
select t.*, s.title as site_title from tool t left join site s on s.site = t.site
where t.tool = :key"""

# From one card to the next in the index: a tool shows few, in any number of comparisons.
CARDS_SHOWN = """
with recursive shown(card) as (
  select min(card_id) from version_tool where tool_id = :id
  union all
  select (select min(card_id) from version_tool where tool_id = :id and card_id > shown.card)
  from shown where shown.card is not null)
select k.* from shown cross join card k on k.id = shown.card
order by k.last_seen desc, k.id desc"""

# Words are said of a name. Those that other tools showed last are looked for in their places.
QUOTES_OF_TOOL = """
select q.id, q.key, q.text, q.withheld, q.score, q.verdict, q.verdict_source, q.first_seen,
       q.last_seen, q.tool_name, r.name as reviewer
from quote q left join reviewer r on r.id = q.reviewer_id
where q.tool_name in (select value from json_each(:names)) and (
  q.tool_id = :id or :id in (
    select vt.tool_id
    from (select version_id, tool_position from version_quote where quote_id = q.id limit :places)
      place
    cross join version_tool vt on vt.version_id = place.version_id and vt.position = tool_position))
order by q.last_seen desc, q.id limit :most"""

# Words are shown as cards and quotes; here a key alone would stand for them.
HISTORY_OF_TOOL = """
select h.field, h.value, h.first_seen, h.last_seen, r.name as reviewer, h.slot,
       lead(h.id) over run is null as is_newest
from history h left join reviewer r on r.id = h.reviewer_id
where h.tool_id = :id and h.field not in ('description', 'quote')
window run as (partition by h.field, h.reviewer_id, h.slot order by h.number)
order by h.reviewer_id is not null, h.field, reviewer, h.slot, h.number limit :most"""

COMPARISONS_OF_TOOL = f"""
select comparison, title, {DATED} from comparison where id in (
  select id from (select id from comparison where tool_a_id = :id order by id limit :most)
  union select id from (select id from comparison where tool_b_id = :id order by id limit :most)
  order by id limit :most)
order by comparison"""

NAMESAKES = """
select tool, name, site, first_seen, last_seen from tool
where name = :name and id <> :id order by tool limit 50"""

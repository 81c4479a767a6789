"""A tool: what it is now, what changed, what was said of it, and with which it is compared."""

from __future__ import annotations

import json
import sqlite3

from web.asking import ShownRow, ask, first, rows
from web.pages.matrix import dissent
from web.pages.notes import add_notes, has_any
from web.pages.shared import PER_PAGE, as_here
from web.pages.timeline import timeline
from web.pictures.things import share_over_time

MOST_CARDS = 6
MOST_RIVALS = 12
MOST_NEAR = 12
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


def tool(conn: sqlite3.Connection, key: str, page: int = 1) -> ShownRow | None:
    """One tool: what it is now, what changed, its quotes, rivals, near names and namesakes.

    Shape: `page` is of its quotes, those shown now first; cards are the newest first.
    It does not say in how many comparisons the tool is.
    """
    found = first(conn, TOOL, key=key)
    if found is None:
        return None
    add_notes(conn, "tool", [found])
    cards = rows(conn, CARDS_SHOWN, id=found.id)
    names = {card.name for card in cards}
    found.cards, found.cards_count = cards[:MOST_CARDS], len(cards)
    found.now = _as_shown(conn, found.id, None)
    found.quotes = rows(
        conn, QUOTES_OF_TOOL, id=found.id, names=json.dumps(sorted(names)), places=MOST_PLACES,
        side=found.now and found.now.side_id, most=PER_PAGE, skipped=(page - 1) * PER_PAGE,
    )  # fmt: skip
    add_notes(conn, "quote", found.quotes)
    found.quotes_count = found.quotes[0].total if found.quotes else 0
    found.page, found.pages = page, -(-found.quotes_count // PER_PAGE)
    found.moments, found.changes_count = timeline(conn, found.id)
    has_moved = any(moment.has_share for moment in found.moments)
    found.picture = share_over_time(conn, key) if has_moved else None
    found.rivals = rows(conn, RIVALS, id=found.id, most=MOST_RIVALS)
    found.near = rows(conn, NEAR_NAMES, id=found.id, most=MOST_NEAR)
    for each in found.near:
        each.differs = json.loads(each.differs or "[]")
    found.namesakes = rows(conn, NAMESAKES, id=found.id, name=found.name)
    has_takedowns = found.slug and has_any(conn, "takedown")
    found.takedowns = rows(conn, TAKEDOWNS_OF_TOOL, slug=found.slug) if has_takedowns else []
    return found


def tool_as_of(conn: sqlite3.Connection, key: str, as_of: str) -> ShownRow | None:
    """A tool as the newest capture until the end of a day shows it: one card, its quotes.

    Absent: None where nothing of it was captured by then.
    """
    found = first(conn, TOOL, key=key)
    now = found and _as_shown(conn, found.id, f"{as_of}T23:59:59Z")
    if found is None or now is None:
        return None
    add_notes(conn, "tool", [found])
    found.now, found.cards, found.name = now, [now], now.name
    found.quotes = add_notes(conn, "quote", now.quotes)
    found.quotes_count, found.page, found.pages, found.changes_count = len(now.quotes), 1, 1, 0
    for each in found.quotes:
        each.is_now = True
    found.picture, found.moments = None, []
    found.rivals = found.near = found.namesakes = found.takedowns = []
    return found


def _as_shown(conn: sqlite3.Connection, tool: int, until: str | None) -> ShownRow | None:
    """The side of a tool that was shown last, by the end of a day: card, votes, price, quotes.

    Absent: None where no capture until then shows one.
    """
    side = first(conn, SIDE_AS_OF, id=tool, until=until)
    if side is None:
        return None
    as_here(side, "description")
    side.quotes = rows(conn, QUOTES_OF_SIDE, side=side.side_id)
    for each in side.quotes:
        as_here(each, "text")
    side.dissent = dissent(side, side.quotes)
    return side


# A day leaves out what no capture dates; now nothing is left out, and the card says what is newest.
SIDE_AS_OF = """
select k.*, s.id as side_id, s.withheld, iif(:until is null, k.badge, s.badge) as badge,
       iif(:until is null, k.votes_ship, s.votes_ship) as votes_ship,
       iif(:until is null, k.votes_skip, s.votes_skip) as votes_skip,
       iif(:until is null, k.pricing, s.pricing) as pricing,
       s.pricing is null as is_price_older, s.community_ship_percent, s.community_ship,
       s.community_votes,
       k.withheld as nowhere, seen.first_seen as pricing_since, seen.first_seen,
       min(seen.last_seen, coalesce(:until, seen.last_seen)) as last_seen
from side s join side_seen seen on seen.side_id = s.id join card k on k.id = s.card_id
where s.tool_id = :id and (:until is null or seen.first_seen <= :until)
order by min(seen.last_seen, coalesce(:until, seen.last_seen)) desc, seen.first_seen desc,
         seen.id desc limit 1"""

QUOTES_OF_SIDE = """
select q.id, q.key, q.text, own.withheld, q.withheld as nowhere, own.score, own.verdict,
       own.verdict_source, own.slot, q.first_seen, q.last_seen, q.tool_name, r.name as reviewer
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
       q.last_seen, q.tool_name, r.name as reviewer, now.slot is not null as is_now,
       count(*) over () as total
from quote q left join reviewer r on r.id = q.reviewer_id
left join side_quote now on now.side_id = :side and now.quote_id = q.id
where q.tool_name in (select value from json_each(:names)) and (
  q.tool_id = :id or :id in (
    select vt.tool_id
    from (select version_id, tool_position from version_quote where quote_id = q.id limit :places)
      place
    cross join version_tool vt on vt.version_id = place.version_id and vt.position = tool_position))
group by q.id
order by now.slot is null, now.slot, q.last_seen desc, q.id limit :most offset :skipped"""

# The first so many are found before anything else of them is read.
RIVALS = """
select c.comparison, c.title, t.tool, k.name, k.category, k.entry, k.panel_ship_percent,
       own.panel_ship_percent as own_percent
from (
  select * from (select id, tool_b_id as tool, card_b_id as card, card_a_id as own
                 from comparison where tool_a_id = :id order by id limit :most)
  union all
  select * from (select id, tool_a_id, card_a_id, card_b_id from comparison
                 where tool_b_id = :id and tool_a_id <> :id order by id limit :most)
  order by id limit :most) shown
cross join comparison c on c.id = shown.id cross join tool t on t.id = shown.tool
cross join card k on k.id = shown.card cross join card own on own.id = shown.own
order by k.name collate nocase, c.id"""

NEAR_NAMES = """
select t.tool, t.name, near.score, near.differs, near.suggests, near.decision, near.reason,
       near.decided_at
from (select *, tool_b_id as other from tool_pair where tool_a_id = :id
      union all select *, tool_a_id from tool_pair where tool_b_id = :id) near
cross join tool t on t.id = near.other order by near.score desc, t.tool limit :most"""

TAKEDOWNS_OF_TOOL = """
select page.key, reason, added_at from takedown
cross join page on page.takedown_id = takedown.id
where takedown.kind = 'page' and (instr(page.url, '/' || :slug || '-vs-')
  or substr(page.url, -length(:slug) - 4) = '-vs-' || :slug)
order by added_at desc limit 20"""

NAMESAKES = """
select tool, name, site, first_seen, last_seen from tool
where name = :name and id <> :id order by tool limit 50"""

"""A comparison: the two cards, the scorecard and what was found, now or as of a day."""

from __future__ import annotations

import sqlite3

from web.asking import ShownRow, first, rows
from web.pages.matrix import add_glance
from web.pages.notes import add_notes
from web.pages.shared import IN_ORDER, IS_WRONG, as_here

MOST_SLOTS = 4
"""Rows of a whole scorecard."""


def comparison(conn: sqlite3.Connection, key: str, as_of: str | None = None) -> ShownRow | None:
    """One comparison as its shown capture has it, or as it was on a day.

    Absent: None where nothing whole goes by the key, or nothing was captured by that day.
    """
    found = first(conn, COMPARISON, key=key)
    if found is not None and as_of is not None:
        then = first(conn, COMPARISON_AS_OF, id=found.page_id, until=f"{as_of}T23:59:59Z")
        found = then and ShownRow(**(vars(found) | vars(then)))
    if found is None:
        return None
    found.tools = rows(conn, TOOLS_OF_VERSION, version=found.version_id)
    if len(found.tools) != 2:
        return None
    quotes = rows(conn, QUOTES_OF_VERSION, version=found.version_id)
    for tool in found.tools:
        as_here(tool, "description")
    for each in quotes:
        as_here(each, "text")
    add_notes(conn, "page", [found], "page_id")
    add_notes(conn, "tool", found.tools, "tool_id")
    add_notes(conn, "quote", quotes, "quote_id")
    found.quotes_taken_down = taken_down = found.quotes_taken_down or 0
    is_complete = bool(taken_down) and len(quotes) + taken_down == 2 * MOST_SLOTS
    found.is_missing_only_taken_down = is_complete
    found.slots = _slots(quotes, MOST_SLOTS if is_complete else 0)
    add_glance(found)
    found.versions = rows(conn, VERSIONS, id=found.id)
    found.findings = rows(conn, FINDINGS, id=found.id, version=found.version_id)
    return found


COMPARISON = f"""
select v.*, c.*, p.url, p.captures, s.title as site_title, p.state as page_state, a.date_source,
       a.date_precision, {IS_WRONG} as is_clock_wrong, a.body_sha256, a.opt_outs, (
         select opt_outs from capture where page_id = c.page_id
         order by date_source = 'file', captured_until is null desc, {IN_ORDER} desc, id desc
         limit 1) as newest_opt_outs,
       v.number as version_number
from comparison c
left join site s on s.site = c.site left join page p on p.id = c.page_id
left join capture a on a.id = c.capture_id left join comparison_version v on v.id = c.version_id
where c.comparison = :key"""

# What a page said on a day is what its newest good capture until then gave.
COMPARISON_AS_OF = f"""
select v.id as version_id, v.number as version_number, v.title, v.layout, v.quotes_taken_down,
       v.first_seen, v.last_seen, a.id as capture_id, a.captured_at, a.date_source,
       a.date_precision,
       {IS_WRONG} as is_clock_wrong, a.body_sha256, a.opt_outs,
       null as newest_opt_outs, 'stored' as state
from comparison_version v join capture a on a.id = (
  select id from capture where version_id = v.id and date_source <> 'file'
    and captured_until <= :until order by {IN_ORDER} desc, id desc limit 1)
where v.page_id = :id order by v.number desc limit 1"""

TOOLS_OF_VERSION = """
select vt.*, t.id as tool_id, t.tool as tool_key, t.slug, t.url, k.name, k.category, k.tagline,
       k.description, k.entry, k.panel_ship_percent, k.withheld as nowhere
from version_tool vt join tool t on t.id = vt.tool_id join card k on k.id = vt.card_id
where vt.version_id = :version order by vt.position"""

QUOTES_OF_VERSION = """
select vq.*, r.name as reviewer, q.id as quote_id, q.key, q.text, q.withheld as nowhere
from version_quote vq join quote q on q.id = vq.quote_id
left join reviewer r on r.id = vq.reviewer_id where vq.version_id = :version order by vq.position"""

VERSIONS = """
select id, number, title, layout, first_seen, last_seen from comparison_version
where page_id = :id order by number desc limit 50"""

FINDINGS = """
select f.code, f.field, f.detail, k.description from finding f left join code k on k.code = f.code
where (f.comparison_id = :id and f.last_version_id = :version)
   or f.card_id in (select card_id from version_tool where version_id = :version)
   or f.quote_id in (select quote_id from version_quote where version_id = :version)
order by f.id limit 50"""


def _slots(quotes: list[ShownRow], rows_there: int) -> list[ShownRow]:
    """The quotes by row of the scorecard; the reviewer where both cells of a row share one."""
    slots: dict[int, dict[int, ShownRow]] = {slot: {} for slot in range(1, rows_there + 1)}
    for quote in quotes:
        slots.setdefault(quote.slot, {})[quote.tool_position] = quote
    named = {slot: {q.reviewer for q in cells.values()} for slot, cells in slots.items()}
    return [
        ShownRow(
            slot=slot, cells=cells, reviewer=min(named[slot]) if len(named[slot]) == 1 else None
        )
        for slot, cells in sorted(slots.items())
    ]

"""A quote, and the comparisons that show it or once did."""

from __future__ import annotations

import sqlite3

from web.asking import ShownRow, first, rows
from web.pages.notes import add_notes
from web.pages.shared import DATED_C, MOST_ROWS


def quote(conn: sqlite3.Connection, key: str) -> ShownRow | None:
    """One quote and the comparisons that show it, or once did."""
    found = first(conn, QUOTE, key=key)
    if found is None:
        return None
    add_notes(conn, "quote", [found])
    found.tools = rows(conn, TOOLS_OF_QUOTE, id=found.id, most=MOST_ROWS)
    found.comparisons = rows(conn, COMPARISONS_OF_QUOTE, id=found.id, most=MOST_ROWS)
    found.earlier = rows(conn, EARLIER, **{name: getattr(found, name) for name in IN_QUOTE})
    found.noindex = bool(found.comparisons) and all(each.noindex for each in found.comparisons)
    return found


QUOTE = """
select q.*, r.name as reviewer_name, s.title as site_title from quote q
left join reviewer r on r.id = q.reviewer_id left join site s on s.site = q.site
where q.key = :key"""

# What the reviewer's score and verdict were before, while these words were shown.
EARLIER = """
select field, value, last_seen from history
where tool_id = :tool_id and reviewer_id is :reviewer_id and field in ('score', 'verdict')
  and value is not null and last_seen >= :first_seen and last_seen < iif(field = 'score',
    :score_since, :verdict_since)
order by field desc, last_seen limit 50"""
IN_QUOTE = ("tool_id", "reviewer_id", "first_seen", "score_since", "verdict_since")

TOOLS_OF_QUOTE = """
select distinct t.tool, t.name
from (select version_id, tool_position from version_quote where quote_id = :id limit :most) place
cross join version_tool vt on vt.version_id = place.version_id and vt.position = tool_position
cross join tool t on t.id = vt.tool_id order by t.tool limit 20"""

# The first so many are found before anything else of them is read.
COMPARISONS_OF_QUOTE = f"""
select *, position is not null as is_shown from (
  select c.comparison, c.title, c.noindex, {DATED_C},
         (select min(position) from version_quote
          where version_id = c.version_id and quote_id = :id) as position
  from (select distinct v.page_id as id from version_quote vq
        cross join comparison_version v on v.id = vq.version_id
        where vq.quote_id = :id limit :most) shown
  cross join comparison c on c.id = shown.id)
order by comparison"""

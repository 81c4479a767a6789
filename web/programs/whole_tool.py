"""All of a tool that its JSON tells, where its page shows a part at a time."""

from __future__ import annotations

import json
import sqlite3

from web.asking import ShownRow, rows
from web.pages.notes import add_notes
from web.pages.shared import DATED, MOST_ROWS
from web.pages.tool import CARDS_SHOWN, MOST_PLACES, QUOTES_OF_TOOL, tool, tool_as_of

MOST_CARDS = 20


def whole_tool(conn: sqlite3.Connection, key: str) -> ShownRow | None:
    """One tool with its cards, its quotes, the values that changed, and its comparisons."""
    found = tool(conn, key)
    if found is None:
        return None
    cards = rows(conn, CARDS_SHOWN, id=found.id)
    found.cards = cards[:MOST_CARDS]
    found.quotes = rows(
        conn, QUOTES_OF_TOOL, id=found.id, names=json.dumps(sorted({card.name for card in cards})),
        places=MOST_PLACES, side=found.now and found.now.side_id, most=MOST_ROWS, skipped=0,
    )  # fmt: skip
    add_notes(conn, "quote", found.quotes)
    found.history = rows(conn, HISTORY, id=found.id, most=MOST_ROWS)
    found.comparisons = rows(conn, COMPARISONS, id=found.id, most=MOST_ROWS)
    return found


def whole_tool_as_of(conn: sqlite3.Connection, key: str, as_of: str) -> ShownRow | None:
    """One tool as the newest capture until the end of a day shows it: one card, its quotes."""
    found = tool_as_of(conn, key, as_of)
    if found is not None:
        found.history = found.comparisons = []
    return found


# Words are told as cards and quotes; here a key alone would stand for them.
HISTORY = """
select h.field, h.value, h.first_seen, h.last_seen, r.name as reviewer, h.slot
from history h left join reviewer r on r.id = h.reviewer_id
where h.tool_id = :id and h.field not in ('description', 'quote')
order by h.reviewer_id is not null, h.field, reviewer, h.slot, h.number limit :most"""

COMPARISONS = f"""
select comparison, title, {DATED} from comparison where id in (
  select id from (select id from comparison where tool_a_id = :id order by id limit :most)
  union select id from (select id from comparison where tool_b_id = :id order by id limit :most)
  order by id limit :most)
order by comparison"""

"""The panel on each tool: its newest card's share and votes, and the quotes shown with it.

One card a tool, so that no tool counts twice for having changed, and each quote with one tool.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from itertools import groupby
from operator import itemgetter
from typing import NamedTuple

from schema.records import Verdict

PanelVotes = tuple[int, int]


class PanelQuote(NamedTuple):
    """A quote of a panel.

    Absent: `verdict` is None unless the page prints it, `reviewer_id` where none is named, `text`
    where an opt-out withholds it.
    """

    slot: int
    reviewer_id: int | None
    verdict: Verdict | None
    text: str | None


class Panel(NamedTuple):
    """What reviewers say of one tool. Absent: `votes`, ship and skip, is None where not shown."""

    tool_id: int
    share: int
    votes: PanelVotes | None
    quotes: tuple[PanelQuote, ...]


_PANELS = """
WITH dated AS (SELECT side_id, max(last_seen) AS last_seen FROM side_seen GROUP BY side_id),
newest AS (
  SELECT side.id, card.tool_id, panel_ship_percent, side.votes_ship, side.votes_skip,
    row_number() OVER (PARTITION BY card.tool_id ORDER BY card.last_seen DESC, card.key,
      side.tool_id = card.tool_id DESC, dated.last_seen DESC, side.id) AS place
  FROM card JOIN side ON side.card_id = card.id LEFT JOIN dated ON dated.side_id = side.id)
SELECT newest.tool_id, panel_ship_percent, votes_ship, votes_skip, own.slot, own.reviewer_id,
  iif(own.verdict_source = 'page', own.verdict, NULL), quote.text
FROM newest JOIN tool ON tool.id = newest.tool_id
JOIN side_quote AS own ON own.side_id = newest.id JOIN quote ON quote.id = own.quote_id
WHERE place = 1 AND quote.tool_id = newest.tool_id ORDER BY tool.tool, own.slot
"""
"""Nothing is in the order of row numbers: these follow from how the archive came about."""


def panels(db: sqlite3.Connection) -> Iterator[Panel]:
    """The panel on each published tool, in the order of their keys."""
    for (tool_id, share, ship, skip), rows in groupby(
        db.execute(_PANELS), key=itemgetter(0, 1, 2, 3)
    ):
        votes = None if ship is None or skip is None else (ship, skip)
        yield Panel(tool_id, share, votes, tuple(PanelQuote(*row[4:]) for row in rows))

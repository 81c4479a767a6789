"""The names that tools go by, and pairs of tools that may be one, with what people decided of them.

Nothing is joined here: a pair is a row, and so is a decision. What it is made of stands in the
tables already, so that the same tables and decisions give the same rows.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator

from db.identity.candidates import Candidate, NamedTool, candidates
from db.identity.decisions import DecidedPair, ToolDecision
from db.rows.tables import Values

_ALIASES = """
SELECT side.tool_id, card.name, min(seen.first_seen), max(seen.last_seen)
FROM side JOIN side_seen AS seen ON seen.side_id = side.id JOIN card ON card.id = side.card_id
GROUP BY side.tool_id, card.name ORDER BY side.tool_id, card.name
"""
_NAMES = """
SELECT tool.id, site, coalesce(slug, 'name:' || tool.name), alias.name
FROM tool JOIN alias ON alias.tool_id = tool.id
"""


def alias_rows(db: sqlite3.Connection) -> Iterator[Values]:
    """Every name under which captures show a tool; `db` holds sides and cards."""
    return iter(db.execute(_ALIASES).fetchall())


def pair_rows(db: sqlite3.Connection, decided: dict[DecidedPair, ToolDecision]) -> Iterator[Values]:
    """Every pair of published tools that is near by name or was decided on; `db` holds aliases."""
    named = db.execute(_NAMES).fetchall()
    ids = {(site, key): number for number, site, key, _ in named}
    near = {each[:3]: each for each in candidates(NamedTool(*each[1:]) for each in named) or ()}
    made = []
    for pair in near.keys() | decided.keys():
        site, *keys = pair
        if all((site, key) in ids for key in keys):
            tools = (ids[site, key] for key in keys)
            made.append((*tools, *_near(near.get(pair)), *_decided(decided.get(pair))))
    return iter(sorted(made, key=lambda row: row[:2]))


def _near(pair: Candidate | None) -> Values:
    if pair is None:
        return None, None, None
    return pair.score, json.dumps(pair.differs) if pair.differs else None, pair.suggests


def _decided(decision: ToolDecision | None) -> Values:
    if decision is None:
        return None, None, None
    return decision.decision, decision.reason, decision.decided_at

"""The rows of mentions: what distinct quotes name beside their own tool, resolved where possible.

A name that no tool has, or more than one, stays with null, as does a relation that no words state.
"""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Iterator

from db.derived import Gazetteer, find_mentions
from db.derived.gazetteer import fold
from db.derived.mentions import METHOD, METHOD_VERSION
from db.rows.tables import Values
from db.staging.ids import quote_span_id

_NAMES = "SELECT alias.name, tool_id, site FROM alias JOIN tool ON tool.id = tool_id"
_QUOTES = """
SELECT id, site, tool_id, tool_name, text FROM quote WHERE text IS NOT NULL ORDER BY id
"""


class KnownTools:
    """The tools of the archive by all their names, as texts are searched for them."""

    def __init__(self, db: sqlite3.Connection) -> None:
        named = db.execute(_NAMES).fetchall()
        self.names = Gazetteer(name for name, _, _ in named)
        self._tools: dict[str, set[tuple[str, int]]] = defaultdict(set)
        for name, tool, site in named:
            self._tools[fold(name)].add((site, tool))

    def tools(self, name: str | None, site: str) -> set[int]:
        """The tools of a name: those of the site itself, else those of all others."""
        every = self._tools.get(fold(name), set()) if name else set()
        own = {tool for of_site, tool in every if of_site == site}
        return own or {tool for _, tool in every}


def mention_rows(db: sqlite3.Connection, known: KnownTools) -> Iterator[Values]:
    """The mentions of all quotes, none of the quote's own tool; `db` holds quotes."""
    for quote, site, own, name, text in db.execute(_QUOTES):
        for each in find_mentions(text, name, known.names):
            tools = known.tools(each.entity, site)
            if own not in tools:
                tool = next(iter(tools)) if len(tools) == 1 else None
                number = quote_span_id(quote, each.start)
                made_by = (METHOD, METHOD_VERSION)
                yield number, tool, each.relation, *made_by, quote, each.start, each.end

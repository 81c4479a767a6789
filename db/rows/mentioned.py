"""The rows of mentions: what distinct quotes name beside their own tool, resolved where possible.

A name that no tool has, or more than one, stays with null, as does a relation that no words state.
"""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Iterator

from db.derived import Gazetteer
from db.derived.gazetteer import fold
from db.derived.mentions import METHOD, METHOD_VERSION
from db.rows.readings import readings
from db.rows.tables import Values
from db.staging.ids import text_of
from db.staging.staging import Staging

_NAMES = "SELECT alias.name, tool_id, site FROM alias JOIN tool ON tool.id = tool_id"
_QUOTE = "SELECT site, tool_id FROM quote WHERE id = ?"


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


def mention_rows(db: sqlite3.Connection, staging: Staging, known: KnownTools) -> Iterator[Values]:
    """The mentions that are kept of quotes, none of the quote's own tool; `db` holds quotes."""
    for number, found in readings(staging, "mentions"):
        quote = text_of(number)[1]
        site, own = db.execute(_QUOTE, (quote,)).fetchone()
        for start, end, entity, relation in found:
            tools = known.tools(entity, site)
            if own not in tools:
                tool = next(iter(tools)) if len(tools) == 1 else None
                made_by = (METHOD, METHOD_VERSION)
                yield number + start, tool, relation, *made_by, quote, start, end

"""The pictures there are: each by its name, with what asks for it."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable

from web.asking import ask
from web.pictures import things, whole
from web.pictures.value import Picture

WHOLE: dict[str, Callable[[sqlite3.Connection], Picture]] = {
    "ship-share-by-category": whole.ship_share_by_category,
    "scores": whole.scores,
    "agreement": whole.agreement,
    "coverage": whole.coverage,
    "captures-by-month": whole.captures_by_month,
    "changes-by-month": whole.changes_by_month,
}
"""Those of the whole archive."""
KEYED: dict[str, tuple[str, Callable[[sqlite3.Connection, str], Picture | None]]] = {
    "score-matrix": ("comparison", things.score_matrix),
    "share-over-time": ("tool", things.share_over_time),
    "price-over-time": ("tool", things.price_over_time),
    "scores-of-tool": ("tool", things.scores_of_tool),
    "scores-of-reviewer": ("reviewer", things.scores_of_reviewer),
}
"""Those of one thing: what its key is of, and what asks for it."""
EXAMPLES = {
    "comparison": "select comparison from comparison order by noindex, last_seen desc, id limit 1",
    "tool": """
select tool from tool left join history on history.tool_id = tool.id
  and field in ('panel_ship_percent', 'entry', 'pricing')
group by tool.id order by count(history.id) desc, tool limit 1""",
    "reviewer": "select name from reviewer where name is not null order by name limit 1",
}
"""Something of each kind to show such a picture of. Not the best of anything: the newest page, the
tool of which most has changed, the first name."""


def example_keys(conn: sqlite3.Connection) -> dict[str, str | None]:
    """The key of one thing of each kind. Absent: None where there is none of a kind."""
    found = {kind: ask(conn, sql).fetchone() for kind, sql in EXAMPLES.items()}
    return {kind: row[0] if row else None for kind, row in found.items()}

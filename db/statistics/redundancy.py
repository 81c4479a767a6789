"""How often the same is shown: a comparison of each pair repeats the cards of both."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from typing import Any

from db.statistics.bootstrap import rounded
from db.statistics.methods import COUNTS

_SHOWN = """
SELECT 'card', count(*), count(DISTINCT side.card_id)
FROM comparison JOIN version_side USING (version_id) JOIN side ON side.id = side_id
UNION ALL
SELECT 'quote', count(*), count(DISTINCT own.quote_id)
FROM comparison JOIN version_side USING (version_id) JOIN side_quote AS own USING (side_id)
"""


def redundancy_rows(db: sqlite3.Connection) -> Iterator[tuple[Any, ...]]:
    """Slots, contents and what share of the slots repeats; `db` holds comparisons and sides."""
    for kind, slots, contents in db.execute(_SHOWN).fetchall():
        if slots:
            yield kind, slots, contents, rounded(1 - contents / slots), *COUNTS.made_by

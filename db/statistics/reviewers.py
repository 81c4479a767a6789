"""How each reviewer judges: skips, scores and lengths over distinct quotes, and by category.

A quote counts once however many pages show it; a verdict counts if it is printed.
"""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Iterator
from itertools import groupby
from operator import itemgetter
from typing import Any

import numpy as np

from db.statistics.bootstrap import Estimate, ratios
from db.statistics.methods import FIGURES

_SUMS = """
SELECT quote.reviewer_id, card.category, quote.tool_id,
  total(verdict_source = 'page' AND verdict = 'skip'), total(quote.score), sum(characters),
  total(verdict_source = 'page'), count(quote.score), count(*)
FROM quote JOIN card ON card.id = quote.card_id
JOIN reviewer ON reviewer.id = quote.reviewer_id JOIN tool ON tool.id = quote.tool_id
GROUP BY 1, 2, 3 ORDER BY reviewer.name, category, tool.tool
"""
OVERALL = ("skip_rate", "mean_score", "mean_characters")
"""The ratios of the first three sums to the last three."""


def reviewer_rows(db: sqlite3.Connection) -> Iterator[tuple[Any, ...]]:
    """The figures of each reviewer, over all and for each category; `db` holds quotes and cards."""
    number = 0
    for reviewer_id, rows in groupby(db.execute(_SUMS), key=itemgetter(0)):
        for figure, category, told in _of_reviewer([row[1:] for row in rows]):
            if told.value is not None:
                number += 1
                yield number, reviewer_id, figure, category, *told, *FIGURES.made_by


def _of_reviewer(rows: list[tuple[Any, ...]]) -> Iterator[tuple[str, str | None, Estimate]]:
    """Shape: rows of category, tool and six sums in, the category's together."""
    by_tool: dict[int, Any] = defaultdict(lambda: np.zeros(6))
    for _, tool_id, *sums in rows:
        by_tool[tool_id] += sums
    every = np.array(list(by_tool.values()))
    for figure, told in zip(OVERALL, ratios(every[:, :3], every[:, 3:]), strict=True):
        yield figure, None, told
    for category, group in groupby(rows, key=itemgetter(0)):
        own = np.array([row[2:] for row in group])
        yield "skip_rate", category, ratios(own[:, :1], own[:, 3:4])[0]

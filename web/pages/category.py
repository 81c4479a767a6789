"""A category as publishers name it: its tools, how their panels' shares lie, where it is compared.

An open list, as published: two spellings are two categories.
"""

from __future__ import annotations

import sqlite3
from array import array
from collections import Counter
from dataclasses import dataclass, field

from web.asking import ask, first
from web.pages.shared import GAP, WITH_CARDS
from web.pages.tools import ListedTool

FEW = 6
MOST_ACROSS = 12


@dataclass(slots=True)
class Compared:
    """The comparisons of a category: how many have it on both sides, and with which others.

    Shape: `widest` are numbers of those within it whose shares lie furthest apart.
    """

    within: int = 0
    across: Counter[str] = field(default_factory=Counter)
    widest: array[int] = field(default_factory=lambda: array("q"))


def is_known(conn: sqlite3.Connection, name: str) -> bool:
    """Whether any card, be it an older one, has the category."""
    return bool(first(conn, "select 1 from card where category = :name limit 1", name=name))


def compared(conn: sqlite3.Connection) -> dict[str, Compared]:
    """The comparisons of each category, by the cards that they show. Read once."""
    found: dict[str, Compared] = {}
    for one, other, n in ask(conn, BETWEEN):
        if one == other:
            found.setdefault(one, Compared()).within += n
        else:
            found.setdefault(one, Compared()).across[other] += n
            found.setdefault(other, Compared()).across[one] += n
    for name, number in ask(conn, WIDEST, few=FEW):
        found[name].widest.append(number)
    return found


BETWEEN = f"select a.category, b.category, count(*) {WITH_CARDS} group by 1, 2"
WIDEST = f"""
select category, id from (
  select a.category, c.id, row_number() over (
    partition by a.category
    order by {GAP} desc, c.id) as place
  {WITH_CARDS} where a.category = b.category)
where place <= :few order by category, place"""


def shares(tools: list[ListedTool]) -> list[tuple[int, int]]:
    """Each share of a panel with the number of tools that have it, the highest first."""
    return sorted(Counter(tool.share for tool in tools).items(), reverse=True)

"""The list of reviewers: how much each said, and how much of it is a printed ship.

It is in no order of scores: the archive publishes no ranking of those who judge.
"""

from __future__ import annotations

import sqlite3
from typing import NamedTuple

from web.asking import ask
from web.pages.lists import AskedList

FILTERS = ("name", "category", "since")
SORTS = {"name": "by name", "quotes": "most quotes first", "seen": "last seen first"}


class ListedReviewer(NamedTuple):
    """One reviewer, in one category or in all. Absent: dates are empty where none is sound."""

    name: str
    category: str
    first_seen: str
    last_seen: str
    quotes: int
    ship: int
    skip: int


def by_category(conn: sqlite3.Connection) -> list[ListedReviewer]:
    """What each reviewer said in each category, each distinct quote once. Read once."""
    sql = """
    select r.name, coalesce(k.category, ''), coalesce(r.first_seen, ''),
           coalesce(r.last_seen, ''), count(q.id),
           coalesce(sum(q.verdict = 'ship' and q.verdict_source = 'page'), 0),
           coalesce(sum(q.verdict = 'skip' and q.verdict_source = 'page'), 0)
    from reviewer r left join quote q on q.reviewer_id = r.id left join card k on k.id = q.card_id
    group by r.id, k.category order by r.name collate nocase"""
    return [ListedReviewer(*row) for row in ask(conn, sql)]


def chosen(parts: list[ListedReviewer], wanted: AskedList) -> list[ListedReviewer]:
    """The reviewers that are wanted, each once, in the order wanted."""
    sums: dict[str, ListedReviewer] = {}
    part_of_name = wanted.name.casefold()
    for each in parts:
        is_wanted = wanted.category in ("", each.category) and each.last_seen >= wanted.since
        if is_wanted and part_of_name in each.name.casefold():
            old = sums.get(each.name, each._replace(quotes=0, ship=0, skip=0))
            sums[each.name] = old._replace(
                quotes=old.quotes + each.quotes,
                ship=old.ship + each.ship,
                skip=old.skip + each.skip,
            )
    found = list(sums.values())
    if wanted.sort == "quotes":
        found.sort(key=lambda each: -each.quotes)
    elif wanted.sort == "seen":
        found.sort(key=lambda each: each.last_seen, reverse=True)
    return found

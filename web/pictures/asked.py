"""What several pictures ask alike: whose pages are drawn, and what a stored query gives."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterable
from typing import Any

from web.asking import ask, count
from web.pictures.labels import counted
from web.pictures.value import Columns, Datum, Picture
from web.stored import stored_queries

STEP = 5
"""Scores are counted by so many points; the highest is counted with those under it."""
HIGHEST = 100
NO_SCORES = "No page shown here prints a score, so there is nothing to draw."


def source(conn: sqlite3.Connection, last_seen: str | None, site: str | None = None) -> str:
    """Whose pages it is drawn from and how far they were looked at, as a sentence.

    Absent: None as `site` for all of them; as `last_seen` where nobody knows.
    """
    sql = "select title from site where :site is null or site = :site order by site"
    titles = [title for (title,) in ask(conn, sql, site=site)]
    who = " and ".join([", ".join(titles[:-1]), titles[-1]] if titles[1:] else titles)
    until = f" as captured until {last_seen[:10]}" if last_seen else " as captured"
    return f"Source: {who or 'the publisher'},{until}; as published, not verified."


def source_of_all(conn: sqlite3.Connection) -> str:
    """The same of everything. It looks at each comparison."""
    (last,) = ask(conn, "select max(last_seen) from comparison").fetchone()
    return source(conn, last)


def stored(conn: sqlite3.Connection, name: str, **values: str) -> list[dict[str, Any]]:
    """The rows of a stored query, so that a picture counts as the query of its name does."""
    query = stored_queries()[name]
    cursor = ask(conn, query.sql, **{each.name: "" for each in query.parameters} | values)
    names = [each[0] for each in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor]


def score_distribution(
    conn: sqlite3.Connection,
    name: str,
    title: str,
    of: str,
    told: str,
    key: str = "",
    **values: object,
) -> Picture:
    """How often each score was given in the quotes that `of`, a condition in SQL, names.

    Shape: `told` is the sentence of its source.
    """
    given = Counter[int]()
    for score, quotes in ask(
        conn,
        f"select score, count(*) from quote where score is not null and {of} group by score",
        **values,
    ):
        given[min(score // STEP, HIGHEST // STEP - 1)] += quotes
    total = count(conn, f"select count(*) from quote where {of}", **values)
    scored = given.total()
    rows = [(low * STEP, _top(low), given[low]) for low in range(HIGHEST // STEP)]
    return Picture(
        name=name,
        key=key,
        title=title,
        unit="distinct quotes by their newest score out of 100",
        n=scored,
        counted="distinct quotes with a score" if scored != 1 else "distinct quote with a score",
        source=told,
        columns=("score_from", "score_to", "quotes"),
        rows=tuple(rows),
        drawn=Columns(tuple((str(low), quotes) for low, _, quotes in rows))
        if scored
        else NO_SCORES,
        note=f"Left out: {counted(total - scored, 'distinct quote')} without a score."
        if total > scored
        else "",
    )


def _top(low: int) -> int:
    last = low == HIGHEST // STEP - 1
    return HIGHEST if last else low * STEP + STEP - 1


def as_rows(
    rows: Iterable[dict[str, Any]], columns: tuple[str, ...]
) -> tuple[tuple[Datum, ...], ...]:
    """Some columns of a stored query's rows, as the table behind a picture."""
    return tuple(tuple(row[column] for column in columns) for row in rows)

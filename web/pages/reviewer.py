"""A reviewer: every distinct quote, and what they add up to."""

from __future__ import annotations

import json
import sqlite3
from array import array

from web.asking import ShownRow, ask, first, rows
from web.pages.notes import add_notes


def reviewers(conn: sqlite3.Connection) -> list[ShownRow]:
    """Each reviewer with distinct quotes and printed verdicts."""
    return rows(
        conn,
        "select r.name, count(q.id) as quotes,"
        " sum(q.verdict = 'ship' and q.verdict_source = 'page') as ship,"
        " sum(q.verdict = 'skip' and q.verdict_source = 'page') as skip"
        " from reviewer r left join quote q on q.reviewer_id = r.id"
        " group by r.id order by r.name collate nocase limit 100",
    )


def said_by(conn: sqlite3.Connection, name: str) -> tuple[array[int], ShownRow | None]:
    """The numbers of all a reviewer's distinct quotes, as they are listed, and counts over them.

    Read once, since each page of them is a part.
    """
    listed = ask(conn, f"select id {SAID_BY} order by tool_name collate nocase, id", name=name)
    counts = first(
        conn,
        "select count(*) as quotes, count(score) as scored, round(avg(score), 1) as mean_score,"
        " sum(verdict = 'ship' and verdict_source = 'page') as ship,"
        f" sum(verdict = 'skip' and verdict_source = 'page') as skip {SAID_BY}",
        name=name,
    )
    return array("q", (number for (number,) in listed)), counts


SAID_BY = "from quote where reviewer_id = (select id from reviewer where name = :name)"


def reviewer(conn: sqlite3.Connection, name: str) -> ShownRow | None:
    """One reviewer; None where there is none of that name."""
    return first(conn, "select * from reviewer where name = :name", name=name)


def quotes_numbered(conn: sqlite3.Connection, numbers: array[int], reviewer: str) -> list[ShownRow]:
    """These quotes of one reviewer, in this order."""
    listed = json.dumps(numbers.tolist())
    return add_notes(conn, "quote", rows(conn, QUOTES_NUMBERED, numbers=listed, name=reviewer))


QUOTES_NUMBERED = """
select q.id, q.key, q.text, q.withheld, q.score, q.verdict, q.verdict_source, q.first_seen,
       q.last_seen, q.tool_name, t.tool as tool_key, :name as reviewer
from json_each(:numbers) each cross join quote q on q.id = each.value
left join tool t on t.id = q.tool_id order by each.key"""

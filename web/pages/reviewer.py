"""A reviewer: how their scores lie, what they print where, with whom they agree, every quote.

A score is the reviewer's own; nothing here says how good a reviewer is.
"""

from __future__ import annotations

import json
import sqlite3
from array import array

from web.asking import ShownRow, ask, first, rows
from web.pages.lists import AskedList
from web.pages.notes import add_notes
from web.pictures.things import scores_of_reviewer
from web.stored import stored_queries

FILTERS = ("category", "verdict")
SORTS = {
    "tool": "by tool",
    "score": "highest score first",
    "score_up": "lowest score first",
    "newest": "newly seen first",
}
ORDERS = {
    "tool": "q.tool_name collate nocase, q.id",
    "score": "q.score is null, q.score desc, q.id",
    "score_up": "q.score is null, q.score, q.id",
    "newest": "q.first_seen is null, q.first_seen desc, q.id",
}
FEW = 3
"""How many of the quotes with the highest scores, and with the lowest, are shown."""
MOST_OTHERS = 30


def reviewer(conn: sqlite3.Connection, name: str) -> ShownRow | None:
    """One reviewer; None where there is none of that name."""
    return first(conn, "select * from reviewer where name = :name", name=name)


def said_by(conn: sqlite3.Connection, name: str) -> tuple[array[int], ShownRow]:
    """The numbers of all a reviewer's distinct quotes, by tool, and what they add up to.

    Shape: `harshest` and `kindest` are numbers of quotes, `picture` is of the scores. Read once,
        since each page of them is a part.
    """
    counts = first(conn, COUNTS, name=name)
    assert counts is not None
    ends = [array("q", (n for (n,) in ask(conn, sql, name=name, few=FEW))) for sql in ENDS]
    counts.harshest, counts.kindest = ends if counts.least != counts.most else (ends[0][:0],) * 2
    counts.picture = scores_of_reviewer(conn, name) if counts.scored else None
    return chosen(conn, name, AskedList()), counts


SAID_BY = "from quote q where q.reviewer_id = (select id from reviewer where name = :name)"
COUNTS = f"""
select count(*) as quotes, count(score) as scored, round(avg(score), 1) as mean_score,
       min(score) as least, max(score) as most,
       coalesce(sum(verdict = 'ship' and verdict_source = 'page'), 0) as ship,
       coalesce(sum(verdict = 'skip' and verdict_source = 'page'), 0) as skip {SAID_BY}"""
ENDS = [
    f"select id {SAID_BY} and score is not null and text is not null"
    f" order by score{way}, last_seen desc, id limit :few"
    for way in ("", " desc")
]


def chosen(conn: sqlite3.Connection, name: str, wanted: AskedList) -> array[int]:
    """The numbers of the quotes of a reviewer that are wanted, in the order wanted."""
    asked = {
        "": "",
        "none": " and q.verdict is null",
        "ship": " and q.verdict = 'ship'",
        "skip": " and q.verdict = 'skip'",
    }[wanted.verdict]
    if wanted.category:
        asked += " and (select category from card where id = q.card_id) = :category"
    sql = f"select q.id {SAID_BY}{asked} order by {ORDERS[wanted.sort or 'tool']}"
    found = ask(conn, sql, name=name, category=wanted.category)
    return array("q", (number for (number,) in found))


def pairs(conn: sqlite3.Connection) -> list[ShownRow]:
    """How often any two reviewers print the same verdict on one card, with phi. Read once.

    Absent: `phi` is None where it was not made, or is not defined.
    """
    found = rows(conn, stored_queries()["reviewer_pairs"].sql, as_of="")
    made = {
        (each.first_reviewer, each.second_reviewer): each
        for each in rows(conn, stored_queries()["reviewer_coefficients"].sql, coefficient="phi")
    }
    for each in found:
        one, other = each.first_reviewer, each.second_reviewer
        each.phi = made.get((one, other)) or made.get((other, one))
    return found


def agreement(pairs: list[ShownRow], name: str) -> list[ShownRow]:
    """The others beside whom a reviewer prints verdicts, by name: how often both say the same."""
    found = []
    for pair in pairs:
        names = {pair.first_reviewer, pair.second_reviewer}
        if name in names and len(names) == 2:
            (other,) = names - {name}
            found.append(
                ShownRow(
                    other=other,
                    cards=pair.quote_pairs,
                    same=pair.both_ship + pair.both_skip,
                    both_ship=pair.both_ship,
                    both_skip=pair.both_skip,
                    phi=pair.phi,
                )
            )
    return sorted(found, key=lambda each: each.other.casefold())[:MOST_OTHERS]


def quotes_numbered(conn: sqlite3.Connection, numbers: array[int], reviewer: str) -> list[ShownRow]:
    """These quotes of one reviewer, in this order."""
    listed = json.dumps(numbers.tolist())
    return add_notes(conn, "quote", rows(conn, QUOTES_NUMBERED, numbers=listed, name=reviewer))


QUOTES_NUMBERED = """
select q.id, q.key, q.text, q.withheld, q.score, q.verdict, q.verdict_source, q.first_seen,
       q.last_seen, q.tool_name, t.tool as tool_key, :name as reviewer
from json_each(:numbers) each cross join quote q on q.id = each.value
left join tool t on t.id = q.tool_id order by each.key"""

"""What changed of a tool and when: old and new beside each other, the newest first.

A change is a row of the table `change`, told once however many pages show it. It lies between two
captures; on which day nobody knows. Words stand in that table by their keys and are looked up.
"""

from __future__ import annotations

import json
import sqlite3
from itertools import groupby

from web.asking import ShownRow, rows
from web.pages.differing import differing

MOST_CHANGES = 24
MOST_CHARACTERS = 16_000
"""Of all texts that are set beside each other on one page, so that it stays small."""
STATED = {
    "panel_ship_percent": "Panel share",
    "badge": "Badge",
    "votes": "Panel votes",
    "entry": "Entry",
    "pricing": "Price",
    "name": "Name",
    "category": "Category",
    "tagline": "Tagline",
    "description": "Description",
    "community": "Community",
    "verdict": "Verdict",
    "score": "Score",
    "quote": "Words",
}
"""The fields of which a change is told, in the order in which a person would ask for them."""
IN_WORDS = frozenset({"pricing", "tagline", "description", "quote"})
KEYED = frozenset({"description", "quote"})


def timeline(conn: sqlite3.Connection, tool: int) -> tuple[list[ShownRow], int]:
    """The newest changes of a tool by the captures between which they lie, and how many there are.

    Shape: each moment has `seen_after`, `seen_by`, `is_read_anew` and `groups`: of the card, then
        of each reviewer, with `reviewer`, `slot` and `changes`.
    """
    told = rows(conn, CHANGES_OF_TOOL, tool=tool, most=MOST_CHANGES)
    total = told[0].total if told else 0
    keys = sorted(
        {key for each in told if each.field in KEYED for key in (each.old, each.new) if key}
    )
    words = {row.key: row for row in rows(conn, WORDS, keys=json.dumps(keys))} if keys else {}
    left = MOST_CHARACTERS
    kept = list[ShownRow]()
    for each in told:
        _tell(each, words)
        left -= len(each.before or "") + len(each.after or "")
        if kept and left < 0:
            break
        kept.append(each)
    return [_moment(list(group)) for _, group in groupby(kept, _between)], total


CHANGES_OF_TOOL = """
select change.field, kind, cause, old, new, seen_after, seen_by, slot, r.name as reviewer,
       count(*) over () as total
from change left join reviewer r on r.id = reviewer_id
where tool_id = :tool and change.field <> 'comparison'
order by seen_by is null, seen_by desc, seen_after desc, cause, change.id limit :most"""

WORDS = """
select key, description as words, withheld, name from card
where key in (select value from json_each(:keys))
union all select key, text, withheld, tool_name from quote
where key in (select value from json_each(:keys))"""


def _tell(change: ShownRow, words: dict[str, ShownRow]) -> None:
    """Give a change its `label`, and what it was `before` and is `after`: marked where in words.

    Absent: None where nothing was stated, or where the words may not be shown.
    """
    change.label = STATED.get(change.field, change.field)
    change.is_words = change.field in IN_WORDS
    old, new = change.old, change.new
    if change.field in KEYED:
        kept = [words.get(key) if key else None for key in (old, new)]
        old, new = (each and each.words for each in kept)
        change.hides_before = bool(change.old) and old is None
        change.hides_after = bool(change.new) and new is None
    else:
        change.hides_before = change.hides_after = False
    if change.is_words and old is not None and new is not None:
        change.before, change.after = differing(old, new, around=12)
    else:
        change.before, change.after = old, new


def _between(change: ShownRow) -> tuple[str | None, str | None, str]:
    return change.seen_after, change.seen_by, change.cause


def _moment(changes: list[ShownRow]) -> ShownRow:
    after, by, cause = _between(changes[0])
    groups: dict[tuple[str | None, int | None], list[ShownRow]] = {}
    order = list(STATED)
    ranked = sorted(
        changes, key=lambda each: order.index(each.field) if each.field in order else len(order)
    )
    for each in ranked:
        groups.setdefault((each.reviewer, each.slot), []).append(each)
    of_whom = sorted(groups, key=lambda who: (who != (None, None), who[0] or "", who[1] or 0))
    return ShownRow(
        seen_after=after,
        seen_by=by,
        is_read_anew=cause == "parser",
        is_first=[each.field for each in changes] == ["tool"],
        groups=[ShownRow(reviewer=who[0], slot=who[1], changes=groups[who]) for who in of_whom],
    )

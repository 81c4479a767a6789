"""What changed of a tool and when: by the captures between which it lies, then by who said it."""

from __future__ import annotations

import sqlite3
from itertools import groupby

from web.asking import ShownRow, rows
from web.pages.changes import FIELDS, numbered

MOST_CHANGES = 24
IN_WORDS = frozenset({"pricing", "tagline", "description", "quote"})
"""The fields whose values are texts, to be read beside each other."""


def timeline(conn: sqlite3.Connection, tool: int) -> tuple[list[ShownRow], int]:
    """The newest changes of a tool by the captures between which they lie, and how many there are.

    Shape: each moment has `seen_after`, `seen_by`, `is_read_anew`, `is_first`, `has_share` and
        `groups`: what changed of the card, then of each reviewer, with `reviewer`, `slot` and
        `changes`.
    """
    told = rows(conn, CHANGES_OF_TOOL, tool=tool, most=MOST_CHANGES)
    total = told[0].total if told else 0
    found = numbered(conn, [each.id for each in told]) if told else []
    return [_moment(list(group)) for _, group in groupby(found, _between)], total


CHANGES_OF_TOOL = """
select id, count(*) over () as total from change where tool_id = :tool and field <> 'comparison'
order by seen_by is null, seen_by desc, seen_after desc, cause, id limit :most"""


def _between(change: ShownRow) -> tuple[str | None, str | None, str]:
    return change.seen_after, change.seen_by, change.cause


def _moment(changes: list[ShownRow]) -> ShownRow:
    after, by, cause = _between(changes[0])
    order = list(FIELDS)
    groups: dict[tuple[str | None, int | None], list[ShownRow]] = {}
    for each in sorted(changes, key=lambda each: order.index(each.field)):
        each.is_text = each.field in IN_WORDS
        groups.setdefault((each.reviewer, each.slot), []).append(each)
    of_whom = sorted(groups, key=lambda who: (who != (None, None), who[0] or "", who[1] or 0))
    return ShownRow(
        seen_after=after,
        seen_by=by,
        is_read_anew=cause == "parser",
        is_first=[(each.field, each.kind) for each in changes] == [("tool", "appeared")],
        has_share=any(each.field == "panel_ship_percent" for each in changes),
        groups=[ShownRow(reviewer=who[0], slot=who[1], changes=groups[who]) for who in of_whom],
    )

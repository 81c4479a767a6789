"""Cards and quotes of which sides state different values: which is the newest, and which disagree.

Most never differ, and SQL has joined them already (`things`). Of the rest each field is put in
order by time: the newest value and its date go into the row, and values that were shown at one
time become a finding.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator
from itertools import groupby, islice
from operator import itemgetter
from typing import Any, NamedTuple

from db.rows.over_time import HasTurned, RunValue, ShownSpan, Timeline, timeline
from db.rows.tables import Values, insert_rows
from db.staging.ids import PLACES, SIDES, conflict_id
from db.staging.places import BEFORE_ALL, sound_date
from machine.text import shortened
from schema.rows.pages import FindingRow

MOST_VALUES = 20
"""So many values are named in a finding's detail."""
LONGEST_VALUE = 120
"""So much of a value is shown in a finding's detail. Units: code points."""
CODE = "observation_conflict"

_CARDS = f"""
SELECT side.card_id, side.id,
  span.first_at, span.last_at, span.id, span.first_seen, span.last_seen,
  iif(slug IS NULL, NULL, side.tool_id), side.badge, votes_ship || '/' || votes_skip,
  side.pricing
FROM joined_card AS joined JOIN side ON side.card_id = joined.id
JOIN temp.span ON span.side = side.id JOIN slugs ON slugs.id = side.tool_id
WHERE span.first_at >= '{BEFORE_ALL}'
  AND (addressed_differs OR badge_differs OR votes_differs OR pricing_differs)
ORDER BY 1, span.first_at, span.id
"""
_QUOTES = f"""
SELECT own.quote_id, own.side_id,
  span.first_at, span.last_at, span.id, span.first_seen, span.last_seen,
  iif(slug IS NULL, NULL, side.tool_id), own.reviewer_id, own.score,
  iif(own.verdict_source = 'page', own.verdict, NULL),
  iif(own.verdict_source = 'page', NULL, own.verdict), own.verdict_source
FROM joined_quote AS joined JOIN side_quote AS own ON own.quote_id = joined.id
JOIN side ON side.id = own.side_id JOIN temp.span ON span.side = side.id
JOIN slugs ON slugs.id = side.tool_id
WHERE span.first_at >= '{BEFORE_ALL}' AND (addressed_differs OR reviewer_differs OR score_differs
  OR printed_differs OR inferred_differs OR printed IS NOT NULL AND inferred IS NOT NULL)
ORDER BY 1, span.first_at, span.id
"""
_CARD_FIELDS = ("slug", "badge", "votes", "pricing")
_QUOTE_FIELDS = ("slug", "reviewer", "score", "verdict", "inferred verdict")
_SET_CARD = (
    "UPDATE card SET tool_id = ?, tool_since = ? WHERE id = ?",
    "UPDATE card SET badge = ?, badge_since = ? WHERE id = ?",
    "UPDATE card SET votes_ship = CAST(substr(?1, 1, instr(?1, '/') - 1) AS INTEGER), votes_skip ="
    " CAST(substr(?1, instr(?1, '/') + 1) AS INTEGER), votes_since = ?2 WHERE id = ?3",
    "UPDATE card SET pricing = ?, pricing_since = ? WHERE id = ?",
)
_SET_QUOTE = (
    "UPDATE quote SET tool_id = ?, tool_since = ? WHERE id = ?",
    "UPDATE quote SET reviewer_id = ?, reviewer_since = ? WHERE id = ?",
    "UPDATE quote SET score = ?, score_since = ? WHERE id = ?",
    "UPDATE quote SET verdict = ?, verdict_since = ? WHERE id = ? AND verdict_source = 'page'",
    "UPDATE quote SET verdict = ?, verdict_since = ? WHERE id = ? AND verdict_source <> 'page'",
)


class Contested(NamedTuple):
    """How cards, or quotes, are asked for: what their sides state, and where the newest goes."""

    sql: str
    fields: tuple[str, ...]
    update: tuple[str, ...]
    places: int


KINDS = (
    Contested(_CARDS, _CARD_FIELDS, _SET_CARD, SIDES),
    Contested(_QUOTES, _QUOTE_FIELDS, _SET_QUOTE, PLACES),
)


def insert_conflicts(db: sqlite3.Connection) -> None:
    """Put the newest values into cards and quotes, and what disagrees into the findings."""
    for kind in KINDS:
        found = db.cursor().execute(kind.sql)
        for thing, group in groupby(found, key=itemgetter(0)):
            insert_rows(db, FindingRow, list(_of_thing(db, kind, thing, list(group))))


def _of_thing(
    db: sqlite3.Connection, kind: Contested, thing: int, stated: list[tuple[Any, ...]]
) -> Iterator[Values]:
    """The findings about one card or quote, whose row is brought up to date."""
    turned = turned_pages(db, {row[1] for row in stated})
    for at, name in enumerate(kind.fields):
        spans = [ShownSpan(row[7 + at], *row[2:7]) for row in stated]
        spans = [span for span in spans if span.value is not None]
        if len({span.value for span in spans}) > 1:
            values = {row[1]: row[7 + at] for row in stated}
            found = timeline(spans, turned_values(turned, values))
            newest = found.newest
            if newest is not None:
                db.execute(kind.update[at], (newest.value, newest.first, thing))
            if found.disagreeing:
                yield _finding(db, kind, thing, at, name, found, spans)
    if kind.places == PLACES:
        yield from _printed(db, kind, thing, stated)


def _printed(
    db: sqlite3.Connection, kind: Contested, thing: int, stated: list[tuple[Any, ...]]
) -> Iterator[Values]:
    """A verdict that a page prints while another page's figures give the other one."""
    spans = [
        ShownSpan(f"{'printed' if row[10] else 'inferred'} {row[10] or row[11]}", *row[2:7])
        for row in stated
        if row[10] or row[11]
    ]
    found = timeline(spans)
    sources, verdicts = ({str(each).split()[at] for each in found.disagreeing} for at in (0, 1))
    if len(sources) == len(verdicts) == 2:
        yield _finding(db, kind, thing, len(kind.fields), "verdict", found, spans)


def _finding(
    db: sqlite3.Connection,
    kind: Contested,
    thing: int,
    at: int,
    name: str,
    found: Timeline,
    spans: list[ShownSpan],
) -> Values:
    """The row that says which values were shown at one time, and where first."""
    first: dict[RunValue, ShownSpan] = {}
    for span in spans:
        first.setdefault(span.value, span)
    told = sorted(
        f"{shortened(str(_named(db, name, value)), LONGEST_VALUE)} ({_where(db, first[value])})"
        for value in islice(found.disagreeing, MOST_VALUES)
    )
    more = len(found.disagreeing) - len(told)
    told += [f"and {more} more"] if more else []
    times = list(found.disagreeing.values())
    since, until = (
        pick(filter(None, (sound_date(each[at]) for each in times)), default=None)
        for at, pick in enumerate((min, max))
    )
    card, quote = (thing, None) if kind.places == SIDES else (None, thing)
    number = conflict_id(thing, kind.places, at)
    return number, None, None, None, card, quote, CODE, name, " | ".join(told), since, until


def _named(db: sqlite3.Connection, name: str, value: RunValue) -> object:
    """A value as people know it: a tool and a reviewer by name."""
    sql = {
        "slug": "SELECT slug FROM slugs WHERE id = ?",
        "reviewer": "SELECT name FROM reviewer WHERE id = ?",
    }.get(name)
    if name == "votes":
        return "{} ship / {} skip".format(*str(value).split("/"))
    return value if sql is None else db.execute(sql, (value,)).fetchone()[0]


def _where(db: sqlite3.Connection, span: ShownSpan) -> str:
    """The comparison that first shows a value, and when."""
    sql = "SELECT comparison FROM comparison JOIN comparison_version AS version"
    sql += " ON version.page_id = comparison.id WHERE version.id = ?"
    (shown,) = db.execute(sql, (span.place // SIDES,)).fetchone()
    return ", ".join(filter(None, (shown, span.since)))


def turned_pages(db: sqlite3.Connection, sides: set[int]) -> list[tuple[str, int, int]]:
    """On which day a page went from one of these sides to another: day, old and new side."""
    sql = "SELECT day, old, new FROM json_each(?) AS side CROSS JOIN turned ON old = side.value"
    found = db.execute(sql, (json.dumps(sorted(sides)),))
    return [row for row in found if row[2] in sides]


def turned_values(turned: Iterable[tuple[str, int, int]], values: dict[int, Any]) -> HasTurned:
    """Whether a page went from one value to another on a day, given each side's value."""
    known = {(day, values.get(old), values.get(new)) for day, old, new in turned}
    return lambda day, old, new: (day, old, new) in known

"""What changed of each tool over time: the runs of each field, and the changes between them.

    sides of a tool with their spans -> for each field its timeline -> rows of history and change

A change is counted once, however many pages show it. Words that may be withheld stand in neither
table: a description goes by its card's key, a quote by its own.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from itertools import count, groupby
from operator import itemgetter
from typing import Any, NamedTuple

from archive.ledger import NotedChange
from db.rows.differing import turned_pages, turned_values
from db.rows.over_time import ShownSpan, Timeline, ValueRun, timeline
from db.rows.tables import Values, insert_rows
from db.staging.ids import CROWDED, FIELDS_OF_SIDE, READINGS, SIDES, TOOL, change_id
from db.staging.places import is_in_order
from schema.rows.timeline import ChangeRow, HistoryRow

_TOOLS = """
SELECT side.tool_id, side.id, first_at, last_at, span.id, first_seen, last_seen
FROM temp.span JOIN side ON side.id = span.side
ORDER BY side.tool_id, first_at, span.id
"""
# A side that extracted texts alone show says nothing by what it lacks: they show no badge.
_CARDS = """
SELECT side.id, card.key, known.name, known.category, known.tagline, known.description,
  known.entry, known.panel_ship_percent, side.badge,
  side.votes_ship || ' ship / ' || side.votes_skip || ' skip',
  side.pricing, iif(community_stated, coalesce(community_ship_percent || '%', 'no share') ||
    coalesce(' of ' || community_votes || ' votes', ''), NULL),
  NOT EXISTS (SELECT 1 FROM version_side JOIN comparison_version AS version ON version.id =
    version_id WHERE side_id = side.id AND layout NOT LIKE 'text-%')
FROM side JOIN card ON card.id = side.card_id
JOIN staging.card AS known ON known.first = side.card_id WHERE side.tool_id = ?
"""
_QUOTES = """
SELECT own.side_id, own.slot, coalesce(own.reviewer_id, quote.reviewer_id), quote.key, known.text,
  own.score, iif(own.verdict_source = 'page', own.verdict, NULL)
FROM side_quote AS own JOIN quote ON quote.id = own.quote_id
JOIN staging.quote AS known ON known.first = own.quote_id
WHERE own.side_id IN (SELECT id FROM side WHERE tool_id = ?) ORDER BY own.side_id, own.slot
"""
CARD_FIELDS = (
    "name", "category", "tagline", "description", "entry", "panel_ship_percent", "badge", "votes",
    "pricing", "community",
)  # fmt: skip
QUOTE_FIELDS = ("quote", "score", "verdict")
KEYED = ("description", "quote")
"""Fields whose value is given by the key of what holds the words."""


class Field(NamedTuple):
    """One field of what is said of a tool; a quote's by its reviewer, or its slot without one."""

    at: int
    name: str
    reviewer: int | None
    slot: int | None


class Numbers:
    """Gives the rows of one table their ids; two values that begin at one place get two."""

    def __init__(self) -> None:
        self._used: set[int] = set()
        self._crowded = count(CROWDED)

    def begin(self) -> None:
        """The next tool: places are its own, so what is used does not grow with tools."""
        self._used.clear()

    def number(self, place: int, at: int) -> int:
        """The id by place and field, or the next that is free there."""
        own = (change_id(place, each) for each in range(at, FIELDS_OF_SIDE))
        found = next((each for each in own if each not in self._used), None)
        found = next(self._crowded) if found is None else found
        self._used.add(found)
        return found


class StatedField(NamedTuple):
    """What sides say of a field. Shape: value by side, and what is shown of a value, by value."""

    values: dict[int, Any]
    shown: dict[Any, str]


def insert_changes(db: sqlite3.Connection) -> None:
    """Fill `history` and `change` with what sides of tools say; a comparison's own are there."""
    db.execute("DELETE FROM change WHERE field <> 'comparison' OR cause = 'parser'")
    found = db.cursor().execute(_TOOLS)
    numbers = Numbers(), Numbers()
    for tool, group in groupby(found, key=itemgetter(0)):
        spans = [row[1:] for row in group]
        insert_rows(db, ChangeRow, [_appeared(db, tool, spans)])
        if len({side for side, *_ in spans}) > 1:
            _insert_tool(db, tool, spans, *numbers)


def _insert_tool(
    db: sqlite3.Connection,
    tool: int,
    spans: list[tuple[Any, ...]],
    of_history: Numbers,
    of_change: Numbers,
) -> None:
    """The rows of a tool that was shown with more than one side."""
    of_history.begin()
    of_change.begin()
    turned = turned_pages(db, {side for side, *_ in spans})
    for field, stated in _fields(db, tool):
        told = [
            ShownSpan(stated.values[side], *span)
            for side, *span in spans
            if is_in_order(span[0]) and side in stated.values
        ]
        found = timeline(told, turned_values(turned, stated.values))
        if len(found.runs) > 1:
            history = [
                _history(of_history, tool, field, stated, run, number)
                for number, run in enumerate(found.runs, 1)
            ]
            insert_rows(db, HistoryRow, history)
            insert_rows(db, ChangeRow, _changes(db, of_change, tool, field, stated, found))
            if field.name == "name" and (run := found.newest):
                db.execute("UPDATE tool SET name_since = ? WHERE id = ?", (run.first, tool))


def _fields(db: sqlite3.Connection, tool: int) -> Iterator[tuple[Field, StatedField]]:
    """Each field of a tool of which sides say anything."""
    sides = db.execute(_CARDS, (tool,)).fetchall()
    is_text = {side for side, *_, only_text in sides if only_text}
    for at, name in enumerate(CARD_FIELDS):
        told = {row[0]: (row[2 + at], row[1] if name in KEYED else row[2 + at]) for row in sides}
        yield Field(at, name, None, None), _stated(told, is_text)
    quotes: dict[tuple[int, int], dict[int, tuple[Any, ...]]] = {}
    for side, slot, reviewer, *says in db.execute(_QUOTES, (tool,)):
        # One reviewer may speak in several rows; then the first words stay with the first.
        who = (reviewer or 0, slot if reviewer is None else 0)
        while side in quotes.setdefault(who, {}):
            who = (who[0], who[1] + 1)
        quotes[who][side] = (slot, *says)
    for (reviewer, slot), by_side in sorted(quotes.items()):
        at = len(CARD_FIELDS) + len(QUOTE_FIELDS) * (min(row[0] for row in by_side.values()) - 1)
        own = (reviewer or None, min(row[0] for row in by_side.values()) if slot else None)
        told = {row[0]: (None, None) for row in sides}
        told |= {side: (text, key) for side, (_, key, text, *_) in by_side.items()}
        yield Field(at, "quote", *own), _stated(told, is_text)
        for more, name in enumerate(QUOTE_FIELDS[1:], 1):
            told = {side: (row[2 + more], row[2 + more]) for side, row in by_side.items()}
            yield Field(at + more, name, *own), _stated(told, is_text)


def _stated(told: dict[int, tuple[Any, Any]], is_text: set[int]) -> StatedField:
    """Values as they are compared, and as they are shown."""
    values = {side: value for side, (value, _) in told.items()}
    is_told = (values.keys() - is_text) | {side for side in values if values[side] is not None}
    known = {side: values[side] for side in values if side in is_told}
    shown = {value: str(as_shown) for value, as_shown in told.values() if value is not None}
    return StatedField(known, shown)


def _history(
    numbers: Numbers, tool: int, field: Field, stated: StatedField, run: ValueRun, number: int
) -> Values:
    own = (tool, stated.shown.get(run.value), run.place // SIDES, number, run.first, run.last)
    return numbers.number(run.place, field.at), *own, field.reviewer, field.slot, field.name


def _changes(
    db: sqlite3.Connection,
    numbers: Numbers,
    tool: int,
    field: Field,
    stated: StatedField,
    found: Timeline,
) -> Iterator[Values]:
    about = (tool, field.reviewer, field.slot, field.name)
    for old, new in zip(found.runs, found.runs[1:], strict=False):
        if new.is_settled:
            version = new.place // SIDES
            own = (_kind(old, new), "source", _comparison(db, version), version)
            values = (stated.shown.get(old.value), stated.shown.get(new.value))
            number = numbers.number(new.place, field.at)
            yield number, *own, *values, old.last, new.first, *about


def parser_changes(db: sqlite3.Connection, noted: Iterable[NotedChange]) -> Iterator[Values]:
    """The rows of what a parser read otherwise, of comparisons and tools that are published."""
    for each in noted:
        comparison, tool, reviewer = (
            db.execute(f"SELECT min(id) FROM {table} WHERE {column} = ?", (key,)).fetchone()[0]
            for table, column, key in (
                ("comparison", "comparison", each.comparison),
                ("tool", "tool", each.tool),
                ("reviewer", "name", each.reviewer),
            )
        )
        if comparison is not None and (tool is not None) is (each.tool is not None):
            own = (each.kind, "parser", comparison, None, each.old, each.new, None, each.found_at)
            yield READINGS + each.id, *own, tool, reviewer, None, each.field


def _kind(old: ValueRun, new: ValueRun) -> str:
    if old.value is None:
        return "appeared"
    return "vanished" if new.value is None else "changed"


def _appeared(db: sqlite3.Connection, tool: int, spans: list[tuple[Any, ...]]) -> Values:
    """The row that says when a tool was first seen."""
    told = next((span for span in spans if span[4] is not None), spans[0])
    place, first = told[3], told[4]
    version = place // SIDES
    own = ("appeared", "source", _comparison(db, version), version, None, None, None, first)
    return change_id(place, TOOL), *own, tool, None, None, "tool"


def _comparison(db: sqlite3.Connection, version: int) -> int:
    """The comparison of a version."""
    sql = "SELECT page_id FROM comparison_version WHERE id = ?"
    return int(db.execute(sql, (version,)).fetchone()[0])

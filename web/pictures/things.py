"""Pictures of one thing: of a comparison, a tool, a reviewer."""

from __future__ import annotations

import sqlite3

from web.asking import ShownRow, first, rows
from web.pictures.asked import score_distribution, source
from web.pictures.labels import shortened
from web.pictures.value import Lanes, Matrix, Picture, Rating, Steps, Stretch

MOST_VALUES = 200
"""So many values that a field has had are read; the newest."""
NO_PRICE = "No page states a price of it, so there is nothing to draw."
NO_DATE = "No capture of it has a sound date, so there is nothing to draw over time."
PRICES = {"entry": "Entry price label", "pricing": "Pricing text"}
MOST_OF_NAME = 60
"""Units: letters."""
UNNAMED = "reviewer not named"


def score_matrix(conn: sqlite3.Connection, key: str) -> Picture | None:
    """The scorecard of a comparison as its shown capture has it: two tools by their reviewers.

    Absent: None where no comparison with two tools goes by the key.
    """
    found = first(conn, COMPARED, key=key)
    tools = rows(conn, TOOLS_COMPARED, version=found.version_id) if found else []
    if found is None or len(tools) != 2:
        return None
    cells = rows(conn, CELLS, version=found.version_id)
    scored = sum(cell.score is not None or cell.verdict is not None for cell in cells)
    one, other = (tool.name for tool in tools)
    return Picture(
        name="score-matrix",
        key=key,
        title=f"{_named(one)} and {_named(other)}: scores and verdicts by reviewer",
        unit="score out of 100, with ship or skip",
        n=len(cells),
        counted="quotes on the page" if len(cells) != 1 else "quote on the page",
        source=source(conn, found.last_seen, found.site),
        columns=("slot", "reviewer", "tool", "score", "verdict", "verdict_source"),
        rows=tuple(
            (
                cell.slot,
                cell.reviewer,
                tools[cell.tool_position - 1].name,
                cell.score,
                cell.verdict,
                cell.verdict_source,
            )
            for cell in cells
        ),
        drawn=Matrix((one, other), _paired(cells))
        if scored
        else "The page prints no score, and no verdict is known, so there is nothing to draw.",
        note="A verdict that the page does not print is marked as inferred.",
    )


def _named(name: str) -> str:
    """A name as part of a title, which has other words too."""
    return shortened(name, MOST_OF_NAME)


def _paired(cells: list[ShownRow]) -> tuple[tuple[str, tuple[Rating | None, Rating | None]], ...]:
    """The cells by row of the scorecard, under the name of whoever they are by."""
    slots: dict[int, dict[int, ShownRow]] = {}
    for cell in cells:
        slots.setdefault(cell.slot, {})[cell.tool_position] = cell
    return tuple(
        (
            " / ".join(dict.fromkeys(cell.reviewer or UNNAMED for cell in of.values())),
            (_rating(of.get(1)), _rating(of.get(2))),
        )
        for _, of in sorted(slots.items())
    )


def _rating(cell: ShownRow | None) -> Rating | None:
    return Rating(cell.score, cell.verdict, cell.verdict_source == "page") if cell else None


def share_over_time(conn: sqlite3.Connection, key: str) -> Picture | None:
    """The share of the panel that said ship, over time.

    Absent: None where there is no such tool.
    """
    found = first(conn, TOOL, key=key)
    if found is None:
        return None
    told = _values(conn, found, "panel_ship_percent")
    stretches = tuple(
        Stretch(each.first_seen[:10], each.last_seen[:10], int(each.value))
        for each in told
        if each.value is not None and each.first_seen
    )
    return Picture(
        name="share-over-time",
        key=key,
        title=f"{_named(found.name)}: share of the panel that said ship, over time",
        unit="percent of the reviewer panel",
        n=len(told),
        counted="values that its card has had" if len(told) != 1 else "value that its card has had",
        source=source(conn, found.last_seen, found.site),
        columns=("panel_ship_percent", "first_seen", "last_seen"),
        rows=tuple(
            (None if each.value is None else int(each.value), each.first_seen, each.last_seen)
            for each in told
        ),
        drawn=Steps(stretches) if stretches else NO_DATE,
        note="Dashed: between two captures; on which day it changed nobody saw.",
    )


def price_over_time(conn: sqlite3.Connection, key: str) -> Picture | None:
    """Entry label and pricing text of a tool over time.

    Absent: None where there is no such tool.
    """
    found = first(conn, TOOL, key=key)
    if found is None:
        return None
    told = {field: _values(conn, found, field) for field in PRICES}
    lanes = [(PRICES[field], _stretches(values)) for field, values in told.items()]
    n = sum(map(len, told.values()))
    return Picture(
        name="price-over-time",
        key=key,
        title=f"{_named(found.name)}: entry price and pricing over time",
        unit="days on which captures show it",
        n=n,
        counted="values that its pages have had" if n != 1 else "value that its pages have had",
        source=source(conn, found.last_seen, found.site),
        columns=("field", "value", "first_seen", "last_seen"),
        rows=tuple(
            (field, each.value, each.first_seen, each.last_seen)
            for field, values in told.items()
            for each in values
        ),
        drawn=Lanes(tuple(lane for lane in lanes if lane[1]))
        if any(stretches for _, stretches in lanes)
        else (NO_DATE if n else NO_PRICE),
    )


def _stretches(values: list[ShownRow]) -> tuple[Stretch, ...]:
    return tuple(
        Stretch(each.first_seen[:10], each.last_seen[:10], each.value or "no longer stated")
        for each in values
        if each.first_seen
    )


def _values(conn: sqlite3.Connection, tool: ShownRow, field: str) -> list[ShownRow]:
    """The values that a field of a tool's card has had; the one that it has where it had no other.

    Absent: none where no page ever stated one.
    """
    had = rows(conn, HAD, id=tool.id, field=field, most=MOST_VALUES)
    if had:
        return had
    now = rows(conn, NOW.format(field=field), id=tool.id)
    return [each for each in now if each.value is not None]


def scores_of_tool(conn: sqlite3.Connection, key: str) -> Picture | None:
    """How often each score was given to a tool. Absent: None where there is no such tool."""
    found = first(conn, TOOL, key=key)
    if found is None:
        return None
    return score_distribution(
        conn,
        "scores-of-tool",
        f"{_named(found.name)}: scores of its quotes",
        "tool_id = :id",
        source(conn, found.last_seen, found.site),
        key,
        id=found.id,
    )


def scores_of_reviewer(conn: sqlite3.Connection, key: str) -> Picture | None:
    """How often a reviewer gave each score. Absent: None where there is no such reviewer."""
    found = first(conn, "select id, name, last_seen from reviewer where name = :key", key=key)
    if found is None:
        return None
    return score_distribution(
        conn,
        "scores-of-reviewer",
        f"{_named(found.name)}: scores given",
        "reviewer_id = :id",
        source(conn, found.last_seen),
        key,
        id=found.id,
    )


TOOL = "select id, tool, name, site, last_seen from tool where tool = :key"
COMPARED = "select site, version_id, last_seen from comparison where comparison = :key"
TOOLS_COMPARED = """
select k.name from version_tool vt join card k on k.id = vt.card_id
where vt.version_id = :version order by vt.position"""
CELLS = """
select vq.slot, r.name as reviewer, vq.tool_position, vq.score, vq.verdict, vq.verdict_source
from version_quote vq left join reviewer r on r.id = vq.reviewer_id
where vq.version_id = :version order by vq.slot, vq.tool_position"""
HAD = """
select value, first_seen, last_seen from (
  select * from history where tool_id = :id and field = :field order by number desc limit :most)
order by number"""
NOW = """
select k.{field} as value, t.first_seen, t.last_seen from tool t join card k on k.id = (
  select id from card where tool_id = t.id order by last_seen desc, id desc limit 1)
where t.id = :id"""

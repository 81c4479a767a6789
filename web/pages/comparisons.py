"""The list of comparisons, each with the panel's shares of both sides."""

from __future__ import annotations

import json
import sqlite3
from array import array

from web.asking import ShownRow, ask, rows
from web.pages.lists import AskedList
from web.pages.shared import DATED_C, GAP, WITH_CARDS

FILTERS = ("name", "category", "tool", "badge", "entry", "share_min", "share_max", "since")
SORTS = {
    "newest": "captured last first",
    "gap": "widest gap between the shares first",
    "level": "narrowest gap first",
    "title": "by title",
}
ORDERS = {
    "newest": f"{DATED_C.removesuffix(' as captured_at')} desc, c.id desc",
    "gap": f"{GAP} desc, c.id",
    "level": f"{GAP}, c.id",
    "title": "c.title collate nocase, c.id",
}
OF_EITHER = {
    "category": "{side}.category = :category",
    "badge": "{side}_side.badge = :badge",
    "entry": "{side}.entry = :entry",
}
"""What one side of a comparison must be for it to be listed."""
SIDES = """
join version_side a_is on a_is.version_id = c.version_id and a_is.position = 1
join side a_side on a_side.id = a_is.side_id
join version_side b_is on b_is.version_id = c.version_id and b_is.position = 2
join side b_side on b_side.id = b_is.side_id"""
"""The badge is what the page shown says, as the comparison's own page has it."""


def chosen(conn: sqlite3.Connection, wanted: AskedList) -> array[int]:
    """The numbers of the comparisons that are wanted, in the order wanted.

    One side must have all that is asked of a card.
    """
    of_card = [said for name, said in OF_EITHER.items() if getattr(wanted, name)]
    if wanted.share_min or wanted.share_max:
        of_card.append("{side}.panel_ship_percent between :least and :most")
    asked = []
    if of_card:
        sides_of = (" and ".join(of_card).format(side=side) for side in ("a", "b"))
        asked.append(f"({' or '.join(sides_of)})")
    if wanted.tool:
        asked.append(
            "c.id in (select id from comparison where tool_a_id = (select id from tool where"
            " tool = :tool) union all select id from comparison where tool_b_id ="
            " (select id from tool where tool = :tool))"
        )
    if wanted.since:
        asked.append("c.last_seen >= :since")
    if wanted.name:
        asked.append("instr(lower(c.title), lower(:name)) > 0")
    where = f" where {' and '.join(asked)}" if asked else ""
    sides = SIDES if wanted.badge else ""
    found = ask(
        conn,
        f"select c.id {WITH_CARDS} {sides}{where} order by {ORDERS[wanted.sort or 'newest']}",
        category=wanted.category, badge=wanted.badge, entry=wanted.entry, tool=wanted.tool,
        since=wanted.since, name=wanted.name, least=int(wanted.share_min or 0),
        most=int(wanted.share_max or 100),
    )  # fmt: skip
    return array("i", (number for (number,) in found))


def numbered(conn: sqlite3.Connection, numbers: array[int]) -> list[ShownRow]:
    """These comparisons with what the list says of them, in this order."""
    return rows(conn, NUMBERED, numbers=json.dumps(numbers.tolist()))


NUMBERED = f"""
select c.comparison, c.title, {DATED_C}, a.panel_ship_percent as share_a, a_side.badge as badge_a,
       a.entry as entry_a, a.category as category_a, b.panel_ship_percent as share_b,
       b_side.badge as badge_b, b.entry as entry_b, b.category as category_b
from json_each(:numbers) each cross join comparison c on c.id = each.value
cross join card a on a.id = c.card_a_id cross join card b on b.id = c.card_b_id
{SIDES.replace("join", "cross join")}
order by each.key"""

"""The list of tools, each as its newest captures show it."""

from __future__ import annotations

import sqlite3
from collections import Counter
from typing import NamedTuple

from web.asking import ask
from web.pages.lists import AskedList
from web.stored import part

FILTERS = ("name", "category", "badge", "entry", "share_min", "share_max", "since")
SORTS = {
    "name": "by name",
    "share": "panel share, highest first",
    "share_up": "panel share, lowest first",
    "comparisons": "in most comparisons",
    "newest": "newly seen first",
    "seen": "last seen first",
}


class ListedTool(NamedTuple):
    """One tool of the list. Absent: dates are empty where no capture has a sound one."""

    key: str
    name: str
    category: str
    share: int
    badge: str
    entry: str
    first_seen: str
    last_seen: str
    compared: int


def all_tools(conn: sqlite3.Connection) -> list[ListedTool]:
    """Every tool by name. Read once: the file never changes."""
    sql = f"""
    with shown as ({part("shown")}), compared as (
      select tool, count(*) as n from (
        select tool_a_id as tool from comparison
        union all select tool_b_id from comparison where tool_b_id <> tool_a_id)
      group by tool)
    select t.tool, k.name, k.category, k.panel_ship_percent, coalesce(s.badge, ''), k.entry,
           coalesce(t.first_seen, ''), coalesce(t.last_seen, ''), coalesce(compared.n, 0)
    from shown cross join tool t on t.tool = shown.tool
    cross join side s on s.id = shown.side_id cross join card k on k.id = s.card_id
    left join compared on compared.tool = t.id
    order by k.name collate nocase, t.tool"""
    return [ListedTool(*row) for row in ask(conn, sql, as_of="")]


def categories(tools: list[ListedTool]) -> list[tuple[str, int]]:
    """Each category with its number of tools, the largest first."""
    counted = Counter(tool.category for tool in tools)
    return sorted(counted.items(), key=lambda pair: (-pair[1], pair[0]))


def chosen(tools: list[ListedTool], wanted: AskedList) -> list[ListedTool]:
    """Those that are wanted, in the order wanted; what is alike in it stands by name."""
    part_of_name = wanted.name.casefold()
    found = [
        tool
        for tool in tools
        if wanted.category in ("", tool.category)
        and wanted.badge in ("", tool.badge)
        and wanted.entry in ("", tool.entry)
        and wanted.takes_share(tool.share)
        and tool.last_seen >= wanted.since
        and (not part_of_name or part_of_name in tool.name.casefold())
    ]
    match wanted.sort:
        case "share":
            found.sort(key=lambda tool: -tool.share)
        case "share_up":
            found.sort(key=lambda tool: tool.share)
        case "comparisons":
            found.sort(key=lambda tool: -tool.compared)
        case "newest":
            found.sort(key=lambda tool: tool.first_seen, reverse=True)
        case "seen":
            found.sort(key=lambda tool: tool.last_seen, reverse=True)
    return found

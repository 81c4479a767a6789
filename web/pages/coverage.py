"""What of the published pages is here, what is not and why, and what was left out on request."""

from __future__ import annotations

import sqlite3
from typing import Any, get_args

from schema.rows.columns import PageState
from schema.signals import SIGNALS, Wish
from web.asking import ShownRow, ask, count, first, rows
from web.pages import signs
from web.pages.asked import asked
from web.showing import once, root_of, show
from web.upstream import Datasette, Request, Response

MOST_LISTED = 25
FEW = 30
ORDER: tuple[str, ...] = get_args(PageState)
WHAT_IT_DOES: dict[Wish, str] = {
    "text": "quotes and descriptions of the page are left out here and in every release",
    "part": "the words so marked are left out here and in every release",
    "ai": "the words are shown here to people, and are left out of every release of data",
    "index": "search engines are asked not to list the page of it here",
}
"""What becomes of a publisher's wish."""
DATES_FROM = {
    "crawl": "our own crawl’s clock",
    "warc": "a WARC record of somebody else",
    "container": "another container of captures",
    "page": "what the saved page says itself",
    "argument": "a person who took it in",
    "file": "a file’s own time, which anybody may set",
}
BUCKETS = ((0, 0, "no"), (1, 1, "1"), (2, 2, "2"), (3, 5, "3 to 5"), (6, 10, "6 to 10"))

FAILING = """
select state, code, count(*) as n, min(description) as description from (
  select state, (select code from failure where page_id = page.id
    order by captured_at desc, id desc limit 1) as found
  from page where state in ('failed', 'held'))
left join code on code.code = found group by state, found order by n desc, code"""
SIGNALLED = """
select name, count(*) as n from (
  select distinct page_id, substr(value, 1, instr(value || '=', '=') - 1) as name
  from capture, json_each(opt_outs) where opt_outs is not null)
group by name order by n desc, name"""
PAIRS = """
select site, (select count(*) from tool where tool.site = site.site) as tools, (
  select count(*) from (select distinct min(tool_a_id, tool_b_id), max(tool_a_id, tool_b_id)
    from comparison where comparison.site = site.site and tool_a_id <> tool_b_id)) as pairs
from site order by site"""
COMPARED = """
with own as (select tool_a_id as tool from comparison union all
  select tool_b_id from comparison where tool_b_id <> tool_a_id),
counted as (select tool, count(*) as n from own group by tool)
select t.tool, t.name, coalesce(n, 0) as n from tool t left join counted on counted.tool = t.id
order by n, t.name collate nocase, t.tool"""
CAPTURED = """
select count(*) as n, count(distinct page_id) as pages, min(at) as oldest, max(at) as newest
from (select page_id, iif(date_precision = 'second' and captured_until = captured_at,
  captured_at, null) as at from capture)"""
CORRECTIONS = """
select n.kind, n.note, n.added_at, n.target, c.comparison, c.title, t.tool, t.name, q.key,
  q.tool_name
from correction n left join comparison c on c.page_id = n.page_id
left join tool t on t.id = n.tool_id left join quote q on q.id = n.quote_id
order by n.added_at desc, n.id desc limit :most"""


def coverage(conn: sqlite3.Connection) -> dict[str, Any]:
    """All that is counted over everything; asked once."""
    states = rows(
        conn, "select site, state, count(*) as n, sum(due) as due from page group by site, state"
    )
    titles = dict(ask(conn, "select site, coalesce(title, site) from site order by site"))
    sites = [_site(title, [each for each in states if each.site == site])
             for site, title in titles.items()]  # fmt: skip
    compared = rows(conn, COMPARED)
    pairs = rows(conn, PAIRS)
    for each in pairs:
        each.title, each.possible = titles[each.site], each.tools * (each.tools - 1) // 2
    return {
        "sites": sites,
        "failing": rows(conn, FAILING),
        "refused": count(conn, "select count(*) from page where takedown_id is not null"),
        "takedowns": rows(
            conn, "select kind, site, target, reason, added_at from takedown"
            " order by added_at desc, id desc limit :most", most=MOST_LISTED,
        ),
        "takedown_count": count(conn, "select count(*) from takedown"),
        "corrections": rows(conn, CORRECTIONS, most=MOST_LISTED),
        "correction_count": count(conn, "select count(*) from correction"),
        "signals": _signals(conn),
        "withheld": rows(
            conn, "select withheld, count(*) as n from quote where withheld is not null"
            " group by withheld order by n desc",
        ),
        "pairs": pairs,
        "buckets": _buckets(compared),
        "few": compared[:FEW],
        "tools": len(compared),
        "captured": first(conn, CAPTURED),
        "dates": rows(
            conn, "select date_source, count(*) as n from capture group by date_source"
            " order by n desc, date_source",
        ),
    }  # fmt: skip


def _site(title: str, states: list[ShownRow]) -> ShownRow:
    """The six states of a site's known pages, each with its number."""
    counts = {each.state: each for each in states}
    none = ShownRow(n=0, due=0)
    told = [ShownRow(state=name, n=counts.get(name, none).n, due=counts.get(name, none).due)
            for name in reversed(ORDER)]  # fmt: skip
    return ShownRow(title=title, states=told, total=sum(each.n for each in told))


def _signals(conn: sqlite3.Connection) -> list[ShownRow]:
    """The opt-out signals that were met, with what each asks for and what becomes of it."""
    found = rows(conn, SIGNALLED)
    for each in found:
        known = SIGNALS.get(each.name)
        each.words = known.words if known else "what this version does not know"
        each.does = WHAT_IT_DOES[known.wish] if known else "it is kept beside the capture"
    return found


def _buckets(compared: list[ShownRow]) -> list[tuple[str, int]]:
    """In how many comparisons how many tools are."""
    told = [
        (label, sum(1 for tool in compared if least <= tool.n <= most))
        for least, most, label in BUCKETS
    ]
    return [*told, ("more than 10", sum(1 for tool in compared if tool.n > BUCKETS[-1][1]))]


async def coverage_page(datasette: Datasette, request: Request) -> Response:
    """The page about what is here and what is not."""
    asked(request)
    facts = await once(datasette, coverage)
    home = root_of(datasette, request)
    described = signs.page(f"{home}/coverage", home, "Coverage")
    return show(
        datasette, request, "coverage.html", canonical="/coverage", described=described,
        dates_from=DATES_FROM, most=MOST_LISTED, **facts,
    )  # fmt: skip


ROUTES = [(r"^/coverage$", coverage_page)]

"""What quotes say will happen by a time: due soon, overdue, later, without a day, judged.

No clock is asked, so that a page stays the same as long as its file does: "soon" and "overdue" are
seen from the day on which the archive was last added to.
"""

from __future__ import annotations

import sqlite3
from datetime import date, timedelta
from typing import Any

from web import words
from web.asking import ShownRow, ask, count, first, rows
from web.pages import signs
from web.pages.asked import anything, asked, one_of, query, year
from web.pages.differing import excerpt
from web.pages.notes import add_notes
from web.pages.shared import PER_PAGE
from web.showing import once, read, root_of, show
from web.upstream import Base400, Datasette, Request, Response

SOON_DAYS = 90
AROUND = 300
"""So much of a sentence stands before and behind the words of its time. Units: code points."""
GROUPS = {
    "soon": "due soon",
    "overdue": "overdue",
    "later": "due later",
    "undated": "without a day",
    "judged": "judged",
}
GROUPED = """
case when p.state not in ('open', 'overdue') then 'judged'
  when p.due_until is null then 'undated' when p.state = 'overdue' then 'overdue'
  when coalesce(p.due_from, p.due_until) <= :soon then 'soon' else 'later' end"""
NARROWS = {
    "state": f"{GROUPED} = :state",
    "due": "p.due_until >= :due || '-01-01'"
    " and coalesce(p.due_from, p.due_until) <= :due || '-12-31'",
    "reviewer": "q.reviewer_id = :reviewer",
    "tool": "q.tool_id = :tool",
}
FROM = "from prediction p join quote q on q.id = p.quote_id"
LISTED = f"""
select p.*, {GROUPED} as place, q.key, q.text, t.tool as tool_key, t.name as tool_name,
       r.name as reviewer, q.id as number
{FROM} left join tool t on t.id = q.tool_id left join reviewer r on r.id = q.reviewer_id
where {{where}} order by p.due_until is null, p.due_until, p.id limit :most offset :skipped"""


def counted(conn: sqlite3.Connection) -> ShownRow:
    """Since when they are looked at, how many there are in each group, and due in each year."""
    last = ask(conn, "select max(coalesce(ended_at, started_at)) from crawl").fetchone()[0]
    day = (last or "1970-01-01")[:10]
    soon = (date.fromisoformat(day) + timedelta(days=SOON_DAYS)).isoformat()
    groups = ask(conn, f"select {GROUPED}, count(*) {FROM} group by 1", soon=soon)
    years = ask(
        conn, "select substr(due_until, 1, 4), count(*) from prediction"
        " where due_until is not null group by 1 order by 1",
    )  # fmt: skip
    reviewers = rows(
        conn, f"select r.name, count(*) as n {FROM} join reviewer r on r.id = q.reviewer_id"
        " group by r.id order by n desc, r.name collate nocase limit 100",
    )  # fmt: skip
    known = dict(groups)
    by_group = {name: known.get(name, 0) for name in GROUPS}
    return ShownRow(
        day=day, soon=soon, groups=by_group, years=dict(years), reviewers=reviewers,
        total=sum(by_group.values()),
    )  # fmt: skip


def listed(conn: sqlite3.Connection, said: dict[str, str], soon: str, page: int) -> dict[str, Any]:
    """The predictions that are asked for, the next due first, and how many there are."""
    values: dict[str, object] = {name: value for name, value in said.items() if value}
    for name, column in (("tool", "tool"), ("reviewer", "name")):
        if said[name]:
            sql = f"select id from {name} where {column} = :key"
            known = first(conn, sql, key=said[name])
            if known is None:
                raise Base400(f"{name}={said[name]!r}: this archive has no such {name}.")
            values[name] = known.id
    where = " and ".join(NARROWS[name] for name in values) or "1"
    told = values | {"soon": soon}
    total = count(conn, f"select count(*) {FROM} where {where}", **told)
    paged = {"most": PER_PAGE, "skipped": (page - 1) * PER_PAGE}
    found = rows(conn, LISTED.format(where=where), **told, **paged)
    for each in found:
        _add_words(each)
    return {"total": total, "predictions": add_notes(conn, "quote", found, "number")}


def _add_words(each: ShownRow) -> None:
    """Give a prediction its sentence, with the words marked that set the time."""
    text = each.text or ""
    start, end = min(each.event_start, each.span_start), max(each.event_end, each.span_end)
    at = each.span_start - start
    each.sentence = excerpt(text[start:end], at, at + each.span_end - each.span_start, AROUND)


async def predictions_page(datasette: Datasette, request: Request) -> Response:
    """All predictions, or those that are asked for."""
    said = asked(request, state=one_of(GROUPS), due=year, reviewer=anything, tool=anything)
    page = words.page_number(request.args.get("page"))
    told = await once(datasette, counted)
    facts = await read(datasette, lambda conn: listed(conn, said, told.soon, page))
    narrowing = query(said)
    path = f"/predictions?{narrowing}" if narrowing else "/predictions"
    home = root_of(datasette, request)
    return show(
        datasette, request, "predictions.html", canonical=path, said=said, page=page, k=told,
        pages=-(-facts["total"] // PER_PAGE), groups=GROUPS, query=narrowing, soon_days=SOON_DAYS,
        noindex=bool(narrowing) or page > 1, **facts,
        described=signs.page(f"{home}{path}", home, "Predictions", "CollectionPage"),
    )  # fmt: skip


ROUTES = [(r"^/predictions$", predictions_page)]

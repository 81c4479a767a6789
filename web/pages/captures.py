"""The captures of one page: a year as a calendar, and each capture with what came of it."""

from __future__ import annotations

import sqlite3
from calendar import monthrange
from collections import Counter
from datetime import date
from itertools import groupby
from typing import Any

from web import words
from web.asking import ShownRow, first, rows
from web.pages import signs
from web.pages.asked import asked, day, year
from web.pages.keyed import missing
from web.pages.shared import IS_WRONG
from web.showing import read, root_of, show
from web.upstream import Datasette, Request, Response

PER_PAGE = 25
MOST_VAGUE = 25
MARKS = {"new": "new content", "same": "unchanged", "failed": "failed, or not read"}
"""What came of a capture, the most telling first: a day has the first of those of its captures."""
COMPARISON = """
select c.comparison, c.title, c.site, c.noindex, c.page_id, s.title as site_title, p.state, p.url
from comparison c left join site s on s.site = c.site join page p on p.id = c.page_id
where c.comparison = :key"""
CAPTURES = f"""
select a.id, a.captured_at, a.captured_until, a.date_source, a.date_precision, a.status, a.kind,
       a.outcome, a.body_sha256, a.url, {IS_WRONG} as is_clock_wrong, v.number as version
from capture a left join comparison_version v on v.id = a.version_id
where a.page_id = :page order by a.captured_at, a.id"""
FAILURES = """
select f.capture_id, f.code, f.detail, c.description
from failure f left join code c on c.code = f.code
where f.capture_id in (select value from json_each(:numbers)) order by f.id"""


def page_of(conn: sqlite3.Connection, key: str) -> ShownRow | None:
    """A comparison with all captures of its page, the oldest first; None where there is none."""
    found = first(conn, COMPARISON, key=key)
    if found is None:
        return None
    every = rows(conn, CAPTURES, page=found.page_id)
    found.dated = [each for each in every if _has_day(each)]
    found.vague = [each for each in every if not _has_day(each)]
    known = set[str]()
    for each in every:
        is_new = each.kind == "response" and each.body_sha256 not in known
        good = each.status == 200 and each.outcome == "comparison"
        each.mark = "failed" if not good else "new" if is_new else "same"
        known.add(each.body_sha256)
    found.years = Counter(each.captured_at[:4] for each in found.dated)
    return found


def _has_day(capture: ShownRow) -> bool:
    """Whether it is known on which day a capture was made."""
    is_vague = capture.date_precision in ("month", "year", "unknown")
    return not (is_vague or capture.date_source == "file" or capture.is_clock_wrong)


def calendar(dated: list[ShownRow], shown: str) -> list[ShownRow]:
    """The months of a year in which there are captures: weeks of seven days, from Monday.

    Shape: `calendar(captures, "2026")`; a day outside of the month is None.
    """
    of_year = [each for each in dated if each.captured_at[:4] == shown]
    by_day = {at: list(group) for at, group in groupby(of_year, lambda each: each.captured_at[:10])}
    found = []
    for month in sorted({at[:7] for at in by_day}):
        begins, length = monthrange(int(month[:4]), int(month[5:]))
        days = [_day(f"{month}-{each:02}", by_day) for each in range(1, length + 1)]
        cells = [None] * begins + days
        cells += [None] * (-len(cells) % 7)
        weeks = [cells[at : at + 7] for at in range(0, len(cells), 7)]
        name = date.fromisoformat(f"{month}-01").strftime("%B %Y")
        found.append(ShownRow(name=name, weeks=weeks))
    return found


def _day(at: str, by_day: dict[str, list[ShownRow]]) -> ShownRow:
    """One day. Absent: no mark where there is no capture of it."""
    captures = by_day.get(at, [])
    marks = {each.mark for each in captures}
    mark = next((each for each in MARKS if each in marks), None)
    return ShownRow(at=at, number=int(at[8:]), mark=mark, captures=len(captures))


def with_reasons(conn: sqlite3.Connection, captures: list[ShownRow]) -> list[ShownRow]:
    """The captures, each with why it gave no record, where it gave none."""
    numbers = f"[{','.join(str(each.id) for each in captures)}]"
    failures = {each.capture_id: each for each in rows(conn, FAILURES, numbers=numbers)}
    for each in captures:
        each.failure = failures.get(each.id)
    return captures


async def captures_page(datasette: Datasette, request: Request) -> Response:
    """The calendar of a comparison's page, or what is said of one that is not there."""
    said = asked(request, year=year, day=day)
    key, page = words.key_of(request.url_vars["key"]), words.page_number(request.args.get("page"))
    found = await read(datasette, lambda conn: page_of(conn, key))
    if found is None:
        return await missing(datasette, request, "compare", key)
    shown = (said["day"] or said["year"])[:4] or max(found.years, default="")
    wanted = said["day"] or shown
    chosen = [each for each in found.dated if shown and each.captured_at.startswith(wanted)][::-1]
    part = chosen[(page - 1) * PER_PAGE : page * PER_PAGE]
    vague = found.vague[:MOST_VAGUE]
    await read(datasette, lambda conn: with_reasons(conn, [*part, *vague]))
    path = words.address("captures", key)
    home = root_of(datasette, request)
    facts: dict[str, Any] = {"c": found, "shown": shown, "day": said["day"], "part": part}
    return show(
        datasette, request, "captures.html", canonical=path, page=page, vague=vague,
        months=calendar(found.dated, shown), pages=-(-len(chosen) // PER_PAGE), marks=MARKS,
        chosen=len(chosen), noindex=bool(found.noindex) or bool(any(said.values())) or page > 1,
        described=signs.page(f"{home}{path}", home, f"Captures of {found.title}", "CollectionPage"),
        **facts,
    )  # fmt: skip


ROUTES = [(r"^/captures/(?P<key>[^/]+)$", captures_page)]

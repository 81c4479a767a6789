"""The crawls and imports of this archive over time, each in words."""

from __future__ import annotations

import json
import sqlite3
from typing import Any

from web import words
from web.asking import ShownRow, rows
from web.pages import signs
from web.pages.asked import asked, one_of, query
from web.pages.shared import PER_PAGE
from web.showing import once, read, root_of, show
from web.upstream import Datasette, Request, Response

EXITS = {0: "complete", 10: "complete, with failures", 20: "ended early"}
ROBOTS = {
    "read": "The site’s robots.txt was read",
    "none": "The site has no robots.txt",
    "unreachable": "The site’s robots.txt could not be had",
}
"""What became of a site's robots.txt, by the state of it that the crawler notes."""
KINDS = {"crawl": "Crawl", "import": "Import"}
MOST_CODES = 12
LISTED = """
select c.*, s.title as site_title from crawl c left join site s on s.site = c.site
where :kind in ('', c.kind) order by c.started_at desc, c.id desc limit :most offset :skipped"""


def counted(conn: sqlite3.Connection) -> ShownRow:
    """How many runs there are of each kind, and what they add up to."""
    sums = "count(*) as n, sum(asked) as asked, sum(stored) as stored, sum(unchanged) as unchanged"
    found = rows(conn, f"select kind, {sums}, sum(failed) as failed from crawl group by kind")
    return ShownRow(by_kind={each.kind: each for each in found})


def listed(conn: sqlite3.Connection, kind: str, page: int) -> list[ShownRow]:
    """One page of the runs, the newest first, each with how it ended in words."""
    found = rows(conn, LISTED, kind=kind, most=PER_PAGE, skipped=(page - 1) * PER_PAGE)
    for run in found:
        run.end = EXITS.get(run.exit_code, f"ended with {run.exit_code}")
        if run.exit_code is None:
            run.end = "has not ended, or was killed"
        run.robots = run.robots_state and ROBOTS.get(
            run.robots_state, f"robots.txt: {run.robots_state}"
        )
        run.is_empty = not (run.asked or run.stored or run.unchanged or run.failed)
        codes = json.loads(run.failed_by_code or "{}")
        run.codes = sorted(codes.items(), key=lambda pair: (-pair[1], pair[0]))[:MOST_CODES]
    return found


async def runs_page(datasette: Datasette, request: Request) -> Response:
    """All runs, or those of one kind."""
    said = asked(request, kind=one_of(KINDS))
    page = words.page_number(request.args.get("page"))
    told = await once(datasette, counted)
    found = await read(datasette, lambda conn: listed(conn, said["kind"], page))
    total = sum(each.n for kind, each in told.by_kind.items() if said["kind"] in ("", kind))
    narrowing = query(said)
    path = f"/runs?{narrowing}" if narrowing else "/runs"
    home = root_of(datasette, request)
    facts: dict[str, Any] = {"runs": found, "total": total, "k": told, "kinds": KINDS}
    return show(
        datasette, request, "runs.html", canonical=path, said=said, page=page, query=narrowing,
        pages=-(-total // PER_PAGE), noindex=bool(narrowing) or page > 1, **facts,
        described=signs.page(f"{home}{path}", home, "Crawls and imports", "CollectionPage"),
    )  # fmt: skip


ROUTES = [(r"^/runs$", runs_page)]

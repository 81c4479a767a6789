"""The sitemap: an index, and parts of at most ten thousand addresses, absolute as the visitor's.

It lists what search engines may: no page that asks them not to, and no single quote, whose words
stand on the pages of its tool and its comparisons. A date is told where a sound one is known.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable
from xml.etree.ElementTree import Element

from web.asking import ask
from web.mishaps import error_page
from web.pages.tool import tools_compared
from web.programs.addresses import Addresses
from web.programs.xml_texts import add, as_xml
from web.showing import NOT_FOUND, once, read
from web.upstream import Datasette, Request, Response, pm
from web.words import day

MOST = 10_000
"""Addresses in a part: so many numbers of rows, of which some may be missing."""
NAMESPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"
LISTS = (
    "/", "/comparisons", "/tools", "/reviewers", "/categories", "/changes", "/predictions",
    "/findings", "/coverage", "/runs", "/data", "/about", "/pictures",
)  # fmt: skip
LISTED = {
    "compare": ("comparison", "comparison", "last_seen", "noindex = 0"),
    "tool": ("tool", "tool", "last_seen", "1"),
    "reviewer": ("reviewer", "name", "last_seen", "1"),
    "release": ("release", "release", "created_at", "withdrawn_at is null"),
}
"""The pages of each kind: their table, key, last day, and which of them are listed."""
PART_PATH = rf"^/sitemap-(?P<place>lists|{'|'.join(LISTED)})-(?P<number>[0-9]{{1,6}})\.xml$"


async def index(datasette: Datasette, request: Request) -> Response:
    """The addresses of all parts."""
    to, root = Addresses(datasette, request), Element("sitemapindex", xmlns=NAMESPACE)
    add(add(root, "sitemap"), "loc", to.at("/sitemap-lists-0.xml"))
    for place in LISTED:
        for number in await once(datasette, PARTS[place]):
            add(add(root, "sitemap"), "loc", to.at(f"/sitemap-{place}-{number}.xml"))
    return as_xml(root)


async def part(datasette: Datasette, request: Request) -> Response:
    """One part; 404 where nothing would be in it."""
    place, number = request.url_vars["place"], int(request.url_vars["number"])
    to, root = Addresses(datasette, request), Element("urlset", xmlns=NAMESPACE)
    listed: list[tuple[str, str | None]]
    if place == "lists":
        shown = [path for path in LISTS if number == 0 and is_answered(datasette, path)]
        listed = [(to.at(path), None) for path in shown]
    else:
        hidden = await _hidden(datasette) if place == "tool" else frozenset()
        found = await read(datasette, lambda conn: rows_of(conn, place, number))
        listed = [(to.page(place, key), last) for at, key, last in found if at not in hidden]
    for address, last in listed:
        url = add(root, "url")
        add(url, "loc", address)
        if last:
            add(url, "lastmod", day(last))
    return as_xml(root) if listed else await error_page(datasette, request, 404, NOT_FOUND)


def is_answered(datasette: Datasette, path: str) -> bool:
    """Whether a plugin of ours answers at a path: Datasette takes any name for a database's."""
    routes = [regex for each in pm.hook.register_routes(datasette=datasette) for regex, _ in each]
    return any(re.match(regex, path) for regex in routes)


def rows_of(conn: sqlite3.Connection, place: str, number: int) -> list[tuple[int, str, str | None]]:
    """Number, key and last day of what is in a part."""
    table, key, last, is_listed = LISTED[place]
    sql = (
        f"select id, {key}, {last} from {table} where {is_listed}"
        " and id between :least and :most order by id"
    )
    return ask(conn, sql, least=number * MOST, most=(number + 1) * MOST - 1).fetchall()


def _parts_of(place: str) -> Callable[[sqlite3.Connection], list[int]]:
    table, _, _, is_listed = LISTED[place]
    sql = f"select distinct id / {MOST} from {table} where {is_listed} order by 1"
    return lambda conn: [number for (number,) in ask(conn, sql)]


PARTS = {place: _parts_of(place) for place in LISTED}
"""The numbers of the parts of each kind that hold something."""


async def _hidden(datasette: Datasette) -> frozenset[int]:
    """The tools of which all pages ask not to be listed."""
    compared = await once(datasette, tools_compared)
    return frozenset(tool for tool, (_, noindex) in compared.items() if noindex)

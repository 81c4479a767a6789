"""Atom where things are listed: changes, new comparisons, one tool's changes, a reviewer's words.

Words only, one link of each entry, and never a feed without one: what readers of feeds disagree on
is left out. It is written with Python's own XML: feedgen 1.0.0 comes as a source archive of 258 KB
that needs lxml and dateutil, and says no more than these elements.
Source: RFC 4287.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from typing import NamedTuple
from uuid import NAMESPACE_URL, uuid5
from xml.etree.ElementTree import Element

from web.asking import ShownRow, ask, rows
from web.describe import TITLE
from web.mishaps import error_page
from web.pages.reviewer import reviewer
from web.programs.addresses import Addresses
from web.programs.entities import ENTITIES, missing, only, page_at
from web.programs.sitemaps import is_answered
from web.programs.xml_texts import add, as_xml
from web.showing import NOT_FOUND, read
from web.upstream import Datasette, Request, Response
from web.words import in_words, key_of, withheld_reason

MOST = 50
OF_ALL = {
    "changes": ("What changed", "/changes"),
    "comparisons": ("New comparisons", "/comparisons"),
}
"""The feeds of lists: title, and the page that lists the same."""
PATH = rf"^/((?P<list>{'|'.join(OF_ALL)})|(?P<place>tool|reviewer)/(?P<key>[^/]+))\.atom$"
NOTHING, NOTHING_YET = "Nothing yet", "Nothing of this kind is known yet."
WORDS = frozenset({"quote", "description"})
"""What a change holds the key of a quote or card for."""

CHANGES = f"""
select kind, cause, field, tool, reviewer, comparison, old, new, seen_by as at
from changes where seen_by is not null order by seen_by desc, change_id desc limit {MOST}"""
CHANGES_OF_TOOL = CHANGES.replace("where", "where tool = :key and")
NEW = f"""
select comparison, title, first_seen as at from comparison
where first_seen is not null and noindex = 0 order by first_seen desc, id desc limit {MOST}"""
SAID = f"""
select q.key, q.tool_name, q.score, q.verdict, q.text, q.withheld, q.first_seen as at
from quote q where q.reviewer_id = (select id from reviewer where name = :key)
and q.first_seen is not null order by q.first_seen desc, q.id desc limit {MOST}"""


class FeedEntry(NamedTuple):
    """One entry: what it is known by on whichever host it is read, and what it says."""

    known_by: str
    at: str
    heading: str
    text: str
    address: str


async def feed(datasette: Datasette, request: Request) -> Response:
    """The feed of a list, a tool or a reviewer; what is said of one that is not there."""
    listed, place, part = (request.url_vars[name] for name in ("list", "place", "key"))
    only(request, None)
    if listed:
        sql, entry = (CHANGES, _change) if listed == "changes" else (NEW, _comparison)
        title, page = OF_ALL[listed]
        page = page if is_answered(datasette, page) else "/"
        return await _feed(datasette, request, title, page, sql, entry)
    if own := await page_at(datasette, request, place, f"{part}.atom"):
        return own
    key = key_of(part)
    question = reviewer if place == "reviewer" else ENTITIES[place].question
    found = await read(datasette, lambda conn: question(conn, key))
    if found is None and place == "tool":
        return await missing(datasette, request, place, key)
    if found is None:
        return await error_page(datasette, request, 404, NOT_FOUND)
    page = request.path.removesuffix(".atom")
    sql, entry = (CHANGES_OF_TOOL, _change) if place == "tool" else (SAID, _quote)
    title = f"{found.name}: {'what changed' if place == 'tool' else 'newest words'}"
    return await _feed(datasette, request, title, page, sql, entry, key)


async def _feed(
    datasette: Datasette,
    request: Request,
    title: str,
    page: str,
    sql: str,
    entry: Callable[[ShownRow, Addresses], FeedEntry],
    key: str | None = None,
) -> Response:
    to = Addresses(datasette, request)
    found, newest = await read(datasette, lambda conn: _rows(conn, sql, key))
    entries = [entry(row, to) for row in found]
    entries = entries or [FeedEntry(request.path, newest, NOTHING, NOTHING_YET, to.at(page))]
    root = Element("feed", xmlns="http://www.w3.org/2005/Atom")
    add(root, "id", to.at(request.path))
    add(root, "title", f"{title} – {TITLE}")
    add(root, "updated", max(each.at for each in entries))
    add(root, "link", rel="alternate", type="text/html", href=to.at(page))
    add(root, "link", rel="self", type="application/atom+xml", href=to.at(request.path))
    add(add(root, "author"), "name", TITLE)
    add(root, "rights", "Publishers' text: no licence granted.")
    for each in {each.known_by: each for each in entries}.values():
        child = add(root, "entry")
        add(child, "id", uuid5(NAMESPACE_URL, each.known_by).urn)
        add(child, "title", each.heading)
        add(child, "updated", each.at)
        add(child, "link", rel="alternate", type="text/html", href=each.address)
        add(child, "content", each.text, type="text")
    return as_xml(root, "application/atom+xml")


def _rows(conn: sqlite3.Connection, sql: str, key: str | None) -> tuple[list[ShownRow], str]:
    """What is listed, and the newest day of all, for a list of nothing."""
    (newest,) = ask(conn, "select max(last_seen) from comparison").fetchone()
    found = rows(conn, sql, **({} if key is None else {"key": key}))
    return found, newest or "1970-01-01T00:00:00Z"


def _change(row: ShownRow, to: Addresses) -> FeedEntry:
    about = " on ".join(each for each in (row.reviewer, row.tool or row.comparison) if each)
    heading = f"{about or 'A comparison'}: {in_words(row.field).lower()} {row.kind}"
    old, new = (_said(row.field, value) for value in (row.old, row.new))
    by = " This software reads it otherwise now." if row.cause == "parser" else ""
    if row.tool:
        address = to.page("tool", row.tool)
    else:
        address = to.page("compare", row.comparison) if row.comparison else to.at("/")
    known_by = json.dumps(vars(row), sort_keys=True)
    told = f"Before: {old}. Now: {new}." if row.old or row.new else f"{heading}."
    return FeedEntry(known_by, row.at, heading, told + by, address)


def _said(field: str, value: str | None) -> str:
    if value is None:
        return "nothing"
    return "other words" if field in WORDS else f"“{value}”"


def _comparison(row: ShownRow, to: Addresses) -> FeedEntry:
    text = f"{row.title}: both cards, and what reviewers say."
    return FeedEntry(row.comparison, row.at, row.title, text, to.page("compare", row.comparison))


def _quote(row: ShownRow, to: Addresses) -> FeedEntry:
    score = f", {row.score}/100" if row.score is not None else ""
    verdict = f", {row.verdict}" if row.verdict else ""
    text = row.text or f"Not shown: {withheld_reason(row.withheld or 'not recorded')}."
    heading = f"On {row.tool_name}{score}{verdict}"
    return FeedEntry(row.key, row.at, heading, text, to.page("quote", row.key))

"""A page as it was captured: a page of ours that says what it is, around a frame with the page."""

from __future__ import annotations

import asyncio
import sqlite3
from typing import Any

from web.asking import ShownRow, first
from web.captured import ADDRESS, RAW, CapturedPages, PagesGoneError
from web.hardening import DATABASE_NAME
from web.pages import signs
from web.pages.shared import IS_WRONG
from web.showing import read, root_of, show
from web.upstream import Datasette, Request, Response

NONE_HERE = "This server shows no pages as they were captured."
NOT_SHOWN = (
    "This capture is not shown as it was captured. It gave no record, its publisher asks for no"
    " copies or for no words to be quoted, it shows or names what was taken down, or its bytes"
    " cannot be shown safely."
)
WITHDRAWN = (
    "The captured pages of this edition were withdrawn, as something was taken down, or they left"
    " their place. The next build keeps those that may still be shown."
)


def _pages_of(datasette: Datasette) -> CapturedPages | None:
    found: CapturedPages | None = datasette.get_database(DATABASE_NAME).captured
    return found


def captured_address(datasette: Datasette, number: int | None) -> str | None:
    """Where a capture's page is shown as it was captured. Absent: None where it may not be."""
    pages = _pages_of(datasette)
    try:
        is_shown = pages is not None and number is not None and pages.number(str(number))
    except PagesGoneError:
        return None
    return datasette.urls.path(f"/captured/{number}") if is_shown else None


def capture(conn: sqlite3.Connection, number: int) -> ShownRow | None:
    """What is known of a capture. Absent: None where none has the number."""
    return first(conn, CAPTURE, id=number)


CAPTURE = f"""
select a.*, {IS_WRONG} as is_clock_wrong, p.url as page_url, s.title as site_title, p.site,
  c.comparison, v.title, v.number as version_number
from capture a join page p on p.id = a.page_id left join site s on s.site = p.site
left join comparison c on c.page_id = p.id left join comparison_version v on v.id = a.version_id
where a.id = :id"""


def _refused(datasette: Datasette, request: Request, status: int, sentence: str) -> Response:
    about: dict[str, Any] = {"title": "Not shown", "error": sentence, "noindex": True}
    return _unkept(show(datasette, request, "error.html", status=status, **about))


def _unkept(response: Response) -> Response:
    """An answer that nobody keeps: a take-down must not wait for it."""
    response.headers |= {"cache-control": "no-store", "x-robots-tag": "noindex"}
    return response


async def captured_page(datasette: Datasette, request: Request) -> Response:
    """What a captured page is, around it."""
    pages = _pages_of(datasette)
    if pages is None:
        return _refused(datasette, request, 404, NONE_HERE)
    try:
        number = await asyncio.to_thread(pages.number, request.url_vars["key"])
    except PagesGoneError:
        return _refused(datasette, request, 410, WITHDRAWN)
    found = None
    if number is not None:
        wanted = number
        found = await read(datasette, lambda conn: capture(conn, wanted))
    if found is None:
        return _refused(datasette, request, 404, NOT_SHOWN)
    path, home = f"/captured/{number}", root_of(datasette, request)
    described = signs.page(f"{home}{path}", home, found.title or "A page as it was captured")
    facts: dict[str, Any] = {"canonical": path, "described": described, "noindex": True}
    return _unkept(show(datasette, request, "captured.html", c=found, **facts))


async def raw_page(datasette: Datasette, request: Request) -> Response:
    """A captured page itself, inert, for the frame."""
    pages = _pages_of(datasette)
    if pages is None:
        return _refused(datasette, request, 404, NONE_HERE)
    try:
        number = await asyncio.to_thread(pages.number, request.url_vars["key"])
        html = None if number is None else await asyncio.to_thread(pages.page, number)
    except PagesGoneError:
        return _refused(datasette, request, 410, WITHDRAWN)
    if html is None:
        return _refused(datasette, request, 404, NOT_SHOWN)
    return _unkept(Response.html(html))


ROUTES = [(rf"^{ADDRESS}$", captured_page), (rf"^{RAW.pattern}$", raw_page)]

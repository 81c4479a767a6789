"""The pages at a key: comparison, tool, quote, release, each read and rendered in one go."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from schema.dates import is_date
from web import words
from web.asking import ShownRow
from web.hardening import DATABASE_NAME
from web.mishaps import error_page
from web.pages import comparison, notes, quote, release, signs, tool
from web.pages.cite import FORMS, citation
from web.showing import (
    COUNTED,
    LONGEST_READ_MS,
    NOT_FOUND,
    absolute,
    edition_of,
    once,
    read,
    root_of,
    show,
)
from web.upstream import Base400, Datasette, Request, Response, sqlite_timelimit

KEYED: dict[str, tuple[str, Callable[..., ShownRow | None]]] = {
    "compare": ("c", comparison.comparison),
    "tool": ("t", tool.tool),
    "quote": ("q", quote.quote),
    "release": ("release", release.release),
}
"""Our pages that have a key: what its template calls that which a function finds for the key."""
AS_OF: dict[str, tuple[str, Callable[..., ShownRow | None]]] = {
    "compare": ("c", comparison.comparison),
    "tool": ("t", tool.tool_as_of),
}
"""Those of them that may be asked for as of a day: their functions are given it as well."""
SIGNS: dict[str, Callable[..., signs.Described]] = {
    "compare": signs.comparison,
    "tool": signs.tool,
    "quote": signs.quote,
}
"""What is said of them to search engines."""
KEYED_PATH = re.compile(rf"/(?P<place>{'|'.join(KEYED)})/(?P<key>[^/]+)")

CITED_PATH = rf"^{KEYED_PATH.pattern}\.(?P<form>{'|'.join(map(re.escape, FORMS))})$"


def at_key(datasette: Datasette, request: Request, place: str, part: str) -> Response | None:
    """The page of ours at a key; None where nothing is found at it.

    It is read and rendered in one go, by a connection of its own. Each of its queries is answered
    through an index within a millisecond, and a thread that lets go of Python's lock for each row
    and gets it back when another has calculated for five milliseconds would take twenty times that.
    """
    key, as_of = words.key_of(part), request.args.get("as_of")
    found = found_at(datasette, place, key, as_of, words.page_number(request.args.get("page")))
    if found is None:
        return None
    is_gone = getattr(found, "withdrawn_at", None)
    path = words.address(place, key)
    at, home = absolute(datasette, request, path), root_of(datasette, request)
    told = SIGNS.get(place)
    return show(
        datasette,
        request,
        f"{place}.html",
        status=410 if is_gone else 200,
        noindex=bool(getattr(found, "noindex", 0)) or as_of is not None,
        as_of=as_of,
        canonical=path,
        described=told and told(found, at, home),
        citation=citation(place, found, at, edition_of(datasette)),
        cite_path=None if as_of else path,
        **{KEYED[place][0]: found},
    )


def found_at(
    datasette: Datasette, place: str, key: str, as_of: str | None, page: int = 1
) -> ShownRow | None:
    """What is found at a key, or was there on a day; None where nothing is.

    Shape: `page` is of what a tool lists.
    """
    if as_of is not None and (place not in AS_OF or not is_date(as_of)):
        return None
    _, question = KEYED[place] if as_of is None else AS_OF[place]
    conn = datasette.get_database(DATABASE_NAME).own
    with sqlite_timelimit(conn, LONGEST_READ_MS):
        pages = (page,) if place == "tool" else ()
        found = question(conn, key, *(pages if as_of is None else (as_of,)))
    if found is not None and place == "tool":
        compared = COUNTED.get(datasette, {}).get((tool.tools_compared, ()))
        if compared is None:  # nobody has counted yet
            return None
        found.comparisons_count, found.noindex = compared.get(found.id, (0, 0))
    return found


async def cited(datasette: Datasette, request: Request) -> Response:
    """How a page of ours at a key is cited, for a program that keeps references."""
    place, key = request.url_vars["place"], words.key_of(request.url_vars["key"])
    form = request.url_vars["form"]
    await once(datasette, tool.tools_compared)
    found = found_at(datasette, place, key, None)
    at = absolute(datasette, request, words.address(place, key))
    told = found and citation(place, found, at, edition_of(datasette))
    if not told:
        return await error_page(datasette, request, 404, NOT_FOUND)
    return Response(told.as_form(form), content_type=FORMS[form])


async def keyed(datasette: Datasette, request: Request) -> Response:
    """A page of ours at a key, or what is said of one that is not there."""
    place, part = request.url_vars["place"], request.url_vars["key"]
    as_of = request.args.get("as_of")
    if as_of is not None and (place not in AS_OF or not is_date(as_of)):
        raise Base400(f"as_of={as_of!r}: a date such as 2026-11-01, of a comparison or tool.")
    await once(datasette, tool.tools_compared)
    found = at_key(datasette, request, place, part)
    return found or await missing(datasette, request, place, words.key_of(part))


async def missing(datasette: Datasette, request: Request, place: str, key: str) -> Response:
    """Gone on request, with the date and the reason, or never there."""
    found = await read(datasette, lambda conn: notes.takedown(conn, place, key))
    if found is None:
        return await error_page(datasette, request, 404, NOT_FOUND)
    kind = {"compare": "page"}.get(place, place)
    facts: dict[str, Any] = {"d": found, "place_kind": kind, "noindex": True}
    return show(datasette, request, "takedown.html", status=410, **facts)

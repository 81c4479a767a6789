"""The pages for people: what is shown at which address.

Each handler reads its facts in one go and hands them to a template; none writes, and none builds
HTML itself.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable
from functools import cache
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

from jinja2 import Environment

from schema.dates import is_date
from web import notes, queries, stored, words
from web.asking import ShownRow
from web.describe import PURPOSE, TITLE, asking_for, in_reading_order, less_wanted, table_title
from web.hardening import DATABASE_NAME
from web.mishaps import error_page
from web.search import PLACES, search
from web.upstream import Base400, Datasette, Request, Response, hook, sqlite_timelimit

T = TypeVar("T")
LONGEST_READ_MS = 1000
LONGEST_COUNT_MS = 60_000
"""The home page counts everything, but only once, before the server says that it is ready."""
ROBOTS = "User-agent: *\nDisallow: {base}verdicts\nDisallow: {base}search\n"
NOT_FOUND = "There is no such page in this archive."
KEYED: dict[str, tuple[str, Callable[..., ShownRow | None]]] = {
    "compare": ("c", queries.comparison),
    "tool": ("t", queries.tool),
    "quote": ("q", queries.quote),
    "release": ("release", queries.release),
}
"""Our pages that have a key: what its template calls that which a function finds for the key."""
AS_OF: dict[str, tuple[str, Callable[..., ShownRow | None]]] = {
    "compare": ("c", queries.comparison),
    "tool": ("t", queries.tool_as_of),
}
"""Those of them that may be asked for as of a day: their functions are given it as well."""
KEYED_PATH = re.compile(rf"/(?P<place>{'|'.join(KEYED)})/(?P<key>[^/]+)")

TEMPLATES: WeakKeyDictionary[Datasette, Environment] = WeakKeyDictionary()
"""The templates for pages of ours: one call renders a page, where Datasette's own wait for each
value, which takes three times as long."""
# The file never changes under a server, so what is counted over all of it is counted once.
COUNTED: WeakKeyDictionary[Datasette, dict[object, Any]] = WeakKeyDictionary()


async def read(
    datasette: Datasette,
    question: Callable[[sqlite3.Connection], T],
    *,
    limit_ms: int = LONGEST_READ_MS,
) -> T:
    """What a query function gives, within the time it may take."""

    def bounded(conn: sqlite3.Connection) -> T:
        with sqlite_timelimit(conn, limit_ms):
            return question(conn)

    answer: T = await datasette.get_database(DATABASE_NAME).execute_fn(bounded)
    return answer


async def once(datasette: Datasette, question: Callable[..., T], *about: str) -> T:
    """What a query function gives that reads much of the file: asked the first time alone."""
    counted = COUNTED.setdefault(datasette, {})
    if (question, about) not in counted:
        counted[question, about] = await read(
            datasette, lambda conn: question(conn, *about), limit_ms=LONGEST_COUNT_MS
        )
    answer: T = counted[question, about]
    return answer


def show(
    datasette: Datasette, request: Request, template: str, *, status: int = 200, **facts: Any
) -> Response:
    """A page of ours, with the headers that go with what it shows."""
    if canonical := facts.get("canonical"):
        facts["canonical"] = datasette.urls.path(canonical)
        facts["cited"] = f"{request.scheme}://{request.host}{facts['canonical']}"
    body = TEMPLATES[datasette].get_template(template).render(facts).encode()
    headers = {
        "cache-control": f"max-age={datasette.setting('default_cache_ttl')}",
        "content-length": str(len(body)),
    }
    if facts.get("noindex"):
        headers["x-robots-tag"] = "noindex"
    return Response.html(body, status=status, headers=headers)


async def home(datasette: Datasette, request: Request) -> Response:
    """What this is and how much there is of it."""
    facts = await once(datasette, queries.home)
    await once(datasette, queries.tools_compared)
    allow_sql = datasette.setting("default_allow_sql")
    return show(datasette, request, "home.html", canonical="/", allow_sql=allow_sql, **facts)


def at_key(datasette: Datasette, request: Request, place: str, part: str) -> Response | None:
    """The page of ours at a key; None where nothing is found at it.

    It is read and rendered in one go, by a connection of its own. Each of its queries is answered
    through an index within a millisecond, and a thread that lets go of Python's lock for each row
    and gets it back when another has calculated for five milliseconds would take twenty times that.
    """
    called, question = KEYED[place]
    key, as_of = words.key_of(part), request.args.get("as_of")
    if as_of is not None:
        if place not in AS_OF or not is_date(as_of):
            return None
        called, question = AS_OF[place]
    conn = datasette.get_database(DATABASE_NAME).own
    with sqlite_timelimit(conn, LONGEST_READ_MS):
        found = question(conn, key) if as_of is None else question(conn, key, as_of)
    if found is None:
        return None
    if place == "tool":
        compared = COUNTED.get(datasette, {}).get((queries.tools_compared, ()))
        if compared is None:  # nobody has counted yet
            return None
        found.comparisons_count, found.noindex = compared.get(found.id, (0, 0))
    is_gone = getattr(found, "withdrawn_at", None)
    return show(
        datasette,
        request,
        f"{place}.html",
        status=410 if is_gone else 200,
        noindex=bool(getattr(found, "noindex", 0)) or as_of is not None,
        as_of=as_of,
        canonical=words.address(place, key),
        **{called: found},
    )


async def keyed(datasette: Datasette, request: Request) -> Response:
    """A page of ours at a key, or what is said of one that is not there."""
    place, part = request.url_vars["place"], request.url_vars["key"]
    as_of = request.args.get("as_of")
    if as_of is not None and (place not in AS_OF or not is_date(as_of)):
        raise Base400(f"as_of={as_of!r}: a date such as 2026-11-01, of a comparison or tool.")
    await once(datasette, queries.tools_compared)
    found = at_key(datasette, request, place, part)
    return found or await missing(datasette, request, place, words.key_of(part))


async def missing(datasette: Datasette, request: Request, place: str, key: str) -> Response:
    """Gone on request, with the date and the reason, or never there."""
    found = await read(datasette, lambda conn: notes.takedown(conn, place, key))
    if found is None:
        return await error_page(datasette, request, 404, NOT_FOUND)
    kind = {"compare": "page"}.get(place, place)
    return show(
        datasette, request, "takedown.html", status=410, d=found, place_kind=kind, noindex=True
    )


async def reviewer(datasette: Datasette, request: Request) -> Response:
    """One reviewer's words."""
    name = words.key_of(request.url_vars["key"])
    page = words.page_number(request.args.get("page"))
    found = await read(datasette, lambda conn: queries.reviewer(conn, name))
    if found is None:
        return await error_page(datasette, request, 404, NOT_FOUND)
    numbers, found.counts = await once(datasette, queries.said_by, name)
    listed = numbers[(page - 1) * queries.PER_PAGE : page * queries.PER_PAGE]
    found.quotes = await read(datasette, lambda conn: queries.quotes_numbered(conn, listed, name))
    return show(
        datasette,
        request,
        "reviewer.html",
        r=found,
        page=page,
        pages=-(-len(numbers) // queries.PER_PAGE),
        canonical=words.address("reviewer", name),
    )


async def search_page(datasette: Datasette, request: Request) -> Response:
    """Ranked search; anything may be typed, nothing is a syntax error."""
    asked = (request.args.get("q") or "").strip()[: words.LONGEST_SEARCH]
    place = request.args.get("in") if request.args.get("in") in PLACES else "quotes"
    page = words.page_number(request.args.get("page"))
    found = await read(datasette, lambda conn: search(conn, asked, place, page))
    total = found["counts"].get(place, 0)
    return show(
        datasette,
        request,
        "search.html",
        q=asked,
        place=place,
        page=page,
        total=total,
        pages=min(-(-total // queries.PER_PAGE), words.MOST_PAGES),
        per_page=queries.PER_PAGE,
        noindex=True,
        canonical="/search",
        **found,
    )


async def robots(datasette: Datasette, request: Request) -> Response:
    """Asks crawlers to keep to the pages for people."""
    return Response.text(ROBOTS.format(base=datasette.setting("base_url")))


@hook
def register_routes(datasette: Datasette) -> list[tuple[str, Callable[..., Any]]]:
    """Our addresses; they come before Datasette's own."""
    return [
        (r"^/$", home),
        (r"^/search$", search_page),
        (r"^/robots\.txt$", robots),
        (r"^/reviewer/(?P<key>[^/]+)$", reviewer),
        (rf"^{KEYED_PATH.pattern}$", keyed),
        (stored.pattern(), stored.answer),
    ]


@hook
def prepare_jinja2_environment(env: Environment, datasette: Datasette) -> None:
    """Gives the templates our words, and takes out the white space that tags leave behind.

    Each is compiled once, and each of our own files hashed once: none changes under a server.
    """
    env.trim_blocks = env.lstrip_blocks = True
    env.auto_reload = False
    TEMPLATES[datasette] = env.overlay(enable_async=False)

    async def columns_of(table: str) -> list[str]:
        columns: list[str] = await datasette.get_database(DATABASE_NAME).table_columns(table)
        return columns

    base: str = datasette.setting("base_url")

    used = (
        words.marked,
        words.cued,
        words.number,
        words.day,
        words.minute,
        words.web_address,
        words.in_words,
        in_reading_order,
        less_wanted,
        asking_for,
        table_title,
    )
    for function in used:
        env.filters[function.__name__] = function
    env.globals.update(
        address=lambda kind, key: base[:-1] + words.address(kind, key),
        how_known=words.HOW_KNOWN,
        states_said=words.STATES,
        withheld_reason=words.withheld_reason,
        signals=words.signals,
        archive_title=TITLE,
        archive_purpose=PURPOSE,
        contact=datasette.plugin_config(DATABASE_NAME)["contact"],
        days=words.days,
        columns_of=columns_of,
        stored_queries=stored.stored_queries(),
        base_url=base,
        static=cache(datasette.static),
    )

"""The pages for people: what is shown at which address.

Each handler reads its facts in one go and hands them to a template; none writes, and none builds
HTML itself.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

from jinja2 import Environment

from web import notes, queries, words
from web.describe import PURPOSE, TITLE, asking_for, in_reading_order, less_wanted, table_title
from web.hardening import DATABASE_NAME
from web.mishaps import error_page
from web.search import PLACES, search
from web.upstream import Datasette, Request, Response, ResultRow, hook, sqlite_timelimit

T = TypeVar("T")
LONGEST_READ_MS = 1000
LONGEST_COUNT_MS = 60_000
"""The home page counts everything, but only once, before the server says that it is ready."""
ROBOTS = "User-agent: *\nDisallow: {base}verdicts\nDisallow: {base}search\n"
NOT_FOUND = "There is no such page in this archive."


# The file never changes under a server, so what the home page counts is counted once.
COUNTED: WeakKeyDictionary[Datasette, ResultRow] = WeakKeyDictionary()


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


async def show(
    datasette: Datasette, request: Request, template: str, *, status: int = 200, **facts: Any
) -> Response:
    """A page of ours, with the headers that go with what it shows."""
    if canonical := facts.get("canonical"):
        facts["canonical"] = datasette.urls.path(canonical)
        facts["cited"] = f"{request.scheme}://{request.host}{facts['canonical']}"
    html = await datasette.render_template(template, facts, request=request)
    headers = {"cache-control": f"max-age={datasette.setting('default_cache_ttl')}"}
    if facts.get("noindex"):
        headers["x-robots-tag"] = "noindex"
    return Response.html(html, status=status, headers=headers)


async def home(datasette: Datasette, request: Request) -> Response:
    """What this is and how much there is of it."""
    if datasette not in COUNTED:
        COUNTED[datasette] = await read(datasette, queries.home, limit_ms=LONGEST_COUNT_MS)
    facts = COUNTED[datasette]
    allow_sql = datasette.setting("default_allow_sql")
    return await show(datasette, request, "home.html", canonical="/", allow_sql=allow_sql, **facts)


def keyed(
    place: str, called: str, question: Callable[[sqlite3.Connection, str], ResultRow | None]
) -> Callable[[Datasette, Request], Awaitable[Response]]:
    """The handler of our pages of one kind, each at its key.

    Shape: `called` is what the template calls that which `question` gives for a key.
    """

    async def handler(datasette: Datasette, request: Request) -> Response:
        key = words.key_of(request.url_vars["key"])
        found = await read(datasette, lambda conn: question(conn, key))
        if found is None:
            return await missing(datasette, request, place, key)
        facts = {called: found, "canonical": words.address(place, key)}
        return await show(
            datasette,
            request,
            f"{place}.html",
            status=410 if found.get("withdrawn_at") else 200,
            noindex=bool(found.get("noindex")),
            **facts,
        )

    return handler


async def missing(datasette: Datasette, request: Request, place: str, key: str) -> Response:
    """Gone on request, with the date and the reason, or never there."""
    found = await read(datasette, lambda conn: notes.takedown(conn, place, key))
    if found is None:
        return await error_page(datasette, request, 404, NOT_FOUND)
    kind = {"compare": "page"}.get(place, place)
    return await show(
        datasette, request, "takedown.html", status=410, d=found, place_kind=kind, noindex=True
    )


async def reviewer(datasette: Datasette, request: Request) -> Response:
    """One reviewer's words."""
    name = words.key_of(request.url_vars["key"])
    page = words.page_number(request.args.get("page"))
    found = await read(datasette, lambda conn: queries.reviewer(conn, name, page))
    if found is None:
        return await error_page(datasette, request, 404, NOT_FOUND)
    pages = -(-found["counts"]["quotes"] // queries.PER_PAGE)
    return await show(
        datasette,
        request,
        "reviewer.html",
        r=found,
        page=page,
        pages=pages,
        canonical=words.address("reviewer", name),
    )


async def search_page(datasette: Datasette, request: Request) -> Response:
    """Ranked search; anything may be typed, nothing is a syntax error."""
    asked = (request.args.get("q") or "").strip()[: words.LONGEST_SEARCH]
    place = request.args.get("in") if request.args.get("in") in PLACES else "quotes"
    page = words.page_number(request.args.get("page"))
    found = await read(datasette, lambda conn: search(conn, asked, place, page))
    total = found["counts"].get(place, 0)
    return await show(
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
    by_key = {
        "compare": keyed("compare", "c", queries.comparison),
        "tool": keyed("tool", "t", queries.tool),
        "quote": keyed("quote", "q", queries.quote),
        "release": keyed("release", "release", queries.release),
        "reviewer": reviewer,
    }
    return [
        (r"^/$", home),
        (r"^/search$", search_page),
        (r"^/robots\.txt$", robots),
        *((rf"^/{name}/(?P<key>[^/]+)$", handler) for name, handler in by_key.items()),
    ]


@hook
def prepare_jinja2_environment(env: Environment, datasette: Datasette) -> None:
    """Gives the templates our words, and takes out the white space that tags leave behind."""
    env.trim_blocks = env.lstrip_blocks = True

    async def columns_of(table: str) -> list[str]:
        columns: list[str] = await datasette.get_database(DATABASE_NAME).table_columns(table)
        return columns

    def address(kind: str, key: str) -> str:
        path: str = datasette.urls.path(words.address(kind, key))
        return path

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
        address=address,
        how_known=words.HOW_KNOWN,
        states_said=words.STATES,
        withheld_reason=words.withheld_reason,
        signals=words.signals,
        archive_title=TITLE,
        archive_purpose=PURPOSE,
        contact=datasette.plugin_config(DATABASE_NAME)["contact"],
        days=words.days,
        columns_of=columns_of,
    )

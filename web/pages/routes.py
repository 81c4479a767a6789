"""The pages for people: what is shown at which address.

Each handler reads its facts in one go and hands them to a template.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

from jinja2 import Environment

from web import stored, words
from web.describe import PURPOSE, TITLE, asking_for, in_reading_order, less_wanted, table_title
from web.hardening import DATABASE_NAME
from web.mishaps import error_page
from web.pages import home, reviewer, tool
from web.pages.about import ROUTES as ABOUT
from web.pages.captured import ROUTES as CAPTURED
from web.pages.captured import captured_address
from web.pages.keyed import CITED_PATH, KEYED_PATH, cited, keyed
from web.pages.list_routes import ROUTES as LISTS
from web.pages.search_route import search_page
from web.pages.shared import PER_PAGE
from web.pages.showing import NOT_FOUND, TEMPLATES, absolute, once, read, show
from web.upstream import Datasette, Request, Response, hook

ROBOTS = (
    "User-agent: *\nDisallow: {base}verdicts\nDisallow: {base}search\nDisallow: {base}captured\n"
)


async def home_page(datasette: Datasette, request: Request) -> Response:
    """What this is and how much there is of it."""
    facts = await once(datasette, home.home)
    await once(datasette, tool.tools_compared)
    allow_sql = datasette.setting("default_allow_sql")
    return show(datasette, request, "home.html", canonical="/", allow_sql=allow_sql, **facts)


async def reviewer_page(datasette: Datasette, request: Request) -> Response:
    """One reviewer's words."""
    name = words.key_of(request.url_vars["key"])
    page = words.page_number(request.args.get("page"))
    found = await read(datasette, lambda conn: reviewer.reviewer(conn, name))
    if found is None:
        return await error_page(datasette, request, 404, NOT_FOUND)
    numbers, found.counts = await once(datasette, reviewer.said_by, name)
    listed = numbers[(page - 1) * PER_PAGE : page * PER_PAGE]
    found.quotes = await read(datasette, lambda conn: reviewer.quotes_numbered(conn, listed, name))
    return show(
        datasette,
        request,
        "reviewer.html",
        r=found,
        page=page,
        pages=-(-len(numbers) // PER_PAGE),
        canonical=words.address("reviewer", name),
    )


async def robots(datasette: Datasette, request: Request) -> Response:
    """Asks crawlers to keep to the pages for people."""
    return Response.text(ROBOTS.format(base=datasette.setting("base_url")))


@hook
def register_routes(datasette: Datasette) -> list[tuple[str, Callable[..., Any]]]:
    """Our addresses; they come before Datasette's own."""
    return [
        (r"^/$", home_page),
        (r"^/search$", search_page),
        *LISTS,
        *ABOUT,
        *CAPTURED,
        (r"^/robots\.txt$", robots),
        (r"^/reviewer/(?P<key>[^/]+)$", reviewer_page),
        (CITED_PATH, cited),
        (rf"^{KEYED_PATH.pattern}$", keyed),
        (stored.pattern(), stored.answer),
    ]


@hook
def extra_template_vars(datasette: Datasette, request: Request | None) -> dict[str, Any]:
    """What Datasette's own pages say outwardly: the address that a link to them should have."""
    if request is None:
        return {}
    origin = f"{request.scheme}://{request.host}"
    return {"cited": absolute(datasette, request, request.path), "origin": origin}


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
        captured_address=lambda number: captured_address(datasette, number),
        archive_title=TITLE,
        archive_purpose=PURPOSE,
        contact=datasette.plugin_config(DATABASE_NAME)["contact"],
        days=words.days,
        columns_of=columns_of,
        stored_queries=stored.stored_queries(),
        base_url=base,
        static=cache(datasette.static),
    )

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
from web.pages.about import ROUTES as ABOUT
from web.pages.captured import ROUTES as CAPTURED
from web.pages.captured import captured_address
from web.pages.keyed import CITED_PATH, KEYED_PATH, cited, keyed
from web.pages.list_routes import ROUTES as LISTS
from web.pages.people_routes import ROUTES as PEOPLE
from web.pages.record_routes import ROUTES as RECORD
from web.pages.search_route import search_page
from web.showing import TEMPLATES, absolute
from web.upstream import Datasette, Request, hook


@hook
def register_routes(datasette: Datasette) -> list[tuple[str, Callable[..., Any]]]:
    """Our addresses; they come before Datasette's own."""
    return [
        (r"^/search$", search_page),
        *LISTS,
        *ABOUT,
        *RECORD,
        *PEOPLE,
        *CAPTURED,
        (CITED_PATH, cited),
        (rf"^{KEYED_PATH.pattern}$", keyed),
        (stored.pattern(), stored.answer),
    ]


@hook
def shutdown(datasette: Datasette) -> None:
    """Lets go of the templates, whose words hold the application that they are kept by."""
    TEMPLATES.pop(datasette, None)


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

"""What stands before Datasette: which requests pass, and which headers every answer carries.

The site only reads, so it takes GET and HEAD, and POST for MCP alone. Datasette's pages for
administrators and its own scripts' addresses are not part of it. A public front still needs a
proxy for deadlines: docs/serving.md.
"""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from urllib.parse import unquote, unquote_plus

from schema.rows import VIEWS
from web.asgi import App, AsgiMessage, Receive, Scope, Send, send_text
from web.captured import FRAMED, RAW, RAW_HEADERS
from web.hardening import DATABASE_NAME
from web.pages import KEYED_PATH, at_key
from web.paging import NUMBER, page_by_key, require_next
from web.proxy import HOST, Front
from web.tags import tagged
from web.upstream import HAS_MCP, MCP_PATH, Base400, Datasette, Filters, Request, hook
from web.withdrawn import unless_withdrawn

LONGEST_REQUEST = 16_384
"""Units: bytes of path and query together."""
HEADERS = (
    (
        b"content-security-policy",
        b"default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; "
        b"base-uri 'none'; frame-ancestors 'none'",
    ),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=()"),
)
FRAMING = tuple((name, FRAMED + said if b"-src" in said else said) for name, said in HEADERS)
"""What a page of ours carries that has a captured page in a frame."""
NO_INDEX = (b"x-robots-tag", b"noindex")
"""Sent with all data pages: they repeat what pages for people show, some of it under an opt-out."""
PICTURE = "/picture/"
DRAWN = re.compile(rf"{PICTURE}.*\.svg")
DRAWN_ALONE = (
    b"content-security-policy",
    b"default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; sandbox",
)
"""A picture that stands alone carries its style, as nothing may be fetched for it."""
PERSONAL = frozenset({b"cookie", b"authorization"})
"""Passed on from nobody: a page is the same for everybody, and varies by its address alone."""
DATA = f"/{DATABASE_NAME}"
# `_ttl` lets a visitor choose how long caches keep a page; `_timelimit=x` is an error in 1.0a41.
IGNORED_ARGUMENTS = frozenset({"_ttl", "_timelimit"})
# Addresses with `/-/` are Datasette's own tools; these few show the data.
TOOLS = re.compile(r"/verdicts(/-/query(\.json|\.csv(\.json)?)?|(/[^/.]+)?/-/schema(\.(json|md))?)")
# Datasette writes a dot in the key of a row as ~2E, so one that stands there begins an ending.
FORMS = re.compile(r"[^.]*(\.json)?|/verdicts/[^/.]+\.csv(\.json)?")
NUMBERS = frozenset({"INTEGER", "REAL"})
COMPARING = frozenset({"exact", "not", "gt", "gte", "lt", "lte", "in", "notin"})
LONGEST_FILE = 100
"""No file of ours has a longer name. Units: characters."""
LOOKUPS = frozenset(key for key, _, _ in Filters([]).lookups())


def refusal(method: str, path: str, query: bytes, host: str) -> tuple[int, str] | None:
    """Why a request is not passed on, as status and sentence; None where it passes."""
    if HAS_MCP and path == MCP_PATH:
        if method != "POST":
            return 405, "MCP is asked with POST."
    elif method not in ("GET", "HEAD"):
        return 405, "This site can only be read: GET and HEAD."
    if "\\" in path or "//" in path or path.lower().startswith("/%5c"):
        return 400, "The path holds a backslash or an empty part."
    if len(path) + len(query) > LONGEST_REQUEST:
        return 414, "The address is too long."
    if not HOST.fullmatch(host):
        return 400, "The Host of the request is no host name."
    path = unquote(path)
    first, _, rest = path[1:].partition("/")
    if "~" in first:
        return 404, "There is no such page here."  # Datasette would read it as another letter
    if first == "static" and len(rest) > LONGEST_FILE:
        return 404, "There is no such file here."
    is_tool = "/-/" in path and not (HAS_MCP and path == MCP_PATH)
    if is_tool and not TOOLS.fullmatch(path):
        return 404, "There is no such page here."
    if path.startswith(DATA) and not is_tool and not FORMS.fullmatch(path):
        return (404, "Data is shown as a page, as .json or whole as .csv, and in no other form.")
    return None


def kept_query(query: bytes) -> bytes:
    """The query string without the arguments that a visitor may not set."""
    parts = query.split(b"&")
    names = (unquote_plus(part.partition(b"=")[0].decode("latin-1")) for part in parts)
    return b"&".join(
        part for part, name in zip(parts, names, strict=True) if name not in IGNORED_ARGUMENTS
    )


def with_ours(
    headers: Iterable[tuple[bytes, bytes]], path: str = "/", *, is_drawn: bool = False
) -> list[tuple[bytes, bytes]]:
    """The headers of an answer, ours in place of any of the same name; it varies by none."""
    ours = dict(HEADERS)
    if path.startswith((DATA, PICTURE)):
        ours |= [NO_INDEX]
    if is_drawn:
        ours |= [DRAWN_ALONE]
    elif RAW.fullmatch(path):
        ours |= RAW_HEADERS
    elif path.startswith("/captured/"):
        ours |= FRAMING
    names = {b"vary", *ours}
    return [*(pair for pair in headers if pair[0].lower() not in names), *ours.items()]


def guarded(app: App, front: Front) -> App:
    """The application behind the gate, which sees each request as the visitor made it."""

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await app(scope, receive, send)
            return

        async def send_with_headers(message: AsgiMessage) -> None:
            if message["type"] == "http.response.start":
                headers = front.placed(message.get("headers", []))
                is_drawn = message["status"] == 200 and bool(DRAWN.fullmatch(scope["path"]))
                headers = with_ours(headers, scope["path"], is_drawn=is_drawn)
                message = {**message, "headers": headers}
            await send(message)

        scope, complaint = front.asked(scope)
        query: bytes = scope["query_string"]
        host = dict(scope["headers"]).get(b"host", b"localhost").decode("latin-1")
        path = scope["raw_path"].decode("latin-1")
        refused = refusal(scope["method"], path.partition("?")[0], query, host)
        if complaint:
            refused = 400, complaint
        if refused:
            status, sentence = refused
            methods = b"POST" if HAS_MCP and scope["path"] == MCP_PATH else b"GET, HEAD"
            allowed = [(b"allow", methods)] if status == 405 else []
            plain = b"text/plain; charset=utf-8"
            await send_text(send_with_headers, status, plain, f"{sentence}\n", allowed)
            return
        kept = [pair for pair in scope["headers"] if pair[0] not in PERSONAL]
        # Datasette answers HEAD only for some pages; the server leaves the body out by itself.
        method = "POST" if scope["method"] == "POST" else "GET"
        passed = {**scope, "method": method, "query_string": kept_query(query), "headers": kept}
        await app(passed, receive, send_with_headers)

    return answer


def at_once(app: App, datasette: Datasette) -> App:
    """The application, which is asked only for what is not found at a key of ours, or not well."""

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        request, found = Request(scope, receive), None
        asked = KEYED_PATH.fullmatch(request.path) if scope["type"] == "http" else None
        if asked:
            # What went wrong goes wrong there once more, and is told as everything else is.
            with suppress(sqlite3.Error):
                found = at_key(datasette, request, asked["place"], asked["key"])
        await (app(scope, receive, send) if found is None else found.asgi_send(send))

    return answer


@hook
def asgi_wrapper(datasette: Datasette) -> Callable[[App], App]:
    """Puts the gate before everything Datasette answers, while its file stands."""
    published = datasette.get_database(DATABASE_NAME)

    def wrapped(app: App) -> App:
        fresh = tagged(at_once(app, datasette), published.tag_of)
        return guarded(unless_withdrawn(fresh, published.standing), published.front)

    return wrapped


@hook
def filters_from_request(
    request: Request, database: str, table: str, datasette: Datasette
) -> Callable[[], Awaitable[None]]:
    """Refuses a filter or page that Datasette would not use, and so give more rows or none.

    Raises: Base400 for a column that the table has not, a comparison that there is not, a text to
        compare a number with, a `_next` that no answer gave, or a table that has no order.
    """

    async def check() -> None:
        details = await datasette.get_database(database).table_column_details(table)
        columns = {each.name for each in details}
        numbers = {each.name for each in details if each.type in NUMBERS}
        if page_by_key(table, details) == ["id"] or table in VIEWS:
            require_next(request, table, numbers)
        for name in request.args:
            column, *lookup = name.rsplit("__", 1)
            if name.startswith("_") and not lookup:
                continue  # an argument of Datasette's own
            if column not in columns or not LOOKUPS.issuperset(lookup):
                raise Base400(
                    f"There is no column, or no operator behind it, {name!r} to filter by."
                )
            if column in numbers and COMPARING.issuperset(lookup):
                for value in request.args.getlist(name):
                    if not all(map(NUMBER.fullmatch, _listed(value, lookup))):
                        raise Base400(f"{column} holds numbers, and {value!r} is none.")

    return check


def _listed(value: str, lookup: list[str]) -> list[str]:
    if not {"in", "notin"}.intersection(lookup):
        return [value]
    return [*map(str, json.loads(value))] if value.startswith("[") else value.split(",")

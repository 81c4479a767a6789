"""What stands before Datasette: which requests pass, and which headers every answer carries.

The site only reads, so it takes GET and HEAD. Datasette's pages for administrators and its own
scripts' addresses are not part of it. A public front still needs a proxy for deadlines.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from typing import Any
from urllib.parse import unquote_plus

from web.hardening import DATABASE_NAME
from web.upstream import Datasette, hook
from web.withdrawn import unless_withdrawn

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

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
NO_INDEX = (b"x-robots-tag", b"noindex")
"""Sent with all data pages: they repeat what pages for people show, some of it under an opt-out."""
DATA = f"/{DATABASE_NAME}"
# `_ttl` lets a visitor choose how long caches keep a page; `_timelimit=x` is an error in 1.0a41.
IGNORED_ARGUMENTS = frozenset({"_ttl", "_timelimit"})
# Addresses with `/-/` are Datasette's own tools; these few show data or describe the service.
SERVICE = re.compile(
    r"/-/static/[\w.-]+|/-/(plugins|versions)(\.json)?"
    r"|/verdicts/-/(query|schema)(\.\w+)?|/verdicts/[^/.]+/-/schema(\.\w+)?"
)


def refusal(method: str, path: str, query: bytes) -> tuple[int, str] | None:
    """Why a request is not passed on, as status and sentence; None where it passes."""
    if method not in ("GET", "HEAD"):
        return 405, "This site can only be read: GET and HEAD."
    if "\\" in path or "//" in path or path.lower().startswith("/%5c"):
        return 400, "The path holds a backslash or an empty part."
    if len(path) + len(query) > LONGEST_REQUEST:
        return 414, "The address is too long."
    if "/-/" in path and not SERVICE.fullmatch(path):
        return 404, "There is no such page here."
    if path.startswith("/verdicts") and path.endswith(".csv"):
        return 404, "CSV is not served, as spreadsheets run formulas in it; .json holds the same."
    return None


def kept_query(query: bytes) -> bytes:
    """The query string without the arguments that a visitor may not set."""
    parts = query.split(b"&")
    names = (unquote_plus(part.partition(b"=")[0].decode("latin-1")) for part in parts)
    return b"&".join(
        part for part, name in zip(parts, names, strict=True) if name not in IGNORED_ARGUMENTS
    )


def with_ours(
    headers: Iterable[tuple[bytes, bytes]], *, is_data: bool = False
) -> list[tuple[bytes, bytes]]:
    """The headers of an answer, ours in place of any of the same name."""
    ours = (*HEADERS, NO_INDEX) if is_data else HEADERS
    names = {name for name, _ in ours}
    return [*(pair for pair in headers if pair[0].lower() not in names), *ours]


def guarded(app: App) -> App:
    """The application behind the gate."""

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = with_ours(message.get("headers", []), is_data=is_data)
                message = {**message, "headers": headers}
            await send(message)

        query: bytes = scope["query_string"]
        is_data = scope["path"].startswith(DATA)
        refused = refusal(scope["method"], _raw_path(scope), query)
        if refused:
            await _refuse(send_with_headers, *refused)
            return
        # Datasette answers HEAD only for some pages; the server leaves the body out by itself.
        passed = {**scope, "method": "GET", "query_string": kept_query(query)}
        await app(passed, receive, send_with_headers)

    return answer


def _raw_path(scope: Scope) -> str:
    raw: bytes = scope.get("raw_path") or scope["path"].encode()
    return raw.decode("latin-1").partition("?")[0]


async def _refuse(send: Send, status: int, sentence: str) -> None:
    body = f"{sentence}\n".encode()
    headers = [
        (b"content-type", b"text/plain; charset=utf-8"),
        (b"content-length", str(len(body)).encode()),
    ]
    if status == 405:
        headers.append((b"allow", b"GET, HEAD"))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


@hook
def asgi_wrapper(datasette: Datasette) -> Callable[[App], App]:
    """Puts the gate before everything Datasette answers, while its file stands."""
    standing = datasette.get_database(DATABASE_NAME).standing
    return lambda app: guarded(unless_withdrawn(app, standing))

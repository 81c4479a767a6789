"""A tag for each page that stays the same, so that whoever holds it need not be sent it again.

It is made from all that the page is made from: the file, this software and everything installed,
the settings, and the address as the visitor has it. So no query is needed to know that a page is
still the same. Whether the file may be shown at all is asked before (`withdrawn`).
"""

from __future__ import annotations

import hashlib
import json
import platform
import re
import sqlite3
from collections.abc import Callable
from contextlib import suppress
from contextvars import ContextVar
from functools import cache
from importlib.metadata import distributions
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import schema
from web.asgi import App, AsgiMessage, Receive, Scope, Send
from web.describe import SETTINGS

TAG = re.compile(rb'(?:W/)?"([^"]*)"')
"""Source: RFC 9110, 8.8.3 and 13.1.2: a proxy that packs a page makes its tag a weak one."""
OURS = (Path(__file__).parent, *map(Path, schema.__path__))
CACHED = (b"cache-control", f"max-age={SETTINGS['default_cache_ttl']}".encode())
CUT_SHORT: ContextVar[list[str]] = ContextVar("CUT_SHORT")


def cut_short(sql: str) -> None:
    """Note what there was no time for: another time the page of this request may hold more."""
    with suppress(LookupError):
        CUT_SHORT.get().append(sql)


@cache
def software() -> str:
    """What makes pages of a file: our own files, and everything installed by its version."""
    files = sorted(path for folder in OURS for path in folder.rglob("*.*") if path.suffix != ".pyc")
    parts = [hashlib.sha256(path.read_bytes()).hexdigest() for path in files if path.is_file()]
    parts += sorted(f"{each.name} {each.version}" for each in distributions())
    return "\n".join([*parts, sqlite3.sqlite_version, platform.python_version()])


def tags_of(database: Path, settings: dict[str, Any]) -> Callable[[Scope], bytes | None]:
    """How a request for a page of this file is tagged.

    Absent: None where the answer may differ each time (SQL that a visitor writes may ask the
    clock), where another file stands behind it (captured pages), or Datasette has a tag of its own,
    as for the style sheet.
    """
    made_from = "\n".join([software(), database.name, json.dumps(settings, sort_keys=True)])
    state = hashlib.sha256(made_from.encode())

    def tag_of(scope: Scope) -> bytes | None:
        query: bytes = scope["query_string"]
        path: bytes = scope["raw_path"].partition(b"?")[0]
        named = {name for name, _ in parse_qsl(query.decode("latin-1"), keep_blank_values=True)}
        is_apart = path.startswith((b"/static/", b"/captured/"))
        if b"/-/" in path or is_apart or named & {"_where", "sql"}:
            return None
        try:
            file = database.stat()
        except OSError:  # taken away since it was looked for: the next request is told so
            return None
        host = dict(scope["headers"]).get(b"host", b"")
        whole = state.copy()
        for part in (b"%d %d" % (file.st_size, file.st_mtime_ns), scope["scheme"].encode(), host):
            whole.update(part + b"\n")
        whole.update(path + b"?" + query)
        return b'"%s"' % whole.hexdigest()[:32].encode()

    return tag_of


def tagged(app: App, tag_of: Callable[[Scope], bytes | None]) -> App:
    """The application, which is not asked for a page that the visitor holds."""

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        tag = tag_of(scope) if scope["type"] == "http" else None
        if tag is None:
            await app(scope, receive, send)
            return
        held = b",".join(value for name, value in scope["headers"] if name == b"if-none-match")
        if tag.strip(b'"') in TAG.findall(held):
            await send_unchanged(send, tag)
            return
        cut = list[str]()
        CUT_SHORT.set(cut)
        is_any = held.strip() == b"*"  # whether there is a page is known only once it is made
        is_told = False

        async def send_tagged(message: AsgiMessage) -> None:
            nonlocal is_told
            if message["type"] == "http.response.start" and message["status"] == 200 and not cut:
                headers = [pair for pair in message["headers"] if pair[0].lower() != CACHED[0]]
                message = {**message, "headers": [*headers, CACHED, (b"etag", tag)]}
                is_told = is_any
                if is_any:
                    await send_unchanged(send, tag)
            if not is_told:
                await send(message)

        await app(scope, receive, send_tagged)

    return answer


async def send_unchanged(send: Send, tag: bytes) -> None:
    """Answer that the page is the one that the visitor holds (RFC 9110, 15.4.5)."""
    headers = [(b"etag", tag), CACHED]
    await send({"type": "http.response.start", "status": 304, "headers": headers})
    await send({"type": "http.response.body", "body": b""})

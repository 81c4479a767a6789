"""How a page for people is made: its facts read within a time, its template rendered in one go.

No page builds HTML itself, and none writes.
"""

from __future__ import annotations

import asyncio
import re
import sqlite3
from array import array
from collections import OrderedDict
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

from jinja2 import Environment

from web.asking import connected
from web.hardening import DATABASE_NAME
from web.upstream import Datasette, Request, Response, sqlite_timelimit

T = TypeVar("T")
LONGEST_READ_MS = 1000
LONGEST_COUNT_MS = 60_000
"""The home page counts everything, but only once, before the server says that it is ready."""
FED = re.compile(r"/(changes|comparisons|(tool|reviewer)/[^/?]+)")
"""The pages that there is a feed of, at their address with `.atom` behind it."""
IN_JSON = re.compile(r"/(compare|quote|release|reviewer|tool)/[^/?]+")
"""The pages that are JSON with `.json` behind their address."""
NOT_FOUND = "There is no such page in this archive."

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


async def once_apart(datasette: Datasette, question: Callable[[sqlite3.Connection], T]) -> T:
    """What a query function gives that a visitor's connection may not ask: asked once alone."""

    def asked() -> T:
        path = Path(datasette.get_database(DATABASE_NAME).path)
        with closing(connected(path)) as conn:
            return question(conn)

    counted = COUNTED.setdefault(datasette, {})
    if question not in counted:
        counted[question] = await asyncio.to_thread(asked)
    answer: T = counted[question]
    return answer


class HeldLists:
    """Lists of numbers that were asked for lately, as long as they fit in so many bytes."""

    def __init__(self, most_bytes: int = 32 * 1024 * 1024) -> None:
        self._most = most_bytes
        self._held: OrderedDict[object, array[int]] = OrderedDict()

    def get(self, wanted: object) -> array[int] | None:
        """The list asked for so; None where it is not held."""
        if wanted in self._held:
            self._held.move_to_end(wanted)
        return self._held.get(wanted)

    def hold(self, wanted: object, numbers: array[int]) -> array[int]:
        """The list, held in place of those that were asked for longest ago."""
        self._held[wanted] = numbers
        while len(self._held) > 1 and self._bytes() > self._most:
            self._held.popitem(last=False)
        return numbers

    def _bytes(self) -> int:
        return sum(200 + len(each) * each.itemsize for each in self._held.values())


LISTED: WeakKeyDictionary[Datasette, HeldLists] = WeakKeyDictionary()


async def listed(
    datasette: Datasette, wanted: object, question: Callable[[sqlite3.Connection], array[int]]
) -> array[int]:
    """The numbers of what a list holds, which pages of it and later visitors share."""
    held = LISTED.setdefault(datasette, HeldLists())
    numbers = held.get(wanted)
    return held.hold(wanted, await read(datasette, question)) if numbers is None else numbers


def edition_of(datasette: Datasette) -> str:
    """The name of the published file, which a citation states: it says which state was read."""
    return Path(datasette.get_database(DATABASE_NAME).path).stem


def absolute(datasette: Datasette, request: Request, path: str) -> str:
    """The whole address, as the visitor has it, of a path of ours."""
    return f"{request.scheme}://{request.host}{datasette.urls.path(path)}"


def root_of(datasette: Datasette, request: Request) -> str:
    """The whole address of the home page without its last slash: what paths of ours go behind."""
    return absolute(datasette, request, "/").rstrip("/")


def show(
    datasette: Datasette, request: Request, template: str, *, status: int = 200, **facts: Any
) -> Response:
    """A page of ours, with the headers that go with what it shows.

    Shape: `canonical` is the path of the page without what only pages or sorts it; `feed` and
    `as_json` are paths of what gives the same to programs.
    """
    facts["origin"] = f"{request.scheme}://{request.host}"
    facts["home"] = root_of(datasette, request)
    facts["edition"] = edition_of(datasette)
    if canonical := facts.get("canonical"):
        facts["cited"] = absolute(datasette, request, canonical)
        facts["canonical"] = datasette.urls.path(canonical)
        facts["is_fed"] = bool(FED.fullmatch(canonical)) and status == 200
        facts["is_in_json"] = bool(IN_JSON.fullmatch(canonical)) and status == 200
    body = TEMPLATES[datasette].get_template(template).render(facts).encode()
    headers = {
        "cache-control": f"max-age={datasette.setting('default_cache_ttl')}",
        "content-length": str(len(body)),
    }
    if facts.get("noindex"):
        headers["x-robots-tag"] = "noindex"
    return Response.html(body, status=status, headers=headers)

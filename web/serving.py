"""Serves a published database file, read-only, under the name `verdicts`.

A file is opened once, by its real name, and shown as long as it stands in its place. Where a link
named it, the link is followed: see `following`.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import sqlite3
import warnings
from collections.abc import Callable, Iterable
from functools import partial
from importlib import import_module
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import uvicorn

from schema.contact import require_contact
from schema.rows import EDITION
from web import cells, gate, hardening, mishaps
from web.asgi import Scope
from web.asking import connected
from web.captured import CapturedPages, captured_beside
from web.describe import config, inspected, metadata
from web.errors import NotServableError
from web.following import Following, opened
from web.hardening import DATABASE_NAME
from web.pages import routes
from web.paging import in_one_order
from web.pictures import routes as picture_routes
from web.programs import plugin as programs
from web.proxy import DIRECT, Front, front_of
from web.tags import cut_short, tags_of
from web.upstream import DEFAULT_PLUGINS, HAS_MCP, Database, Datasette, QueryInterrupted, pm
from web.withdrawn import ServedFile, require_looked_into, require_not_withdrawn

ROOM = Path(__file__).parent
MCP = "web.programs.mcp_plugin"
"""One of ours as well, where it can be: its import alone takes a second."""
PLUGINS = (cells, gate, hardening, mishaps, routes, picture_routes, programs)
"""Of two that answer at one address, the later does."""
# Its work is done by `mishaps`; hooks of this kind all run, so ours alone would not silence it.
REPLACED = "datasette.handle_exception"
MOST_CONNECTIONS = 100
NEEDED = frozenset(
    {
        "capture", "card", "comparison", "comparison_quote", "comparison_version", "crawl",
        "description", "failure", "finding", "page", "quote", "release", "reviewer", "tool",
    }
)  # fmt: skip
"""The tables that a database of ours has had at all times."""


def make_datasette(
    database: Path,
    *,
    allow_sql: bool = True,
    contact: str = "",
    front: Front = DIRECT,
    pages: bool = False,
) -> Datasette:
    """The Datasette application for one database file.

    Shape: `front` is what stands before the server; nothing where it is left out. `pages` says
        whether captured pages are shown, where a build keeps them.
    Raises: UsageError for a contact that is none; WithdrawnError when it was withdrawn, or holds
        what was taken down; FileNotFoundError when there is no such file; PermissionError when it
        may not be read; NotServableError when it is not one of ours.
    """
    if contact:
        require_contact(contact)
    real = Path(os.path.realpath(database))
    known = require_servable(real)
    install_plugins()
    configured = config(allow_sql=allow_sql, contact=contact, base=front.base)
    captured = captured_beside(real) if pages else None
    tagged_by = {**configured, "pages": captured and captured.sha256}
    datasette = Datasette(
        files=[],
        config=configured,
        **known,
        template_dir=str(ROOM / "templates"),
        static_mounts=[("static", str(ROOM / "static"))],
    )
    # Without a file Datasette makes an empty database in memory; ours goes in its place.
    datasette.remove_database("_memory")
    published = Published(datasette, real, front, tags_of(real, tagged_by))
    published.captured = captured
    datasette.add_database(published, name=DATABASE_NAME)
    return datasette


class Published(Database):  # type: ignore[misc]
    """A published file. Datasette does not quote its path, and a path may hold `?`, `#` or `%`."""

    def __init__(
        self,
        datasette: Datasette,
        real: Path,
        front: Front,
        tag_of: Callable[[Scope], bytes | None],
    ) -> None:
        super().__init__(datasette, path=str(real), is_mutable=False)
        self.front, self.tag_of = front, tag_of
        self.standing = ServedFile(real)
        self.captured: CapturedPages | None = None
        self.own = self.connect()
        """For our pages at a key, in the server's own thread."""
        hardening.harden(self.own)

    def connect(self, write: bool = False) -> sqlite3.Connection:
        """A connection that reads, whatever is asked for."""
        conn = connected(Path(self.path))
        self._all_connections.append(conn)
        return conn

    def close(self) -> None:
        """Let go of the file, so that it may be pruned."""
        super().close()
        self.standing.close()

    async def execute(self, sql: str, *arguments: Any, **named: Any) -> Any:
        """What a query gives, and for a page of a table or view in one order with the others.

        Nothing is printed: Datasette would print every wrong query of a visitor.
        Raises: sqlite3.DatabaseError as SQLite does; where it is not the query's fault but the
            file's or the machine's, that is logged here, since Datasette may show it as an answer.
        """
        try:
            named["log_sql_errors"] = False
            return await super().execute(in_one_order(sql), *arguments, **named)
        except QueryInterrupted:
            cut_short(sql)  # Datasette may leave it out, and say nothing
            raise
        except sqlite3.DatabaseError as error:
            if mishaps.is_of_the_file(error):
                mishaps.log.error("%s: %s", Path(self.path).name, error)
            raise


def require_servable(real: Path) -> dict[str, Any]:
    """What Datasette is told of a file beforehand, where the file may be shown.

    Raises: WithdrawnError, NotServableError, OSError, as `make_datasette`.
    """
    require_not_withdrawn(real)
    known = known_of(real)
    require_looked_into(real)
    return known


def known_of(real: Path) -> dict[str, Any]:
    """What Datasette is told of a file beforehand: metadata, exact counts, size and hash.

    Raises: OSError when it is not there or may not be read; NotServableError when it is not
        one of ours.
    """
    if real.exists() and not real.is_file():
        raise NotServableError(f"{real}: a folder or device, not a database")
    with real.open("rb"):
        pass  # SQLite would not say why it cannot open the file
    try:
        with contextlib.closing(connected(real)) as conn:
            missing = NEEDED - {name for (name,) in conn.execute("select name from sqlite_master")}
            if missing:
                raise NotServableError(f"{real}: not a database of ours: no table {min(missing)}")
            (edition,) = conn.execute("pragma user_version").fetchone()
            if edition != EDITION:
                made = "an older" if edition < EDITION else "a newer"
                what = f"made by {made} edition of this software; `verdicts build` makes a new one"
                raise NotServableError(f"{real}: {what}")
            return {"metadata": metadata(conn), "inspect_data": inspected(conn, real)}
    except sqlite3.DatabaseError as error:
        raise NotServableError(f"{real}: not a readable database: {error}") from error


def install_plugins() -> None:
    """Leaves exactly Datasette's own plugins, less one, and ours.

    A plugin that happens to be installed beside us is not part of what we serve.
    """
    ours = [*PLUGINS, *([import_module(MCP)] if HAS_MCP else [])]
    wanted = {*DEFAULT_PLUGINS, *(plugin.__name__ for plugin in ours)} - {REPLACED}
    for name, plugin in list(pm.list_name_plugin()):
        if plugin is not None and name not in wanted:
            pm.unregister(plugin)
    for plugin in ours:
        if not pm.has_plugin(plugin.__name__):
            pm.register(plugin, plugin.__name__)


def serve(
    database: Path,
    *,
    host: str = "127.0.0.1",
    port: int = 0,
    allow_sql: bool = True,
    contact: str = "",
    proxies: Iterable[str] = (),
    base_url: str = "/",
    pages: bool | None = None,
    on_ready: Callable[[str], None] = print,
    on_switch: Callable[[Path], None] = lambda _: None,
) -> None:
    """Serves until interrupted, and calls `on_ready` with the address once it really answers.

    Shape: `serve(Path("data/public/current.db"), port=8001)`; port 0 takes a free one. A link is
        followed: `on_switch` is told the file that it names now, once that one is shown. Captured
        pages are shown (`pages`) unless others may be reading: at another address, through a proxy.
    Raises: as `make_datasette`; UsageError for a proxy or a prefix that is none; OSError when the
        port is taken; NotServableError when the home page cannot be shown.
    """
    front = front_of(proxies, base_url)
    if pages is None:
        pages = is_own(host) and not front.proxies
    make = partial(make_datasette, allow_sql=allow_sql, contact=contact, front=front, pages=pages)
    first = opened(make(database))
    # Datasette begins all facets of a request before the first, which may be refused, is done.
    warnings.filterwarnings("ignore", "coroutine '.*Facet", RuntimeWarning)
    listener = listening(host, port)
    with listener, contextlib.suppress(KeyboardInterrupt):
        asyncio.run(
            _run(
                listener,
                lambda at: on_ready(at + front.base),
                Following(first, make, on_switch),
                database if database.is_symlink() else None,
            )
        )


def is_own(host: str) -> bool:
    """Whether only this machine can ask at an address."""
    with contextlib.suppress(ValueError):
        return ip_address(host).is_loopback
    return host == "localhost"


def listening(host: str, port: int) -> socket.socket:
    """A socket that takes connections. Raises: OSError when the port is taken."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.create_server((host, port), family=family, backlog=MOST_CONNECTIONS)
    # An answer's head and body are two writes, and the second would wait until the first is
    # acknowledged: 40 ms on a connection that is kept. Connections have it from their listener.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listener


async def _run(
    listener: socket.socket, on_ready: Callable[[str], None], shown: Following, link: Path | None
) -> None:
    server = uvicorn.Server(
        uvicorn.Config(
            shown,
            log_level="error",  # its warnings are of what visitors send
            ws="none",
            access_log=False,
            lifespan="off",  # an application of ours begins and ends with its file
            server_header=False,
            proxy_headers=False,
            limit_concurrency=MOST_CONNECTIONS,
            timeout_graceful_shutdown=3,
        )
    )
    beside = [asyncio.create_task(_announce(listener, on_ready))]
    if link is not None:
        beside.append(asyncio.create_task(shown.follow(link)))

    def stop_if_failed(task: asyncio.Task[None]) -> None:
        server.should_exit = server.should_exit or (not task.cancelled() and bool(task.exception()))

    for task in beside:
        task.add_done_callback(stop_if_failed)
    try:
        await server.serve(sockets=[listener])
    finally:
        for task in beside:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
        await shown.close()


async def _announce(listener: socket.socket, on_ready: Callable[[str], None]) -> None:
    """Asks for the home page over the wire, and says that the server answers once it does."""
    host, port = listener.getsockname()[:2]
    asked = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
    reader, writer = await asyncio.open_connection(asked, port)
    try:
        writer.write(b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        await reader.readline()
    finally:
        writer.close()
    on_ready(f"http://{f'[{asked}]' if ':' in asked else asked}:{port}")

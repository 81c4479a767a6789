"""Serves one published database file, read-only, under the name `verdicts`.

The file is opened once, by its real name: when `current.db` moves on to a newer file, a running
server goes on answering from the one it began with.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import sqlite3
from collections.abc import Callable
from pathlib import Path

import uvicorn

from web import gate, hardening, mishaps, pages
from web.describe import config, inspected, metadata
from web.hardening import DATABASE_NAME
from web.upstream import DEFAULT_PLUGINS, Database, Datasette, pm
from web.withdrawn import require_not_withdrawn

ROOM = Path(__file__).parent
PLUGINS = (gate, hardening, mishaps, pages)
# Its work is done by `mishaps`; hooks of this kind all run, so ours alone would not silence it.
REPLACED = "datasette.handle_exception"
MOST_CONNECTIONS = 100


def make_datasette(database: Path, *, allow_sql: bool = True) -> Datasette:
    """The Datasette application for one database file.

    Raises: FileNotFoundError when there is no such file, or it was withdrawn;
        sqlite3.DatabaseError when it is not one of ours.
    """
    real = database.resolve(strict=True)
    require_not_withdrawn(real)
    install_plugins()
    uri = f"{real.as_uri()}?immutable=1"
    with contextlib.closing(sqlite3.connect(uri, uri=True)) as conn:
        known = {"metadata": metadata(conn), "inspect_data": inspected(conn, real)}
    datasette = Datasette(
        files=[],
        config=config(allow_sql=allow_sql),
        **known,
        template_dir=str(ROOM / "templates"),
        static_mounts=[("static", str(ROOM / "static"))],
    )
    # Without a file Datasette makes an empty database in memory; ours goes in its place.
    datasette.remove_database("_memory")
    datasette.add_database(
        Database(datasette, path=str(real), is_mutable=False), name=DATABASE_NAME
    )
    return datasette


def install_plugins() -> None:
    """Leaves exactly Datasette's own plugins, less one, and ours.

    A plugin that happens to be installed beside us is not part of what we serve.
    """
    wanted = {*DEFAULT_PLUGINS, *(plugin.__name__ for plugin in PLUGINS)} - {REPLACED}
    for name, plugin in list(pm.list_name_plugin()):
        if plugin is not None and name not in wanted:
            pm.unregister(plugin)
    for plugin in PLUGINS:
        if not pm.has_plugin(plugin.__name__):
            pm.register(plugin, plugin.__name__)


def serve(
    database: Path,
    *,
    host: str = "127.0.0.1",
    port: int = 0,
    allow_sql: bool = True,
    on_ready: Callable[[str], None] = print,
) -> None:
    """Serves until interrupted, and calls `on_ready` with the address once it really answers.

    Shape: `serve(Path("data/public/current.db"), port=8001)`; port 0 takes a free one.
    Raises: FileNotFoundError when there is no database; OSError when the port is taken;
        RuntimeError when the database is not one whose home page can be shown.
    """
    datasette = make_datasette(database, allow_sql=allow_sql)
    with _listen(host, port) as listener, contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_run(datasette, listener, on_ready))


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    return socket.create_server((host, port), family=family, backlog=MOST_CONNECTIONS)


async def _run(
    datasette: Datasette, listener: socket.socket, on_ready: Callable[[str], None]
) -> None:
    await datasette.invoke_startup()
    server = uvicorn.Server(
        uvicorn.Config(
            datasette.app(), log_level="warning", access_log=False, lifespan="on",
            server_header=False, proxy_headers=False, limit_concurrency=MOST_CONNECTIONS,
            timeout_graceful_shutdown=3,
        )
    )  # fmt: skip
    announcing = asyncio.create_task(_announce(listener, on_ready))

    def stop_if_failed(task: asyncio.Task[None]) -> None:
        server.should_exit = server.should_exit or (not task.cancelled() and bool(task.exception()))

    announcing.add_done_callback(stop_if_failed)
    try:
        await server.serve(sockets=[listener])
    finally:
        announcing.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await announcing


async def _announce(listener: socket.socket, on_ready: Callable[[str], None]) -> None:
    """Asks for the home page over the wire; only its 200 counts as ready."""
    host, port = listener.getsockname()[:2]
    asked = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
    reader, writer = await asyncio.open_connection(asked, port)
    try:
        writer.write(b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        status = await reader.readline()
    finally:
        writer.close()
    if b" 200 " not in status:
        raise RuntimeError(f"the home page was answered with {status.decode().strip()!r}")
    on_ready(f"http://{f'[{asked}]' if ':' in asked else asked}:{port}/")

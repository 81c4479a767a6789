"""Which file is shown: one edition at a time, and the next in its place once a link names it.

    the link names another file
        │  the next is opened beside the present one, and its home page made
        ▼
    one reference exchanged: what is asked from now on goes to the next
        │  what was asked before ends on the edition that it began with
        ▼
    the one before closed: connections, handle and lock

So no answer is made of two files, and none waits for a file to be opened. What cannot be shown is
said once and left alone; the present one goes on.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

from schema.published import TAKEDOWNS, manifest_path, tombstone_path
from web.asgi import App, AsgiMessage, Receive, Scope, Send
from web.errors import NotServableError
from web.hardening import DATABASE_NAME
from web.mishaps import log
from web.upstream import Datasette, forget_temporary
from web.withdrawn import ServedFile

EVERY_S = 0.5
"""So often the link is looked at: a few questions to the file system."""
AGAIN_S = 300.0
"""So long what could not be shown is left alone, unless something changes about it."""


class ShownEdition:
    """One file as it is shown, and how many requests it is answering."""

    def __init__(self, datasette: Datasette) -> None:
        self._datasette = datasette
        self._app: App = datasette.app()
        self._requests, self._is_idle = 0, asyncio.Event()
        self._is_idle.set()

    @property
    def file(self) -> ServedFile:
        """The file, in its place or not."""
        standing: ServedFile = self._datasette.get_database(DATABASE_NAME).standing
        return standing

    async def make_home(self) -> None:
        """Make the home page, which starts the application and counts all that is counted once.

        Raises: NotServableError where that is not answered well; the edition is closed then.
        """
        try:
            status = await _status_of_home(self._app)
            if status != 200:
                raise NotServableError(f"{self.file.path}: its home page is a {status}")
        except BaseException:
            await self.close()
            raise

    async def answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, to its end."""
        self._requests += 1
        self._is_idle.clear()
        try:
            await self._app(scope, receive, send)
        finally:
            self._requests -= 1
            if not self._requests:
                self._is_idle.set()

    async def leave(self) -> None:
        """Close it once the last request has been answered; no other may come."""
        await self._is_idle.wait()
        await self.close()

    async def close(self) -> None:
        """Let go of the file, whatever is asked."""
        # In a thread, as it waits for queries of which nobody wants the answer any more.
        await asyncio.to_thread(self._datasette.get_database(DATABASE_NAME).close)
        await self._datasette.invoke_shutdown()
        forget_temporary(self._datasette)


def opened(datasette: Datasette) -> ShownEdition:
    """The edition, once its home page was made; Datasette needs several hundred steps for it.

    They go in a loop of their own, for in the server's each would wait for all visitors.
    Raises: NotServableError where the home page is not answered well.
    """
    edition = ShownEdition(datasette)
    asyncio.run(edition.make_home())
    return edition


class Following:
    """The application: the present edition, and the link that names the next."""

    def __init__(
        self,
        present: ShownEdition,
        make: Callable[[Path], Datasette],
        on_switch: Callable[[Path], None],
    ) -> None:
        self._present, self._make, self._on_switch = present, make, on_switch
        self._refused: object = None
        self._again_at, self._told = 0.0, ""
        self._leaving = set[asyncio.Task[None]]()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer from the present edition."""
        await self._present.answer(scope, receive, send)

    async def follow(self, link: Path) -> None:
        """Look at the link until cancelled."""
        while True:
            await asyncio.sleep(EVERY_S)
            await self._look(link, Path(os.path.realpath(link)))

    async def close(self) -> None:
        """Let go of every file, whatever is asked."""
        for task in self._leaving:
            task.cancel()
        await self._present.close()

    async def _look(self, link: Path, named: Path) -> None:
        """Show what the link names, where that is another file than the present one."""
        seen = _seen(named)
        is_left_alone = seen == self._refused and time.monotonic() < self._again_at
        if is_left_alone or self._present.file.is_at(named):
            return
        try:
            following = await self._opened(named)
        except (NotServableError, OSError) as error:
            self._refuse(seen, f"{link} names what is not shown: {error}")
        else:
            self._refused, self._told = None, ""
            left, self._present = self._present, following
            self._in_background(left.leave())
            self._on_switch(named)

    async def _opened(self, named: Path) -> ShownEdition:
        """The edition of a file. Raises: NotServableError or OSError, and nothing else."""
        try:
            return await asyncio.to_thread(lambda: opened(self._make(named)))
        except (NotServableError, OSError):
            raise
        except Exception as error:  # of whatever kind: the present edition has to go on
            raise NotServableError(f"{named}: {error!r}") from error

    def _refuse(self, seen: object, sentence: str) -> None:
        self._refused, self._again_at = seen, time.monotonic() + AGAIN_S
        if sentence != self._told:
            self._told = sentence
            log.error("%s; %s stays", sentence, self._present.file.path.name)

    def _in_background(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._leaving.add(task)
        task.add_done_callback(self._leaving.discard)


def _seen(named: Path) -> tuple[object, ...]:
    """What a file and all that says whether it may be shown are like now."""
    beside = (manifest_path(named), tombstone_path(named), named.parent.parent / TAKEDOWNS)
    return named, *map(_stamp, (named, *beside))


def _stamp(path: Path) -> tuple[int, ...]:
    try:
        found = path.stat()
    except OSError:
        return ()
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns


async def _status_of_home(app: App) -> int:
    """The status with which an application answers for its home page, asked without a wire."""
    status = 0

    async def receive() -> AsgiMessage:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: AsgiMessage) -> None:
        nonlocal status
        status = message.get("status", status)

    asked = {"type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "GET"}
    place = {"scheme": "http", "path": "/", "raw_path": b"/", "query_string": b"", "root_path": ""}
    headers = [(b"host", b"localhost")]
    await app({**asked, **place, "headers": headers, "client": None}, receive, send)
    return status

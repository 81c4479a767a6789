"""Any table, view, stored query and, where visitors may write it, SQL as CSV; what is told of it.

A table is read by the query of its page, without its limit: a part of it is in memory, never all.
SQL is bounded as its page is, and answered once it is whole. Where a bound cuts a file, nobody sees
it in its rows: `X-Complete` says so, and `.csv.json` counts the rows and hashes the bytes.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from weakref import WeakKeyDictionary

from web import stored
from web.asgi import Receive, Send
from web.hardening import DATABASE_NAME
from web.mishaps import error_page, log
from web.programs.addresses import Addresses
from web.programs.csv_asked import CsvWanted, of_sql, of_stored, of_table
from web.programs.csv_reading import Reading, all_of, told
from web.programs.shapes import CsvAnswer
from web.showing import edition_of
from web.upstream import Database, Datasette, Forbidden, QueryInterrupted, Request, Response

MOST_AT_ONCE = 4
MOST_TOLD = 500
"""Answers about files that are kept, so that nobody makes us count the same rows again."""
BUSY = "This server makes as many CSV files as it can at once: try again in a few seconds."
CUT = "not sent to its end: it took too long, or was withdrawn"
NO_SQL = "This server takes no SQL of visitors; its stored queries are at /verdicts."
NO_TABLE = "There is no such table, view or stored query here."
PATH = rf"^/{DATABASE_NAME}/(?P<table>[^/.]+)\.csv(?P<told>\.json)?$"
NO_TABLE_PATH = rf"^/{DATABASE_NAME}/[^/]*%[^/]*\.json$"
"""No name here needs a percent sign; Datasette would send on whoever asks so."""
SQL_PATH = rf"^/{DATABASE_NAME}/-/query\.csv(?P<told>\.json)?$"
MAKING: WeakKeyDictionary[Datasette, int] = WeakKeyDictionary()
"""How many files are made."""
TOLD: WeakKeyDictionary[Database, dict[tuple[str, str], CsvAnswer]] = WeakKeyDictionary()


async def table_csv(datasette: Datasette, request: Request) -> Response:
    """A table, a view or a stored query as CSV, or what is told of it."""
    table, database = request.url_vars["table"], datasette.get_database(DATABASE_NAME)
    if table in stored.stored_queries():
        return await answer(datasette, request, of_stored(request))
    if not (await database.table_exists(table) or await database.view_exists(table)):
        return await no_table(datasette, request)
    return await answer(datasette, request, await of_table(datasette, request))


async def no_table(datasette: Datasette, request: Request) -> Response:
    """What is said of a table that there cannot be."""
    return await error_page(datasette, request, 404, NO_TABLE)


async def sql_csv(datasette: Datasette, request: Request) -> Response:
    """The rows of a visitor's SQL as CSV, or what is told of them.

    Raises: Forbidden where visitors may not write any.
    """
    if not datasette.setting("default_allow_sql"):
        raise Forbidden(NO_SQL)
    return await answer(datasette, request, of_sql(request))


async def answer(datasette: Datasette, request: Request, asked: CsvWanted) -> Response:
    """A file, or what is told of it; 503 while as many are made as may be."""
    if MAKING.get(datasette, 0) >= MOST_AT_ONCE:
        busy = await error_page(datasette, request, 503, BUSY)
        busy.headers |= {"retry-after": "5", "cache-control": "no-store"}
        return busy
    if request.url_vars["told"]:
        return await _told(datasette, request, asked)
    return await _file(datasette, request, asked)


@contextmanager
def _making(datasette: Datasette) -> Iterator[None]:
    MAKING[datasette] = MAKING.get(datasette, 0) + 1
    try:
        yield
    finally:
        MAKING[datasette] -= 1


async def _file(datasette: Datasette, request: Request, asked: CsvWanted) -> Response:
    """The beginning of a file is read before it is answered: what is wrong has its status yet."""
    to = Addresses(datasette, request)
    with _making(datasette):
        reading = Reading(_path(datasette), asked)
        try:
            first, is_complete = await asyncio.to_thread(_begun, reading)
        except BaseException:
            reading.close()
            raise
    headers = {
        "content-disposition": f'attachment; filename="{edition_of(datasette)}-{asked.name}.csv"',
        "link": f'<{to.at(request.path)}.json{_query(request)}>; rel="describedby"',
        "x-complete": "true" if is_complete else "false",
    }
    if not asked.is_whole:
        return CsvResponse(datasette, reading, first, headers, request.receive)
    reading.close()
    digest = base64.b64encode(hashlib.sha256(first).digest()).decode()
    headers |= {"x-rows": str(reading.rows), "repr-digest": f"sha-256=:{digest}:"}
    return Response(first, 200, headers, content_type="text/csv; charset=utf-8")


def _begun(reading: Reading) -> tuple[bytes, bool]:
    """The first part of a file, or the whole, and whether all rows are, or will be, in it."""
    if reading.asked.is_whole:
        whole = b"".join(all_of(reading))
        return whole, reading.is_complete
    return reading.next(), not reading.has_more_than_most()


async def _told(datasette: Datasette, request: Request, asked: CsvWanted) -> Response:
    """What is told of a file; SQL may ask the clock, and so give others the next time."""
    database = datasette.get_database(DATABASE_NAME)
    known, key = TOLD.setdefault(database, {}), (asked.sql, json.dumps(asked.values))
    if key not in known or asked.name == "query":
        while len(known) >= MOST_TOLD:
            known.pop(next(iter(known)))
        with _making(datasette):
            known[key] = await asyncio.to_thread(told, _path(datasette), asked)
    csv = Addresses(datasette, request).at(request.path.removesuffix(".json")) + _query(request)
    said = known[key].model_copy(update={"csv": csv})
    return Response(said.model_dump_json(), content_type="application/json")


def _path(datasette: Datasette) -> Path:
    return Path(datasette.get_database(DATABASE_NAME).path)


def _query(request: Request) -> str:
    query: str = request.query_string.replace("<", "%3C").replace(">", "%3E")
    return f"?{query}" if query else ""


class CsvResponse(Response):  # type: ignore[misc]
    """A file that is read while it is sent.

    One that is not read to its end in time, or withdrawn meanwhile, is not ended: the connection is
    closed, which clients take for the error that it is.
    """

    def __init__(
        self,
        datasette: Datasette,
        reading: Reading,
        first: bytes,
        headers: dict[str, str],
        receive: Receive,
    ) -> None:
        super().__init__(b"", 200, headers, content_type="text/csv; charset=utf-8")
        self._datasette, self._reading = datasette, reading
        self._first, self._receive = first, receive
        self._standing = datasette.get_database(DATABASE_NAME).standing

    async def asgi_send(self, send: Send) -> None:
        """Send the file to whoever still waits for it."""
        left = asyncio.ensure_future(self._left())
        try:
            with _making(self._datasette), suppress(TimeoutError, QueryInterrupted):
                await self._send(send, left)
                return
            log.info("%s.csv: %s", self._reading.asked.name, CUT)
        finally:
            left.cancel()
            self._reading.close()

    async def _send(self, send: Send, left: asyncio.Future[None]) -> None:
        headers = {**self.headers, "content-type": self.content_type}
        pairs = [(name.encode(), value.encode()) for name, value in headers.items()]
        await send({"type": "http.response.start", "status": 200, "headers": pairs})
        part = self._first
        while part and not left.done():
            if self._standing.refusal():
                raise TimeoutError  # withdrawn meanwhile: its time is over too
            body = {"type": "http.response.body", "body": part, "more_body": True}
            await asyncio.wait_for(send(body), self._reading.left_s)
            part = await asyncio.to_thread(self._reading.next)
        await send({"type": "http.response.body", "body": b""})

    async def _left(self) -> None:
        while (await self._receive())["type"] != "http.disconnect":
            pass

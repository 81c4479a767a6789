"""Scrapy's door to the network: one connection a host, each exchange in its time or not at all.

It knows no proxy: behind one the address guard would see nothing.
"""

from __future__ import annotations

import asyncio
from functools import cache
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from scrapy.http import Request, Response

from crawler.net.connection import Connection, connect
from crawler.net.wire import WireAnswer, WireReader
from crawler.start.trust import tls_context

if TYPE_CHECKING:
    from scrapy.crawler import Crawler


class Fetched(Response):
    """What Scrapy hands on: the answer as it came, and of what Scrapy knows the status alone."""

    answer: WireAnswer


class Handler:
    """Fetches for Scrapy, as its documents describe a download handler."""

    lazy = True

    def __init__(self, crawler: Crawler) -> None:
        settings = crawler.settings
        self._exchange_s = settings.getfloat("VERDICTS_EXCHANGE_S")
        self._connect_s = settings.getfloat("VERDICTS_CONNECT_S")
        self._allow_private = settings.getbool("VERDICTS_ALLOW_PRIVATE")
        self._context = cache(tls_context)
        self._idle: dict[str, Connection] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Handler:
        """What Scrapy calls."""
        return cls(crawler)

    async def download_request(self, request: Request) -> Response:
        """One exchange. Raises: CrawlError with its outcome where it gave no answer."""
        parts = urlsplit(request.url)
        target = parts.path + (f"?{parts.query}" if parts.query else "")
        headers = [(name, value) for name, values in request.headers.items() for value in values]
        reading = WireReader(request.url, target, [(b"Host", parts.netloc.encode()), *headers])
        ends_at = asyncio.get_running_loop().time() + self._exchange_s
        origin = f"{parts.scheme}://{parts.netloc}"
        connection = await self._connection(origin)
        with connection.or_closed():
            await _exchange(connection, reading, ends_at)
        if reading.leaves_connection:
            self._idle[origin] = connection
        else:
            connection.close()
        answer = reading.answer(connection.ip)
        response = Fetched(request.url, answer.status)
        response.answer = answer
        return response

    async def _connection(self, origin: str) -> Connection:
        """The one that the last exchange left, if it is still as it was left; else a new one."""
        idle = self._idle.pop(origin, None)
        if idle is not None and idle.is_quiet:
            return idle
        if idle is not None:
            idle.close()
        parts = urlsplit(origin)
        is_tls = parts.scheme == "https"
        return await connect(
            parts.hostname or "",
            parts.port or (443 if is_tls else 80),
            context=self._context() if is_tls else None,
            wait_s=self._connect_s,
            allow_private=self._allow_private,
        )

    async def close(self) -> None:
        """Let every connection go."""
        while self._idle:
            self._idle.popitem()[1].close()


async def _exchange(connection: Connection, reading: WireReader, ends_at: float) -> None:
    """Send the request, and read until the answer is whole, cut or broken off."""
    try:
        async with asyncio.timeout_at(ends_at):
            await connection.send(reading.request)
            while not reading.feed(await connection.receive()):
                pass
    except TimeoutError:
        reading.cut("time")
    except OSError:
        reading.cut("disconnect")

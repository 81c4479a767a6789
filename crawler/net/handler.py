"""Scrapy's door to the network: one connection a host, each exchange in its time or not at all.

It knows no proxy: behind one the address guard would see nothing.
"""

from __future__ import annotations

import asyncio
import ssl
from functools import cached_property
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from scrapy.http import Request, Response

from crawler.net.connection import Connection, connect
from crawler.net.wire import Answer, Reading
from crawler.start.trust import tls_context

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

_PORTS = {"http": 80, "https": 443}


class Fetched(Response):
    """What Scrapy hands on, with the answer as it came."""

    answer: Answer


class Handler:
    """Fetches for Scrapy, as its documents describe a download handler."""

    lazy = True

    def __init__(self, crawler: Crawler) -> None:
        settings = crawler.settings
        self._exchange_s = settings.getfloat("VERDICTS_EXCHANGE_S")
        self._connect_s = settings.getfloat("VERDICTS_CONNECT_S")
        self._allow_private = settings.getbool("VERDICTS_ALLOW_PRIVATE")
        self._idle: dict[tuple[str, str, int], Connection] = {}

    @cached_property
    def _context(self) -> ssl.SSLContext:
        return tls_context()

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Handler:
        """What Scrapy calls."""
        return cls(crawler)

    async def download_request(self, request: Request) -> Response:
        """One exchange. Raises: CrawlError with its outcome where it gave no answer."""
        parts = urlsplit(request.url)
        host, port = parts.hostname or "", parts.port or _PORTS[parts.scheme]
        target = parts.path + (f"?{parts.query}" if parts.query else "")
        headers = [(b"Host", parts.netloc.encode()), *_headers(request)]
        reading = Reading(request.url, target, headers)
        deadline = asyncio.get_running_loop().time() + self._exchange_s
        place = (parts.scheme, host, port)
        connection = await self._connection(request.url, place)
        try:
            await _exchange(connection, reading, deadline)
            answer = reading.answer(connection.ip)
        except BaseException:
            connection.close()
            raise
        if reading.leaves_connection:
            self._idle[place] = connection
        else:
            connection.close()
        response = Fetched(request.url, answer.status, headers=answer.headers)
        response.answer = answer
        return response

    async def _connection(self, url: str, place: tuple[str, str, int]) -> Connection:
        """The one that the last exchange left, if it is still as it was left; else a new one."""
        scheme, host, port = place
        idle = self._idle.pop(place, None)
        if idle is not None and idle.is_quiet:
            return idle
        if idle is not None:
            idle.close()
        return await connect(
            url,
            host,
            port,
            context=self._context if scheme == "https" else None,
            wait_s=self._connect_s,
            allow_private=self._allow_private,
        )

    async def close(self) -> None:
        """Let every connection go."""
        while self._idle:
            self._idle.popitem()[1].close()


async def _exchange(connection: Connection, reading: Reading, deadline: float) -> None:
    """Send the request, and read until the answer is whole, cut or broken off."""
    try:
        async with asyncio.timeout_at(deadline):
            await connection.send(reading.request)
            while not reading.feed(await connection.receive()):
                pass
    except TimeoutError:
        reading.cut("time")
    except OSError:
        reading.cut("disconnect")


def _headers(request: Request) -> list[tuple[bytes, bytes]]:
    return [(name, value) for name, values in request.headers.items() for value in values]

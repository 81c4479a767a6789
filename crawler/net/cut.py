"""Answers that are too large or too slow are cut here, so that the part that came can be kept.

Scrapy's own limits would throw the part away; they stay behind these as a second line.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from scrapy import Request, signals
from scrapy.exceptions import StopDownload
from scrapy.http import Response

from archive.store import Truncation
from crawler.asking import Asked, asked_of

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

MAX_WIRE_BYTES = 4 << 20
"""The most that is taken over the wire for one answer. Units: bytes."""


class Cutter:
    """Watches each body as it comes. Units: seconds for one whole exchange."""

    def __init__(self, timeout_s: float, max_bytes: int) -> None:
        self._timeout_s, self._max_bytes = timeout_s, max_bytes

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Cutter:
        """What Scrapy calls."""
        cutter = cls(crawler.settings.getfloat("VERDICTS_EXCHANGE_S"), MAX_WIRE_BYTES)
        crawler.signals.connect(cutter.begun, signal=signals.request_reached_downloader)
        crawler.signals.connect(cutter.received, signal=signals.bytes_received)
        return cutter

    def begun(self, request: Request) -> None:
        """The request goes out: the clock of the whole exchange starts."""
        asked_of(request).begun = time.monotonic()

    def received(self, data: bytes, request: Request) -> None:
        """Raises: StopDownload, which hands on what came so far."""
        asked = asked_of(request)
        asked.received += len(data)
        if asked.received > self._max_bytes:
            asked.truncated = "length"
            raise StopDownload(fail=False)
        if time.monotonic() - asked.begun > self._timeout_s:
            asked.truncated = "time"
            raise StopDownload(fail=False)


def truncation_of(asked: Asked, response: Response) -> Truncation | None:
    """Why only a part of the body is there. Absent: None for a whole one."""
    if asked.truncated is not None:
        return asked.truncated
    return "disconnect" if "dataloss" in response.flags else None

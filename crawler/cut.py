"""Answers that are too large or too slow are cut here, so that the part that came can be kept.

Scrapy's own limits would throw the part away; they stay behind these as a second line.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Literal

from scrapy import Request, signals
from scrapy.exceptions import StopDownload
from scrapy.http import Response

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

MAX_WIRE_BYTES = 4 << 20
"""The most that is taken over the wire for one answer. Units: bytes."""
Truncation = Literal["length", "time", "disconnect"]


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
        request.meta["begun"] = time.monotonic()

    def received(self, data: bytes, request: Request) -> None:
        """Raises: StopDownload, which hands on what came so far."""
        meta = request.meta
        meta["received"] = meta.get("received", 0) + len(data)
        if meta["received"] > self._max_bytes:
            meta["truncated"] = "length"
            raise StopDownload(fail=False)
        if time.monotonic() - meta.get("begun", time.monotonic()) > self._timeout_s:
            meta["truncated"] = "time"
            raise StopDownload(fail=False)


def truncation_of(request: Request, response: Response) -> Truncation | None:
    """Why only a part of the body is there. Absent: None for a whole one."""
    found: Truncation | None = request.meta.get("truncated")
    if found is not None:
        return found
    return "disconnect" if "dataloss" in response.flags else None

"""How a request is made so that it asks for no more than is needed, and what goes with it."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from scrapy import Request

from archive.ledger import Lease
from archive.store import Store, Truncation
from machine.failpoints import reach

if TYPE_CHECKING:
    from crawler.choosing.discovery import Discovery
    from crawler.context import Job, Kept


@dataclass(slots=True)
class Asked:
    """What one request is for, and what came of it: the parts of the crawl hand it on.

    Absent: `discovery` is None for a robots.txt, `validates` for a request without conditions,
    `kept` until the answer is in the archive, `truncated` while it is whole.
    Units: `begun` in seconds of the clock that does not jump, `received` in bytes.
    """

    job: Job
    lease: Lease
    hops: int
    discovery: Discovery | None = None
    is_plain: bool = False
    """Whether the request is to name no conditions, because their answer was not to be trusted."""
    validates: int | None = None
    """The capture whose validators the request names."""
    begun: float = field(default_factory=time.monotonic)
    received: int = 0
    truncated: Truncation | None = None
    kept: Kept | None = None
    is_settled: bool = False
    """Whether the lease was ended by an answer that could not be kept."""


def asked_of(request: Request) -> Asked:
    """What a request was made with."""
    found: Asked = request.meta["asked"]
    return found


def request_for(url: str, asked: Asked, store: Store, **calls: Any) -> Request:
    """The request for an address, which need not bring again what we hold.

    Shape: `calls` are what Scrapy is to call with the answer, or without one.
    """
    reach("leased")
    known = None if asked.is_plain else store.validators(asked.lease.page_id, url)
    asked.validates = None if known is None else known.capture_id
    meta = {"asked": asked, "download_slot": asked.job.site.name}
    return Request(url, headers=None if known is None else known.headers, meta=meta, **calls)

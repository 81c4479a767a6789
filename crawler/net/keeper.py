"""The middleware next to the network: what comes in is in the archive before anything sees it."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from scrapy.http import Request, Response

from archive.ledger import Lease, end_attempt, failed
from archive.store import Exchange, keep_aside
from archive.warc import UnwritableError, message_block, raw_block, request_block
from crawler.asking import Asked, asked_of
from crawler.context import Crawl, Kept
from crawler.judge import Ruling, judge_answer, noted
from crawler.net.cut import truncation_of
from machine.clock import stamp
from machine.failpoints import reach
from schema.errors import CrawlError, VerdictsError

if TYPE_CHECKING:
    from scrapy.crawler import Crawler


class Keeper:
    """Stores each answer, as it came over the wire; the same commit ends the lease.

    Where it can, that commit begins the next lease as well.
    """

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Keeper:
        """What Scrapy calls."""
        return cls(crawler)

    def process_response(self, request: Request, response: Response) -> Response:
        """Leaves a `Kept` with what the request was made with.

        Raises: CrawlError for an answer that cannot be written down; an error of the archive,
        after which the run ends.
        """
        run: Crawl = self._crawler.spider.run  # type: ignore[union-attr]
        asked = asked_of(request)
        run.sent(asked.lease)  # before the commit that leases the next page looks at the limit
        try:
            reach("fetched")
            try:
                asked.kept = self._keep(run, asked, request, response)
                return response
            except UnwritableError as error:
                self._set_aside(run, asked, response, error)
                why = error
        except VerdictsError as error:
            run.fail(error)
            raise
        raise CrawlError(url=asked.lease.url, outcome="damaged", reason="headers") from why

    def _set_aside(
        self, run: Crawl, asked: Asked, response: Response, error: UnwritableError
    ) -> None:
        """Keep an answer that no segment may hold where a person can look at it."""
        lease = asked.lease
        block = raw_block(response.status, _pairs(response.headers), response.body)
        kept = keep_aside(run.books.home, lease.url, block)
        ending = failed(
            lease,
            "damaged",
            "headers",
            is_final=False,
            detail=f"{error}; kept in quarantine as {kept.name}"[:300],
        )
        run.books.frontier.settle(lease, ending)
        run.count(lease, ending)
        asked.is_settled = True

    def _keep(self, run: Crawl, asked: Asked, request: Request, response: Response) -> Kept:
        lease, discovery = asked.lease, asked.discovery
        exchange = Exchange(
            site=lease.site,
            url=lease.url,
            fetched_url=request.url,
            captured_at=stamp(),
            date_source="crawl",
            request=_request_bytes(request),
            block=message_block(response.status, _pairs(response.headers), response.body),
            role=lease.role,
            truncated=truncation_of(asked, response),
            ip=str(response.ip_address) if response.ip_address else None,
        )
        message = exchange.message()
        ruling = judge_answer(
            lease,
            asked.job.site,
            request.url,
            message,
            asked.hops,
            named=_named(request) if asked.validates is not None else None,
        )
        ruling = noted(ruling, response.flags, message)
        exchange = replace(
            exchange,
            validates=None if ruling.is_plain else asked.validates,
            outcome=f"{ruling.ending.outcome}:{ruling.ending.reason}",
        )

        ahead: Lease | None = None

        def settle(db: sqlite3.Connection, capture_id: int, is_unchanged: bool) -> None:
            nonlocal ahead
            end_attempt(db, lease, ruling.ending, capture_id=capture_id, is_unchanged=is_unchanged)
            if discovery is not None and lease.role == "comparison" and ruling.hop is None:
                ahead = discovery.lease_ahead(lease)

        stored = run.books.store.add(exchange, message, lease.page_id, settle)
        if discovery is not None:
            # Only now: had the commit failed, there would be no such lease.
            discovery.ahead = ahead
        run.count(lease, ruling.ending, is_unchanged=stored.is_unchanged)
        _hold(run, lease.site, ruling)
        return Kept(lease, message, ruling, stored.capture_id, stored.is_unchanged)


def _hold(run: Crawl, site: str, ruling: Ruling) -> None:
    if ruling.wait_s is not None:
        run.hold(site, ruling.wait_s)
    elif ruling.ending.status is not None and ruling.ending.status >= 500:
        run.hold(site, min(30.0, run.delay_s * 2**ruling.ending.tries))


def _named(request: Request) -> dict[str, str]:
    """The validators that a request names, by the header in which an answer says them."""
    names = (("etag", "If-None-Match"), ("last-modified", "If-Modified-Since"))
    return {
        said: value.decode("latin-1")
        for said, asked in names
        if (value := request.headers.get(asked)) is not None
    }


def _pairs(headers: Any) -> list[tuple[str, str]]:
    return [
        (name.decode("latin-1"), value.decode("latin-1"))
        for name, values in headers.items()
        for value in values
    ]


def _request_bytes(request: Request) -> bytes:
    parts = urlsplit(request.url)
    target = parts.path + (f"?{parts.query}" if parts.query else "")
    return request_block(request.method, target, [("Host", parts.netloc), *_pairs(request.headers)])

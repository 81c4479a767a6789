"""Scrapy's settings for us.

Every default that asks too much, trusts too much or listens on something is turned off here.
"""

from __future__ import annotations

from typing import Any

from archive.warc import accepted_encodings
from crawler.robots.rules import TOKEN
from crawler.start.timeouts import Timeouts

JITTER = 0.25
"""How far a pause may differ from the setting, as a share of it; never below the delay asked."""

CHAIN = {
    "scrapy.downloadermiddlewares.offsite.OffsiteMiddleware": 50,
    "scrapy.downloadermiddlewares.defaultheaders.DefaultHeadersMiddleware": 400,
    "scrapy.downloadermiddlewares.useragent.UserAgentMiddleware": 500,
}
"""All that is kept of Scrapy's own chain. What is not loaded cannot be turned on by mistake: no
proxy, cookie, redirect, retry, cache or decompression comes between the wire and the archive."""


def crawl_settings(
    *, delay_s: float, contact: str, allow_private: bool, version: str, timeouts: Timeouts
) -> dict[str, Any]:
    """The settings of one crawl. Units: seconds between requests."""
    return {
        "DOWNLOADER_MIDDLEWARES_BASE": dict(CHAIN),
        "DOWNLOADER_MIDDLEWARES": {"crawler.net.gate.RobotsGate": 100},
        "EXTENSIONS_BASE": {},
        "SPIDER_MIDDLEWARES_BASE": {},
        # Who we are, and what we may ask.
        "USER_AGENT": f"{TOKEN}/{version} (+{contact})" if contact else f"{TOKEN}/{version}",
        "ROBOTSTXT_OBEY": True,
        "ROBOTSTXT_USER_AGENT": TOKEN,
        "DEFAULT_REQUEST_HEADERS": {
            "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
            "Accept-Language": "en",
            "Accept-Encoding": accepted_encodings(),
        },
        # How fast. The jitter only lengthens the pause that was asked for.
        "CONCURRENT_REQUESTS": 1,
        "CONCURRENT_REQUESTS_PER_DOMAIN": 1,
        "DOWNLOAD_DELAY": slot_delay(delay_s),
        "DOWNLOAD_DELAY_JITTER": JITTER,
        # What may come back.
        "DOWNLOAD_HANDLERS": {
            **dict.fromkeys(("http", "https"), "crawler.net.handler.Handler"),
            **dict.fromkeys(("data", "file", "ftp", "s3")),
        },
        "VERDICTS_EXCHANGE_S": timeouts.exchange_s,
        "VERDICTS_CONNECT_S": min(timeouts.connect_s, timeouts.exchange_s),
        "VERDICTS_ALLOW_PRIVATE": allow_private,
        "JOBDIR": None,  # the ledger is the frontier
        # Nothing listens, nothing else runs.
        "TWISTED_REACTOR_ENABLED": False,
        "TELNETCONSOLE_ENABLED": False,
        "REMOTE_CONTROL_ENABLED": False,
        "LOG_LEVEL": "ERROR",
        "LOG_INSTALL_ROOT_HANDLER": False,
    }


def slot_delay(delay_s: float) -> float:
    """The mean pause whose shortest, after jitter, is the delay asked for."""
    return delay_s / (1 - JITTER)

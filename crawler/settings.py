"""Scrapy's settings for us, and the add-on that groups our components.

Every default that asks too much, trusts too much or listens on something is turned off here.
"""

from __future__ import annotations

from typing import Any

from scrapy.settings import BaseSettings

from archive.warc import accepted_encodings
from crawler.robots.rules import TOKEN
from crawler.start.timeouts import Timeouts

JITTER = 0.25
"""How far a pause may differ from the setting, as a share of it; never below the delay asked."""
STALL_S = 1.0
"""How long after its time an exchange may end, so that the part that came is kept. Units: s."""

CHAIN = {
    "scrapy.downloadermiddlewares.offsite.OffsiteMiddleware": 50,
    "scrapy.downloadermiddlewares.downloadtimeout.DownloadTimeoutMiddleware": 350,
    "scrapy.downloadermiddlewares.defaultheaders.DefaultHeadersMiddleware": 400,
    "scrapy.downloadermiddlewares.useragent.UserAgentMiddleware": 500,
}
"""All that is kept of Scrapy's own chain: what is not loaded cannot be turned on by mistake."""


class VerdictsAddon:
    """Puts our components into Scrapy's chain, in place of those that they stand in for."""

    def update_settings(self, settings: BaseSettings) -> None:
        """What Scrapy calls."""
        chain = settings["DOWNLOADER_MIDDLEWARES"]
        chain["crawler.net.gate.RobotsGate"] = 100
        chain["crawler.net.keeper.Keeper"] = 999


def crawl_settings(
    *, delay_s: float, contact: str, allow_private: bool, version: str, timeouts: Timeouts
) -> dict[str, Any]:
    """The settings of one crawl. Units: seconds between requests."""
    return {
        "ADDONS": {"crawler.settings.VerdictsAddon": 100},
        "DOWNLOADER_MIDDLEWARES_BASE": dict(CHAIN),
        "EXTENSIONS_BASE": {},
        "EXTENSIONS": {"crawler.net.cut.Cutter": 0},
        # Who we are, and what we may ask.
        "USER_AGENT": f"{TOKEN}/{version} (+{contact})" if contact else f"{TOKEN}/{version}",
        "ROBOTSTXT_OBEY": True,
        "ROBOTSTXT_USER_AGENT": TOKEN,
        "DEFAULT_REQUEST_HEADERS": {
            "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
            "Accept-Language": "en",
            "Accept-Encoding": accepted_encodings(),
        },
        "REFERER_ENABLED": False,
        "COOKIES_ENABLED": False,
        # How fast. The jitter only lengthens the pause that was asked for.
        "CONCURRENT_REQUESTS": 1,
        "CONCURRENT_REQUESTS_PER_DOMAIN": 1,
        "DOWNLOAD_DELAY": slot_delay(delay_s),
        "DOWNLOAD_DELAY_JITTER": JITTER,
        "AUTOTHROTTLE_ENABLED": False,
        # What may come back.
        "DOWNLOAD_MAXSIZE": 0,  # cut.py stops larger ones; Scrapy would throw the part away
        "DOWNLOAD_WARNSIZE": 0,
        "VERDICTS_EXCHANGE_S": timeouts.exchange_s,
        "VERDICTS_CONNECT_S": min(timeouts.connect_s, timeouts.exchange_s),
        "DOWNLOAD_TIMEOUT": timeouts.exchange_s + STALL_S,  # where nothing more comes at all
        "DOWNLOAD_FAIL_ON_DATALOSS": False,  # the part is kept as truncated, and never read
        "DOWNLOAD_VERIFY_CERTIFICATES": True,
        "DOWNLOAD_TLS_MIN_VERSION": "TLSv1.2",
        "DOWNLOAD_HANDLERS_BASE": dict.fromkeys(("http", "https"), "crawler.net.handler.Handler"),
        "DOWNLOAD_HANDLERS": {"data": None, "file": None, "ftp": None, "s3": None},
        "COMPRESSION_ENABLED": False,  # content.py decodes, and refuses what is cut
        "HTTPERROR_ALLOW_ALL": True,
        # Where it may come from.
        "TWISTED_DNS_RESOLVER": "crawler.hosts.resolver.PublicResolver",
        "VERDICTS_ALLOW_PRIVATE": allow_private,
        "HTTPPROXY_ENABLED": False,  # a proxy would resolve names behind the resolver's back
        # The ledger is the frontier: it retries, follows redirects and knows what was asked.
        "RETRY_ENABLED": False,
        "REDIRECT_ENABLED": False,
        "METAREFRESH_ENABLED": False,
        "DUPEFILTER_CLASS": "scrapy.dupefilters.BaseDupeFilter",
        "HTTPCACHE_ENABLED": False,
        "JOBDIR": None,
        # Nothing listens, nothing else runs.
        "TELNETCONSOLE_ENABLED": False,
        "REMOTE_CONTROL_ENABLED": False,
        "MEMUSAGE_ENABLED": False,
        "STATS_DUMP": False,
        "LOGSTATS_INTERVAL": 0,
        "LOG_LEVEL": "ERROR",
        "LOG_INSTALL_ROOT_HANDLER": False,
    }


def slot_delay(delay_s: float) -> float:
    """The mean pause whose shortest, after jitter, is the delay asked for."""
    return delay_s / (1 - JITTER)

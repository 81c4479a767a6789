"""What an exchange that another tool kept means for its page."""

from __future__ import annotations

from dataclasses import replace

from archive.ledger import RobotsRow, Role
from archive.store import NOT_MODIFIED, Exchange
from archive.warc import Message
from crawler.hosts.addresses import origin_of
from crawler.judge import REDIRECTS
from crawler.robots.rules import Rules
from crawler.start.planning import role_of
from parsers.sites import site_named

IMPORTED = "import"
"""Stands for the origin of an imported robots.txt: no crawl of ours asks by its rules."""


def outcome_of(message: Message, *, is_repeat: bool = False) -> tuple[str, str]:
    """What an exchange of another tool means for its page, as the ledger names it.

    `is_repeat` says of a revisit that the body which it repeats is there.
    """
    if is_repeat and message.status in (200, NOT_MODIFIED):
        return "ok", ""
    if message.status in REDIRECTS:
        return "ok", "redirect"
    if message.status != 200:
        return "http_error", str(message.status)
    if message.decoded.body is None:
        return message.decoded.outcome, message.decoded.reason
    return ("ok", "") if message.decoded.body else ("damaged", "empty")


def imported_rules(rules: Rules, exchange: Exchange, run_id: int, capture_id: int) -> RobotsRow:
    """What a robots.txt that another tool kept asked for, on the day on which it was asked."""
    dated = replace(rules, read_at=exchange.captured_at, capture_id=capture_id)
    origin = origin_of(exchange.fetched_url)
    return replace(dated.row(run_id, site_named(exchange.site), origin), origin=IMPORTED)


def imported_role(exchange: Exchange) -> Role:
    """What an imported page is, by its address."""
    if exchange.url.startswith("urn:"):
        return "comparison"
    return role_of(site_named(exchange.site), exchange.url)

"""What an exchange that another tool kept means for its page."""

from __future__ import annotations

from archive.ledger import Role
from archive.store import NOT_MODIFIED, Exchange
from archive.warc import Message
from crawler.judge import REDIRECTS
from crawler.start.planning import role_of
from parsers.sites import site_named


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


def imported_role(exchange: Exchange) -> Role:
    """What an imported page is, by its address."""
    if exchange.url.startswith("urn:"):
        return "comparison"
    return role_of(site_named(exchange.site), exchange.url)

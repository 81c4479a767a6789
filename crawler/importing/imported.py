"""What an exchange that another tool kept means for its page."""

from __future__ import annotations

from archive.warc import Message
from crawler.judge import REDIRECTS


def outcome_of(message: Message) -> tuple[str, str]:
    """What an exchange of another tool means for its page, as the ledger names it."""
    if message.status in REDIRECTS:
        return "ok", "redirect"
    if message.status != 200:
        return "http_error", str(message.status)
    if message.decoded.body is None:
        return message.decoded.outcome, message.decoded.reason
    return ("ok", "") if message.decoded.body else ("damaged", "empty")

"""robots.txt by RFC 9309: no answer means no, 4xx means there are no rules."""

from __future__ import annotations

import codecs
import re
import time
from dataclasses import dataclass, field
from typing import Literal

from protego import Protego
from scrapy.exceptions import IgnoreRequest

from archive.warc import Message
from crawler.robots.objections import Usages, objections, read_usages
from machine.clock import later, stamp
from parsers import Site

TOKEN = "verdicts"
"""Our product token: what a robots.txt names us by."""
MAX_BYTES = 512 << 10
MAX_AGE_HOURS = 24
"""Rules are read again when they are older. Source: RFC 9309, section 2.4. Units: hours."""
MAX_CRAWL_DELAY_S = 60
"""A site that asks for more is left alone in this run. Units: seconds."""
_VERSION = re.compile(r"(?im)^([ \t]*user-agent[ \t]*:[ \t]*[a-z_-]+)[^\r\n]*")
"""A line that names an agent as its requests do, with a version: only the token counts."""
_RULE = re.compile(r"(?im)^[ \t]*(user-agent|allow|disallow|sitemap)[ \t]*:")


class RobotsRefused(IgnoreRequest):
    """An address that may not be asked for; `reason` as the ledger's outcomes name it."""

    def __init__(self, *, reason: str) -> None:
        self.reason = reason
        super().__init__(f"refused_robots:{reason}")


@dataclass(frozen=True, slots=True)
class Rules:
    """What a site's robots.txt means, from when it was read until a day later."""

    state: Literal["read", "none", "unreachable"]
    parsed: Protego
    capture_id: int | None = None
    usages: Usages = ()
    """What their Content-Usage lines refuse."""
    read_at: str = field(default_factory=stamp)
    counted_from: float = field(default_factory=time.monotonic)
    """When they were read, in seconds of the clock that does not jump."""

    @property
    def is_fresh(self) -> bool:
        """Whether they need not be read again yet, by either clock."""
        age_s = time.monotonic() - self.counted_from
        return age_s < MAX_AGE_HOURS * 3600 and is_fresh(self.read_at)

    def allows(self, url: str, token: str = TOKEN) -> bool:
        """Whether `token` may ask for the address."""
        return self.state != "unreachable" and bool(self.parsed.can_fetch(url, token))

    def denied(self, base: str, site: Site) -> list[str]:
        """What they say against the use of the site by AI; nothing where none were read."""
        if self.state != "read":
            return []
        return objections(base, site, self.usages, self.allows)

    @property
    def crawl_delay_s(self) -> float:
        """The delay the site asks for; 0 where it asks for none."""
        return float(self.parsed.crawl_delay(TOKEN) or 0)

    @property
    def sitemaps(self) -> list[str]:
        """The addresses on its Sitemap lines."""
        return list(self.parsed.sitemaps)


def read_rules(status: int | None, body: bytes | None, capture_id: int | None = None) -> Rules:
    """The rules of an answer to a request for robots.txt; None, None where none came.

    Of a body that is too long, the whole lines in its beginning count.

    >>> read_rules(404, b"").state, read_rules(503, b"").state, read_rules(200, b"<html>").state
    ('none', 'unreachable', 'unreachable')
    """
    empty = Protego.parse("")
    if status is not None and 400 <= status < 500 and status != 429:
        return Rules("none", empty, capture_id)
    if status != 200 or body is None:
        return Rules("unreachable", empty, capture_id)
    is_wide = body.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    text = body[:MAX_BYTES].decode("utf-16" if is_wide else "utf-8-sig", "replace")
    text = text.replace("\0", "").replace("\r", "\n")
    if len(body) > MAX_BYTES:
        # A rule that is cut could allow what the whole one would not.
        text = text[: text.rfind("\n") + 1]
        if not text:
            return Rules("unreachable", empty, capture_id)
    is_rules = _RULE.search(text) is not None
    if not is_rules and text.lstrip().startswith("<"):
        return Rules("unreachable", empty, capture_id)
    parsed = Protego.parse(_VERSION.sub(r"\1", text))
    return Rules("read", parsed, capture_id, read_usages(text))


def is_fresh(read_at: str) -> bool:
    """Whether rules that were read then need not be read again yet."""
    return later(hours=-MAX_AGE_HOURS) < read_at <= stamp()


def body_of(message: Message) -> bytes | None:
    """The body of a robots.txt, or what there is of one that was cut because it is too large.

    Absent: None where the answer has no body that can be read.
    """
    if message.decoded.outcome == "too_large" and message.header("content-encoding") is None:
        return message.wire
    return message.decoded.body

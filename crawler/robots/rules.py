"""robots.txt by RFC 9309: no answer means no, 4xx means there are no rules.

Two parsers read each file, our own and Protego, which is more generous with typing errors; an
address may be asked for only where both allow it.
"""

from __future__ import annotations

import codecs
import html
import re
import time
from dataclasses import dataclass, field
from functools import cache
from typing import Literal

from protego import Protego
from scrapy.exceptions import IgnoreRequest

from archive.ledger import RobotsRow
from archive.warc import Message
from crawler.robots.groups import ALL, Groups, read_groups, tokens_of
from crawler.robots.objections import AI_TOKENS, objections
from machine.clock import later, stamp
from parsers import Site

TOKEN = "verdicts"
"""Our product token: what a robots.txt names us by."""
MAX_BYTES = 512 << 10
MAX_AGE_HOURS = 24
"""Rules are read again when they are older. Source: RFC 9309, section 2.4. Units: hours."""
MAX_CRAWL_DELAY_S = 60
"""A site that asks for more is left alone in this run. Units: seconds."""
LONGEST_CRAWL_DELAY_S = 86_400.0
"""So much is noted of a delay, be it endless. Units: seconds."""
_UNREADABLE_S = 60.0
_NUMBER = re.compile(r"(?as)\+?((?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?|inf(?!\w))\s*(.*)")
_UNITS_S = {
    **dict.fromkeys(("ms", "msec", "millisecond"), 0.001),
    **dict.fromkeys(("", "sec", "second"), 1),
    **dict.fromkeys(("m", "min", "minute"), 60),
    **dict.fromkeys(("h", "hr", "hour"), 3600),
    **dict.fromkeys(("d", "day"), 86_400),
}
"""What may stand behind a number, but for the last s."""
_AGENT = re.compile(r"(?im)^([^\S\n]*user[- ]?agent(?:[^\S\n]*:|[^\S\n]))([^\n#]*)")
_BREAKS = re.compile(r"[\v\f\x1c-\x1e\x85\u2028\u2029]")
"""Where Protego sees the end of a line and nobody else does."""
_ASKED = frozenset(token.lower() for token in (ALL, TOKEN, *AI_TOKENS))
"""The agents whose rules are kept, which bounds the work that a robots.txt can make."""
_IN_GROUP = re.compile(r"(?im)^[ \t]*user[- ]?agent[ \t]*:[ \t]*[^\s#]")
_RULE = re.compile(r"(?im)^[ \t]*(?:dis)?allow[ \t]*:")
_MARKUP = re.compile(r"(?i)\A\s*<|</?(?:html|head|body|pre|br|p|div|li|code|span)\b")
_INLINE = re.compile(r"(?i)</?(?:a|b|i|u|em|strong|span|font|code|tt)\b[^>]*(?:>|\Z)")
_TAG = re.compile(r"<[^>]*(?:>|\Z)")


class RobotsRefused(IgnoreRequest):
    """An address that may not be asked for; `reason` as the ledger's outcomes name it."""

    def __init__(self, *, reason: str) -> None:
        self.reason = reason
        super().__init__(f"refused_robots:{reason}")


@dataclass(frozen=True, slots=True)
class Rules:
    """What a site's robots.txt means, from when it was read until a day later."""

    state: Literal["read", "none", "unreachable"]
    groups: Groups
    generous: Protego
    """The same file as Protego reads it, whose agents match whole tokens only."""
    capture_id: int | None = None
    named: frozenset[str] = frozenset()
    """The tokens that the file holds; all others are answered alike."""
    read_at: str = field(default_factory=stamp)
    counted_from: float = field(default_factory=time.monotonic)
    """When they were read, in seconds of the clock that does not jump."""

    @property
    def is_fresh(self) -> bool:
        """Whether they need not be read again yet, by either clock."""
        age_s = time.monotonic() - self.counted_from
        return age_s < MAX_AGE_HOURS * 3600 and is_fresh(self.read_at)

    def allows(self, url: str, token: str = TOKEN) -> bool:
        """Whether `token` may ask for the address, by both parsers."""
        return (
            self.state != "unreachable"
            and self.groups.allows(url, token)
            and bool(self.generous.can_fetch(url, _whole(token)))
        )

    def denied(self, base: str, site: Site) -> list[str]:
        """What they say against the use of the site by AI; nothing where none were read."""
        if self.state != "read":
            return []
        asked = cache(self.allows)

        def allows(url: str, token: str) -> bool:
            return asked(url, token if token.lower() in self.named else "")

        return objections(base, site, self.groups.beside, TOKEN, allows)

    @property
    def crawl_delay_s(self) -> float:
        """The longest delay that the site asks us for, else everybody; 0 where it asks for none."""
        delays = {TOKEN: 0.0, ALL: 0.0}
        for line in self.groups.beside:
            if re.fullmatch(r"crawl[-_ ]?delay", line.key) and line.value:
                delay_s = min(seconds_asked(line.value), LONGEST_CRAWL_DELAY_S)
                for agent in delays.keys() & line.agents:
                    delays[agent] = max(delays[agent], delay_s)
        generous = self.generous.crawl_delay(_whole(TOKEN)) or 0.0
        return max(delays[TOKEN] or delays[ALL], min(generous, LONGEST_CRAWL_DELAY_S))

    def row(self, run_id: int, site: Site, origin: str) -> RobotsRow:
        """What the ledger notes of them, read by a run of an origin."""
        return RobotsRow(
            run_id,
            site.name,
            origin,
            self.read_at,
            self.state,
            self.crawl_delay_s or None,
            " ".join(self.denied(origin, site)),
            self.capture_id,
        )

    @property
    def sitemaps(self) -> list[str]:
        """The addresses on its Sitemap lines, relative ones too; several may stand on a line."""
        words = (word for line in self.generous.sitemaps for word in line.split())
        return list(dict.fromkeys(word.strip("<>\"'") for word in words))


def read_rules(status: int | None, body: bytes | None, capture_id: int | None = None) -> Rules:
    """The rules of an answer to a request for robots.txt; None, None where none came.

    Of a body that is too long, the whole lines in its beginning count; HTML is an answer only where
    it shows a whole group.

    >>> read_rules(404, b"").state, read_rules(503, b"").state, read_rules(200, b"<html>").state
    ('none', 'unreachable', 'unreachable')
    """
    nothing = Groups(), Protego.parse("")
    if status is not None and 400 <= status < 500 and status != 429:
        return Rules("none", *nothing, capture_id)
    if status != 200 or body is None:
        return Rules("unreachable", *nothing, capture_id)
    is_wide = body.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    text = body[:MAX_BYTES].decode("utf-16" if is_wide else "utf-8-sig", "replace")
    text = text.replace("\0", "").replace("\r", "\n")
    if len(body) > MAX_BYTES:
        # A rule that is cut could allow what the whole one would not.
        text = text[: text.rfind("\n") + 1]
        if not text:
            return Rules("unreachable", *nothing, capture_id)
    if _MARKUP.search(text):
        text = _shown(text)
        agent = _IN_GROUP.search(text)
        if agent is None or _RULE.search(text, agent.end()) is None:
            return Rules("unreachable", *nothing, capture_id)
    generous = Protego.parse(_AGENT.sub(_renamed, _BREAKS.sub(" ", text)))
    lower = text.lower()
    named = frozenset(token for token in _ASKED if token in lower)
    return Rules("read", read_groups(text, _ASKED), generous, capture_id, named)


def _shown(page: str) -> str:
    """The lines of text that HTML shows.

    >>> _shown("<pre>User-agent: *<br>Disallow: <i>/</i>").split()
    ['User-agent:', '*', 'Disallow:', '/']
    """
    return html.unescape(_TAG.sub("\n", _INLINE.sub("", page))).replace("\xa0", " ")


def _whole(token: str) -> str:
    """A token that Protego cannot find within another, as it would find `verdict` in ours."""
    return token.lower() + "!"


def _renamed(line: re.Match[str]) -> str:
    """A User-agent line with one whole token: one that is asked about, or `-` for all others."""
    value = line[2].strip()
    named = (tokens_of(value) or tokens_of(value.strip("* "))) & _ASKED
    return line[1] + (ALL if ALL in named else _whole(max(named, default="-")))


def seconds_asked(value: str) -> float:
    """The seconds that a site asks us to wait; at least a minute where they cannot be read.

    >>> [seconds_asked(value) for value in ("2.5", "10 sec", "2 hours", "500 ms", "inf")]
    [2.5, 10.0, 7200.0, 0.5, inf]
    >>> [seconds_asked(value) for value in ("90, 5", "5 weeks", "-1", "nan", "soon")]
    [90.0, 60.0, 60.0, 60.0, 60.0]
    """
    found = _NUMBER.match(value.strip().lower())
    if found is None:
        return _UNREADABLE_S
    number, unit = float(found[1]), _UNITS_S.get(found[2], _UNITS_S.get(found[2].removesuffix("s")))
    return max(number, _UNREADABLE_S) if unit is None else number * unit


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

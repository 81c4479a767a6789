"""What was seen of one page, without a word of the page: its *traits*, in one part for each tool.

A publisher shows a tool's card on many pages, so it is the tool, and not the page, that changes by
itself. This module is pure: it reads no file, clock or ledger.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass

from pydantic import TypeAdapter

from schema.records import Comparison, Finding, Quote, Tool

UNREAD = "unread"
"""What the layout of a page that gave no record begins with."""
TOOL_FIELDS = ("badge", "votes", "community", "pricing")
TOOL_TEXTS = ("name", "category", "tagline", "description", "pricing")
TOOL_WORDS = ("category", "badge", "entry", "pricing", "panel_ship_percent")
QUOTE_WORDS = ("reviewer", "verdict", "score")
UNLIKE = ("tagline", "description")
"""Texts that two tools do not share."""
END = 24
"""So much of a text at either end tells whether something was added there. Units: characters."""


@dataclass(frozen=True, slots=True)
class ToolTraits:
    """What a page shows of one tool, the quotes on it included.

    `fields` are the optional ones that are shown, `sizes` the smallest and largest value of a field
    (a text's length, a number), `words` the values of a field: each a number, or a text's digest;
    `said` is the text, reviewer and score of each quote, `ends` how its long texts begin and end.
    """

    tool: str = ""
    fields: tuple[str, ...] = ()
    alike: tuple[str, ...] = ()
    findings: tuple[str, ...] = ()
    sizes: tuple[tuple[str, int, int], ...] = ()
    words: tuple[tuple[str, tuple[str, ...]], ...] = ()
    said: tuple[tuple[str, str, str], ...] = ()
    ends: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = ()

    def words_of(self, name: str) -> tuple[str, ...]:
        """The values of one field; none where it is not shown."""
        return dict(self.words).get(name, ())


@dataclass(frozen=True, slots=True)
class PageTraits:
    """What was seen of one page. Absent: `failure` is None for a record, `parts` without one."""

    layout: str
    parts: tuple[ToolTraits, ...] = ()
    failure: str | None = None
    field: str | None = None

    def fields(self) -> set[str]:
        """The optional fields that every part of the page shows."""
        return set.intersection(*(set(part.fields) for part in self.parts)) if self.parts else set()

    def findings(self) -> set[str]:
        """The codes of the findings on it."""
        return {code for part in self.parts for code in part.findings}

    def alike(self) -> set[str]:
        """The texts that it shows twice."""
        return {name for part in self.parts for name in part.alike}

    def words_of(self, name: str) -> set[str]:
        """The values of one field."""
        return {word for part in self.parts for word in part.words_of(name)}

    def sizes(self) -> dict[str, tuple[int, int]]:
        """The smallest and largest value of each field on the page."""
        found: dict[str, tuple[int, int]] = {}
        for name, least, most in (each for part in self.parts for each in part.sizes):
            low, high = found.get(name, (least, most))
            found[name] = min(low, least), max(high, most)
        return found


def traits_of(record: Comparison) -> PageTraits:
    """What a page that was read looks like."""
    one, other = record.tools
    alike = [f"tools.{name}" for name in UNLIKE if getattr(one, name) == getattr(other, name)]
    if len({quote.text for quote in record.quotes}) < len(record.quotes):
        alike.append("quotes.text")
    parts = tuple(_traits_of(tool, record, tuple(alike)) for tool in record.tools)
    return PageTraits(record.layout, parts)


def _traits_of(tool: Tool, record: Comparison, alike: tuple[str, ...]) -> ToolTraits:
    quotes = [quote for quote in record.quotes if quote.tool == tool.position]
    about = (f for f in record.findings if _concerns(f, tool.position, record.quotes))
    ends = {"tools.description": [tool.description], "quotes.text": [q.text for q in quotes]}
    return ToolTraits(
        _digest(tool.slug or tool.name),
        tuple(_shown(tool, quotes)),
        alike,
        tuple(sorted({finding.code for finding in about})),
        tuple(_sizes(tool, quotes)),
        tuple(_words(tool, quotes)),
        tuple((_digest(q.text), _digest(q.reviewer or ""), str(q.score)) for q in quotes),
        tuple((name, tuple(map(_ends, texts))) for name, texts in ends.items()),
    )


def _concerns(finding: Finding, position: int, quotes: tuple[Quote, ...]) -> bool:
    """Whether a finding is about one tool; one about the whole page is about both."""
    place = re.match(r"(tools|quotes)\[(\d+)\]", finding.field or "")
    if place is None:
        return True
    at = int(place[2])
    if place[1] == "tools":
        return at + 1 == position
    return at >= len(quotes) or quotes[at].tool == position


def _shown(tool: Tool, quotes: list[Quote]) -> Iterable[str]:
    yield from (f"tools.{name}" for name in TOOL_FIELDS if getattr(tool, name) is not None)
    for name in ("reviewer", "score"):
        if all(getattr(quote, name) is not None for quote in quotes):
            yield f"quotes.{name}"
    if all(quote.verdict_source == "page" for quote in quotes):
        yield "quotes.verdict"


def _sizes(tool: Tool, quotes: list[Quote]) -> Iterable[tuple[str, int, int]]:
    texts = {name: getattr(tool, name) for name in TOOL_TEXTS}
    values = {f"tools.{name}": [len(text)] for name, text in texts.items() if text is not None}
    values["tools.panel_ship_percent"] = [tool.panel_ship_percent]
    values["quotes.text"] = [len(quote.text) for quote in quotes]
    values["quotes.score"] = [quote.score for quote in quotes if quote.score is not None]
    return ((name, min(found), max(found)) for name, found in values.items() if found)


def _words(tool: Tool, quotes: list[Quote]) -> Iterable[tuple[str, tuple[str, ...]]]:
    for group, owners, names in (("tools", [tool], TOOL_WORDS), ("quotes", quotes, QUOTE_WORDS)):
        for name in names:
            found = {getattr(owner, name) for owner in owners} - {None}
            if found:
                yield f"{group}.{name}", tuple(sorted(map(_word, found)))


def _ends(text: str) -> tuple[str, str]:
    return _digest(text[:END]), _digest(text[-END:])


def _word(value: str | int) -> str:
    return str(value) if isinstance(value, int) else _digest(value.casefold())


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:8]


def page_key(url: str) -> str:
    """What stands for a page's address among the pages of a run, in any ledger."""
    return hashlib.sha256(url.encode()).hexdigest()[:12]


def unread_traits(layout: str, code: str, field: str | None) -> PageTraits:
    """What a page that gave no record looks like; `layout` is a fingerprint of what was found."""
    plain = re.sub(r"\[\d+\]", "", field) if field else None
    return PageTraits(f"{UNREAD}:{layout}" if layout else UNREAD, failure=code, field=plain)


def packed(part: ToolTraits) -> str:
    """What a page shows of a tool as JSON; equal ones are equal texts.

    >>> packed(ToolTraits("a", ("tools.badge",)))
    '{"fields":["tools.badge"],"tool":"a"}'
    """
    shown = {name: getattr(part, name) for name in part.__slots__}
    filled = {name: value for name, value in shown.items() if value}
    return _pack(filled)


def unpacked(body: str) -> ToolTraits:
    """What `packed` packed."""
    return _PART.validate_json(body)


_pack = json.JSONEncoder(sort_keys=True, separators=(",", ":")).encode
_PART = TypeAdapter(ToolTraits)

"""What was seen of one page, without a word of the page: its *sight*, in one part for each tool.

A publisher shows a tool's card on many pages, so it is the tool, and not the page, that changes by
itself. This module is pure: it reads no file, clock or ledger.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

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

Sizes = dict[str, tuple[int, int]]
TraitValues = dict[str, tuple[str, ...]]


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

    def sizes(self) -> Sizes:
        """The smallest and largest value of each field on the page."""
        found: Sizes = {}
        for part in self.parts:
            for name, least, most in part.sizes:
                low, high = found.get(name, (least, most))
                found[name] = min(low, least), max(high, most)
        return found


def sight_of(record: Comparison) -> PageTraits:
    """What a page that was read looks like."""
    alike = [
        f"tools.{name}"
        for name in UNLIKE
        if len({getattr(tool, name) for tool in record.tools}) == 1
    ]
    if len({quote.text for quote in record.quotes}) < len(record.quotes):
        alike.append("quotes.text")
    parts = []
    for tool in record.tools:
        quotes = [quote for quote in record.quotes if quote.tool == tool.position]
        findings = {
            finding.code
            for finding in record.findings
            if _concerns(finding, tool.position, record.quotes)
        }
        parts.append(
            ToolTraits(
                _digest(tool.slug or tool.name),
                tuple(_shown(tool, quotes)),
                tuple(alike),
                tuple(sorted(findings)),
                tuple(_sizes(tool, quotes)),
                tuple(_words(tool, quotes)),
                tuple(
                    (_digest(each.text), _digest(each.reviewer or ""), str(each.score))
                    for each in quotes
                ),
                (
                    ("tools.description", _ends([tool.description])),
                    ("quotes.text", _ends([each.text for each in quotes])),
                ),
            )
        )
    return PageTraits(record.layout, tuple(parts))


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
    for name in TOOL_FIELDS:
        if getattr(tool, name) is not None:
            yield f"tools.{name}"
    for name in ("reviewer", "score"):
        if all(getattr(quote, name) is not None for quote in quotes):
            yield f"quotes.{name}"
    if all(quote.verdict_source == "page" for quote in quotes):
        yield "quotes.verdict"


def _sizes(tool: Tool, quotes: list[Quote]) -> Iterable[tuple[str, int, int]]:
    for name in TOOL_TEXTS:
        text = getattr(tool, name)
        if text is not None:
            yield f"tools.{name}", len(text), len(text)
    yield "tools.panel_ship_percent", tool.panel_ship_percent, tool.panel_ship_percent
    scores = [quote.score for quote in quotes if quote.score is not None]
    for name, found in (("text", [len(quote.text) for quote in quotes]), ("score", scores)):
        if found:
            yield f"quotes.{name}", min(found), max(found)


def _words(tool: Tool, quotes: list[Quote]) -> Iterable[tuple[str, tuple[str, ...]]]:
    for group, owners, names in (("tools", [tool], TOOL_WORDS), ("quotes", quotes, QUOTE_WORDS)):
        for name in names:
            found = {getattr(owner, name) for owner in owners} - {None}
            if found:
                yield f"{group}.{name}", tuple(sorted(map(_word, found)))


def _ends(texts: Iterable[str]) -> tuple[tuple[str, str], ...]:
    return tuple((_digest(text[:END]), _digest(text[-END:])) for text in texts)


def _word(value: str | int) -> str:
    return str(value) if isinstance(value, int) else _digest(value.casefold())


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:8]


def page_key(url: str) -> str:
    """What stands for a page's address among the sights of a run, in any ledger."""
    return hashlib.sha256(url.encode()).hexdigest()[:12]


def unread_sight(layout: str, code: str, field: str | None) -> PageTraits:
    """What a page that gave no record looks like; `layout` is a fingerprint of what was found."""
    plain = re.sub(r"\[\d+\]", "", field) if field else None
    return PageTraits(f"{UNREAD}:{layout}" if layout else UNREAD, failure=code, field=plain)


def pack(sights: Mapping[str, PageTraits]) -> dict[str, Any]:
    """The sights of one layout as plain values for JSON; equal parts, of which are many, once.

    >>> part = ToolTraits("a", ("tools.badge",))
    >>> pack({"x": PageTraits("text-1", (part, part))})["seen"]
    {'x': {'parts': [0, 0]}}
    """
    places: dict[ToolTraits, int] = {}
    seen = {}
    for key, sight in sights.items():
        said: dict[str, Any] = {
            "parts": [places.setdefault(part, len(places)) for part in sight.parts]
        }
        said |= {"failure": sight.failure, "field": sight.field}
        seen[key] = {name: value for name, value in said.items() if value}
    parts = [{name: value for name, value in asdict(part).items() if value} for part in places]
    return {"parts": parts, "seen": seen}


def unpack(layout: str, counts: Mapping[str, Any]) -> dict[str, PageTraits]:
    """The sights that `pack` packed; none where a row holds none."""
    parts = [_part(given) for given in counts.get("parts", ())]
    return {
        key: PageTraits(
            layout,
            tuple(parts[at] for at in said.get("parts", ())),
            said.get("failure"),
            said.get("field"),
        )
        for key, said in counts.get("seen", {}).items()
    }


def _part(given: Mapping[str, Any]) -> ToolTraits:
    known = {each.name for each in fields(ToolTraits)}
    made = {name: _tupled(value) for name, value in given.items() if name in known}
    return ToolTraits(**made)


def _tupled(value: Any) -> Any:
    return tuple(map(_tupled, value)) if isinstance(value, list | tuple) else value

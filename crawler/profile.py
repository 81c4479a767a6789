"""What the pages of one run look like, counted: the profile of each layout.

A *sight* is what a worker saw of one page, without a word of the page. The sights of one run and
layout are counted in a profile. This module is pure: it reads no page, file, clock or ledger.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from crawler.bands import step_of
from schema.records import Comparison, Quote, Tool

UNREAD = "unread"
"""What the layout of a page that gave no record begins with."""
UNCHANGED = "unchanged"
"""Stands for the layouts of pages that are as they were, and were not looked at again."""
TOOL_FIELDS = ("badge", "votes", "community", "pricing")
TOOL_TEXTS = ("name", "category", "tagline", "description", "pricing")
UNLIKE = ("tagline", "description")
"""Texts that two tools do not share."""
MISSING = frozenset(("field_missing", "quote_empty"))
INVALID = frozenset(("field_unreadable", "field_ambiguous", "field_range", "field_word",
                     "field_length"))  # fmt: skip


@dataclass(frozen=True, slots=True)
class Sight:
    """What was seen of one page.

    `fields` are those optional ones that every part of the page shows, `sizes` the smallest and
    largest value of a field (a text's length, a number). Absent: `failure` is None for a record.
    """

    layout: str
    fields: tuple[str, ...] = ()
    alike: tuple[str, ...] = ()
    sizes: tuple[tuple[str, int, int], ...] = ()
    findings: tuple[str, ...] = ()
    failure: str | None = None
    field: str | None = None


def sight_of(record: Comparison) -> Sight:
    """What a page that was read looks like."""
    tools, quotes = record.tools, record.quotes
    shown = [f"tools.{name}" for name in TOOL_FIELDS
             if all(getattr(tool, name) is not None for tool in tools)]  # fmt: skip
    shown += [f"quotes.{name}" for name in ("reviewer", "score")
              if all(getattr(quote, name) is not None for quote in quotes)]  # fmt: skip
    if all(quote.verdict_source == "page" for quote in quotes):
        shown.append("quotes.verdict")
    alike = [f"tools.{name}" for name in UNLIKE if len({getattr(t, name) for t in tools}) == 1]
    if len({quote.text for quote in quotes}) < len(quotes):
        alike.append("quotes.text")
    return Sight(record.layout, tuple(shown), tuple(alike), tuple(_sizes(tools, quotes)),
                 tuple(sorted({finding.code for finding in record.findings})))  # fmt: skip


def _sizes(tools: Iterable[Tool], quotes: Iterable[Quote]) -> Iterable[tuple[str, int, int]]:
    values: dict[str, list[int]] = {}
    for tool in tools:
        for name in TOOL_TEXTS:
            text = getattr(tool, name)
            if text is not None:
                values.setdefault(f"tools.{name}", []).append(len(text))
        values.setdefault("tools.panel_ship_percent", []).append(tool.panel_ship_percent)
    for quote in quotes:
        values.setdefault("quotes.text", []).append(len(quote.text))
        if quote.score is not None:
            values.setdefault("quotes.score", []).append(quote.score)
    for name, found in values.items():
        yield name, min(found), max(found)


def unread_sight(layout: str, code: str, field: str | None) -> Sight:
    """What a page that gave no record looks like; `layout` is a fingerprint of what was found."""
    plain = re.sub(r"\[\d+\]", "", field) if field else None
    return Sight(f"{UNREAD}:{layout}" if layout else UNREAD, failure=code, field=plain)


@dataclass(slots=True)
class Profile:
    """The pages of one layout, counted: by each name, on how many of them it was seen.

    `sizes` has for each end of each field's values the number of pages by step (crawler.bands).
    """

    pages: int = 0
    fields: Counter[str] = field(default_factory=Counter)
    alike: Counter[str] = field(default_factory=Counter)
    findings: Counter[str] = field(default_factory=Counter)
    failures: Counter[str] = field(default_factory=Counter)
    missing: Counter[str] = field(default_factory=Counter)
    invalid: Counter[str] = field(default_factory=Counter)
    sizes: dict[str, Counter[int]] = field(default_factory=dict)

    def add(self, sight: Sight) -> None:
        """Count one page."""
        self.pages += 1
        self.fields.update(sight.fields)
        self.alike.update(sight.alike)
        self.findings.update(sight.findings)
        for name, least, most in sight.sizes:
            self._ends(name, least, most)
        if sight.failure is None:
            return
        self.failures[sight.failure] += 1
        if sight.field is not None and sight.failure in MISSING:
            self.missing[sight.field] += 1
        if sight.field is not None and sight.failure in INVALID:
            self.invalid[sight.field] += 1

    def _ends(self, name: str, least: int, most: int) -> None:
        for end, value in (("least", least), ("most", most)):
            self.sizes.setdefault(f"{name} {end}", Counter())[step_of(value)] += 1

    def as_counts(self) -> dict[str, Any]:
        """The counts as plain values for JSON, without the number of pages."""
        names = (each.name for each in fields(self) if each.name != "pages")
        return {name: getattr(self, name) for name in names if getattr(self, name)}

    @classmethod
    def from_counts(cls, pages: int, counts: Mapping[str, Any]) -> Profile:
        """The profile whose counts these are; what it does not know is left out."""
        made = cls(pages)
        for each in fields(cls):
            given = counts.get(each.name, {})
            if each.name == "sizes":
                made.sizes = {name: Counter({int(step): count for step, count in steps.items()})
                              for name, steps in given.items()}  # fmt: skip
            elif each.name != "pages":
                setattr(made, each.name, Counter(given))
        return made


def total(profiles: Iterable[Profile]) -> Profile:
    """Several profiles as one."""
    whole = Profile()
    for one in profiles:
        whole.pages += one.pages
        for each in ("fields", "alike", "findings", "failures", "missing", "invalid"):
            getattr(whole, each).update(getattr(one, each))
        for name, steps in one.sizes.items():
            whole.sizes.setdefault(name, Counter()).update(steps)
    return whole


def kind_of(layout: str) -> str:
    """What of a layout's name tells which others it may be compared with.

    >>> kind_of("html:0f3c"), kind_of("text-1")
    ('html', 'text-1')
    """
    return layout.split(":")[0]

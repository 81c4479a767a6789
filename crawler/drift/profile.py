"""What the pages of one layout look like, counted: its profile.

This module is pure: it reads no page, file, clock or ledger.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from crawler.drift.bands import step_of
from crawler.reading.sight import PageTraits

UNCHANGED = "unchanged"
"""Stands for the layouts of pages that are as they were, and were not looked at again."""
MISSING = frozenset(("field_missing", "quote_empty"))
INVALID = frozenset(
    ("field_unreadable", "field_ambiguous", "field_range", "field_word", "field_length")
)


@dataclass(slots=True)
class Profile:
    """The pages of one layout, counted: by each name, on how many of them it was seen.

    `sizes` has for each end of each field's values the number of pages by step (bands.py).
    """

    pages: int = 0
    fields: Counter[str] = field(default_factory=Counter)
    alike: Counter[str] = field(default_factory=Counter)
    findings: Counter[str] = field(default_factory=Counter)
    failures: Counter[str] = field(default_factory=Counter)
    missing: Counter[str] = field(default_factory=Counter)
    invalid: Counter[str] = field(default_factory=Counter)
    sizes: dict[str, Counter[int]] = field(default_factory=dict)

    def add(self, sight: PageTraits) -> None:
        """Count one page."""
        self.pages += 1
        self.fields.update(sight.fields())
        self.alike.update({name for part in sight.parts for name in part.alike})
        self.findings.update({code for part in sight.parts for code in part.findings})
        for name, (least, most) in sight.sizes().items():
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


def profiles_of(sights: Iterable[PageTraits]) -> dict[str, Profile]:
    """The profile of each layout among the pages seen."""
    found: dict[str, Profile] = {}
    for sight in sights:
        found.setdefault(sight.layout, Profile()).add(sight)
    return found


def kind_of(layout: str) -> str:
    """What of a layout's name tells which others it may be compared with.

    >>> kind_of("html:0f3c"), kind_of("text-1")
    ('html', 'text-1')
    """
    return layout.split(":")[0]

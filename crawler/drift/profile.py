"""What the pages of one layout look like, counted: its profile.

    what a page shows -> on how many pages (Profile) -> beside the runs before, by a band (bands.py)

`OF_RECORDS` and `OF_FAILURES` are the one table of what is counted, and of what is said of it.
This module is pure: it reads no page, file, clock or ledger.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import partial
from typing import NamedTuple

from crawler.drift.bands import Share, is_above, is_below, step_of, usual_steps
from crawler.reading.traits import UNREAD, PageTraits

UNCHANGED = "unchanged"
"""Stands for the layouts of pages that are as they were, and were not looked at again."""
FAILED = ""
"""What failures are counted under: a code is named by itself."""
MISSING = frozenset(("field_missing", "quote_empty"))
INVALID = frozenset(
    ("field_unreadable", "field_ambiguous", "field_range", "field_word", "field_length")
)


class Counted(NamedTuple):
    """One kind of thing that pages show, by name.

    Shape: `word` is what it is counted under and goes before its name in a report, `of` gives the
    names that a page shows, `is_odd` is the band around the share before, `sentence` tells of it.
    """

    word: str
    of: Callable[[PageTraits], Iterable[str]]
    is_odd: Callable[[Share, Share], bool] = is_above
    sentence: str = "{}"


def _named(codes: frozenset[str], page: PageTraits) -> list[str]:
    return [page.field] if page.field is not None and page.failure in codes else []


OF_RECORDS = (
    Counted("shown", PageTraits.fields, is_below, "{} is shown"),
    Counted("finding", PageTraits.findings, sentence="the finding {}"),
    Counted("equal", PageTraits.alike, sentence="equal {}"),
)
OF_FAILURES = (
    Counted(FAILED, lambda page: [] if page.failure is None else [page.failure]),
    Counted("missing", partial(_named, MISSING)),
    Counted("invalid", partial(_named, INVALID)),
)


@dataclass(slots=True)
class Profile:
    """The pages of one layout, counted: by word and name, on how many of them it was seen.

    `sizes` has for each end of each field's values the number of pages by step (bands.py).
    """

    pages: int = 0
    counts: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    sizes: dict[str, Counter[int]] = field(default_factory=lambda: defaultdict(Counter))

    def add(self, page: PageTraits) -> None:
        """Count one page."""
        self.pages += 1
        for counted in (*OF_RECORDS, *OF_FAILURES):
            self.counts[counted.word].update(counted.of(page))
        for name, ends in page.sizes().items():
            for end, value in zip(("least", "most"), ends, strict=True):
                self.sizes[f"{name} {end}"][step_of(value)] += 1

    def share(self, word: str, name: str) -> Share:
        """On how many of its pages something was seen."""
        return self.counts[word][name], self.pages

    def outside(self, name: str, usual: Profile) -> Share:
        """On how many of its pages one end of a field's values lies outside the usual range."""
        if not usual.sizes[name]:
            return 0, self.pages
        first, last = usual_steps(usual.sizes[name])
        steps = self.sizes[name].items()
        return sum(pages for step, pages in steps if not first <= step <= last), self.pages


def total(profiles: Iterable[Profile]) -> Profile:
    """Several profiles as one."""
    whole = Profile()
    for one in profiles:
        whole.pages += one.pages
        for word, names in one.counts.items():
            whole.counts[word].update(names)
        for name, steps in one.sizes.items():
            whole.sizes[name].update(steps)
    return whole


def profiles_of(pages: Iterable[PageTraits]) -> dict[str, Profile]:
    """The profile of each layout among the pages seen."""
    found: dict[str, Profile] = defaultdict(Profile)
    for page in pages:
        found[page.layout].add(page)
    return dict(found)


def kind_of(layout: str) -> str:
    """What of a layout's name tells which others it may be compared with.

    >>> kind_of("html:0f3c"), kind_of("text-1")
    ('html', 'text-1')
    """
    return layout.split(":")[0]


def has_records(layout: str) -> bool:
    """Whether a layout is one of pages that were looked at and gave a record."""
    return kind_of(layout) not in (UNREAD, UNCHANGED)

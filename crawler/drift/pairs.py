"""How pages differ from what the same pages showed before: the strongest sign of a drift.

Edits are told from a redesign by how many *tools* changed in the same way at once: a publisher who
edits one tool changes every page that shows it. This module is pure, as the traits are.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass, field

from crawler.drift.bands import Share, is_above, step_of
from crawler.drift.profile import kind_of
from crawler.reading.traits import PageTraits, ToolTraits

USUAL: Share = (8, 400)
"""Of so many tools so many are taken to change in one way between two looks, by plain editing."""
MIN_PAGES = 3
"""The fewest pages that can ever be more than `USUAL` explains."""
CLOSED = ("tools.category", "tools.badge", "tools.entry", "quotes.reviewer", "quotes.verdict")
"""Fields whose values change seldom. Those of the others are new with every edit."""

GONE = " is gone"
OTHER = " has other values"
EQUAL = "equal "
MOVED = " has changed places"
"""No edit gives a text the reviewer of another, and that one its own."""

Mark = str
"""One way in which a page differs from before, said so that "on so many pages" may follow."""
BeforeAndNow = tuple[PageTraits, PageTraits]
"""A page before, and now."""
Ranges = Mapping[str, tuple[int, int]]
"""The first and last step of the values of a field, as bands.py counts them."""


@dataclass(slots=True)
class Where:
    """The pages and tools that show one thing: of each tool, on how many of its pages."""

    tools: Counter[str] = field(default_factory=Counter)
    pages: set[str] = field(default_factory=set)

    def add(self, key: str, tool: str) -> None:
        """Count one part of one page."""
        self.tools[tool] += 1
        self.pages.add(key)


@dataclass(frozen=True, slots=True)
class Paired:
    """The pages that were seen before and now, and where each mark is shown.

    `had` is where each field was shown before, and under the empty name all there is.
    """

    pairs: dict[str, BeforeAndNow]
    marks: dict[Mark, Where]
    had: dict[str, Where]

    def odd(self) -> Iterator[tuple[Mark, str]]:
        """The marks that more pages and more tools show than edits explain, and on how many."""
        for mark, where in sorted(self.marks.items()):
            of = self.had[mark.removesuffix(GONE) if mark.endswith(GONE) else ""]
            # A tool edited to be like others makes equal pairs with each of them.
            share = 0.5 if mark.startswith(EQUAL) else 0
            tools = sum(pages > share * of.tools[tool] for tool, pages in where.tools.items())
            pages = len(where.pages), len(of.pages)
            if is_above(pages, USUAL) and is_above((tools, len(of.tools)), USUAL):
                yield mark, f"on {pages[0]} of {pages[1]} pages that were otherwise before"

    def layouts(self, mark: Mark, seen: Set[str]) -> list[str]:
        """The layouts, of pages looked at, that show a mark at least half as often as all do."""
        pages = self.marks[mark].pages
        share = len(pages) / len(self.pairs) / 2
        all_pages = Counter(now.layout for _, now in self.pairs.values())
        marked = Counter(self.pairs[key][1].layout for key in pages)
        looked_at = {self.pairs[key][1].layout for key in pages & seen}
        return sorted(each for each in looked_at if marked[each] / all_pages[each] >= share)


def pair(now: Mapping[str, PageTraits], before: Mapping[str, PageTraits]) -> Paired:
    """Each page beside what it was before. Pages that gave no record before are left out."""
    pairs = {
        key: (before[key], page)
        for key, page in now.items()
        if key in before and _are_alike(before[key], page)
    }
    usual = _ranges(before.values())
    marks: dict[Mark, Where] = defaultdict(Where)
    had: dict[str, Where] = defaultdict(Where)
    for key, (old, new) in pairs.items():
        exchanged = list(_exchanged(old, new)) if old != new else []
        for tool, one, other in _parts(old, new):
            for name in ("", *one.fields):
                had[name].add(key, tool)
            for mark in _marks(one, other, usual, new.failure) if one != other else ():
                marks[mark].add(key, tool)
            for mark in exchanged:
                marks[mark].add(key, tool)
    return Paired(pairs, marks, had)


def _are_alike(old: PageTraits, new: PageTraits) -> bool:
    if old.failure is not None:
        return False
    return new.failure is not None or kind_of(old.layout) == kind_of(new.layout)


def _parts(old: PageTraits, new: PageTraits) -> Iterable[tuple[str, ToolTraits, ToolTraits]]:
    """The parts of a page for each tool; a page that fails now has no part of any."""
    now = {part.tool: part for part in new.parts}
    for part in old.parts:
        if part.tool in now or new.failure is not None:
            yield part.tool, part, now.get(part.tool, ToolTraits())


def _marks(old: ToolTraits, new: ToolTraits, usual: Ranges, failure: str | None) -> Iterator[Mark]:
    if failure is not None:
        yield f"{failure} instead of a record"
        return
    for name in set(old.fields) - set(new.fields):
        yield name + GONE
    for code in set(new.findings) - set(old.findings):
        yield f"the finding {code}, new,"
    for name in set(new.alike) - set(old.alike):
        yield f"{EQUAL}{name}, new,"
    yield from _outside(new, usual)
    yield from _added(old, new)
    for name, values in new.words:
        before = old.words_of(name)
        if before and name in CLOSED and not set(values) & set(before):
            yield name + OTHER
        if before and len(values) == 1 and values != before:
            yield f"{name} has become one value ({values[0]})"


def _added(old: ToolTraits, new: ToolTraits) -> Iterator[Mark]:
    """Texts that all begin as they did and end otherwise, or the other way round.

    So they do where a date or a button's words have come to stand in them; a text that is written
    anew differs at both ends.
    """
    before = dict(old.ends)
    for name, texts in new.ends:
        pairs = list(zip(before.get(name, ()), texts, strict=False))
        same = [{one[end] == other[end] for one, other in pairs} for end in (0, 1)]
        for end, words in enumerate(("begins", "ends")):
            if same[end] == {False} and same[1 - end] == {True}:
                yield f"{name} {words} otherwise"


def _exchanged(old: PageTraits, new: PageTraits) -> Iterator[Mark]:
    """What the quotes of a page whose texts are the same have exchanged among themselves."""
    before = {text: under for part in old.parts for text, *under in part.said}
    both = [
        (before[text], under) for part in new.parts for text, *under in part.said if text in before
    ]
    for at, name in enumerate(("quotes.reviewer", "quotes.score")):
        moved = [(one[at], other[at]) for one, other in both if one[at] != other[at]]
        if moved and sorted(one for one, _ in moved) == sorted(other for _, other in moved):
            yield name + MOVED


def _outside(part: ToolTraits, usual: Ranges) -> Iterator[Mark]:
    for name, least, most in part.sizes:
        first, last = usual.get(name, (0, 99))
        if step_of(least) < first - 1:
            yield f"{name} is far smaller"
        if step_of(most) > last + 1:
            yield f"{name} is far larger"


def _ranges(pages: Iterable[PageTraits]) -> Ranges:
    """From the smallest to the largest value of each field that any page showed."""
    found: dict[str, tuple[int, int]] = {}
    for part in {part for page in pages for part in page.parts}:
        for name, least, most in part.sizes:
            first, last = found.get(name, (step_of(least), step_of(most)))
            found[name] = min(first, step_of(least)), max(last, step_of(most))
    return found

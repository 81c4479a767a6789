"""What captures state beside a card or a quote, joined over all of them; conflicts are kept.

A joined value is given only where all captures that state one agree. Keys never depend on these.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from db.records.snapshot import picked
from db.rows.keys import ToolKey
from db.rows.load import QuoteFacts, ToolFacts
from db.rows.versions import PageHistory, Version, earliest
from schema.records import Verdict, VerdictSource

SOURCES: tuple[VerdictSource, ...] = ("page", "unanimous", "cue", "remainder")
LONGEST_VALUE = 120
"""So much of a value is shown in a conflict's detail. Units: code points."""
CARD_FIELDS = ("slug", "badge", "votes", "pricing")
QUOTE_FIELDS = ("slug", "reviewer", "score", "verdict", "inferred verdict")
Thing = TypeVar("Thing", ToolFacts, QuoteFacts)


@dataclass(slots=True)
class DatedValue(Generic[Thing]):
    """Where one thing was shown: as it was last, its dates, and what was stated of it."""

    shown: Thing
    first_seen: str | None = None
    last_seen: str | None = None
    newest: tuple[str, int] = ("", 0)
    is_withheld: bool = True
    """Whether no address that shows or showed it may show its words now."""
    stated: dict[str, dict[Any, str]] = field(default_factory=dict)

    def see(self, version: Version, shown: Thing, *, is_withheld: bool = False) -> None:
        """Widen the dates by a version, and keep what it shows if it is the newest so far."""
        self.is_withheld &= is_withheld
        self.first_seen = earliest((self.first_seen, version.first_seen))
        if version.order > self.newest:
            self.newest, self.last_seen, self.shown = version.order, version.last_seen, shown

    def note(self, stated: dict[str, Any], where: str) -> None:
        """Note the values that a capture states; None states nothing."""
        for name, value in stated.items():
            if value is not None:
                self.stated.setdefault(name, {}).setdefault(value, where)

    def agreed(self, name: str) -> Any:
        """The one value stated. Absent: None where nothing was, or two values differ."""
        values = self.stated.get(name, {})
        return next(iter(values)) if len(values) == 1 else None

    def conflicts(self, names: Iterable[str]) -> Iterator[tuple[str, str]]:
        """Field and detail of each disagreement, in the order of the names."""
        for name in names:
            values = self.stated.get(name, {})
            if len(values) > 1:
                told = sorted(f"{_short(value)} ({where})" for value, where in values.items())
                yield name, " | ".join(told)


@dataclass(slots=True)
class DatedValues:
    """Everything that good captures show, by key."""

    tools: dict[ToolKey, DatedValue[ToolFacts]] = field(default_factory=dict)
    cards: dict[str, DatedValue[ToolFacts]] = field(default_factory=dict)
    quotes: dict[str, DatedValue[QuoteFacts]] = field(default_factory=dict)
    reviewers: dict[str, DatedValue[QuoteFacts]] = field(default_factory=dict)


def _stated_with_card(shown: ToolFacts) -> dict[str, Any]:
    says, votes = shown.says, shown.says.votes
    joined = None if votes is None else (votes.ship, votes.skip)
    return {_kind(shown): shown.tool, **picked(says, "badge pricing"), "votes": joined}


def _stated_with_quote(shown: QuoteFacts) -> dict[str, Any]:
    says = shown.says
    verdict = "verdict" if says.verdict_source == "page" else "inferred verdict"
    stated = {verdict: says.verdict, "source": says.verdict_source}
    return {_kind(shown.about): shown.about.tool, **picked(says, "reviewer score"), **stated}


def _kind(shown: ToolFacts) -> str:
    return "slug" if shown.says.slug is not None else "nameless"


def joined_tool(dated: DatedValue[Thing]) -> ToolKey | None:
    """The tool that captures agree on; one known by name only where none states a slug."""
    tool: ToolKey | None = dated.agreed("slug" if "slug" in dated.stated else "nameless")
    return tool


def joined_verdict(dated: DatedValue[Thing]) -> tuple[Verdict | None, VerdictSource | None]:
    """The verdict and how it is known: printed where any capture prints one, else inferred."""
    kind = "verdict" if "verdict" in dated.stated else "inferred verdict"
    verdict: Verdict | None = dated.agreed(kind)
    if verdict is None:
        return None, None
    sources = dated.stated["source"]
    return verdict, next(source for source in SOURCES if source in sources)


def quote_conflicts(dated: DatedValue[Thing]) -> Iterator[tuple[str, str]]:
    """Every disagreement about a quote, a printed verdict against an inferred one too."""
    yield from dated.conflicts(QUOTE_FIELDS)
    printed, inferred = dated.agreed("verdict"), dated.agreed("inferred verdict")
    if printed and inferred and printed != inferred:
        where = dated.stated["inferred verdict"][inferred]
        yield "verdict", f"printed {printed}, inferred {inferred} ({where})"


def dated_values(pages: Iterable[PageHistory], names: dict[int, str]) -> DatedValues:
    """What all versions of all pages show. `names` gives each page's key by its id."""
    found = DatedValues()
    for history in pages:
        for version in history.versions:
            when = version.first_seen or "of no known date"
            _see(found, history, version, f"{names[history.page.id]}, {when}")
    return found


def _see(found: DatedValues, history: PageHistory, version: Version, where: str) -> None:
    for tool in version.shown.tools:
        found.tools.setdefault(tool.tool, DatedValue(tool)).see(version, tool)
        card = found.cards.setdefault(tool.card, DatedValue(tool))
        card.see(version, tool, is_withheld=history.withholds(tool.card))
        card.note(_stated_with_card(tool), where)
    for shown in version.shown.quotes:
        quote = found.quotes.setdefault(shown.key, DatedValue(shown))
        quote.see(version, shown, is_withheld=history.withholds(shown.key))
        quote.note(_stated_with_quote(shown), where)
        if (reviewer := shown.says.reviewer) is not None:
            found.reviewers.setdefault(reviewer, DatedValue(shown)).see(version, shown)


def _short(value: object) -> str:
    if isinstance(value, ToolKey):
        text = value.name
    elif isinstance(value, tuple):
        text = f"{value[0]} ship / {value[1]} skip"
    else:
        text = str(value)
    return text if len(text) <= LONGEST_VALUE else text[: LONGEST_VALUE - 1] + "…"

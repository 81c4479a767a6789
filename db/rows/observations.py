"""What captures state beside a card or a quote, joined over all of them; conflicts are kept.

A joined value is given only where all captures that state one agree. Keys never depend on these.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from db.rows.keys import ToolKey
from db.rows.load import ShownQuote, ShownTool
from db.rows.versions import History, Version
from schema.records import Verdict, VerdictSource

SOURCES: tuple[VerdictSource, ...] = ("page", "unanimous", "cue", "remainder")
LONGEST_VALUE = 120
"""So much of a value is shown in a conflict's detail. Units: code points."""


@dataclass(slots=True)
class Sighting:
    """Where one thing was shown: its first and last date, and what was stated of it."""

    first: str = "~"  # sorts after every date
    last: str = ""
    newest: tuple[str, int] = ("", 0)
    is_withheld: bool = True
    """Whether no address that shows or showed it may show its words now."""
    name: str = ""
    card: str = ""
    stated: dict[str, dict[Any, str]] = field(default_factory=dict)

    def see(self, version: Version) -> bool:
        """Widen the dates by a version; says whether it is the newest so far."""
        self.first = min(self.first, version.first_seen)
        is_newest = version.order > self.newest
        if is_newest:
            self.newest, self.last = version.order, version.last_seen
        return is_newest

    def state(self, name: str, value: object, where: str) -> None:
        """Note a value that a capture states; None states nothing."""
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
class Sightings:
    """Everything that good captures show, by key."""

    tools: dict[ToolKey, Sighting] = field(default_factory=dict)
    cards: dict[str, Sighting] = field(default_factory=dict)
    quotes: dict[str, Sighting] = field(default_factory=dict)
    reviewers: dict[str, Sighting] = field(default_factory=dict)

    def see(self, history: History, version: Version, page: str) -> None:
        """Take in one version of the page with this key."""
        where = f"{page}, {version.first_seen}"
        for tool in version.shown.tools:
            self._see_tool(version, tool, where)
        for quote in version.shown.quotes:
            tool = version.shown.tools[quote.tool_position - 1]
            self._see_quote(version, quote, tool, where)
            self.quotes[quote.quote].is_withheld &= history.withholds(quote.quote)
        for tool in version.shown.tools:
            self.cards[tool.card].is_withheld &= history.withholds(tool.card)

    def _see_tool(self, version: Version, shown: ShownTool, where: str) -> None:
        tool = self.tools.setdefault(shown.tool, Sighting())
        if tool.see(version):
            tool.name = shown.name
        card = self.cards.setdefault(shown.card, Sighting())
        card.see(version)
        _state_tool(card, shown, where)
        card.state("badge", shown.badge, where)
        card.state("pricing", shown.pricing, where)
        if shown.votes is not None:
            card.state("votes", (shown.votes.ship, shown.votes.skip), where)

    def _see_quote(self, version: Version, shown: ShownQuote, tool: ShownTool, where: str) -> None:
        quote = self.quotes.setdefault(shown.quote, Sighting())
        if quote.see(version):
            quote.card = tool.card
        _state_tool(quote, tool, where)
        quote.state("reviewer", shown.reviewer, where)
        quote.state("score", shown.score, where)
        kind = "verdict" if shown.source == "page" else "inferred verdict"
        quote.state(kind, shown.verdict, where)
        if shown.verdict is not None:
            quote.state("source", shown.source, where)
        if shown.reviewer is not None:
            self.reviewers.setdefault(shown.reviewer, Sighting()).see(version)


CARD_FIELDS = ("slug", "badge", "votes", "pricing")
QUOTE_FIELDS = ("slug", "reviewer", "score", "verdict", "inferred verdict")


def _state_tool(sighting: Sighting, shown: ShownTool, where: str) -> None:
    kind = "slug" if shown.slug is not None else "nameless"
    sighting.state(kind, shown.tool, where)


def joined_tool(sighting: Sighting) -> ToolKey | None:
    """The tool that captures agree on; one known by name only where none states a slug."""
    kind = "slug" if "slug" in sighting.stated else "nameless"
    tool: ToolKey | None = sighting.agreed(kind)
    return tool


def joined_verdict(sighting: Sighting) -> tuple[Verdict | None, VerdictSource | None]:
    """The verdict and how it is known: printed where any capture prints one, else inferred."""
    kind = "verdict" if "verdict" in sighting.stated else "inferred verdict"
    verdict: Verdict | None = sighting.agreed(kind)
    if verdict is None:
        return None, None
    sources = sighting.stated["source"]
    return verdict, next(source for source in SOURCES if source in sources)


def quote_conflicts(sighting: Sighting) -> Iterator[tuple[str, str]]:
    """Every disagreement about a quote, a printed verdict against an inferred one too."""
    yield from sighting.conflicts(QUOTE_FIELDS)
    printed, inferred = sighting.agreed("verdict"), sighting.agreed("inferred verdict")
    if printed and inferred and printed != inferred:
        where = sighting.stated["inferred verdict"][inferred]
        yield "verdict", f"printed {printed}, inferred {inferred} ({where})"


def sightings(pages: Iterable[History], names: dict[int, str]) -> Sightings:
    """What all versions of all pages show. `names` gives each page's key by its id."""
    found = Sightings()
    for history in pages:
        for version in history.versions:
            found.see(history, version, names[history.page.id])
    return found


def _short(value: object) -> str:
    if isinstance(value, ToolKey):
        text = value.name
    elif isinstance(value, tuple):
        text = f"{value[0]} ship / {value[1]} skip"
    else:
        text = str(value)
    return text if len(text) <= LONGEST_VALUE else text[: LONGEST_VALUE - 1] + "…"

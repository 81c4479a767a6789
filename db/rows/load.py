"""Record files into memory: what each capture of a known page shows, its texts kept once.

Content is held by key, so memory grows with distinct words and not with pages.
This module must not decide anything about a page over time; versions.py does.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Literal, NamedTuple

from archive import Capture
from db.records.reading import CaptureLine, Reading
from db.records.snapshot import Snapshot
from db.rows.keys import ToolKey, card_key, quote_key, tool_key
from schema.errors import IntegrityError
from schema.records import (
    Badge,
    Community,
    Comparison,
    Entry,
    Failure,
    Finding,
    Quote,
    Tool,
    Verdict,
    VerdictSource,
    Votes,
)
from schema.signals import Wish, robots_signals, wishes

PublicOutcome = Literal["comparison", "failure", "other", "not_parsed"]


class CardText(NamedTuple):
    """The content of a card: what its key is made of."""

    site: str
    name: str
    category: str
    tagline: str
    description: str
    entry: Entry
    share: int


class QuoteText(NamedTuple):
    """The content of a quote: what its key is made of."""

    site: str
    tool_name: str
    text: str


class ShownTool(NamedTuple):
    """One tool as one capture shows it, its card by key."""

    tool: ToolKey
    slug: str | None
    name: str
    card: str
    badge: Badge | None
    votes: Votes | None
    community: Community | None
    pricing: str | None


class ShownQuote(NamedTuple):
    """One quote as one capture shows it, its words by key."""

    quote: str
    position: int
    tool_position: int
    slot: int
    reviewer: str | None
    score: int | None
    verdict: Verdict | None
    source: VerdictSource | None
    span: tuple[int, int] | None


@dataclass(frozen=True, slots=True)
class Shown:
    """What one capture's record says, its texts replaced by their keys."""

    title: str
    layout: str
    sha256: str
    tools: tuple[ShownTool, ShownTool]
    quotes: tuple[ShownQuote, ...]
    findings: tuple[Finding, ...]
    taken_down: int = 0
    """Number of quotes left out on request."""

    @property
    def keys(self) -> set[str]:
        """The keys of the cards and quotes that are shown."""
        return {tool.card for tool in self.tools} | {quote.quote for quote in self.quotes}


@dataclass(frozen=True, slots=True)
class Seen:
    """One capture and what came of it; a revisit is seen as its original."""

    capture: Capture
    outcome: PublicOutcome
    opt_outs: frozenset[str]
    wishes: frozenset[Wish]
    """What they ask for, by the archive's newest time."""
    shown: Shown | None = None
    failure: Failure | None = None
    is_repeat: bool = False
    """Whether the outcome is that of the capture that a revisit refers to."""
    marked: frozenset[str] = frozenset()
    """Keys of the cards and quotes whose words the page marks as not to be quoted."""

    @property
    def order(self) -> tuple[str, str, int]:
        """Captures sort by their place in time, then address, then as they came in."""
        return self.capture.seen_at, self.capture.url, self.capture.id


@dataclass(slots=True)
class Contents:
    """Every distinct card and quote, and every distinct record, once."""

    cards: dict[str, CardText] = field(default_factory=dict)
    quotes: dict[str, QuoteText] = field(default_factory=dict)
    records: dict[tuple[str, str], Shown] = field(default_factory=dict)

    def shown(
        self, site: str, record: Comparison, sha256: str, taken_down: tuple[int, ...] = ()
    ) -> Shown:
        """The record with its texts taken out; an equal record gives the same object."""
        known = self.records.get((site, sha256))
        if known is None:
            first, second = (self._tool(site, tool) for tool in record.tools)
            quotes = tuple(
                self._quote(site, record, quote)
                for quote in record.quotes
                if quote.position not in taken_down
            )
            known = Shown(
                record.title,
                record.layout,
                sha256,
                (first, second),
                quotes,
                record.findings,
                len(taken_down),
            )
            self.records[site, sha256] = known
        return known

    def _tool(self, site: str, tool: Tool) -> ShownTool:
        key = card_key(site, tool)
        self.cards.setdefault(
            key,
            CardText(
                site,
                tool.name,
                tool.category,
                tool.tagline,
                tool.description,
                tool.entry,
                tool.panel_ship_percent,
            ),
        )
        return ShownTool(
            tool_key(site, tool),
            tool.slug,
            tool.name,
            key,
            tool.badge,
            tool.votes,
            tool.community,
            tool.pricing,
        )

    def _quote(self, site: str, record: Comparison, quote: Quote) -> ShownQuote:
        name = record.tools[quote.tool - 1].name
        key = quote_key(site, name, quote.text)
        self.quotes.setdefault(key, QuoteText(site, name, quote.text))
        return ShownQuote(
            key,
            quote.position,
            quote.tool,
            quote.slot,
            quote.reviewer,
            quote.score,
            quote.verdict,
            quote.verdict_source,
            quote.verdict_span,
        )


def _marked(shown: Shown, reading: Reading) -> frozenset[str]:
    cards = (tool.card for at, tool in enumerate(shown.tools, 1) if at in reading.marked_tools)
    quotes = (each.quote for each in shown.quotes if each.position in reading.marked_quotes)
    return frozenset((*cards, *quotes))


def _held_back(record: Comparison) -> Failure:
    """The failure that stands for a record which waits for a person, or for its run's profile."""
    detail = "its layout drifted in its run, or the run is not over; `verdicts drift` shows how"
    return Failure(url=record.url, code="layout_drift", field=None, detail=detail)


class Loader:
    """Takes in one segment after the other; `seen` then gives all captures in order."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.contents = Contents()
        self.refused = dict(snapshot.refused)
        """The take-down for which a page is left out, by the page's number."""
        self._known = {page.id for page in snapshot.known_pages()}
        self._held = snapshot.held
        self._at = snapshot.recorded_at
        self._seen: dict[int, Seen] = {}
        self._revisits: list[tuple[Capture, frozenset[str]]] = []

    def take(self, captures: Iterable[Capture], lines: Iterable[CaptureLine]) -> None:
        """One segment: its captures, and the lines of its record file.

        Raises: IntegrityError when a capture has no line.
        """
        by_offset = {line.offset: line for line in lines}
        for capture in captures:
            if capture.page_id not in self._known:
                continue
            line = by_offset.get(capture.offset)
            if line is None:
                what = f"its record file does not speak of the capture at {capture.offset}"
                raise IntegrityError(where=capture.segment, what=what)
            self._take_line(capture, line)

    def _take_line(self, capture: Capture, line: CaptureLine) -> None:
        signals = frozenset(line.opt_outs) | robots_signals(capture.denied_tokens)
        if line.outcome == "refused":
            self.refused[capture.page_id] = line.takedown or 0
            return
        if line.outcome == "revisit":
            self._revisits.append((capture, signals))
            return
        shown, failure, marked = None, None, frozenset[str]()
        if line.reading is not None:
            signals |= frozenset(line.reading.opt_outs)
            record = line.reading.record
            if isinstance(record, Comparison) and capture.id in self._held:
                wished = wishes(signals, self._at)
                held = Seen(capture, "failure", signals, wished, None, _held_back(record))
                self._seen[capture.id] = held
                return
            if isinstance(record, Comparison) and line.reading.sha256 is not None:
                shown = self.contents.shown(
                    capture.site, record, line.reading.sha256, line.reading.taken_down
                )
                marked = _marked(shown, line.reading)
            elif isinstance(record, Failure):
                failure = record
        wished = wishes(signals, self._at)
        self._seen[capture.id] = Seen(
            capture, line.outcome, signals, wished, shown, failure, marked=marked
        )

    def seen(self) -> list[Seen]:
        """Every capture of a known page, sorted; none of a page that was taken down."""
        for capture, signals in sorted(self._revisits, key=lambda each: each[0].id):
            self._seen[capture.id] = self._seen_again(capture, signals)
        left = (each for each in self._seen.values() if each.capture.page_id not in self.refused)
        return sorted(left, key=lambda seen: seen.order)

    def _seen_again(self, capture: Capture, signals: frozenset[str]) -> Seen:
        original = self._seen.get(capture.revisit_of or 0)
        if original is None:
            return Seen(capture, "not_parsed", signals, wishes(signals, self._at))
        signals |= original.opt_outs
        wished = wishes(signals, self._at)
        return replace(original, capture=capture, opt_outs=signals, wishes=wished, is_repeat=True)

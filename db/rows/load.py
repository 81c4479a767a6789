"""Record files into memory: what each capture of a known page shows.

Each distinct tool and quote is held once, so memory grows with distinct words and not with pages.
This module must not decide anything about a page over time; versions.py does.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cache
from typing import Literal, NamedTuple

from archive import Capture
from db.records.keys import card_key, quote_key
from db.records.reading import CaptureLine, PageResult
from db.records.snapshot import Snapshot
from db.rows.keys import ToolKey, tool_key
from schema.errors import IntegrityError
from schema.records import Comparison, Failure, Finding, Quote, Tool
from schema.signals import Wish, robots_signals, wishes

PublicOutcome = Literal["comparison", "failure", "other", "not_parsed"]


@dataclass(frozen=True, slots=True, eq=False)
class ToolFacts:
    """One tool as captures show it; there is one object for all that show it so."""

    tool: ToolKey
    card: str
    """The key of its card."""
    says: Tool


@dataclass(frozen=True, slots=True, eq=False)
class QuoteFacts:
    """One quote as captures show it; there is one object for all that show it so."""

    key: str
    about: ToolFacts
    says: Quote


class RecordFacts(NamedTuple):
    """What one capture's record says."""

    title: str
    layout: str
    sha256: str
    tools: tuple[ToolFacts, ToolFacts]
    quotes: tuple[QuoteFacts, ...]
    findings: tuple[Finding, ...]
    taken_down: int
    """Number of quotes left out on request."""

    @property
    def keys(self) -> set[str]:
        """The keys of the cards and quotes that are shown."""
        return {tool.card for tool in self.tools} | {quote.key for quote in self.quotes}


@dataclass(frozen=True, slots=True)
class CaptureOutcome:
    """One capture and what came of it; a revisit is seen as its original."""

    capture: Capture
    outcome: PublicOutcome
    opt_outs: frozenset[str]
    wishes: frozenset[Wish]
    """What they ask for, by the archive's newest time."""
    shown: RecordFacts | None = None
    failure: Failure | None = None
    is_repeat: bool = False
    """Whether the outcome is that of the capture that a revisit refers to."""
    marked: frozenset[str] = frozenset()
    """Keys of the cards and quotes whose words the page marks as not to be quoted."""


def _tool_facts(site: str, says: Tool) -> ToolFacts:
    return ToolFacts(tool_key(site, says), card_key(site, says), says)


def _quote_facts(about: ToolFacts, says: Quote) -> QuoteFacts:
    return QuoteFacts(quote_key(about.tool.site, about.says.name, says.text), about, says)


def _marked(shown: RecordFacts, reading: PageResult) -> frozenset[str]:
    cards = (tool.card for tool in shown.tools if tool.says.position in reading.marked_tools)
    quotes = (each.key for each in shown.quotes if each.says.position in reading.marked_quotes)
    return frozenset((*cards, *quotes))


def _held_back(record: Comparison) -> Failure:
    """The failure that stands for a record which waits for a person, or for its run's profile."""
    detail = "its layout drifted in its run, or the run is not over; `verdicts drift` shows how"
    return Failure(url=record.url, code="layout_drift", field=None, detail=detail)


def _place(seen: CaptureOutcome) -> tuple[str, str, bool, int]:
    """The place in time of a capture; in one second a redirect comes before what it led to."""
    capture = seen.capture
    return capture.seen_at, capture.url, not 300 <= capture.status < 304, capture.id


class Loader:
    """Takes in one segment after the other; `seen` then gives all captures in order."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.refused = dict(snapshot.refused)
        """The take-down for which a page is left out, by the page's number."""
        self._tool, self._quote = cache(_tool_facts), cache(_quote_facts)
        self._records: dict[tuple[str, str], RecordFacts] = {}
        self._known = {page.id for page in snapshot.known_pages()}
        self._held = snapshot.held
        self._at = snapshot.recorded_at
        self._seen: dict[int, CaptureOutcome] = {}
        self._revisits: list[CaptureOutcome] = []

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
        reading = line.reading or PageResult()
        signals = frozenset((*line.opt_outs, *reading.opt_outs))
        signals |= robots_signals(capture.denied_tokens)
        wished = wishes(signals, self._at)
        if line.outcome == "refused":
            self.refused[capture.page_id] = line.takedown or 0
        elif line.outcome == "revisit":
            self._revisits.append(CaptureOutcome(capture, "not_parsed", signals, wished))
        else:
            seen = CaptureOutcome(capture, line.outcome, signals, wished)
            self._seen[capture.id] = self._with_record(seen, reading)

    def _with_record(self, seen: CaptureOutcome, reading: PageResult) -> CaptureOutcome:
        record = reading.record
        if isinstance(record, Failure):
            return replace(seen, failure=record)
        if record is None:
            return seen
        if seen.capture.id in self._held:
            return replace(seen, outcome="failure", failure=_held_back(record))
        shown = self._shown(seen.capture.site, record, reading)
        return replace(seen, shown=shown, marked=_marked(shown, reading))

    def _shown(self, site: str, record: Comparison, reading: PageResult) -> RecordFacts:
        """The record without what was taken down; an equal record gives the same object."""
        sha256, taken = reading.sha256 or "", reading.taken_down
        if (site, sha256) not in self._records:
            tools = self._tool(site, record.tools[0]), self._tool(site, record.tools[1])
            left = (quote for quote in record.quotes if quote.position not in taken)
            quotes = tuple(self._quote(tools[quote.tool - 1], quote) for quote in left)
            said = (record.title, record.layout, sha256, tools, quotes, record.findings)
            self._records[site, sha256] = RecordFacts(*said, len(taken))
        return self._records[site, sha256]

    def seen(self) -> list[CaptureOutcome]:
        """Every capture of a known page; none of a page that was taken down.

        Shape: sorted by their place in time, then by address, then as they came in.
        """
        for again in sorted(self._revisits, key=lambda each: each.capture.id):
            self._seen[again.capture.id] = self._as_original(again)
        left = [each for each in self._seen.values() if each.capture.page_id not in self.refused]
        return sorted(left, key=_place)

    def _as_original(self, again: CaptureOutcome) -> CaptureOutcome:
        """A revisit with what its original gave; as it is where that is not known."""
        original = self._seen.get(again.capture.revisit_of or 0)
        if original is None:
            return again
        signals = again.opt_outs | original.opt_outs
        wished = wishes(signals, self._at)
        told = replace(original, opt_outs=signals, wishes=wished)
        return replace(told, capture=again.capture, is_repeat=True)

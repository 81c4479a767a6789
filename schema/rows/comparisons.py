"""Comparisons, their versions and the sides that these show, with where each was read."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from schema import records
from schema.records import Badge, Count, Percent, Position, Verdict, VerdictSource
from schema.rows.columns import (
    UNIQUE,
    CaptureId,
    CardId,
    Flag,
    Hash,
    OptOut,
    PageId,
    QuoteId,
    ReviewerId,
    SideId,
    SiteName,
    Slot,
    ToolId,
    VersionId,
    same,
)
from schema.rows.row import DatedRow, NumberedRow, Row


class ComparisonRow(DatedRow):
    """One published comparison as its newest good capture shows it; a row for each page."""

    table = "comparison"
    label = "title"
    rarely_asked = ("page_id", "capture_id", "version_id")
    comparison: Annotated[str, UNIQUE]
    """The key used in addresses: the slug pair, site:pair where two sites share it, or the urn."""
    site: SiteName
    """The site that published the page."""
    title: Annotated[str, same(records.Comparison, "title")]
    layout: Annotated[str, same(records.Comparison, "layout")]
    tool_a_id: ToolId
    """The tool whose card stands first."""
    tool_b_id: ToolId
    """The tool whose card stands second."""
    card_a_id: CardId
    """The card that stands first."""
    card_b_id: CardId
    """The card that stands second."""
    page_id: PageId
    """The page, with its state and its captures."""
    capture_id: CaptureId
    """The newest capture that gave a record, the one shown; a revisit counts as its original."""
    version_id: VersionId
    """The version shown."""
    captured_at: str
    """Date of the capture shown, UTC."""
    state: Literal["stored", "held"]
    """Stored where the newest attempt gave this record; held where a later one gave none."""
    withheld: Literal[OptOut, "takedown"] | None
    """Why texts of this page are left out: an opt-out, a take-down; null where all are shown."""
    noindex: Flag
    """1 where the page, as it was last seen, asks search engines not to list it."""


class VersionRow(DatedRow):
    """One state of a comparison over time: a new row whenever a capture's record differs."""

    table = "comparison_version"
    label = "number"
    unique = (("page_id", "number"),)
    page_id: PageId
    """The page whose comparison this is; its captures say by `version_id` which gave it."""
    number: Annotated[int, Field(ge=1)]
    """1 for the oldest version of the page, then upward."""
    title: Annotated[str, same(records.Comparison, "title")]
    layout: Annotated[str, same(records.Comparison, "layout")]
    record_sha256: Hash
    """SHA-256 of the record's JSON line, without its trace, before any take-down."""
    quotes_taken_down: Count | None
    """Number of quotes of this version left out on request; null where none was."""


class SideRow(NumberedRow):
    """One side of a comparison as pages show it: card, votes and prices, with quotes under it."""

    table = "side"
    label = "id"
    indexes = (("tool_id", "card_id"),)
    tool_id: ToolId
    """The tool shown."""
    card_id: CardId
    """The card shown."""
    badge: Annotated[Badge | None, same(records.Tool, "badge")]
    votes_ship: Annotated[Count | None, same(records.Votes, "ship")]
    votes_skip: Annotated[Count | None, same(records.Votes, "skip")]
    community_stated: Flag
    """1 where the page says anything of the community's vote, be it that there is none."""
    community_ship_percent: Annotated[Percent | None, same(records.Community, "ship_percent")]
    community_ship: Annotated[Count | None, same(records.Community, "ship")]
    community_votes: Annotated[Count | None, same(records.Community, "votes")]
    pricing: Annotated[str | None, same(records.Tool, "pricing")]
    withheld: OptOut | None
    """The opt-out for which its pages show no description; null where they show one."""


class SideQuoteRow(Row):
    """One quote of a side: place, reviewer, score and verdict."""

    table = "side_quote"
    told_by = ("side_id", "slot")
    side_id: SideId
    """The side under which the quote stands."""
    slot: Annotated[Slot, same(records.Quote, "slot")]
    reviewer_id: Annotated[ReviewerId | None, same(records.Quote, "reviewer")]
    score: Annotated[Percent | None, same(records.Quote, "score")]
    verdict: Annotated[Verdict | None, same(records.Quote, "verdict")]
    verdict_source: Annotated[VerdictSource | None, same(records.Quote, "verdict_source")]
    verdict_start: Count | None
    """Where in the text the deciding words begin, in code points; null unless a cue decides."""
    verdict_end: Count | None
    """Where in the text the deciding words end, in code points; null unless a cue decides."""
    quote_id: QuoteId
    """The quote shown."""
    withheld: OptOut | None
    """The opt-out for which its pages show none of the words; null where they show them."""


class VersionSideRow(Row):
    """Which two sides a version of a comparison shows; the same side stands on many pages."""

    table = "version_side"
    told_by = ("version_id", "position")
    version_id: VersionId
    """The version of the comparison."""
    position: Annotated[Position, same(records.Tool, "position")]
    side_id: SideId
    """The side shown there."""


class ProvenanceRow(Row):
    """Where the values of a version, or of a side that no version before it shows, were read."""

    table = "provenance"
    told_by = ("capture_id", "position")
    capture_id: CaptureId
    """The first capture published that shows them; the version that it shows has the same id."""
    position: Annotated[int, Field(ge=0, le=2)]
    """0 for the comparison itself, else the place of the side, with its card and its quotes."""
    spans: str
    """Of each field block, start and end of what it was read from, as a JSON object of lists."""


class SideSeenRow(NumberedRow):
    """When a tool was shown with a side; on a day it said what the side seen last by then says."""

    table = "side_seen"
    rarely_asked = ("version_id",)
    side_id: SideId
    """The side shown."""
    version_id: VersionId
    """The version of a comparison that showed it first."""
    first_seen: str | None
    """Date of the first capture that shows it, UTC; null where none has a sound date."""
    last_seen: str | None
    """Date of the last capture that shows it before another side, UTC; null as the first is."""

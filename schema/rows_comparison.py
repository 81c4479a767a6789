"""The rows of comparisons: each page as shown, its versions over time, what each version shows."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from schema import records
from schema.records import Badge, Count, Percent, Position, Record, Verdict, VerdictSource
from schema.row_parts import (
    CaptureId,
    CardId,
    ComparisonId,
    Flag,
    Hash,
    PageId,
    QuoteId,
    ReviewerId,
    Row,
    Sighted,
    ToolId,
    Unique,
    VersionId,
    same,
)


class ComparisonRow(Sighted):
    """One published comparison as its newest good capture shows it; a row for each page."""

    table = "comparison"
    label = "title"
    comparison: Annotated[str, Unique()]
    """The key used in addresses: the slug pair, site:pair where two sites share it, or the urn."""
    site: str
    """The site that published the page."""
    url: str | None
    """The page's address on the site's own base; null where it is not known."""
    title: Annotated[str, same(records.Comparison, "title")]
    layout: Annotated[str, same(records.Comparison, "layout")]
    tool_a: ToolId
    """The tool whose card stands first."""
    tool_b: ToolId
    """The tool whose card stands second."""
    card_a: CardId
    """The card that stands first."""
    card_b: CardId
    """The card that stands second."""
    page: PageId
    """The page, with its state and its captures."""
    capture: CaptureId
    """The newest capture that gave a record, the one shown; a revisit counts as its original."""
    version: VersionId
    """The version shown."""
    captured_at: str
    """Date of the capture shown, UTC."""
    state: Literal["stored", "held"]
    """Stored where the newest attempt gave this record; held where a later one gave none."""
    withheld: Literal["noarchive", "takedown"] | None
    """Why texts of this page are left out: an opt-out, a take-down; null where all are shown."""
    noindex: Flag
    """1 where the page, as it was last seen, asks search engines not to list it."""


class VersionRow(Sighted):
    """One state of a comparison over time: a new row whenever a capture's record differs."""

    table = "comparison_version"
    label = "number"
    unique = (("comparison", "number"),)
    comparison: ComparisonId
    """The comparison whose version this is."""
    capture: CaptureId
    """The first capture that gave this version."""
    number: Annotated[int, Field(ge=1)]
    """1 for the oldest version of the page, then upward."""
    title: Annotated[str, same(records.Comparison, "title")]
    layout: Annotated[str, same(records.Comparison, "layout")]
    record_sha256: Hash
    """SHA-256 of the record's JSON line, without its trace, before any take-down."""
    quotes_taken_down: Count | None
    """Number of quotes of this version left out on request; null where none was."""


class VersionToolRow(Row):
    """One tool as one version of a comparison shows it: card, votes and prices."""

    table = "version_tool"
    unique = (("version", "position"),)
    version: VersionId
    """The version of the comparison."""
    position: Annotated[Position, same(records.Tool, "position")]
    tool: ToolId
    """The tool shown."""
    card: CardId
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
    withheld: Literal["noarchive"] | None
    """The opt-out for which this page shows no description; null where it shows one."""


class VersionQuoteRow(Row):
    """One quote as one version of a comparison shows it: place, reviewer, score and verdict."""

    table = "version_quote"
    unique = (("version", "position"),)
    version: VersionId
    """The version of the comparison."""
    position: Annotated[int, Field(ge=1, le=8), same(records.Quote, "position")]
    tool_position: Annotated[Position, same(records.Quote, "tool")]
    slot: Annotated[int, Field(ge=1, le=4), same(records.Quote, "slot")]
    reviewer: Annotated[ReviewerId | None, same(records.Quote, "reviewer")]
    score: Annotated[Percent | None, same(records.Quote, "score")]
    verdict: Annotated[Verdict | None, same(records.Quote, "verdict")]
    verdict_source: Annotated[VerdictSource | None, same(records.Quote, "verdict_source")]
    verdict_start: Count | None
    """Where in the text the deciding words begin, in code points; null unless a cue decides."""
    verdict_end: Count | None
    """Where in the text the deciding words end, in code points; null unless a cue decides."""
    quote: QuoteId
    """The quote shown."""
    withheld: Literal["noarchive"] | None
    """The opt-out for which this page shows none of the words; null where it shows them."""


class FindingRow(Row):
    """Two readable statements that do not agree, on one page or between two captures."""

    table = "finding"
    label = "code"
    indexes = (("code",),)
    comparison: ComparisonId | None
    """The comparison concerned; null where the finding is about a card or quote anywhere."""
    version: VersionId | None
    """The version concerned; null where the finding is about a card or quote anywhere."""
    card: CardId | None
    """The card about which captures disagree; null for other findings."""
    quote: QuoteId | None
    """The quote about which captures disagree; null for other findings."""
    code: Annotated[str, same(records.Finding, "code")]
    field: Annotated[str | None, same(records.Finding, "field")]
    detail: Annotated[str, same(records.Finding, "detail")]


class ComparisonQuoteView(Record):
    """Every quote shown, in the words and place of the newest good capture of its page."""

    comparison: str
    """The key of the comparison: slug pair, or the urn of a page without address."""
    position: Annotated[int, same(records.Quote, "position")]
    tool_position: Annotated[int, same(records.Quote, "tool")]
    slot: Annotated[int, same(records.Quote, "slot")]
    reviewer: Annotated[str | None, same(records.Quote, "reviewer")]
    score: Annotated[int | None, same(records.Quote, "score")]
    verdict: Annotated[str | None, same(records.Quote, "verdict")]
    verdict_source: Annotated[str | None, same(records.Quote, "verdict_source")]
    quote: str
    """The key of the quote."""
    text: Annotated[str | None, same(records.Quote, "text")]

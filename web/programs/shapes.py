"""What is answered at each entity's address as JSON: one model a kind, in the words of the rows.

A field's sentence is the description of the column it holds; docs/programs.md and the OpenAPI
description are made of them. Nothing here asks the database.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field

from schema import records
from schema.records import Count, Percent, Verdict, VerdictSource
from schema.rows.about import CodeRow, CorrectionRow, ReleaseRow, SiteRow, TakedownRow
from schema.rows.columns import PageState, same
from schema.rows.comparisons import ComparisonRow, SideQuoteRow, VersionRow
from schema.rows.pages import CaptureRow, FindingRow, PageRow
from schema.rows.things import CardRow, QuoteRow, ReviewerRow, ToolRow
from schema.rows.timeline import HistoryRow

Address = Annotated[str, Field(json_schema_extra={"format": "uri"})]
FirstSeen = Annotated[str | None, same(ToolRow, "first_seen")]
LastSeen = Annotated[str | None, same(ToolRow, "last_seen")]
Withheld = Annotated[
    Literal["noarchive", "noai", "takedown"] | None,
    Field(description="Why words are left out: an opt-out, a take-down; null where all are shown."),
]


class Shaped(BaseModel):
    """What all answers and their parts share: every field is there, be it null, and no other."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)


S = TypeVar("S", bound=Shaped)


def shaped(shape: type[S], row: Any, **more: Any) -> S:
    """A part of an answer from the row that holds its fields, and from what is given beside it."""
    held = {name: getattr(row, name) for name in shape.model_fields if hasattr(row, name)}
    return shape(**(held | more))


class CorrectionPart(Shaped):
    """A dated note of this archive; what was published stays as it was."""

    note: Annotated[str, same(CorrectionRow, "note")]
    added_at: Annotated[str, same(CorrectionRow, "added_at")]


class Spoken(Shaped):
    """One reviewer's words on one tool, as any answer tells them."""

    key: Annotated[str, same(QuoteRow, "key")]
    page: Address
    """The page of the quote."""
    reviewer: Annotated[str | None, same(records.Quote, "reviewer")]
    score: Annotated[Percent | None, same(records.Quote, "score")]
    verdict: Annotated[Verdict | None, same(records.Quote, "verdict")]
    verdict_source: Annotated[VerdictSource | None, same(records.Quote, "verdict_source")]
    text: Annotated[str | None, same(QuoteRow, "text")]
    withheld: Withheld
    corrections: list[CorrectionPart]
    """Notes of this archive on the quote, oldest first."""


class PlacedQuote(Spoken):
    """A quote in its place on the page of a comparison."""

    position: Annotated[int, same(records.Quote, "position")]
    tool: Annotated[int, same(records.Quote, "tool")]
    slot: Annotated[int, same(records.Quote, "slot")]
    verdict_start: Annotated[Count | None, same(SideQuoteRow, "verdict_start")]
    verdict_end: Annotated[Count | None, same(SideQuoteRow, "verdict_end")]


class SeenQuote(Spoken):
    """A distinct quote in a list, with the days on which captures show it."""

    tool_name: Annotated[str, same(QuoteRow, "tool_name")]
    first_seen: FirstSeen
    last_seen: LastSeen


class CardPart(Shaped):
    """What a card says of a tool."""

    name: Annotated[str, same(records.Tool, "name")]
    category: Annotated[str, same(records.Tool, "category")]
    tagline: Annotated[str | None, same(records.Tool, "tagline")]
    description: Annotated[str | None, same(records.Tool, "description")]
    withheld: Withheld
    entry: Annotated[str, same(records.Tool, "entry")]
    panel_ship_percent: Annotated[Percent, same(records.Tool, "panel_ship_percent")]
    badge: Annotated[str | None, same(records.Tool, "badge")]
    votes_ship: Annotated[Count | None, same(records.Votes, "ship")]
    votes_skip: Annotated[Count | None, same(records.Votes, "skip")]
    pricing: Annotated[str | None, same(records.Tool, "pricing")]


class ComparedTool(CardPart):
    """One of the two tools of a comparison, as its page shows it."""

    position: Annotated[int, same(records.Tool, "position")]
    tool: Annotated[str, same(ToolRow, "tool")]
    page: Address
    """The page of the tool."""
    url: Annotated[str | None, same(ToolRow, "url")]
    community_stated: Annotated[bool, Field(description="Whether the page speaks of such votes.")]
    community_ship_percent: Annotated[Percent | None, same(records.Community, "ship_percent")]
    community_ship: Annotated[Count | None, same(records.Community, "ship")]
    community_votes: Annotated[Count | None, same(records.Community, "votes")]
    corrections: list[CorrectionPart]
    """Notes of this archive on the tool, oldest first."""


class SeenCard(CardPart):
    """A distinct card of a tool, with the days on which captures show it."""

    key: Annotated[str, same(CardRow, "key")]
    first_seen: FirstSeen
    last_seen: LastSeen


class FindingPart(Shaped):
    """Two statements that disagree."""

    code: Annotated[str, same(FindingRow, "code")]
    field: Annotated[str | None, same(FindingRow, "field")]
    detail: Annotated[str, same(FindingRow, "detail")]
    description: Annotated[str | None, same(CodeRow, "description")]


class VersionPart(Shaped):
    """One state of a comparison over time."""

    number: Annotated[int, same(VersionRow, "number")]
    title: Annotated[str, same(VersionRow, "title")]
    layout: Annotated[str, same(VersionRow, "layout")]
    first_seen: FirstSeen
    last_seen: LastSeen


class ValuePart(Shaped):
    """A value that something had for a time."""

    field: Annotated[str, same(HistoryRow, "field")]
    value: Annotated[str | None, same(HistoryRow, "value")]
    reviewer: Annotated[str | None, Field(description="The reviewer; null where none is named.")]
    slot: Annotated[int | None, same(HistoryRow, "slot")]
    first_seen: FirstSeen
    last_seen: LastSeen


class ComparisonPart(Shaped):
    """A comparison in a list."""

    comparison: Annotated[str, same(ComparisonRow, "comparison")]
    title: Annotated[str, same(ComparisonRow, "title")]
    page: Address
    """The page of the comparison."""
    captured_at: str | None
    """Date of its newest sound capture, UTC; null where none has a sound date."""


class ToolPart(Shaped):
    """A tool in a list."""

    tool: Annotated[str, same(ToolRow, "tool")]
    name: Annotated[str, same(ToolRow, "name")]
    page: Address
    """The page of the tool."""


class Answer(Shaped):
    """What every answer begins with."""

    page: Address
    """The page for people that says the same."""
    edition: str
    """The file that this was read from, by its name; the letters in it are of its SHA-256."""
    about: str
    """What nobody vouches for, and under which licence this is."""
    tables: dict[str, Address]
    """Where the rows behind this are as JSON; with .csv for .json as CSV."""


class ComparisonAnswer(Answer):
    """One published comparison: both cards, the decision facts, every reviewer's words."""

    comparison: Annotated[str, same(ComparisonRow, "comparison")]
    as_of: Annotated[str | None, Field(description="The day asked for; null for the newest.")]
    title: Annotated[str, same(ComparisonRow, "title")]
    site: Annotated[str, same(ComparisonRow, "site")]
    site_title: Annotated[str | None, same(SiteRow, "title")]
    url: Annotated[str | None, same(PageRow, "url")]
    captured_at: Annotated[str, same(ComparisonRow, "captured_at")]
    date_source: Annotated[str | None, same(CaptureRow, "date_source")]
    date_precision: Annotated[str | None, same(CaptureRow, "date_precision")]
    is_clock_wrong: bool
    """Whether a wrong clock dated the capture: then its date says nothing."""
    body_sha256: Annotated[str | None, same(CaptureRow, "body_sha256")]
    first_seen: FirstSeen
    last_seen: LastSeen
    version: Annotated[int | None, same(VersionRow, "number")]
    layout: Annotated[str, same(ComparisonRow, "layout")]
    state: Annotated[str, same(ComparisonRow, "state")]
    page_state: Annotated[PageState | None, same(PageRow, "state")]
    opt_outs: list[str]
    """The opt-out signals that came with the capture shown, or with the newest."""
    withheld: Withheld
    noindex: bool
    """Whether the page, as it was last seen, asks search engines not to list it."""
    quotes_taken_down: Count
    """Number of quotes left out on request."""
    tools: Annotated[list[ComparedTool], Field(min_length=2, max_length=2)]
    """The two tools, in the page's order."""
    quotes: list[PlacedQuote]
    """The quotes in order of position."""
    corrections: list[CorrectionPart]
    """Notes of this archive on the page, oldest first."""
    findings: list[FindingPart]
    """Where the page does not agree with itself, or with another capture; the first fifty."""
    versions: list[VersionPart]
    """The newest fifty versions, the newest first."""


class ToolAnswer(Answer):
    """One tool: its cards over time, every distinct quote on it, and where it was compared."""

    tool: Annotated[str, same(ToolRow, "tool")]
    as_of: Annotated[str | None, Field(description="The day asked for; null for the newest.")]
    slug: Annotated[str | None, same(ToolRow, "slug")]
    name: Annotated[str, same(ToolRow, "name")]
    site: Annotated[str, same(ToolRow, "site")]
    site_title: Annotated[str | None, same(SiteRow, "title")]
    url: Annotated[str | None, same(ToolRow, "url")]
    first_seen: FirstSeen
    last_seen: LastSeen
    cards: list[SeenCard]
    """The newest twenty distinct cards, the newest first."""
    quotes: list[SeenQuote]
    """The newest two hundred distinct quotes, the newest first."""
    history: list[ValuePart]
    """The values of each field that ever changed, at most two hundred; none for a day."""
    comparisons_count: Count | None
    """In how many comparisons it is; null where a day was asked for."""
    comparisons: list[ComparisonPart]
    """The first two hundred of these; none where a day was asked for."""
    namesakes: list[ToolPart]
    """Other tools of the same display name; none where a day was asked for."""
    corrections: list[CorrectionPart]
    """Notes of this archive on the tool, oldest first."""


class EarlierPart(Shaped):
    """What a score or verdict was before."""

    field: Literal["score", "verdict"]
    """Which of the two it was."""
    value: Annotated[str, Field(description="The value as text.")]
    last_seen: LastSeen


class QuotePlace(ComparisonPart):
    """A comparison that shows a quote, or once did."""

    position: Annotated[
        int | None, Field(description="Its place there; null for an older version.")
    ]


class QuoteAnswer(Spoken, Answer):
    """One reviewer's words on one tool, and every comparison that shows them."""

    tool_name: Annotated[str, same(QuoteRow, "tool_name")]
    site: Annotated[str, same(QuoteRow, "site")]
    site_title: Annotated[str | None, same(SiteRow, "title")]
    characters: Annotated[Count, same(QuoteRow, "characters")]
    first_seen: FirstSeen
    last_seen: LastSeen
    score_since: Annotated[str | None, same(QuoteRow, "score_since")]
    verdict_since: Annotated[str | None, same(QuoteRow, "verdict_since")]
    earlier: list[EarlierPart]
    """What score and verdict were before, while these words were shown."""
    tools: list[ToolPart]
    """The tools that captures show the words with: one, or namesakes."""
    comparisons: list[QuotePlace]
    """The comparisons that show it, or once did; at most two hundred."""


class ReviewerAnswer(Answer):
    """One reviewer with counts, and a part of all distinct quotes in order of the tools' names."""

    name: Annotated[str, same(ReviewerRow, "name")]
    first_seen: FirstSeen
    last_seen: LastSeen
    quotes_count: Annotated[Count, Field(description="Number of distinct quotes.")]
    scored: Annotated[Count, Field(description="Number of them with a score.")]
    mean_score: Annotated[float | None, Field(description="Mean of these scores; null for none.")]
    ship: Annotated[Count, Field(description="Number of them with a printed ship.")]
    skip: Annotated[Count, Field(description="Number of them with a printed skip.")]
    quotes: list[SeenQuote]
    """The quotes of this part."""
    next: Address | None
    """Where the next part is; null at the end."""


class ReleaseAnswer(Answer):
    """One citable edition of the database; 410 where it was withdrawn."""

    release: Annotated[str, same(ReleaseRow, "release")]
    created_at: Annotated[str, same(ReleaseRow, "created_at")]
    sha256: Annotated[str, same(ReleaseRow, "sha256")]
    withdrawn_at: Annotated[str | None, same(ReleaseRow, "withdrawn_at")]
    reason: Annotated[str | None, same(ReleaseRow, "reason")]


class TakedownPart(Shaped):
    """What was taken down on request."""

    kind: Annotated[str, same(TakedownRow, "kind")]
    reason: Annotated[str, same(TakedownRow, "reason")]
    added_at: Annotated[str, same(TakedownRow, "added_at")]


class ErrorAnswer(Shaped):
    """Why a request was not answered."""

    ok: Literal[False] = False
    """Always false."""
    error: str
    """What is wrong, in a sentence."""
    errors: list[str] = []
    """The same, as a list."""
    status: int
    """The HTTP status."""
    takedown: TakedownPart | None = None
    """What was taken down, where that is why."""


class CsvAnswer(Shaped):
    """What is told of a CSV file outside of its rows."""

    csv: Address
    """The file: these are its bytes as long as nothing but the clock or chance makes them."""
    rows: Count
    """Number of rows in it, without the line of names."""
    most_rows: Count
    """Number of rows after which such a file is cut."""
    is_complete: bool
    """Whether all rows are in it; false where a bound cut it."""
    bytes: Count
    """Number of its bytes."""
    sha256: Annotated[str, Field(description="SHA-256 of its bytes.")]

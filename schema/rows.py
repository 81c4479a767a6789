"""The rows of the public database: one frozen, strict model for each table, in the order made.

A class docstring describes the table, a field's docstring its column; where a column holds
what a record's field holds, the sentence is the record's own. db/rows/tables.py makes the tables
from these models. They must not know SQL, and no name in them may come from a page.
"""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from schema import records
from schema.dates import DateSource, Precision
from schema.records import Badge, Count, Entry, Percent, Position, Record, Verdict, VerdictSource


def same(record: type[Record], field: str) -> Any:
    """The description of a record's field, so that a column need not repeat it."""
    return Field(description=record.model_fields[field].description)


def _row_of(table: str) -> Any:
    """The column holds the `id` of a row of the table."""
    return Field(json_schema_extra={"references": table})


UNIQUE: Any = Field(json_schema_extra={"unique": True})
"""No two rows of the table hold the same value in the column."""

CaptureId = Annotated[int, _row_of("capture")]
CardId = Annotated[int, _row_of("card")]
ComparisonId = Annotated[int, _row_of("comparison")]
PageId = Annotated[int, _row_of("page")]
QuoteId = Annotated[int, _row_of("quote")]
ReviewerId = Annotated[int, _row_of("reviewer")]
TakedownId = Annotated[int, _row_of("takedown")]
ToolId = Annotated[int, _row_of("tool")]
SideId = Annotated[int, _row_of("side")]
VersionId = Annotated[int, _row_of("comparison_version")]
Flag = Literal[0, 1]
OptOut = Literal["noarchive", "noai"]
"""Why a text is left out: no copy is to be shown, or, in files of a release alone, no use by AI."""
Hash = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
PageState = Literal["refused", "gone", "held", "failed", "waiting", "stored"]


class Row(Record):
    """What all rows share; `label` names the column that stands for a row in links.

    Absent: `told_by` names what tells one row from another where that is no number of its own;
    `rarely_asked` the references by which nobody looks rows up, so that an index would be weight.
    """

    table: ClassVar[str]
    label: ClassVar[str | None] = None
    told_by: ClassVar[tuple[str, ...]] = ()
    unique: ClassVar[tuple[tuple[str, ...], ...]] = ()
    indexes: ClassVar[tuple[tuple[str, ...], ...]] = ()
    rarely_asked: ClassVar[tuple[str, ...]] = ()


class NumberedRow(Row):
    """A row with a number of its own."""

    id: int
    """Row number; of what pages show, the same in each edition. Keys hold in any archive."""


class DatedRow(NumberedRow):
    """A row that captures show, with the dates of the first and the last of them."""

    first_seen: str | None
    """Date of the oldest capture that shows it, UTC; null where none has a sound date."""
    last_seen: str | None
    """Date of the newest capture that shows it, UTC; null where none has a sound date."""


class SiteRow(NumberedRow):
    """A publisher whose pages are archived here."""

    table = "site"
    label = "title"
    site: Annotated[str, UNIQUE]
    """The short name of the site, as other tables use it."""
    title: str
    """The publisher's name, for people."""
    base: str
    """The address that the site's own paths are read against."""


class CodeRow(NumberedRow):
    """What each failure and finding code means."""

    table = "code"
    label = "code"
    code: Annotated[str, UNIQUE]
    """The code, as the tables failure and finding hold it."""
    kind: Literal["failure", "finding"]
    """Which of the two tables the code belongs to."""
    description: str
    """The code's meaning in a sentence."""


class DescriptionRow(NumberedRow):
    """A sentence for each table and view of this database, and for each of their columns."""

    table = "description"
    unique = (("table_name", "column_name"),)
    table_name: str
    """The table or view described."""
    column_name: str | None
    """The column described; null where the sentence is about the table."""
    description: str
    """The sentence."""


class ReleaseRow(NumberedRow):
    """A citable edition of this database."""

    table = "release"
    label = "release"
    release: Annotated[str, UNIQUE]
    """The name by which the edition is cited."""
    created_at: str
    """When the edition was made, UTC."""
    sha256: Hash
    """SHA-256 of the edition's database file."""
    withdrawn_at: str | None
    """When the edition was withdrawn, UTC; null while it stands."""
    reason: str | None
    """Why the edition was withdrawn; null while it stands."""


class CrawlRow(NumberedRow):
    """One run that added to the archive, with its totals."""

    table = "crawl"
    label = "started_at"
    kind: Literal["crawl", "import"]
    """Whether pages were fetched from a site or taken from files."""
    site: str | None
    """The site concerned; null where the run was not about one site."""
    started_at: str
    """When the run began, UTC."""
    ended_at: str | None
    """When the run ended, UTC; null where it has not, or was killed."""
    exit_code: int | None
    """How the run ended: 0 complete, 10 with failures, 20 early; null where it has not."""
    asked: Count
    """Number of addresses asked for."""
    stored: Count
    """Number of new contents stored."""
    unchanged: Count
    """Number of answers that were, or said, the same as before."""
    failed: Count
    """Number of attempts that brought nothing that can be used."""
    bytes: Count
    """Number of bytes received."""
    robots_state: str | None
    """What became of the site's robots.txt; null where it was not asked for."""
    failed_by_code: str | None
    """The failed attempts by code, as a JSON object; null where the run did not report them."""
    seconds: Count | None
    """How long the run took, in whole seconds; null where it has not ended, or was killed."""


class TakedownRow(NumberedRow):
    """A removal that was asked for: what it concerns is left out of this database."""

    table = "takedown"
    label = "target"
    unique = (("kind", "site", "target"),)
    kind: Literal["page", "tool", "quote"]
    """What was taken down."""
    site: str
    """The site that published it."""
    target: str
    """The page's address, the tool's slug or name: and its name, or the quote's key."""
    reason: str
    """Why it was taken down, in the archive's words."""
    added_at: str
    """When it was taken down, UTC."""


class PageRow(NumberedRow):
    """A known address of a comparison (or the urn of a page without one), and its state."""

    table = "page"
    label = "url"
    site: str
    """The site that the page belongs to."""
    url: str
    """The address on the site's own base, or urn:sha256: and the hash of the body."""
    comparison: str | None
    """The page's key in the table comparison; null where the address gives none."""
    state: PageState
    """The first that fits: refused, gone, held (an older record shown), failed, waiting, stored."""
    due: Flag
    """1 where the page was to be asked for again when the archive was last added to."""
    captures: Count
    """Number of captures of the page."""
    last_captured_at: str | None
    """Date of the newest capture, UTC; null where there is none."""
    takedown: TakedownId | None
    """The take-down for which nothing of the page is published; null where there is none."""


class CaptureRow(NumberedRow):
    """One stored exchange with a known page: what was asked, when, and what came of it."""

    table = "capture"
    label = "captured_at"
    rarely_asked = ("revisit_of",)
    page: PageId
    """The page that was asked for."""
    url: str | None
    """The address asked for, on the site's own base; null where it is the page's own."""
    captured_at: str
    """When the exchange happened, UTC."""
    date_source: DateSource
    """Who says so: our clock, a WARC, another container, the saved page, --date or the file."""
    date_precision: Precision
    """How exactly it is known; captured_at is the earliest moment meant, unless it is unknown."""
    captured_until: str | None
    """The last moment that captured_at may mean, UTC; null where nothing is known of it."""
    status: Annotated[int, Field(ge=0, le=999)]
    """The HTTP status of the answer."""
    content_type: str | None
    """The Content-Type header as received; null where none came."""
    kind: Literal["response", "revisit"]
    """Whether the bytes came anew, or the answer was that nothing had changed."""
    revisit_of: CaptureId | None
    """The capture whose bytes an unchanged answer repeats; null for a response."""
    body_sha256: Hash
    """SHA-256 of the decoded body."""
    outcome: Literal["comparison", "failure", "other", "not_parsed"]
    """What the capture gave; not_parsed where the status is not 200."""
    version: VersionId | None
    """The version of its comparison that the capture shows; null where it gave no record."""
    opt_outs: str
    """The opt-out signals that came with it, separated by spaces; empty where none."""


class ReviewerRow(DatedRow):
    """A reviewer of the publisher's panel, by the name that pages print."""

    table = "reviewer"
    label = "name"
    name: Annotated[str, UNIQUE, same(records.Quote, "reviewer")]


class ToolRow(DatedRow):
    """A tool that pages compare, known by its part of the address."""

    table = "tool"
    label = "name"
    indexes = (("name",),)
    tool: Annotated[str, UNIQUE]
    """The tool's key: its slug, site:slug where two sites share it, name: and its name without."""
    site: str
    """The site that names the tool."""
    slug: Annotated[str | None, same(records.Tool, "slug")]
    name: str
    """The display name in the newest capture that shows the tool, as published."""
    url: str | None
    """The site's own address of the tool; null where it is not known."""


class CardRow(DatedRow):
    """A distinct card: the same words about a tool are one row, however many pages show them."""

    table = "card"
    label = "name"
    indexes = (("category",), ("name",))
    key: Annotated[Hash, UNIQUE]
    """SHA-256 of site, name, category, tagline, description, entry and panel share."""
    site: str
    """The site that published the card."""
    tool: ToolId | None
    """The tool described; null where captures show the card for several."""
    name: Annotated[str, same(records.Tool, "name")]
    category: Annotated[str, same(records.Tool, "category")]
    tagline: Annotated[str | None, same(records.Tool, "tagline")]
    description: Annotated[str | None, same(records.Tool, "description")]
    entry: Annotated[Entry, same(records.Tool, "entry")]
    panel_ship_percent: Annotated[Percent, same(records.Tool, "panel_ship_percent")]
    badge: Badge | None
    """The badge that captures show with the card; null where none does, or two differ."""
    votes_ship: Count | None
    """Panel votes for ship shown with the card; null where no capture shows any, or two differ."""
    votes_skip: Count | None
    """Panel votes for skip shown with the card; null where no capture shows any, or two differ."""
    pricing: str | None
    """The pricing text shown with the card; null where no capture shows one, or two differ."""
    withheld: OptOut | None
    """The opt-out for which the description is left out; null where it is published."""


class QuoteRow(DatedRow):
    """A distinct quote: the same words about a tool are one row, however many pages show them."""

    table = "quote"
    label = "key"
    indexes = (("tool_name",), ("reviewer", "verdict"))
    key: Annotated[Hash, UNIQUE]
    """SHA-256 of site, the tool's display name and text."""
    site: str
    """The site that published the quote."""
    tool_name: Annotated[str, same(records.Tool, "name")]
    tool: ToolId | None
    """The tool that the quote is about; null where captures show it for several."""
    card: CardId | None
    """The card that the quote was last shown with."""
    reviewer: ReviewerId | None
    """The reviewer printed with the quote; null where no capture shows one, or two differ."""
    score: Percent | None
    """The score out of 100; null where no capture shows one, or two differ."""
    verdict: Verdict | None
    """Ship or skip, printed where any capture prints it; null where not known, or two differ."""
    verdict_source: Annotated[VerdictSource | None, same(records.Quote, "verdict_source")]
    text: str | None
    """The quote's words without their outer quotation marks; null where withheld."""
    characters: Count
    """Length of the quote in code points, given even where the text is withheld."""
    withheld: OptOut | None
    """The opt-out for which the text is left out; null where it is published."""


class ComparisonRow(DatedRow):
    """One published comparison as its newest good capture shows it; a row for each page."""

    table = "comparison"
    label = "title"
    rarely_asked = ("page", "capture", "version")
    comparison: Annotated[str, UNIQUE]
    """The key used in addresses: the slug pair, site:pair where two sites share it, or the urn."""
    site: str
    """The site that published the page."""
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
    withheld: Literal[OptOut, "takedown"] | None
    """Why texts of this page are left out: an opt-out, a take-down; null where all are shown."""
    noindex: Flag
    """1 where the page, as it was last seen, asks search engines not to list it."""


class VersionRow(DatedRow):
    """One state of a comparison over time: a new row whenever a capture's record differs."""

    table = "comparison_version"
    label = "number"
    unique = (("comparison", "number"),)
    rarely_asked = ("capture",)
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


class SideRow(NumberedRow):
    """One side of a comparison as pages show it: card, votes and prices, with quotes under it."""

    table = "side"
    label = "card"
    indexes = (("tool", "card"),)
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
    withheld: OptOut | None
    """The opt-out for which its pages show no description; null where they show one."""


class SideQuoteRow(Row):
    """One quote of a side: place, reviewer, score and verdict."""

    table = "side_quote"
    told_by = ("side", "slot")
    side: SideId
    """The side under which the quote stands."""
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
    withheld: OptOut | None
    """The opt-out for which its pages show none of the words; null where they show them."""


class VersionSideRow(Row):
    """Which two sides a version of a comparison shows; the same side stands on many pages."""

    table = "version_side"
    told_by = ("version", "position")
    version: VersionId
    """The version of the comparison."""
    position: Annotated[Position, same(records.Tool, "position")]
    side: SideId
    """The side shown there."""


class FailureRow(NumberedRow):
    """A capture of a known page that gave no record, and why."""

    table = "failure"
    label = "code"
    indexes = (("code",),)
    page: PageId
    """The page concerned."""
    capture: CaptureId
    """The capture that gave no record."""
    code: Annotated[str, same(records.Failure, "code")]
    field: Annotated[str | None, same(records.Failure, "field")]
    detail: Annotated[str, same(records.Failure, "detail")]
    captured_at: str
    """Date of the capture, UTC."""


class FindingRow(NumberedRow):
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


class CorrectionRow(NumberedRow):
    """A dated note of this archive on something published, which itself stays as it was."""

    table = "correction"
    label = "added_at"
    kind: Literal["page", "tool", "quote"]
    """What the note is about."""
    site: str
    """The site that published it."""
    target: str
    """The page's address, the tool's slug or name: and its name, or the quote's key."""
    page: PageId | None
    """The page that the note is about; null for other notes."""
    tool: ToolId | None
    """The tool that the note is about; null for other notes."""
    quote: QuoteId | None
    """The quote that the note is about; null for other notes."""
    note: str
    """The note, in the archive's words."""
    added_at: str
    """When the note was added, UTC."""


class View(Record):
    """What all views share: `order` names the columns that tell one row from any other."""

    order: ClassVar[tuple[str, ...]]


class VersionToolView(View):
    """One tool as one version of a comparison shows it: card, votes and prices."""

    order = ("version", "position")
    version: Annotated[int, same(VersionSideRow, "version")]
    position: Annotated[int, same(records.Tool, "position")]
    tool: Annotated[int, same(SideRow, "tool")]
    card: Annotated[int, same(SideRow, "card")]
    badge: Annotated[str | None, same(records.Tool, "badge")]
    votes_ship: Annotated[int | None, same(records.Votes, "ship")]
    votes_skip: Annotated[int | None, same(records.Votes, "skip")]
    community_stated: Annotated[int, same(SideRow, "community_stated")]
    community_ship_percent: Annotated[int | None, same(records.Community, "ship_percent")]
    community_ship: Annotated[int | None, same(records.Community, "ship")]
    community_votes: Annotated[int | None, same(records.Community, "votes")]
    pricing: Annotated[str | None, same(records.Tool, "pricing")]
    withheld: str | None
    """The opt-out for which this page shows no description; null where it shows one."""


class VersionQuoteView(View):
    """One quote as one version of a comparison shows it: place, reviewer, score and verdict."""

    order = ("version", "position")
    version: Annotated[int, same(VersionSideRow, "version")]
    position: Annotated[int, same(records.Quote, "position")]
    tool_position: Annotated[int, same(records.Quote, "tool")]
    slot: Annotated[int, same(records.Quote, "slot")]
    reviewer: Annotated[int | None, same(records.Quote, "reviewer")]
    score: Annotated[int | None, same(records.Quote, "score")]
    verdict: Annotated[str | None, same(records.Quote, "verdict")]
    verdict_source: Annotated[str | None, same(records.Quote, "verdict_source")]
    verdict_start: Annotated[int | None, same(SideQuoteRow, "verdict_start")]
    verdict_end: Annotated[int | None, same(SideQuoteRow, "verdict_end")]
    quote: Annotated[int, same(SideQuoteRow, "quote")]
    withheld: str | None
    """The opt-out for which this page shows none of the words; null where it shows them."""


class ComparisonQuoteView(View):
    """Every quote shown, in the words and place of the newest good capture of its page."""

    order = ("comparison", "position")
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


ROWS: tuple[type[Row], ...] = (
    SiteRow,
    CodeRow,
    DescriptionRow,
    ReleaseRow,
    CrawlRow,
    TakedownRow,
    PageRow,
    CaptureRow,
    ReviewerRow,
    ToolRow,
    CardRow,
    QuoteRow,
    ComparisonRow,
    VersionRow,
    SideRow,
    SideQuoteRow,
    VersionSideRow,
    FailureRow,
    FindingRow,
    CorrectionRow,
)
"""Every table of the public database, in the order in which they are made."""

VIEWS: dict[str, type[View]] = {
    "version_tool": VersionToolView,
    "version_quote": VersionQuoteView,
    "comparison_quote": ComparisonQuoteView,
}
"""Every view, with the model that describes its columns."""

SEARCHED: dict[str, tuple[str, ...]] = {
    "quote": ("text", "tool_name"),
    "card": ("name", "category", "tagline", "description"),
}
"""The columns that full-text search covers, by table."""

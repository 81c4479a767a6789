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


def _row_of(table: str, column: str = "id") -> Any:
    """The column holds what tells a row of the table, its `id` or its name."""
    return Field(json_schema_extra={"references": table, "by": column})


UNIQUE: Any = Field(json_schema_extra={"unique": True})
"""No two rows of the table hold the same value in the column."""

SiteName = Annotated[str, _row_of("site", "site")]
CodeName = Annotated[str, _row_of("code", "code")]
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
ClaimId = Annotated[int, _row_of("claim")]
MethodName = Annotated[str, _row_of("method", "method")]
Ratio = Annotated[float, Field(ge=0, le=1)]
Flag = Literal[0, 1]
MethodVersion = Annotated[int, Field(ge=1)]
OptOut = Literal["noarchive", "noai"]
"""Why a text is left out: no copy is to be shown, or, in files of a release alone, no use by AI."""
Slot = Annotated[int, Field(ge=1, le=4)]
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


Since = Annotated[
    str | None,
    Field(description="Since when the value has stood, UTC; null without one or a sound date."),
]


class SiteRow(Row):
    """A publisher whose pages are archived here."""

    table = "site"
    label = "title"
    told_by = ("site",)
    site: str
    """The short name of the site, as other tables use it."""
    title: str
    """The publisher's name, for people."""
    base: str
    """The address that the site's own paths are read against."""


class CodeRow(Row):
    """What each failure and finding code means."""

    table = "code"
    label = "code"
    told_by = ("code",)
    code: str
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
    site: SiteName | None
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
    site: SiteName
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
    site: SiteName
    """The site that the page belongs to."""
    url: str
    """The address on the site's own base, or urn:sha256: and the hash of the body."""
    key: str
    """What its comparison goes by in addresses, once one is read: slug pair, address or urn."""
    state: PageState
    """The first that fits: refused, gone, held (an older record shown), failed, waiting, stored."""
    due: Flag
    """1 where the page was to be asked for again when the archive was last added to."""
    captures: Count
    """Number of captures of the page."""
    last_captured_at: str | None
    """Date of the newest capture, UTC; null where there is none."""
    takedown_id: TakedownId | None
    """The take-down for which nothing of the page is published; null where there is none."""


class CaptureRow(NumberedRow):
    """One stored exchange with a known page: what was asked, when, and what came of it."""

    table = "capture"
    label = "captured_at"
    rarely_asked = ("revisit_of_id",)
    page_id: PageId
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
    revisit_of_id: CaptureId | None
    """The capture whose bytes an unchanged answer repeats; null for a response."""
    body_sha256: Hash
    """SHA-256 of the decoded body."""
    outcome: Literal["comparison", "failure", "other", "not_parsed"]
    """What the capture gave; not_parsed where the status is not 200."""
    version_id: VersionId | None
    """The version of its comparison that the capture shows; null where it gave no record."""
    opt_outs: str | None
    """The opt-out signals that came with it, as a JSON list of names; null where none did."""


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
    site: SiteName
    """The site that names the tool."""
    slug: Annotated[str | None, same(records.Tool, "slug")]
    name: str
    """The display name in the newest capture that shows the tool, as published."""
    name_since: str | None
    """Since when it has had that name, UTC; null where no capture with a sound date says it."""
    url: str | None
    """The site's own address of the tool; null where it is not known."""


class AliasRow(Row):
    """A display name under which captures show a tool."""

    table = "alias"
    label = "name"
    told_by = ("tool_id", "name")
    indexes = (("name",),)
    tool_id: ToolId
    """The tool shown."""
    name: Annotated[str, same(records.Tool, "name")]
    first_seen: str | None
    """Date of the oldest capture that shows the tool so, UTC; null where none has a sound date."""
    last_seen: str | None
    """Date of the newest capture that shows the tool so, UTC; null where none has a sound date."""


class ToolPairRow(Row):
    """Two tools of a site with near names, or that a person decided on; they are never joined."""

    table = "tool_pair"
    told_by = ("tool_a_id", "tool_b_id")
    tool_a_id: ToolId
    """The tool whose key comes first."""
    tool_b_id: ToolId
    """The tool whose key comes second."""
    score: Percent | None
    """How near their names are without what differs; null where they are not, or were not held."""
    differs: str | None
    """A JSON list of words, vendor, version, size, tagline, address; null where none differs."""
    suggests: Literal["same", "candidate", "different"] | None
    """What the names say to a person; null where they are not near."""
    decision: Literal["same", "differ"] | None
    """What a person decided; null where nobody did."""
    reason: str | None
    """Why it was decided; null where nothing was."""
    decided_at: str | None
    """When it was decided, UTC; null where nothing was."""


class CardRow(DatedRow):
    """A distinct card: the same words about a tool are one row, however many pages show them."""

    table = "card"
    label = "name"
    indexes = (("category",), ("name",))
    key: Annotated[Hash, UNIQUE]
    """SHA-256 of site, name, category, tagline, description, entry and panel share."""
    site: SiteName
    """The site that published the card."""
    tool_id: ToolId
    """The tool described; where captures show the card for several, the newest says it."""
    tool_since: Since
    name: Annotated[str, same(records.Tool, "name")]
    category: Annotated[str, same(records.Tool, "category")]
    tagline: Annotated[str | None, same(records.Tool, "tagline")]
    description: Annotated[str | None, same(records.Tool, "description")]
    entry: Annotated[Entry, same(records.Tool, "entry")]
    panel_ship_percent: Annotated[Percent, same(records.Tool, "panel_ship_percent")]
    badge: Badge | None
    """The newest badge that captures show with the card; null where none ever showed one."""
    badge_since: Since
    votes_ship: Count | None
    """Newest panel votes for ship shown with the card; null where none ever were."""
    votes_skip: Count | None
    """Newest panel votes for skip shown with the card; null where none ever were."""
    votes_since: Since
    pricing: str | None
    """The newest pricing text shown with the card; null where none ever was."""
    pricing_since: Since
    withheld: OptOut | None
    """The opt-out for which the description is left out; null where it is published."""


class QuoteRow(DatedRow):
    """A distinct quote: the same words about a tool are one row, however many pages show them."""

    table = "quote"
    label = "tool_name"
    indexes = (("tool_name",), ("reviewer_id", "verdict"))
    key: Annotated[Hash, UNIQUE]
    """SHA-256 of site, the tool's display name and text."""
    site: SiteName
    """The site that published the quote."""
    tool_name: Annotated[str, same(records.Tool, "name")]
    tool_id: ToolId
    """The tool that the quote is about; where captures show it for several, the newest says it."""
    tool_since: Since
    card_id: CardId
    """The card that the quote was last shown with."""
    reviewer_id: ReviewerId | None
    """The reviewer last printed with the quote; null where no capture names one."""
    reviewer_since: Since
    score: Percent | None
    """The newest score out of 100; null where no capture shows one."""
    score_since: Since
    verdict: Verdict | None
    """Ship or skip: as last printed, else as last inferred; null where nothing decides it."""
    verdict_since: Since
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


class FailureRow(NumberedRow):
    """A capture of a known page that gave no record, and why."""

    table = "failure"
    label = "code"
    page_id: PageId
    """The page concerned."""
    capture_id: CaptureId
    """The capture that gave no record."""
    code: Annotated[CodeName, same(records.Failure, "code")]
    field: Annotated[str | None, same(records.Failure, "field")]
    detail: Annotated[str, same(records.Failure, "detail")]
    captured_at: str
    """Date of the capture, UTC."""


class FindingRow(DatedRow):
    """Two readable statements that disagree, on one page or at one time; a row while it lasts."""

    table = "finding"
    label = "code"
    rarely_asked = ("last_version_id",)
    comparison_id: ComparisonId | None
    """The comparison concerned; null where the finding is about a card or quote anywhere."""
    version_id: VersionId | None
    """The first version that shows it; null where the finding is about a card or quote anywhere."""
    last_version_id: VersionId | None
    """The last version of the run that shows it; null as `version_id` is."""
    card_id: CardId | None
    """The card about which pages disagree; null for other findings."""
    quote_id: QuoteId | None
    """The quote about which pages disagree; null for other findings."""
    code: Annotated[CodeName, same(records.Finding, "code")]
    field: Annotated[str | None, same(records.Finding, "field")]
    detail: Annotated[str, same(records.Finding, "detail")]


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


class OfTool(NumberedRow):
    """What a row about one field of what is said of a tool has."""

    tool_id: ToolId | None
    """The tool concerned; null for a whole comparison."""
    reviewer_id: ReviewerId | None
    """The reviewer of the quote concerned; null for the card, or where none is named."""
    slot: Slot | None
    """The row of the scorecard, where no reviewer is named, or one in several; null else."""
    field: str
    """What is stated: a column of card or side, quote, score or verdict, votes, or comparison."""


class HistoryRow(OfTool):
    """A value that a field of a tool had for a time; all values of each field that ever changed."""

    table = "history"
    indexes = (("tool_id", "field"),)
    rarely_asked = ("version_id",)
    tool_id: ToolId
    """The tool concerned."""
    value: str | None
    """The value as text, or the key of the card or quote whose words it is; null for none."""
    version_id: VersionId
    """The version of a comparison that showed it first."""
    first_seen: str | None
    """Date of the first capture of the run, UTC; null where none has a sound date."""
    last_seen: str | None
    """Date of the last capture of the run, UTC; null where none has a sound date."""


class ChangeRow(OfTool):
    """Something that appeared, changed or vanished, counted once however many pages show it."""

    table = "change"
    label = "field"
    indexes = (("seen_by",),)
    rarely_asked = ("version_id",)
    kind: Literal["appeared", "changed", "vanished"]
    """Whether there was nothing before, another value, or nothing after."""
    cause: Literal["source", "parser"]
    """Whether the publisher changed it, or another version of the parser reads it otherwise."""
    comparison_id: ComparisonId | None
    """The comparison concerned, or the first that shows it; null where that is not published."""
    version_id: VersionId | None
    """The version that shows it first; null where a parser is the cause."""
    old: str | None
    """The value before, as in `history`; null where there was none, or a parser read words."""
    new: str | None
    """The value from then on, as in `history`; null where there is none, or a parser read words."""
    seen_after: str | None
    """When the old was last seen, UTC; null where there was none, or no sound date."""
    seen_by: str | None
    """When the new was first seen, UTC: it changed between the two; null without a sound date."""


class CorrectionRow(NumberedRow):
    """A dated note of this archive on something published, which itself stays as it was."""

    table = "correction"
    label = "added_at"
    kind: Literal["page", "tool", "quote"]
    """What the note is about."""
    site: SiteName
    """The site that published it."""
    target: str
    """The page's address, the tool's slug or name: and its name, or the quote's key."""
    page_id: PageId | None
    """The page that the note is about; null for other notes."""
    tool_id: ToolId | None
    """The tool that the note is about; null for other notes."""
    quote_id: QuoteId | None
    """The quote that the note is about; null for other notes."""
    note: str
    """The note, in the archive's words."""
    added_at: str
    """When the note was added, UTC."""


class MethodRow(Row):
    """A way in which derived figures are made, and whether they are in this database."""

    table = "method"
    label = "method"
    told_by = ("method",)
    method: str
    """The short name of the method, as other tables use it."""
    method_version: MethodVersion
    """Its version: another one may give other figures for the same archive."""
    libraries: str | None
    """Its libraries with versions, as a JSON list; null where none is used, or installed."""
    is_made: Flag
    """1 where its figures were made; 0 where not, for want of the extra `research` or of tools."""
    description: str
    """What it does, in a sentence or two."""


class DerivedRow(Row):
    """What a figure has that is derived from what was observed; it alters nothing observed."""

    rarely_asked: ClassVar[tuple[str, ...]] = ("method",)
    method: MethodName
    """How it was made; the table `method` says whether its rows are there at all."""
    method_version: MethodVersion
    """The version of the method."""


class InferenceAccuracyRow(DerivedRow, NumberedRow):
    """How well inferred verdicts agree with printed ones, which were hidden for it."""

    table = "inference_accuracy"
    tool_id: ToolId | None
    """The tool whose printed verdicts were hidden; null for all tools together."""
    source: Literal["unanimous", "cue", "remainder", "baseline"]
    """What decides, as in `verdict_source`; baseline: the quote in slot 4 is the one skip."""
    marked: Count
    """Number of quotes whose verdict it decides."""
    correct: Count
    """Number of those that are decided as the page prints them."""
    relevant: Count
    """Number it should decide: by logic all that share and cues settle, else printed minorities."""
    precision: Ratio | None
    """Share of the marked that are correct; null where none is marked."""
    precision_low: Ratio | None
    """Lower bound of its 95 % interval over tools; null for fewer than five, or for one."""
    precision_high: Ratio | None
    """Upper bound of its 95 % interval over tools; null as the lower is."""
    recall: Ratio | None
    """Share of the relevant that are marked and correct; null where none is relevant."""
    recall_low: Ratio | None
    """Lower bound of its 95 % interval over tools; null for fewer than five, or for one."""
    recall_high: Ratio | None
    """Upper bound of its 95 % interval over tools; null as the lower is."""


class ReviewerFigureRow(DerivedRow, NumberedRow):
    """A figure of a reviewer over distinct quotes, by printed verdicts and scores."""

    table = "reviewer_figure"
    unique = (("reviewer_id", "figure", "category"),)
    reviewer_id: ReviewerId
    """The reviewer."""
    figure: Literal["skip_rate", "mean_score", "mean_characters"]
    """Share of printed skips, mean score out of 100, or mean length in code points."""
    category: str | None
    """The category of the tools; null for all of them."""
    n: Count
    """Number of distinct quotes counted: those with a printed verdict, with a score, or all."""
    value: float | None
    """The figure; null only where it is not defined."""
    low: float | None
    """Lower bound of its 95 % bootstrap interval over tools; null for fewer than five tools."""
    high: float | None
    """Upper bound of its 95 % bootstrap interval over tools; null as the lower is."""


class ReviewerAgreementRow(DerivedRow, NumberedRow):
    """How far two reviewers, or all, agree in printed verdicts; not how reliable people are."""

    table = "reviewer_agreement"
    unique = (("reviewer_a_id", "reviewer_b_id", "coefficient"),)
    reviewer_a_id: ReviewerId | None
    """The reviewer whose name comes first; null for the whole panel."""
    reviewer_b_id: ReviewerId | None
    """The other reviewer; null for the whole panel."""
    coefficient: Literal["phi", "share", "alpha", "ac1"]
    """Phi or share of equal verdicts of two; Krippendorff's alpha or Gwet's AC1 of the panel."""
    n: Count
    """Number of tools on whose newest card they print verdicts."""
    value: float | None
    """The coefficient; null where it is not defined."""
    low: float | None
    """Lower bound of its 95 % bootstrap interval over tools; null for fewer than five tools."""
    high: float | None
    """Upper bound of its 95 % bootstrap interval over tools; null as the lower is."""
    undefined: Literal["all_agree", "one_value"] | None
    """Why there is no value: all agree in all, or one never varies; null where there is one."""


class TemplateRow(DerivedRow):
    """A run of words that a reviewer repeats, mined on half of the tools, as one quote has it."""

    table = "template"
    told_by = ("reviewer_id", "rank")
    rarely_asked = ("method", "quote_id")
    reviewer_id: ReviewerId
    """The reviewer whose quotes hold it."""
    rank: Annotated[int, Field(ge=1)]
    """1 for the template of most quotes, then those of most quotes that none before it covers."""
    quote_id: QuoteId
    """A mined quote that holds it, the one whose key comes first."""
    span_start: Count
    """Where in that quote's text it begins, in code points."""
    span_end: Count
    """Where in that quote's text it ends, in code points."""
    words: Count
    """Number of its words."""
    mined_quotes: Count
    """Number of distinct quotes of the mined half that hold it."""
    mined_n: Count
    """Number of distinct quotes of the mined half."""
    held_out_quotes: Count
    """Number of distinct quotes of the other half that hold it."""
    held_out_n: Count
    """Number of distinct quotes of the other half."""
    coverage: Ratio | None
    """Share of the other half's quotes that hold it; null where there are none."""
    coverage_so_far: Ratio | None
    """Share of the other half's quotes that hold it or one ranked before it; null as above."""
    low: float | None
    """Lower bound of its 95 % bootstrap interval over tools; null for fewer than five tools."""
    high: float | None
    """Upper bound of its 95 % bootstrap interval over tools; null as the lower is."""


class NearDuplicateRow(DerivedRow):
    """Two distinct quotes whose words are nearly the same; what is too short is left out."""

    table = "near_duplicate"
    told_by = ("quote_a_id", "quote_b_id")
    quote_a_id: QuoteId
    """The quote whose key comes first."""
    quote_b_id: QuoteId
    """The other quote."""
    likeness: Ratio
    """Jaccard index of their runs of three words, from 0.5; 1 where all of these are the same."""


class RedundancyRow(DerivedRow):
    """How often comparisons show the same: each repeats the cards and quotes of two tools."""

    table = "redundancy"
    told_by = ("kind",)
    kind: Literal["card", "quote"]
    """What is shown."""
    slots: Count
    """Number of places in all comparisons as they are shown now."""
    contents: Count
    """Number of distinct cards or quotes in them: what there is to count."""
    redundancy: Ratio
    """1 less contents by slots: the share of places that repeat another."""


class OfQuote(DerivedRow, NumberedRow):
    """What a row has that a rule read from a quote: where the words stand, never the words."""

    quote_id: QuoteId
    """The quote whose text holds it; a text that an opt-out withholds gives no row."""
    span_start: Count
    """Where in that quote's text it begins, in code points."""
    span_end: Count
    """Where in that quote's text it ends, in code points."""


class PredictionRow(OfQuote):
    """A time by which a quote says that something will happen; whether it did, a person judges."""

    table = "prediction"
    indexes = (("due_until",),)
    event_start: Count
    """Where the sentence begins that says what will happen, in code points."""
    event_end: Count
    """Where that sentence ends, in code points."""
    checkable: Flag
    """1 where the words set an end; 0 where they are vague, such as "soon"."""
    horizon_relation: Literal["in", "within", "by", "before", "until", "next"] | None
    """How the event lies to the end of the time; null where it is vague."""
    horizon_amount: Count | None
    """How many units of time ahead, 0 for the running one; null for a date, or where vague."""
    horizon_unit: Literal["day", "week", "month", "quarter", "year"] | None
    """The unit of the amount; null as the amount is."""
    horizon_date: str | None
    """The date said, as exactly as it is: 2027, 2027-06, 2027-Q1; null for a length, or vague."""
    made_after: str | None
    """Newest capture before that shows the tool without the quote, UTC; null where none does."""
    made_by: str | None
    """When the quote was first seen, UTC; null without a sound date, where only lengths count."""
    due_from: str | None
    """First day on which it may fall due; null where vague, or where nobody knows since when."""
    due_until: str | None
    """Last day on which it may fall due; null where vague, or first seen on no sound date."""
    state: Literal["open", "overdue"]
    """Open until a person judges it; overdue once due_until is before the newest recorded time."""


class MentionRow(OfQuote):
    """A product or an organisation that a quote names beside its own tool, known here or not."""

    table = "mention"
    tool_id: ToolId | None
    """The one tool that goes by the name; null where none does, or more than one."""
    relation: Literal["competitor", "alternative", "dependency"] | None
    """Always null: half of what the rule says of it was wrong on labelled texts set aside."""


class ClaimRow(DerivedRow, NumberedRow):
    """A value that a distinct quote or card states of its tool or of another, as published."""

    table = "claim"
    label = "stated_value"
    tool_id: ToolId
    """The tool that the text is about."""
    card_id: CardId
    """The card that states it, or with which the quote was last shown."""
    quote_id: QuoteId | None
    """The quote that states it; null where it is the card itself."""
    field: Literal["text", "tagline", "description", "pricing", "entry"]
    """The column of the quote or card that holds the words; entry is the card's own label."""
    span_start: Count
    """Where in that column's text it begins, in code points."""
    span_end: Count
    """Where in that column's text it ends, in code points."""
    attribute: Literal[
        "parameters", "licence", "price", "context", "memory", "date", "openness", "entry"
    ]
    """What the value is of."""
    stated_value: str
    """The value in one form: 7e9, Apache-2.0, 9.50, 2024-06, open weights, Free."""
    unit: str | None
    """Its unit, such as USD/month or tokens; null where the attribute has none."""
    subject: Literal["tool", "other"]
    """Whether it is said of the text's own tool or of another product."""


class ConflictRow(DerivedRow):
    """Two published values of a tool at one time; of many texts only the newest 50 are compared."""

    table = "conflict"
    told_by = ("claim_a_id", "claim_b_id")
    claim_a_id: ClaimId
    """One of the values: the card's label, or what stands in the text whose key comes first."""
    claim_b_id: ClaimId
    """The other value."""
    tool_id: ToolId
    """The tool of which both are said."""
    kind: Literal["label_and_text", "one_card", "two_cards"]
    """A card's label and a text, two texts shown with one card, or texts of two cards."""
    attribute: Literal["parameters", "licence", "price", "context", "memory", "openness", "entry"]
    """What both are values of; of a label and a text it is entry."""
    unit: str | None
    """The unit of both; null where the attribute has none."""


class View(Record):
    """What all views share: `order` names the columns that tell one row from any other."""

    order: ClassVar[tuple[str, ...]]


class VersionToolView(View):
    """One tool as one version of a comparison shows it: card, votes and prices."""

    order = ("version_id", "position")
    version_id: Annotated[int, same(VersionSideRow, "version_id")]
    position: Annotated[int, same(records.Tool, "position")]
    tool_id: Annotated[int, same(SideRow, "tool_id")]
    card_id: Annotated[int, same(SideRow, "card_id")]
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

    order = ("version_id", "position")
    version_id: Annotated[int, same(VersionSideRow, "version_id")]
    position: Annotated[int, same(records.Quote, "position")]
    tool_position: Annotated[int, same(records.Quote, "tool")]
    slot: Annotated[int, same(records.Quote, "slot")]
    reviewer_id: Annotated[int | None, same(records.Quote, "reviewer")]
    score: Annotated[int | None, same(records.Quote, "score")]
    verdict: Annotated[str | None, same(records.Quote, "verdict")]
    verdict_source: Annotated[str | None, same(records.Quote, "verdict_source")]
    verdict_start: Annotated[int | None, same(SideQuoteRow, "verdict_start")]
    verdict_end: Annotated[int | None, same(SideQuoteRow, "verdict_end")]
    quote_id: Annotated[int, same(SideQuoteRow, "quote_id")]
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


class QuotesView(View):
    """Each distinct quote once, by the names of its tool and reviewer: to be counted."""

    order = ("quote",)
    quote: Annotated[str, same(QuoteRow, "key")]
    tool: Annotated[str, same(ToolRow, "tool")]
    tool_name: Annotated[str, same(QuoteRow, "tool_name")]
    reviewer: Annotated[str | None, same(records.Quote, "reviewer")]
    score: Annotated[int | None, same(QuoteRow, "score")]
    verdict: Annotated[str | None, same(QuoteRow, "verdict")]
    verdict_source: Annotated[str | None, same(QuoteRow, "verdict_source")]
    text: Annotated[str | None, same(QuoteRow, "text")]
    characters: Annotated[int, same(QuoteRow, "characters")]
    quote_withheld: Annotated[str | None, same(QuoteRow, "withheld")]
    quote_first_seen: Annotated[str | None, same(QuoteRow, "first_seen")]
    quote_last_seen: Annotated[str | None, same(QuoteRow, "last_seen")]


class CardsView(View):
    """Each distinct card once, by the key of its tool: a tool's cards over time."""

    order = ("card",)
    card: Annotated[str, same(CardRow, "key")]
    tool: Annotated[str, same(ToolRow, "tool")]
    card_name: Annotated[str, same(CardRow, "name")]
    category: Annotated[str, same(CardRow, "category")]
    tagline: Annotated[str | None, same(CardRow, "tagline")]
    description: Annotated[str | None, same(CardRow, "description")]
    entry: Annotated[str, same(CardRow, "entry")]
    panel_ship_percent: Annotated[int, same(CardRow, "panel_ship_percent")]
    badge: Annotated[str | None, same(CardRow, "badge")]
    votes_ship: Annotated[int | None, same(CardRow, "votes_ship")]
    votes_skip: Annotated[int | None, same(CardRow, "votes_skip")]
    pricing: Annotated[str | None, same(CardRow, "pricing")]
    card_withheld: Annotated[str | None, same(CardRow, "withheld")]
    card_first_seen: Annotated[str | None, same(CardRow, "first_seen")]
    card_last_seen: Annotated[str | None, same(CardRow, "last_seen")]


class TemplatesView(View):
    """Each template in its words, by the name of its reviewer, with what it covers."""

    order = ("reviewer", "rank")
    reviewer: Annotated[str, same(ReviewerRow, "name")]
    rank: Annotated[int, same(TemplateRow, "rank")]
    text: str | None
    """The words as one quote has them; null where that quote's text is left out."""
    mined_quotes: Annotated[int, same(TemplateRow, "mined_quotes")]
    mined_n: Annotated[int, same(TemplateRow, "mined_n")]
    held_out_quotes: Annotated[int, same(TemplateRow, "held_out_quotes")]
    held_out_n: Annotated[int, same(TemplateRow, "held_out_n")]
    coverage: Annotated[float | None, same(TemplateRow, "coverage")]
    coverage_so_far: Annotated[float | None, same(TemplateRow, "coverage_so_far")]
    quote: Annotated[str, same(QuoteRow, "key")]


class ComparisonsView(View):
    """Each comparison once, with its address and what its two cards say now."""

    order = ("comparison",)
    comparison: Annotated[str, same(ComparisonRow, "comparison")]
    title: Annotated[str, same(ComparisonRow, "title")]
    url: Annotated[str, same(PageRow, "url")]
    state: Annotated[str, same(PageRow, "state")]
    captured_at: Annotated[str, same(ComparisonRow, "captured_at")]
    tool_a: Annotated[str, same(ComparisonRow, "tool_a_id")]
    tool_a_name: Annotated[str, same(records.Tool, "name")]
    category_a: Annotated[str, same(records.Tool, "category")]
    entry_a: Annotated[str, same(records.Tool, "entry")]
    panel_ship_percent_a: Annotated[int, same(records.Tool, "panel_ship_percent")]
    tool_b: Annotated[str, same(ComparisonRow, "tool_b_id")]
    tool_b_name: Annotated[str, same(records.Tool, "name")]
    category_b: Annotated[str, same(records.Tool, "category")]
    entry_b: Annotated[str, same(records.Tool, "entry")]
    panel_ship_percent_b: Annotated[int, same(records.Tool, "panel_ship_percent")]


class ChangesView(View):
    """Each change by the names of its comparison, tool and reviewer, oldest first."""

    order = ("seen_by", "change_id")
    change_id: Annotated[int, same(ChangeRow, "id")]
    seen_after: Annotated[str | None, same(ChangeRow, "seen_after")]
    seen_by: Annotated[str | None, same(ChangeRow, "seen_by")]
    kind: Annotated[str, same(ChangeRow, "kind")]
    cause: Annotated[str, same(ChangeRow, "cause")]
    comparison: Annotated[str | None, same(ComparisonRow, "comparison")]
    tool: Annotated[str | None, same(ToolRow, "tool")]
    reviewer: Annotated[str | None, same(records.Quote, "reviewer")]
    field: Annotated[str, same(ChangeRow, "field")]
    old: Annotated[str | None, same(ChangeRow, "old")]
    new: Annotated[str | None, same(ChangeRow, "new")]


ROWS: tuple[type[Row], ...] = (
    SiteRow,
    CodeRow,
    DescriptionRow,
    ReleaseRow,
    CrawlRow,
    TakedownRow,
    PageRow,
    ReviewerRow,
    ToolRow,
    CardRow,
    QuoteRow,
    VersionRow,
    CaptureRow,
    ComparisonRow,
    SideRow,
    SideQuoteRow,
    VersionSideRow,
    ProvenanceRow,
    SideSeenRow,
    FailureRow,
    FindingRow,
    HistoryRow,
    ChangeRow,
    CorrectionRow,
    AliasRow,
    ToolPairRow,
    MethodRow,
    InferenceAccuracyRow,
    ReviewerFigureRow,
    ReviewerAgreementRow,
    TemplateRow,
    NearDuplicateRow,
    RedundancyRow,
    PredictionRow,
    MentionRow,
    ClaimRow,
    ConflictRow,
)
"""Every table of the public database, in the order in which they are made: none refers to a later
one, and only captures refer to each other."""

VIEWS: dict[str, type[View]] = {
    "version_tool": VersionToolView,
    "version_quote": VersionQuoteView,
    "comparison_quote": ComparisonQuoteView,
    "quotes": QuotesView,
    "cards": CardsView,
    "comparisons": ComparisonsView,
    "changes": ChangesView,
    "templates": TemplatesView,
}
"""Every view, with the model that describes its columns: the last five are for people, by names."""

APPLICATION_ID = 0x76726463
"""What tells a database of ours from other SQLite files: "vrdc" in ASCII."""
EDITION = 1
"""The edition of these tables, which a file says as its user_version; 0 is any older one."""

SEARCHED: dict[str, tuple[str, ...]] = {
    "quote": ("text", "tool_name"),
    "card": ("name", "category", "tagline", "description"),
}
"""The columns that full-text search covers, by table."""

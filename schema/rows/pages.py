"""Pages, their captures, and what became of these."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from schema import records
from schema.dates import DateSource, Precision
from schema.records import Count
from schema.rows.columns import (
    CaptureId,
    CardId,
    CodeName,
    ComparisonId,
    Flag,
    Hash,
    PageId,
    PageState,
    QuoteId,
    SiteName,
    TakedownId,
    VersionId,
    same,
)
from schema.rows.row import DatedRow, NumberedRow


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
    """The last moment it can have been, UTC; of a crawl whose clock was wrong when the crawl after it
    began; null where nothing is known of it."""
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

"""The rows about what was fetched: runs, known pages, captures, and those that gave no record."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from schema import records
from schema.records import Count
from schema.row_parts import CaptureId, Flag, Hash, PageId, PageState, Row, TakedownId, same


class CrawlRow(Row):
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
    """Number of answers that were the same as before."""
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


class PageRow(Row):
    """A known address of a comparison (or the urn of a page without one), and its state."""

    table = "page"
    label = "url"
    unique = (("site", "url"),)
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


class CaptureRow(Row):
    """One stored exchange with a known page: what was asked, when, and what came of it."""

    table = "capture"
    label = "captured_at"
    indexes = (("body_sha256",),)
    page: PageId
    """The page that was asked for."""
    url: str
    """The address asked for, on the site's own base."""
    captured_at: str
    """When the exchange happened, UTC."""
    date_source: Literal["crawl", "warc", "argument", "file"]
    """Where the date comes from: our clock, an imported WARC, the command line or the file."""
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
    opt_outs: str
    """The opt-out signals that came with it, separated by spaces; empty where none."""


class FailureRow(Row):
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

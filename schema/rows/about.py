"""What the database says of itself: sites, codes, sentences, releases, runs, take-downs."""

from __future__ import annotations

from typing import Annotated, Literal

from schema.records import Count
from schema.rows.columns import UNIQUE, Hash, PageId, QuoteId, SiteName, ToolId
from schema.rows.row import NumberedRow, Row


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

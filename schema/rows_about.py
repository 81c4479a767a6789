"""The rows about the database itself: publishers, codes, descriptions, editions, notes."""

from __future__ import annotations

from typing import Annotated, Literal

from schema.row_parts import Hash, PageId, QuoteId, Row, ToolId, Unique


class SiteRow(Row):
    """A publisher whose pages are archived here."""

    table = "site"
    label = "title"
    site: Annotated[str, Unique()]
    """The short name of the site, as other tables use it."""
    title: str
    """The publisher's name, for people."""
    base: str
    """The address that the site's own paths are read against."""


class CodeRow(Row):
    """What each failure and finding code means."""

    table = "code"
    label = "code"
    code: Annotated[str, Unique()]
    """The code, as the tables failure and finding hold it."""
    kind: Literal["failure", "finding"]
    """Which of the two tables the code belongs to."""
    description: str
    """The code's meaning in a sentence."""


class DescriptionRow(Row):
    """A sentence for each table and view of this database, and for each of their columns."""

    table = "description"
    unique = (("table_name", "column_name"),)
    table_name: str
    """The table or view described."""
    column_name: str | None
    """The column described; null where the sentence is about the table."""
    description: str
    """The sentence."""


class ReleaseRow(Row):
    """A citable edition of this database."""

    table = "release"
    label = "release"
    release: Annotated[str, Unique()]
    """The name by which the edition is cited."""
    created_at: str
    """When the edition was made, UTC."""
    sha256: Hash
    """SHA-256 of the edition's database file."""
    withdrawn_at: str | None
    """When the edition was withdrawn, UTC; null while it stands."""
    reason: str | None
    """Why the edition was withdrawn; null while it stands."""


class TakedownRow(Row):
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


class CorrectionRow(Row):
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

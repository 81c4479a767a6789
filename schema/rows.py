"""The rows of the public database: one frozen, strict model for each table.

A class docstring describes the table, a field's docstring its column; where a column holds
what a record's field holds, the sentence is the record's own. db/rows/tables.py makes the tables
from these models. They must not know SQL, and no name in them may come from a page.
"""

from __future__ import annotations

from schema.records import Record
from schema.row_parts import HASH_PATTERN, PageState, References, Row, Unique
from schema.rows_about import (
    CodeRow,
    CorrectionRow,
    DescriptionRow,
    ReleaseRow,
    SiteRow,
    TakedownRow,
)
from schema.rows_archive import CaptureRow, CrawlRow, FailureRow, PageRow
from schema.rows_comparison import (
    ComparisonQuoteView,
    ComparisonRow,
    FindingRow,
    VersionQuoteRow,
    VersionRow,
    VersionToolRow,
)
from schema.rows_content import CardRow, QuoteRow, ReviewerRow, ToolRow

__all__ = [
    "HASH_PATTERN",
    "ROWS",
    "SEARCHED",
    "VIEWS",
    "CaptureRow",
    "CardRow",
    "CodeRow",
    "ComparisonQuoteView",
    "ComparisonRow",
    "CorrectionRow",
    "CrawlRow",
    "DescriptionRow",
    "FailureRow",
    "FindingRow",
    "PageRow",
    "PageState",
    "QuoteRow",
    "References",
    "ReleaseRow",
    "ReviewerRow",
    "Row",
    "SiteRow",
    "TakedownRow",
    "ToolRow",
    "Unique",
    "VersionQuoteRow",
    "VersionRow",
    "VersionToolRow",
]

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
    VersionToolRow,
    VersionQuoteRow,
    FailureRow,
    FindingRow,
    CorrectionRow,
)
"""Every table of the public database, in the order in which they are made."""

VIEWS: dict[str, type[Record]] = {"comparison_quote": ComparisonQuoteView}
"""Every view, with the model that describes its columns."""

SEARCHED: dict[str, tuple[str, ...]] = {
    "quote": ("text", "tool_name"),
    "card": ("name", "category", "tagline", "description"),
}
"""The columns that full-text search covers, by table."""

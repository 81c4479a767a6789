"""The rows of the public database: one frozen, strict model for each table, in the order made.

A class docstring describes the table, a field's docstring its column; where a column holds
what a record's field holds, the sentence is the record's own. db/rows/tables.py makes the tables
from these models. They must not know SQL, and no name in them may come from a page.

columns      what columns hold                row       what rows share
about        what the database says of itself
pages        pages and captures               things    what pages speak of
comparisons  versions and sides               timeline  what was said when
figures      derived figures                  texts     what rules read from words
views        tables as people ask for them
"""

from __future__ import annotations

from schema.rows.about import (
    CodeRow,
    CorrectionRow,
    CrawlRow,
    DescriptionRow,
    ReleaseRow,
    SiteRow,
    TakedownRow,
)
from schema.rows.comparisons import (
    ComparisonRow,
    ProvenanceRow,
    SideQuoteRow,
    SideRow,
    SideSeenRow,
    VersionRow,
    VersionSideRow,
)
from schema.rows.figures import (
    InferenceAccuracyRow,
    MethodRow,
    NearDuplicateRow,
    RedundancyRow,
    ReviewerAgreementRow,
    ReviewerFigureRow,
    TemplateRow,
)
from schema.rows.pages import CaptureRow, FailureRow, FindingRow, PageRow
from schema.rows.row import Row, View
from schema.rows.texts import ClaimRow, ConflictRow, MentionRow, PredictionRow
from schema.rows.things import AliasRow, CardRow, QuoteRow, ReviewerRow, ToolPairRow, ToolRow
from schema.rows.timeline import ChangeRow, HistoryRow
from schema.rows.views import (
    CardsView,
    ChangesView,
    ComparisonQuoteView,
    ComparisonsView,
    QuotesView,
    TemplatesView,
    VersionQuoteView,
    VersionToolView,
)

__all__ = ["APPLICATION_ID", "EDITION", "ROWS", "SEARCHED", "VIEWS"]

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
EDITION = 2
"""The edition of these tables, which a file says as its user_version; 0 is any older one."""

SEARCHED: dict[str, tuple[str, ...]] = {
    "quote": ("text", "tool_name"),
    "card": ("name", "category", "tagline", "description", "pricing"),
    "reviewer": ("name",),
    "correction": ("note",),
}
"""The columns that full-text search covers, by table."""

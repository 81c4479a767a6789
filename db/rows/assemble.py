"""The rows of every table, numbered in the order in which they are made.

Pure: the same archive gives the same rows with the same numbers. Nothing here writes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from db.rows import content_rows, page_rows
from db.rows.holdings import Holdings
from db.rows.tables import Values, columns, descriptions
from schema import rows
from schema.rows import Row

Tables = dict[type[Row], list[Values]]

MADE_BY: dict[type[Row], Callable[[Holdings], Iterable[Values]]] = {
    rows.SiteRow: page_rows.site_rows,
    rows.CodeRow: page_rows.code_rows,
    rows.DescriptionRow: lambda _: descriptions(),
    rows.ReleaseRow: lambda _: (),
    rows.CrawlRow: page_rows.crawl_rows,
    rows.TakedownRow: page_rows.takedown_rows,
    rows.PageRow: page_rows.page_rows,
    rows.CaptureRow: page_rows.capture_rows,
    rows.ReviewerRow: content_rows.reviewer_rows,
    rows.ToolRow: content_rows.tool_rows,
    rows.CardRow: content_rows.card_rows,
    rows.QuoteRow: content_rows.quote_rows,
    rows.ComparisonRow: content_rows.comparison_rows,
    rows.VersionRow: content_rows.version_rows,
    rows.VersionToolRow: content_rows.version_tool_rows,
    rows.VersionQuoteRow: content_rows.version_quote_rows,
    rows.FailureRow: page_rows.failure_rows,
    rows.FindingRow: content_rows.finding_rows,
    rows.CorrectionRow: page_rows.correction_rows,
}
"""Every table, and what makes its rows. In them `id` and references are still keys of things."""


def assemble(held: Holdings) -> Tables:
    """The rows of every table: each id and each reference to one is a number from 1."""
    tables = {model: list(make(held)) for model, make in MADE_BY.items()}
    numbers = {
        model.table: {row["id"]: at for at, row in enumerate(made, 1) if "id" in row}
        for model, made in tables.items()
    }
    for model, made in tables.items():
        references = [(each.name, each.references) for each in columns(model) if each.references]
        for at, row in enumerate(made, 1):
            row["id"] = at
            for name, table in references:
                if row[name] is not None:
                    row[name] = numbers[table][row[name]]
    return tables

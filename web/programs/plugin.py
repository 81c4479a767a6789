"""What programs ask, as a plugin of Datasette: which of our functions answers at which address."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from web.programs import csv_files, entities, feeds, openapi, signposts, sitemaps
from web.upstream import Datasette, hook


@hook
def register_routes(datasette: Datasette) -> list[tuple[str, Callable[..., Any]]]:
    """Our addresses; they come before those of the pages."""
    return [
        (entities.PATH, entities.entity),
        (entities.REVIEWER_PATH, entities.reviewer_json),
        (csv_files.PATH, csv_files.table_csv),
        (csv_files.SQL_PATH, csv_files.sql_csv),
        (csv_files.NO_TABLE_PATH, csv_files.no_table),
        (feeds.PATH, feeds.feed),
        (r"^/robots\.txt$", signposts.robots),
        (r"^/llms\.txt$", signposts.llms),
        (r"^/opensearch\.xml$", signposts.opensearch),
        (r"^/sitemap\.xml$", sitemaps.index),
        (sitemaps.PART_PATH, sitemaps.part),
        (r"^/openapi\.json$", openapi.openapi),
    ]

"""From histories to the rows of every table, numbered in a fixed order.

Pure: the same archive gives the same rows with the same numbers. Nothing here writes.
"""

from __future__ import annotations

from collections import defaultdict

from archive import Page
from db.records.snapshot import Snapshot
from db.rows.comparison_rows import comparison_rows, version_rows
from db.rows.content_rows import card_rows, conflict_rows, quote_rows, reviewer_rows, tool_rows
from db.rows.keys import ToolKey, public_names
from db.rows.load import Contents, Seen
from db.rows.numbers import Numbers, Tables, numbered
from db.rows.observations import Sightings, sightings
from db.rows.page_rows import (
    capture_rows,
    code_rows,
    crawl_rows,
    failure_rows,
    page_rows,
    site_rows,
)
from db.rows.tables import descriptions
from db.rows.takedown_rows import correction_rows, takedown_rows
from db.rows.versions import History
from parsers.sites import site_named


def page_names(pages: list[Page]) -> dict[int, str]:
    """The key of each page's comparison, by the page's id.

    The slug pair, `site:pair` where two sites share it, or the urn. Where one site shows a pair
    at two addresses, the shorter one keeps it and the other goes by its whole address.
    """
    own: dict[tuple[str, str], Page] = {}
    for page in sorted(pages, key=lambda page: (len(page.url), page.url)):
        pair = None if page.url.startswith("urn:") else site_named(page.site).pair(page.url)
        if pair is None or (page.site, pair) in own:
            pair = page.url
        own[page.site, pair] = page
    names = public_names(own)
    return {page.id: names[key] for key, page in own.items()}


def assemble(
    snapshot: Snapshot, pages: list[History], seen: list[Seen], contents: Contents
) -> Tables:
    """The rows of every table.

    Shape: every known page and every capture of one, both sorted, and the texts by key.
    """
    names = page_names([history.page for history in pages])
    found = sightings(pages, names)
    numbers = _number(snapshot, pages, seen, names, found)
    closed = {history.page.id for history in pages if history.is_any_withheld}
    good = [history for history in pages if history.versions]
    good.sort(key=lambda history: names[history.page.id])
    tables: Tables = defaultdict(list)
    for row in (
        *site_rows(pages),
        *code_rows(),
        *descriptions(),
        *crawl_rows(snapshot.runs),
        *takedown_rows(snapshot, numbers),
        *page_rows(pages, names, numbers, snapshot.at),
        *capture_rows(seen, numbers),
        *failure_rows(seen, closed, numbers),
        *reviewer_rows(found, numbers),
        *tool_rows(found, numbers),
        *card_rows(found, contents, numbers),
        *quote_rows(found, contents, numbers),
        *comparison_rows(good, names, numbers),
        *version_rows(good, numbers),
        *conflict_rows(found, numbers),
        *correction_rows(snapshot, pages, numbers),
    ):
        rows = tables[type(row)]
        rows.append(row.model_copy(update={"id": len(rows) + 1}) if row.id == 0 else row)
    return tables


def _number(
    snapshot: Snapshot,
    pages: list[History],
    seen: list[Seen],
    names: dict[int, str],
    found: Sightings,
) -> Numbers:
    tool_names = public_names(found.tools)
    tools = sorted(found.tools, key=tool_names.__getitem__)
    good = sorted((page for page in pages if page.versions), key=lambda each: names[each.page.id])
    return Numbers(
        takedowns=numbered(snapshot.taken.ids),
        pages=numbered(history.page.id for history in pages),
        captures=numbered(each.capture.id for each in seen),
        tools=numbered(tools),
        tool_names={ToolKey(*key): name for key, name in tool_names.items()},
        cards=numbered(sorted(found.cards)),
        quotes=numbered(sorted(found.quotes)),
        reviewers=numbered(sorted(found.reviewers)),
        comparisons=numbered(history.page.id for history in good),
        versions=numbered(
            (history.page.id, version.number) for history in good for version in history.versions
        ),
    )

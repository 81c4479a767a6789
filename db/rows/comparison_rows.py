"""The rows of comparisons and their versions: what each page showed, and when."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Literal

from db.rows.load import ShownQuote, ShownTool
from db.rows.numbers import UNNUMBERED, Numbers
from db.rows.page_rows import history_state, public_detail
from db.rows.versions import History, Version
from schema.records import Community
from schema.rows import ComparisonRow, FindingRow, Row, VersionQuoteRow, VersionRow, VersionToolRow

NOTHING_SAID = Community(ship_percent=None, ship=None, votes=None)


def comparison_rows(
    pages: Iterable[History], names: dict[int, str], numbers: Numbers
) -> Iterator[ComparisonRow]:
    """A row for each page that ever gave a record, as its newest good capture shows it."""
    for history in pages:
        page, version = history.page, history.versions[-1]
        body = version.body
        first, second = version.shown.tools
        yield ComparisonRow(
            id=numbers.comparisons[page.id],
            comparison=names[page.id],
            site=page.site,
            url=None if page.url.startswith("urn:") else page.url,
            title=version.shown.title,
            layout=version.shown.layout,
            tool_a=numbers.tools[first.tool],
            tool_b=numbers.tools[second.tool],
            card_a=numbers.cards[first.card],
            card_b=numbers.cards[second.card],
            page=numbers.pages[page.id],
            capture=numbers.captures[body.capture.id],
            version=numbers.versions[page.id, version.number],
            captured_at=body.capture.captured_at,
            first_seen=min(each.first_seen for each in history.versions),
            last_seen=version.last_seen,
            state="stored" if history_state(history) == "stored" else "held",
            withheld=_withheld(history, version),
            noindex=1 if history.wishes("index") else 0,
        )


def _withheld(history: History, version: Version) -> Literal["noarchive", "takedown"] | None:
    """Why any text that the version shows is left out. Absent: None where none is."""
    if version.shown.taken_down:
        return "takedown"
    cards = (tool.card for tool in version.shown.tools)
    quotes = (quote.quote for quote in version.shown.quotes)
    return "noarchive" if any(map(history.withholds, (*cards, *quotes))) else None


def version_rows(pages: Iterable[History], numbers: Numbers) -> Iterator[Row]:
    """Each version's own row, then those of its tools, quotes and findings."""
    for history in pages:
        page = history.page.id
        for version in history.versions:
            number = numbers.versions[page, version.number]
            yield _version_row(version, numbers.comparisons[page], number, numbers)
            for position, tool in enumerate(version.shown.tools, 1):
                yield _tool_row(tool, position, number, history, numbers)
            for quote in version.shown.quotes:
                yield _quote_row(quote, number, history, numbers)
            is_withheld = history.is_any_withheld
            for finding in version.shown.findings:
                yield FindingRow(
                    id=UNNUMBERED,
                    comparison=numbers.comparisons[page],
                    version=number,
                    card=None,
                    quote=None,
                    code=finding.code,
                    field=finding.field,
                    detail=public_detail(finding.detail, is_withheld=is_withheld),
                )


def _version_row(version: Version, comparison: int, number: int, numbers: Numbers) -> VersionRow:
    return VersionRow(
        id=number,
        comparison=comparison,
        number=version.number,
        title=version.shown.title,
        capture=numbers.captures[version.seen[0].capture.id],
        layout=version.shown.layout,
        record_sha256=version.shown.sha256,
        first_seen=version.first_seen,
        last_seen=version.last_seen,
        quotes_taken_down=version.shown.taken_down or None,
    )


def _tool_row(
    tool: ShownTool, position: int, version: int, history: History, numbers: Numbers
) -> VersionToolRow:
    votes, community = tool.votes, tool.community or NOTHING_SAID
    return VersionToolRow(
        id=UNNUMBERED,
        version=version,
        position=1 if position == 1 else 2,
        tool=numbers.tools[tool.tool],
        card=numbers.cards[tool.card],
        badge=tool.badge,
        votes_ship=votes.ship if votes else None,
        votes_skip=votes.skip if votes else None,
        community_stated=0 if tool.community is None else 1,
        community_ship_percent=community.ship_percent,
        community_ship=community.ship,
        community_votes=community.votes,
        pricing=tool.pricing,
        withheld="noarchive" if history.withholds(tool.card) else None,
    )


def _quote_row(
    quote: ShownQuote, version: int, history: History, numbers: Numbers
) -> VersionQuoteRow:
    start, end = quote.span or (None, None)
    return VersionQuoteRow(
        id=UNNUMBERED,
        version=version,
        position=quote.position,
        tool_position=quote.tool_position,
        slot=quote.slot,
        reviewer=None if quote.reviewer is None else numbers.reviewers[quote.reviewer],
        score=quote.score,
        verdict=quote.verdict,
        verdict_source=quote.source,
        verdict_start=start,
        verdict_end=end,
        quote=numbers.quotes[quote.quote],
        withheld="noarchive" if history.withholds(quote.quote) else None,
    )

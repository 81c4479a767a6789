"""The rows of distinct contents: reviewers, tools, cards, quotes, and where captures disagree."""

from __future__ import annotations

from collections.abc import Iterator

from db.rows.load import Contents
from db.rows.numbers import UNNUMBERED, Numbers
from db.rows.observations import (
    CARD_FIELDS,
    Sighting,
    Sightings,
    joined_tool,
    joined_verdict,
    quote_conflicts,
)
from parsers.sites import site_named
from schema.rows import CardRow, FindingRow, QuoteRow, ReviewerRow, ToolRow


def reviewer_rows(found: Sightings, numbers: Numbers) -> Iterator[ReviewerRow]:
    """A row for each reviewer's name."""
    for name, number in numbers.reviewers.items():
        seen = found.reviewers[name]
        yield ReviewerRow(id=number, name=name, first_seen=seen.first, last_seen=seen.last)


def tool_rows(found: Sightings, numbers: Numbers) -> Iterator[ToolRow]:
    """A row for each tool, by slug or by name."""
    for key, number in numbers.tools.items():
        seen = found.tools[key]
        slug = None if key.name.startswith("name:") else key.name
        yield ToolRow(
            id=number,
            tool=numbers.tool_names[key],
            site=key.site,
            slug=slug,
            name=seen.name,
            url=site_named(key.site).tool_address(slug) if slug else None,
            first_seen=seen.first,
            last_seen=seen.last,
        )


def card_rows(found: Sightings, contents: Contents, numbers: Numbers) -> Iterator[CardRow]:
    """A row for each distinct card."""
    for key, number in numbers.cards.items():
        card, seen = contents.cards[key], found.cards[key]
        votes_ship, votes_skip = seen.agreed("votes") or (None, None)
        yield CardRow(
            id=number,
            key=key,
            site=card.site,
            tool=_tool(seen, numbers),
            name=card.name,
            category=card.category,
            tagline=card.tagline,
            entry=card.entry,
            description=None if seen.is_withheld else card.description,
            panel_ship_percent=card.share,
            badge=seen.agreed("badge"),
            votes_ship=votes_ship,
            votes_skip=votes_skip,
            pricing=seen.agreed("pricing"),
            first_seen=seen.first,
            last_seen=seen.last,
            withheld="noarchive" if seen.is_withheld else None,
        )


def quote_rows(found: Sightings, contents: Contents, numbers: Numbers) -> Iterator[QuoteRow]:
    """A row for each distinct quote."""
    for key, number in numbers.quotes.items():
        quote, seen = contents.quotes[key], found.quotes[key]
        verdict, source = joined_verdict(seen)
        reviewer = seen.agreed("reviewer")
        yield QuoteRow(
            id=number,
            key=key,
            site=quote.site,
            tool_name=quote.tool_name,
            tool=_tool(seen, numbers),
            card=numbers.cards[seen.card],
            reviewer=None if reviewer is None else numbers.reviewers[reviewer],
            score=seen.agreed("score"),
            verdict=verdict,
            verdict_source=source,
            text=None if seen.is_withheld else quote.text,
            characters=len(quote.text),
            first_seen=seen.first,
            last_seen=seen.last,
            withheld="noarchive" if seen.is_withheld else None,
        )


def conflict_rows(found: Sightings, numbers: Numbers) -> Iterator[FindingRow]:
    """A finding for each fact about a card or quote on which captures disagree."""
    for key, number in numbers.cards.items():
        for name, detail in found.cards[key].conflicts(CARD_FIELDS):
            yield _conflict(number, None, name, detail)
    for key, number in numbers.quotes.items():
        for name, detail in quote_conflicts(found.quotes[key]):
            yield _conflict(None, number, name, detail)


def _conflict(card: int | None, quote: int | None, name: str, detail: str) -> FindingRow:
    return FindingRow(
        id=UNNUMBERED,
        comparison=None,
        version=None,
        card=card,
        quote=quote,
        code="observation_conflict",
        field=name,
        detail=detail,
    )


def _tool(seen: Sighting, numbers: Numbers) -> int | None:
    tool = joined_tool(seen)
    return None if tool is None else numbers.tools[tool]

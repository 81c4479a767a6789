"""The rows of what pages show: distinct contents, comparisons with their versions, findings.

In a row as it is made here, `id` and each reference hold the key of a thing; `assemble` puts
numbers in their place.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from db.records.snapshot import picked
from db.rows.holdings import Holdings
from db.rows.keys import public_names
from db.rows.observations import CARD_FIELDS, joined_tool, joined_verdict, quote_conflicts
from db.rows.page_rows import public_detail
from db.rows.tables import Values
from db.rows.versions import PageHistory, Version, earliest
from parsers.sites import site_named

DATES = "first_seen last_seen"


def reviewer_rows(held: Holdings) -> Iterator[Values]:
    """A row for each reviewer's name."""
    for name, seen in sorted(held.found.reviewers.items()):
        yield {"id": name, "name": name, **picked(seen, DATES)}


def tool_rows(held: Holdings) -> Iterator[Values]:
    """A row for each tool, by slug or by name."""
    tools = held.found.tools
    names = public_names(tools)
    for key in sorted(tools, key=names.__getitem__):
        slug = None if key.name.startswith("name:") else key.name
        yield {
            "id": key,
            "tool": names[key],
            "site": key.site,
            "slug": slug,
            "name": tools[key].shown.says.name,
            "url": site_named(key.site).tool_address(slug) if slug else None,
            **picked(tools[key], DATES),
        }


def card_rows(held: Holdings) -> Iterator[Values]:
    """A row for each distinct card."""
    for key, seen in sorted(held.found.cards.items()):
        says = seen.shown.says
        votes_ship, votes_skip = seen.agreed("votes") or (None, None)
        yield {
            "id": key,
            "key": key,
            "site": seen.shown.tool.site,
            "tool": joined_tool(seen),
            **picked(says, "name category tagline entry panel_ship_percent"),
            "description": None if seen.is_withheld else says.description,
            "badge": seen.agreed("badge"),
            "votes_ship": votes_ship,
            "votes_skip": votes_skip,
            "pricing": seen.agreed("pricing"),
            **picked(seen, DATES),
            "withheld": "noarchive" if seen.is_withheld else None,
        }


def quote_rows(held: Holdings) -> Iterator[Values]:
    """A row for each distinct quote."""
    for key, seen in sorted(held.found.quotes.items()):
        about, text = seen.shown.about, seen.shown.says.text
        verdict, source = joined_verdict(seen)
        yield {
            "id": key,
            "key": key,
            "site": about.tool.site,
            "tool_name": about.says.name,
            "tool": joined_tool(seen),
            "card": about.card,
            "reviewer": seen.agreed("reviewer"),
            "score": seen.agreed("score"),
            "verdict": verdict,
            "verdict_source": source,
            "text": None if seen.is_withheld else text,
            "characters": len(text),
            **picked(seen, DATES),
            "withheld": "noarchive" if seen.is_withheld else None,
        }


def comparison_rows(held: Holdings) -> Iterator[Values]:
    """A row for each page that ever gave a record, as its newest good capture shows it."""
    for history in held.comparisons:
        page, version = history.page, history.versions[-1]
        first, second = version.shown.tools
        capture = version.body.capture
        yield {
            "id": page.id,
            "comparison": held.names[page.id],
            "site": page.site,
            "url": None if page.url.startswith("urn:") else page.url,
            **picked(version.shown, "title layout"),
            "tool_a": first.tool,
            "tool_b": second.tool,
            "card_a": first.card,
            "card_b": second.card,
            "page": page.id,
            "capture": capture.id,
            "version": version.key,
            "captured_at": capture.captured_at,
            "first_seen": earliest(each.first_seen for each in history.versions),
            "last_seen": version.last_seen,
            "state": "stored" if history.state == "stored" else "held",
            "withheld": _withheld(history, version),
            "noindex": history.wishes("index"),
        }


def _withheld(history: PageHistory, version: Version) -> Literal["noarchive", "takedown"] | None:
    """Why any text that the version shows is left out. Absent: None where none is."""
    if version.shown.taken_down:
        return "takedown"
    cards = (tool.card for tool in version.shown.tools)
    quotes = (quote.key for quote in version.shown.quotes)
    return "noarchive" if any(map(history.withholds, (*cards, *quotes))) else None


def version_rows(held: Holdings) -> Iterator[Values]:
    """A row for each version of a comparison."""
    for history, version in held.versions:
        yield {
            "id": version.key,
            "comparison": history.page.id,
            "capture": version.seen[0].capture.id,
            **picked(version, f"number {DATES}"),
            **picked(version.shown, "title layout"),
            "record_sha256": version.shown.sha256,
            "quotes_taken_down": version.shown.taken_down or None,
        }


def version_tool_rows(held: Holdings) -> Iterator[Values]:
    """A row for each tool of each version."""
    for history, version in held.versions:
        for tool in version.shown.tools:
            votes, community = tool.says.votes, tool.says.community
            yield {
                "version": version.key,
                "tool": tool.tool,
                "card": tool.card,
                **picked(tool.says, "position badge pricing"),
                "votes_ship": votes.ship if votes else None,
                "votes_skip": votes.skip if votes else None,
                "community_stated": community is not None,
                "community_ship_percent": community.ship_percent if community else None,
                "community_ship": community.ship if community else None,
                "community_votes": community.votes if community else None,
                "withheld": "noarchive" if history.withholds(tool.card) else None,
            }


def version_quote_rows(held: Holdings) -> Iterator[Values]:
    """A row for each quote of each version."""
    for history, version in held.versions:
        for quote in version.shown.quotes:
            start, end = quote.says.verdict_span or (None, None)
            yield {
                "version": version.key,
                "quote": quote.key,
                "tool_position": quote.says.tool,
                **picked(quote.says, "position slot reviewer score verdict verdict_source"),
                "verdict_start": start,
                "verdict_end": end,
                "withheld": "noarchive" if history.withholds(quote.key) else None,
            }


def finding_rows(held: Holdings) -> Iterator[Values]:
    """What pages say twice and otherwise, then each fact on which captures disagree."""
    nothing = dict.fromkeys(("comparison", "version", "card", "quote"))
    for history, version in held.versions:
        is_withheld = history.is_any_withheld
        for finding in version.shown.findings:
            detail = public_detail(finding.detail, is_withheld=is_withheld)
            own = {"comparison": history.page.id, "version": version.key, "detail": detail}
            yield {**nothing, **picked(finding, "code field"), **own}
    conflict = {**nothing, "code": "observation_conflict"}
    for key, card in sorted(held.found.cards.items()):
        for name, detail in card.conflicts(CARD_FIELDS):
            yield {**conflict, "card": key, "field": name, "detail": detail}
    for key, quote in sorted(held.found.quotes.items()):
        for name, detail in quote_conflicts(quote):
            yield {**conflict, "quote": key, "field": name, "detail": detail}

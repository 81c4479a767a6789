"""The columns of the views, in the words of what they hold."""

from __future__ import annotations

from typing import Annotated

from schema import records
from schema.rows.columns import same
from schema.rows.comparisons import ComparisonRow, SideQuoteRow, SideRow, VersionSideRow
from schema.rows.figures import TemplateRow
from schema.rows.pages import PageRow
from schema.rows.row import View
from schema.rows.things import CardRow, QuoteRow, ReviewerRow, ToolRow
from schema.rows.timeline import ChangeRow


class VersionToolView(View):
    """One tool as one version of a comparison shows it: card, votes and prices."""

    order = ("version_id", "position")
    version_id: Annotated[int, same(VersionSideRow, "version_id")]
    position: Annotated[int, same(records.Tool, "position")]
    tool_id: Annotated[int, same(SideRow, "tool_id")]
    card_id: Annotated[int, same(SideRow, "card_id")]
    badge: Annotated[str | None, same(records.Tool, "badge")]
    votes_ship: Annotated[int | None, same(records.Votes, "ship")]
    votes_skip: Annotated[int | None, same(records.Votes, "skip")]
    community_stated: Annotated[int, same(SideRow, "community_stated")]
    community_ship_percent: Annotated[int | None, same(records.Community, "ship_percent")]
    community_ship: Annotated[int | None, same(records.Community, "ship")]
    community_votes: Annotated[int | None, same(records.Community, "votes")]
    pricing: Annotated[str | None, same(records.Tool, "pricing")]
    withheld: str | None
    """The opt-out for which this page shows no description; null where it shows one."""


class VersionQuoteView(View):
    """One quote as one version of a comparison shows it: place, reviewer, score and verdict."""

    order = ("version_id", "position")
    version_id: Annotated[int, same(VersionSideRow, "version_id")]
    position: Annotated[int, same(records.Quote, "position")]
    tool_position: Annotated[int, same(records.Quote, "tool")]
    slot: Annotated[int, same(records.Quote, "slot")]
    reviewer_id: Annotated[int | None, same(records.Quote, "reviewer")]
    score: Annotated[int | None, same(records.Quote, "score")]
    verdict: Annotated[str | None, same(records.Quote, "verdict")]
    verdict_source: Annotated[str | None, same(records.Quote, "verdict_source")]
    verdict_start: Annotated[int | None, same(SideQuoteRow, "verdict_start")]
    verdict_end: Annotated[int | None, same(SideQuoteRow, "verdict_end")]
    quote_id: Annotated[int, same(SideQuoteRow, "quote_id")]
    withheld: str | None
    """The opt-out for which this page shows none of the words; null where it shows them."""


class ComparisonQuoteView(View):
    """Every quote shown, in the words and place of the newest good capture of its page."""

    order = ("comparison", "position")
    comparison: str
    """The key of the comparison: slug pair, or the urn of a page without address."""
    position: Annotated[int, same(records.Quote, "position")]
    tool_position: Annotated[int, same(records.Quote, "tool")]
    slot: Annotated[int, same(records.Quote, "slot")]
    reviewer: Annotated[str | None, same(records.Quote, "reviewer")]
    score: Annotated[int | None, same(records.Quote, "score")]
    verdict: Annotated[str | None, same(records.Quote, "verdict")]
    verdict_source: Annotated[str | None, same(records.Quote, "verdict_source")]
    quote: str
    """The key of the quote."""
    text: Annotated[str | None, same(records.Quote, "text")]


class QuotesView(View):
    """Each distinct quote once, by the names of its tool and reviewer: to be counted."""

    order = ("quote",)
    quote: Annotated[str, same(QuoteRow, "key")]
    tool: Annotated[str, same(ToolRow, "tool")]
    tool_name: Annotated[str, same(QuoteRow, "tool_name")]
    reviewer: Annotated[str | None, same(records.Quote, "reviewer")]
    score: Annotated[int | None, same(QuoteRow, "score")]
    verdict: Annotated[str | None, same(QuoteRow, "verdict")]
    verdict_source: Annotated[str | None, same(QuoteRow, "verdict_source")]
    text: Annotated[str | None, same(QuoteRow, "text")]
    characters: Annotated[int, same(QuoteRow, "characters")]
    quote_withheld: Annotated[str | None, same(QuoteRow, "withheld")]
    quote_first_seen: Annotated[str | None, same(QuoteRow, "first_seen")]
    quote_last_seen: Annotated[str | None, same(QuoteRow, "last_seen")]


class CardsView(View):
    """Each distinct card once, by the key of its tool: a tool's cards over time."""

    order = ("card",)
    card: Annotated[str, same(CardRow, "key")]
    tool: Annotated[str, same(ToolRow, "tool")]
    card_name: Annotated[str, same(CardRow, "name")]
    category: Annotated[str, same(CardRow, "category")]
    tagline: Annotated[str | None, same(CardRow, "tagline")]
    description: Annotated[str | None, same(CardRow, "description")]
    entry: Annotated[str, same(CardRow, "entry")]
    panel_ship_percent: Annotated[int, same(CardRow, "panel_ship_percent")]
    badge: Annotated[str | None, same(CardRow, "badge")]
    votes_ship: Annotated[int | None, same(CardRow, "votes_ship")]
    votes_skip: Annotated[int | None, same(CardRow, "votes_skip")]
    pricing: Annotated[str | None, same(CardRow, "pricing")]
    card_withheld: Annotated[str | None, same(CardRow, "withheld")]
    card_first_seen: Annotated[str | None, same(CardRow, "first_seen")]
    card_last_seen: Annotated[str | None, same(CardRow, "last_seen")]


class TemplatesView(View):
    """Each template in its words, by the name of its reviewer, with what it covers."""

    order = ("reviewer", "rank")
    reviewer: Annotated[str, same(ReviewerRow, "name")]
    rank: Annotated[int, same(TemplateRow, "rank")]
    text: str | None
    """The words as one quote has them; null where that quote's text is left out."""
    mined_quotes: Annotated[int, same(TemplateRow, "mined_quotes")]
    mined_n: Annotated[int, same(TemplateRow, "mined_n")]
    held_out_quotes: Annotated[int, same(TemplateRow, "held_out_quotes")]
    held_out_n: Annotated[int, same(TemplateRow, "held_out_n")]
    coverage: Annotated[float | None, same(TemplateRow, "coverage")]
    coverage_so_far: Annotated[float | None, same(TemplateRow, "coverage_so_far")]
    quote: Annotated[str, same(QuoteRow, "key")]


class ComparisonsView(View):
    """Each comparison once, with its address and what its two cards say now."""

    order = ("comparison",)
    comparison: Annotated[str, same(ComparisonRow, "comparison")]
    title: Annotated[str, same(ComparisonRow, "title")]
    url: Annotated[str, same(PageRow, "url")]
    state: Annotated[str, same(PageRow, "state")]
    captured_at: Annotated[str, same(ComparisonRow, "captured_at")]
    tool_a: Annotated[str, same(ComparisonRow, "tool_a_id")]
    tool_a_name: Annotated[str, same(records.Tool, "name")]
    category_a: Annotated[str, same(records.Tool, "category")]
    entry_a: Annotated[str, same(records.Tool, "entry")]
    panel_ship_percent_a: Annotated[int, same(records.Tool, "panel_ship_percent")]
    tool_b: Annotated[str, same(ComparisonRow, "tool_b_id")]
    tool_b_name: Annotated[str, same(records.Tool, "name")]
    category_b: Annotated[str, same(records.Tool, "category")]
    entry_b: Annotated[str, same(records.Tool, "entry")]
    panel_ship_percent_b: Annotated[int, same(records.Tool, "panel_ship_percent")]


class ChangesView(View):
    """Each change by the names of its comparison, tool and reviewer, oldest first."""

    order = ("seen_by", "change_id")
    change_id: Annotated[int, same(ChangeRow, "id")]
    seen_after: Annotated[str | None, same(ChangeRow, "seen_after")]
    seen_by: Annotated[str | None, same(ChangeRow, "seen_by")]
    kind: Annotated[str, same(ChangeRow, "kind")]
    cause: Annotated[str, same(ChangeRow, "cause")]
    comparison: Annotated[str | None, same(ComparisonRow, "comparison")]
    tool: Annotated[str | None, same(ToolRow, "tool")]
    reviewer: Annotated[str | None, same(records.Quote, "reviewer")]
    field: Annotated[str, same(ChangeRow, "field")]
    old: Annotated[str | None, same(ChangeRow, "old")]
    new: Annotated[str | None, same(ChangeRow, "new")]

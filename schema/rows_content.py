"""The rows of distinct contents: reviewers, tools, their cards, and the quotes about them."""

from __future__ import annotations

from typing import Annotated, Literal

from schema import records
from schema.records import Badge, Count, Entry, Percent, Verdict, VerdictSource
from schema.row_parts import CardId, Hash, ReviewerId, Sighted, ToolId, Unique, same


class ReviewerRow(Sighted):
    """A reviewer of the publisher's panel, by the name that pages print."""

    table = "reviewer"
    label = "name"
    name: Annotated[str, Unique(), same(records.Quote, "reviewer")]


class ToolRow(Sighted):
    """A tool that pages compare, known by its part of the address."""

    table = "tool"
    label = "name"
    tool: Annotated[str, Unique()]
    """The tool's key: its slug, site:slug where two sites share it, name: and its name without."""
    site: str
    """The site that names the tool."""
    slug: Annotated[str | None, same(records.Tool, "slug")]
    name: str
    """The display name in the newest capture that shows the tool, as published."""
    url: str | None
    """The site's own address of the tool; null where it is not known."""


class CardRow(Sighted):
    """A distinct card: the same words about a tool are one row, however many pages show them."""

    table = "card"
    label = "name"
    indexes = (("category",), ("name",))
    key: Annotated[Hash, Unique()]
    """SHA-256 of site, name, category, tagline, description, entry and panel share."""
    site: str
    """The site that published the card."""
    tool: ToolId | None
    """The tool described; null where captures show the card for several."""
    name: Annotated[str, same(records.Tool, "name")]
    category: Annotated[str, same(records.Tool, "category")]
    tagline: Annotated[str | None, same(records.Tool, "tagline")]
    description: Annotated[str | None, same(records.Tool, "description")]
    entry: Annotated[Entry, same(records.Tool, "entry")]
    panel_ship_percent: Annotated[Percent, same(records.Tool, "panel_ship_percent")]
    badge: Badge | None
    """The badge that captures show with the card; null where none does, or two differ."""
    votes_ship: Count | None
    """Panel votes for ship shown with the card; null where no capture shows any, or two differ."""
    votes_skip: Count | None
    """Panel votes for skip shown with the card; null where no capture shows any, or two differ."""
    pricing: str | None
    """The pricing text shown with the card; null where no capture shows one, or two differ."""
    withheld: Literal["noarchive"] | None
    """The opt-out for which the description is left out; null where it is published."""


class QuoteRow(Sighted):
    """A distinct quote: the same words about a tool are one row, however many pages show them."""

    table = "quote"
    label = "key"
    indexes = (("tool_name",), ("reviewer", "verdict"))
    key: Annotated[Hash, Unique()]
    """SHA-256 of site, the tool's display name and text."""
    site: str
    """The site that published the quote."""
    tool_name: Annotated[str, same(records.Tool, "name")]
    tool: ToolId | None
    """The tool that the quote is about; null where captures show it for several."""
    card: CardId | None
    """The card that the quote was last shown with."""
    reviewer: ReviewerId | None
    """The reviewer printed with the quote; null where no capture shows one, or two differ."""
    score: Percent | None
    """The score out of 100; null where no capture shows one, or two differ."""
    verdict: Verdict | None
    """Ship or skip, printed where any capture prints it; null where not known, or two differ."""
    verdict_source: Annotated[VerdictSource | None, same(records.Quote, "verdict_source")]
    text: str | None
    """The quote's words without their outer quotation marks; null where withheld."""
    characters: Count
    """Length of the quote in code points, given even where the text is withheld."""
    withheld: Literal["noarchive"] | None
    """The opt-out for which the text is left out; null where it is published."""

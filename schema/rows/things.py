"""What pages speak of, each distinct one once: reviewers, tools, cards, quotes."""

from __future__ import annotations

from typing import Annotated, Literal

from schema import records
from schema.records import Badge, Count, Entry, Percent, Verdict, VerdictSource
from schema.rows.columns import (
    UNIQUE,
    CardId,
    Hash,
    OptOut,
    ReviewerId,
    Since,
    SiteName,
    ToolId,
    same,
)
from schema.rows.row import DatedRow, Row


class ReviewerRow(DatedRow):
    """A reviewer of the publisher's panel, by the name that pages print."""

    table = "reviewer"
    label = "name"
    name: Annotated[str, UNIQUE, same(records.Quote, "reviewer")]


class ToolRow(DatedRow):
    """A tool that pages compare, known by its part of the address."""

    table = "tool"
    label = "name"
    indexes = (("name",),)
    tool: Annotated[str, UNIQUE]
    """The tool's key: its slug, site:slug where two sites share it, name: and its name without."""
    site: SiteName
    """The site that names the tool."""
    slug: Annotated[str | None, same(records.Tool, "slug")]
    name: str
    """The display name in the newest capture that shows the tool, as published."""
    name_since: str | None
    """Since when it has had that name, UTC; null where no capture with a sound date says it."""
    url: str | None
    """The site's own address of the tool; null where it is not known."""


class AliasRow(Row):
    """A display name under which captures show a tool."""

    table = "alias"
    label = "name"
    told_by = ("tool_id", "name")
    indexes = (("name",),)
    tool_id: ToolId
    """The tool shown."""
    name: Annotated[str, same(records.Tool, "name")]
    first_seen: str | None
    """Date of the oldest capture that shows the tool so, UTC; null where none has a sound date."""
    last_seen: str | None
    """Date of the newest capture that shows the tool so, UTC; null where none has a sound date."""


class ToolPairRow(Row):
    """Two tools of a site with near names, or that a person decided on; they are never joined."""

    table = "tool_pair"
    told_by = ("tool_a_id", "tool_b_id")
    tool_a_id: ToolId
    """The tool whose key comes first."""
    tool_b_id: ToolId
    """The tool whose key comes second."""
    score: Percent | None
    """How near their names are without what differs; null where they are not, or were not held."""
    differs: str | None
    """A JSON list of words, vendor, version, size, tagline, address; null where none differs."""
    suggests: Literal["same", "candidate", "different"] | None
    """What the names say to a person; null where they are not near."""
    decision: Literal["same", "differ"] | None
    """What a person decided; null where nobody did."""
    reason: str | None
    """Why it was decided; null where nothing was."""
    decided_at: str | None
    """When it was decided, UTC; null where nothing was."""


class CardRow(DatedRow):
    """A distinct card: the same words about a tool are one row, however many pages show them."""

    table = "card"
    label = "name"
    indexes = (("category",), ("name",))
    key: Annotated[Hash, UNIQUE]
    """SHA-256 of site, name, category, tagline, description, entry and panel share."""
    site: SiteName
    """The site that published the card."""
    tool_id: ToolId
    """The tool described; where captures show the card for several, the newest says it."""
    tool_since: Since
    name: Annotated[str, same(records.Tool, "name")]
    category: Annotated[str, same(records.Tool, "category")]
    tagline: Annotated[str | None, same(records.Tool, "tagline")]
    description: Annotated[str | None, same(records.Tool, "description")]
    entry: Annotated[Entry, same(records.Tool, "entry")]
    panel_ship_percent: Annotated[Percent, same(records.Tool, "panel_ship_percent")]
    badge: Badge | None
    """The newest badge that captures show with the card; null where none ever showed one."""
    badge_since: Since
    votes_ship: Count | None
    """Newest panel votes for ship shown with the card; null where none ever were."""
    votes_skip: Count | None
    """Newest panel votes for skip shown with the card; null where none ever were."""
    votes_since: Since
    pricing: str | None
    """The newest pricing text shown with the card; null where none ever was."""
    pricing_since: Since
    withheld: OptOut | None
    """The opt-out for which the description is left out; null where it is published."""


class QuoteRow(DatedRow):
    """A distinct quote: the same words about a tool are one row, however many pages show them."""

    table = "quote"
    label = "tool_name"
    indexes = (("tool_name",), ("reviewer_id", "verdict"))
    key: Annotated[Hash, UNIQUE]
    """SHA-256 of site, the tool's display name and text."""
    site: SiteName
    """The site that published the quote."""
    tool_name: Annotated[str, same(records.Tool, "name")]
    tool_id: ToolId
    """The tool that the quote is about; where captures show it for several, the newest says it."""
    tool_since: Since
    card_id: CardId
    """The card that the quote was last shown with."""
    reviewer_id: ReviewerId | None
    """The reviewer last printed with the quote; null where no capture names one."""
    reviewer_since: Since
    score: Percent | None
    """The newest score out of 100; null where no capture shows one."""
    score_since: Since
    verdict: Verdict | None
    """Ship or skip: as last printed, else as last inferred; null where nothing decides it."""
    verdict_since: Since
    verdict_source: Annotated[VerdictSource | None, same(records.Quote, "verdict_source")]
    text: str | None
    """The quote's words without their outer quotation marks; null where withheld."""
    characters: Count
    """Length of the quote in code points, given even where the text is withheld."""
    withheld: OptOut | None
    """The opt-out for which the text is left out; null where it is published."""

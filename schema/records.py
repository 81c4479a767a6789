"""The records: what one published comparison says, typed, frozen and strict.

Each field's docstring is a sentence that also becomes the description of its database column.
This module must not parse anything: it only says what a record may be.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

LONG_TEXT = 20_000
SHORT_TEXT = 1_000

LongText = Annotated[str, Field(min_length=1, max_length=LONG_TEXT)]
ShortText = Annotated[str, Field(min_length=1, max_length=SHORT_TEXT)]
Percent = Annotated[int, Field(ge=0, le=100)]
Count = Annotated[int, Field(ge=0)]
Span = Annotated[tuple[int, int], Field(description="[start, end) in code points")]
Place = tuple[int, int, int]
"""Block number, start and end: where a value stands. Units: blocks, code points."""

Badge = Literal["Ship", "Mixed", "Skip"]
Entry = Literal["Free", "Paid"]
Verdict = Literal["ship", "skip"]
VerdictSource = Literal["page", "unanimous", "cue", "remainder"]
Position = Annotated[int, Field(ge=1, le=2)]


class Record(BaseModel):
    """What all records share: frozen, strict, and nothing beyond the named fields."""

    model_config = ConfigDict(
        frozen=True,
        strict=True,
        extra="forbid",
        use_attribute_docstrings=True,
        populate_by_name=True,
        protected_namespaces=(),
    )


class Votes(Record):
    """How the panel voted on one tool."""

    ship: Count
    """Number of reviewers who said ship."""
    skip: Count
    """Number of reviewers who said skip."""


class Community(Record):
    """What the page says of the community's vote; each part is null where it is not said."""

    ship_percent: Percent | None
    """Share of community votes for ship, in percent; null where no share is stated."""
    ship: Count | None
    """Number of community votes for ship; null where not stated."""
    votes: Count | None
    """Number of all community votes; null where not stated, 0 where none were cast."""


class Tool(Record):
    """One tool card and what the decision table adds to it."""

    position: Position
    """1 for the card that stands first, 2 for the second."""
    slug: str | None
    """The tool's part of the page's address; null where the address is not known."""
    name: ShortText
    """The display name, as published."""
    category: ShortText
    """The category, as published; an open list."""
    tagline: ShortText
    """The one-line description under the name, as published."""
    badge: Badge | None
    """The badge on the card; null where the page shows none."""
    panel_ship_percent: Percent
    """Share of the reviewer panel that said ship, in percent."""
    votes: Votes | None
    """The panel's votes from the decision table; null where the page shows none."""
    community: Community | None
    """The community's vote; null where the page says nothing of it."""
    entry: Entry
    """The entry price label: Free or Paid."""
    pricing: ShortText | None
    """The pricing text of the decision table; null where the page shows none."""
    description: LongText
    """The description on the card, its paragraphs joined by one space."""


class Quote(Record):
    """One reviewer's words on one tool."""

    position: Annotated[int, Field(ge=1, le=8)]
    """Place on the page, A1 B1 A2 B2 A3 B3 A4 B4 = 1 to 8, whatever order the markup has."""
    tool: Position
    """The position of the tool that the quote is about: 1 or 2."""
    slot: Annotated[int, Field(ge=1, le=4)]
    """The scorecard row, 1 to 4."""
    reviewer: ShortText | None
    """The reviewer's name without a leading 'The'; null where the page shows none."""
    score: Percent | None
    """The score out of 100; null where the page shows none."""
    verdict: Verdict | None
    """Ship or skip; null where neither the page nor logic decides."""
    verdict_source: VerdictSource | None
    """How the verdict is known: page, unanimous, cue or remainder; null without a verdict."""
    verdict_span: Span | None
    """Where in the text the deciding words stand: [start, end) in code points; null unless cue."""
    text: LongText
    """The quote's words without their outer quotation marks."""


class Finding(Record):
    """Two readable statements of one page that do not agree."""

    code: str
    """What was found: one of the codes in docs/codes.md."""
    field: str | None
    """The field concerned, as a path such as tools[0].badge; null where it is the whole page."""
    detail: str
    """The two statements, for people."""


class Line(Record):
    """What every line of `verdicts parse` begins with."""

    kind: str
    """Comparison, failure or other."""
    schema_version: Literal[1] = Field(default=1, alias="schema")
    """The version of this record format."""
    path: str | None = None
    """The file as it was named on the command line; null elsewhere."""
    url: str | None
    """The page's address on the site's own base; null where it is not known."""


class Comparison(Line):
    """One published page: two tools, and what the reviewers say of each."""

    kind: Literal["comparison"] = "comparison"
    """Always comparison."""
    title: ShortText
    """The heading: both display names with ' vs ' between them."""
    layout: str
    """How the page is laid out: text-1, text-2, or html: and a fingerprint of its structure."""
    tools: Annotated[tuple[Tool, Tool], Field(strict=False)]
    """The two tools, in the page's order."""
    quotes: Annotated[tuple[Quote, ...], Field(min_length=6, max_length=8, strict=False)]
    """The quotes in order of position: eight, or fewer where the page explains it."""
    findings: Annotated[tuple[Finding, ...], Field(strict=False)]
    """Statements of the page that disagree, in the order of their fields."""
    trace: dict[str, tuple[Place, ...]] | None = None
    """For each value the blocks and characters it was read from; null where they were left out."""


class Failure(Line):
    """A page that gave no record, and why."""

    kind: Literal["failure"] = "failure"
    """Always failure."""
    code: str
    """Why there is no record: one of the codes in docs/codes.md."""
    field: str | None
    """The field concerned; null where it is the whole page."""
    detail: str
    """What was seen, for people."""


class Other(Line):
    """A page whose address is not a comparison."""

    kind: Literal["other"] = "other"
    """Always other."""


def dump_line(record: Line, *, trace: bool = False) -> str:
    """The JSON text of one record, as `verdicts parse` prints it.

    Shape: a Comparison, Failure or Other in, one line without a line end out.
    """
    return record.model_dump_json(by_alias=True, exclude=None if trace else {"trace"})

"""What rules read from the words of quotes and cards."""

from __future__ import annotations

from typing import Literal

from schema.records import Count
from schema.rows.columns import CardId, ClaimId, Flag, QuoteId, ToolId
from schema.rows.figures import DerivedRow
from schema.rows.row import NumberedRow


class OfQuote(DerivedRow, NumberedRow):
    """What a row has that a rule read from a quote: where the words stand, never the words."""

    quote_id: QuoteId
    """The quote whose text holds it; a text that an opt-out withholds gives no row."""
    span_start: Count
    """Where in that quote's text it begins, in code points."""
    span_end: Count
    """Where in that quote's text it ends, in code points."""


class PredictionRow(OfQuote):
    """A time by which a quote says that something will happen; whether it did, a person judges."""

    table = "prediction"
    indexes = (("due_until",),)
    event_start: Count
    """Where the sentence begins that says what will happen, in code points."""
    event_end: Count
    """Where that sentence ends, in code points."""
    checkable: Flag
    """1 where the words set an end; 0 where they are vague, such as "soon"."""
    horizon_relation: Literal["in", "within", "by", "before", "until", "next"] | None
    """How the event lies to the end of the time; null where it is vague."""
    horizon_amount: Count | None
    """How many units of time ahead, 0 for the running one; null for a date, or where vague."""
    horizon_unit: Literal["day", "week", "month", "quarter", "year"] | None
    """The unit of the amount; null as the amount is."""
    horizon_date: str | None
    """The date said, as exactly as it is: 2027, 2027-06, 2027-Q1; null for a length, or vague."""
    made_after: str | None
    """Newest capture before that shows the tool without the quote, UTC; null where none does."""
    made_by: str | None
    """When the quote was first seen, UTC; null without a sound date, where only lengths count."""
    due_from: str | None
    """First day on which it may fall due; null where vague, or where nobody knows since when."""
    due_until: str | None
    """Last day on which it may fall due; null where vague, or first seen on no sound date."""
    state: Literal["open", "overdue"]
    """Open until a person judges it; overdue once due_until is before the newest recorded time."""


class MentionRow(OfQuote):
    """A product or an organisation that a quote names beside its own tool, known here or not."""

    table = "mention"
    tool_id: ToolId | None
    """The one tool that goes by the name; null where none does, or more than one."""
    relation: Literal["competitor", "alternative", "dependency"] | None
    """What it is to the tool, by words right before the name ("instead of"); null without such."""


class ClaimRow(DerivedRow, NumberedRow):
    """A value that a distinct quote or card states of its tool or of another, as published."""

    table = "claim"
    label = "stated_value"
    tool_id: ToolId
    """The tool that the text is about."""
    card_id: CardId
    """The card that states it, or with which the quote was last shown."""
    quote_id: QuoteId | None
    """The quote that states it; null where it is the card itself."""
    field: Literal["text", "tagline", "description", "pricing", "entry"]
    """The column of the quote or card that holds the words; entry is the card's own label."""
    span_start: Count
    """Where in that column's text it begins, in code points."""
    span_end: Count
    """Where in that column's text it ends, in code points."""
    attribute: Literal[
        "parameters", "licence", "price", "context", "memory", "date", "openness", "entry"
    ]
    """What the value is of."""
    stated_value: str
    """The value in one form: 7e9, Apache-2.0, 9.50, 2024-06, open weights; one of a list."""
    unit: str | None
    """Its unit, such as USD/month or tokens; null where the attribute has none."""
    subject: Literal["tool", "other"]
    """Whether it is said of the text's own tool or of another product."""


class ConflictRow(DerivedRow):
    """Two published values at one time, ranges that lie apart; of many texts the newest 50 only."""

    table = "conflict"
    told_by = ("claim_a_id", "claim_b_id")
    claim_a_id: ClaimId
    """One of the values: the card's label, or what stands in the text whose key comes first."""
    claim_b_id: ClaimId
    """The other value."""
    tool_id: ToolId
    """The tool of which both are said."""
    kind: Literal["label_and_text", "one_card", "two_cards"]
    """A card's label and a text, two texts shown with one card, or texts of two cards."""
    attribute: Literal["parameters", "licence", "price", "context", "memory", "openness", "entry"]
    """What both are values of; of a label and a text it is entry."""
    unit: str | None
    """The unit of both; null where the attribute has none."""

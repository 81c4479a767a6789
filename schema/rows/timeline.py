"""What a field of a tool said when, and what changed."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from schema.rows.columns import ComparisonId, ReviewerId, Slot, ToolId, VersionId
from schema.rows.row import NumberedRow


class OfTool(NumberedRow):
    """What a row about one field of what is said of a tool has."""

    tool_id: ToolId | None
    """The tool concerned; null for a whole comparison."""
    reviewer_id: ReviewerId | None
    """The reviewer of the quote concerned; null for the card, or where none is named."""
    slot: Slot | None
    """The row of the scorecard, where no reviewer is named, or one in several; null else."""
    field: str
    """What is stated: a column of card or side, quote, score or verdict, votes, or comparison."""


class HistoryRow(OfTool):
    """A value that a field of a tool had for a time; all values of each field that ever changed."""

    table = "history"
    indexes = (("tool_id", "field"),)
    rarely_asked = ("version_id",)
    tool_id: ToolId
    """The tool concerned."""
    value: str | None
    """The value as text, or the key of the card or quote whose words it is; null for none."""
    version_id: VersionId
    """The version of a comparison that showed it first."""
    number: Annotated[int, Field(ge=1)]
    """Its place among the values of the field, the oldest first, also where no date is sound."""
    first_seen: str | None
    """Date of the first capture of the run, UTC; null where none has a sound date."""
    last_seen: str | None
    """Date of the last capture of the run, UTC; null where none has a sound date."""


class ChangeRow(OfTool):
    """Something that appeared, changed or vanished, counted once however many pages show it."""

    table = "change"
    label = "field"
    indexes = (("seen_by",),)
    rarely_asked = ("version_id",)
    kind: Literal["appeared", "changed", "vanished"]
    """Whether there was nothing before, another value, or nothing after."""
    cause: Literal["source", "parser"]
    """Whether the publisher changed it, or another version of the parser reads it otherwise."""
    comparison_id: ComparisonId | None
    """The comparison concerned, or the first that shows it; null where that is not published."""
    version_id: VersionId | None
    """The version that shows it first; null where a parser is the cause."""
    old: str | None
    """The value before, as in `history`; null where there was none, or a parser read words."""
    new: str | None
    """The value from then on, as in `history`; null where there is none, or a parser read words."""
    seen_after: str | None
    """When the old was last seen, UTC; null where there was none, or no sound date."""
    seen_by: str | None
    """When the new was first seen, UTC, be it beside the old; null without a sound date."""

"""What columns hold: types that say what is allowed, and what a number refers to."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from schema.records import Record


def same(record: type[Record], field: str) -> Any:
    """The description of a record's field, so that a column need not repeat it."""
    return Field(description=record.model_fields[field].description)


def _row_of(table: str, column: str = "id") -> Any:
    """The column holds what tells a row of the table, its `id` or its name."""
    return Field(json_schema_extra={"references": table, "by": column})


UNIQUE: Any = Field(json_schema_extra={"unique": True})
"""No two rows of the table hold the same value in the column."""

SiteName = Annotated[str, _row_of("site", "site")]
CodeName = Annotated[str, _row_of("code", "code")]
CaptureId = Annotated[int, _row_of("capture")]
CardId = Annotated[int, _row_of("card")]
ComparisonId = Annotated[int, _row_of("comparison")]
PageId = Annotated[int, _row_of("page")]
QuoteId = Annotated[int, _row_of("quote")]
ReviewerId = Annotated[int, _row_of("reviewer")]
TakedownId = Annotated[int, _row_of("takedown")]
ToolId = Annotated[int, _row_of("tool")]
SideId = Annotated[int, _row_of("side")]
VersionId = Annotated[int, _row_of("comparison_version")]
ClaimId = Annotated[int, _row_of("claim")]
MethodName = Annotated[str, _row_of("method", "method")]
Ratio = Annotated[float, Field(ge=0, le=1)]
Flag = Literal[0, 1]
MethodVersion = Annotated[int, Field(ge=1)]
OptOut = Literal["noarchive", "noai"]
"""Why a text is left out: no copy is to be shown, or, in files of a release alone, no use by AI."""
Slot = Annotated[int, Field(ge=1, le=4)]
Hash = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
PageState = Literal["refused", "gone", "held", "failed", "waiting", "stored"]

Since = Annotated[
    str | None,
    Field(description="Since when the value has stood, UTC; null without one or a sound date."),
]

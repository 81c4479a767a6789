"""What the row models are made of: the row itself, kinds of columns, and links between tables.

This module must not know SQL, and no name here may come from a page.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from schema.records import Record


@dataclass(frozen=True, slots=True)
class References:
    """The column holds the `id` of a row of `table`."""

    table: str


@dataclass(frozen=True, slots=True)
class Unique:
    """No two rows of the table hold the same value in the column."""


def same(record: type[Record], field: str) -> Any:
    """The description of a record's field, so that a column need not repeat it."""
    return Field(description=record.model_fields[field].description)


Flag = Literal[0, 1]
HASH_PATTERN = "^[0-9a-f]{64}$"
Hash = Annotated[str, Field(pattern=HASH_PATTERN)]
CaptureId = Annotated[int, References("capture")]
CardId = Annotated[int, References("card")]
ComparisonId = Annotated[int, References("comparison")]
PageId = Annotated[int, References("page")]
QuoteId = Annotated[int, References("quote")]
ReviewerId = Annotated[int, References("reviewer")]
TakedownId = Annotated[int, References("takedown")]
ToolId = Annotated[int, References("tool")]
VersionId = Annotated[int, References("comparison_version")]
PageState = Literal["refused", "gone", "held", "failed", "waiting", "stored"]


class Row(Record):
    """What all rows share; `label` names the column that stands for a row in links."""

    table: ClassVar[str]
    label: ClassVar[str | None] = None
    unique: ClassVar[tuple[tuple[str, ...], ...]] = ()
    indexes: ClassVar[tuple[tuple[str, ...], ...]] = ()

    id: int
    """Row number; it holds inside this file only, the keys beside it hold everywhere."""


class Sighted(Row):
    """A row that captures show, with the dates of the first and the last of them."""

    first_seen: str
    """Date of the oldest capture that shows it, UTC."""
    last_seen: str
    """Date of the newest capture that shows it, UTC."""

"""What rows share, and what views share."""

from __future__ import annotations

from typing import ClassVar

from schema.records import Record


class Row(Record):
    """What all rows share; `label` names the column that stands for a row in links.

    Absent: `told_by` names what tells one row from another where that is no number of its own;
    `rarely_asked` the references by which nobody looks rows up, so that an index would be weight.
    """

    table: ClassVar[str]
    label: ClassVar[str | None] = None
    told_by: ClassVar[tuple[str, ...]] = ()
    unique: ClassVar[tuple[tuple[str, ...], ...]] = ()
    indexes: ClassVar[tuple[tuple[str, ...], ...]] = ()
    rarely_asked: ClassVar[tuple[str, ...]] = ()


class NumberedRow(Row):
    """A row with a number of its own."""

    id: int
    """Row number; of what pages show, the same in each edition. Keys hold in any archive."""


class DatedRow(NumberedRow):
    """A row that captures show, with the dates of the first and the last of them."""

    first_seen: str | None
    """Date of the oldest capture that shows it, UTC; null where none has a sound date."""
    last_seen: str | None
    """Date of the newest capture that shows it, UTC; null where none has a sound date."""


class View(Record):
    """What all views share: `order` names the columns that tell one row from any other."""

    order: ClassVar[tuple[str, ...]]

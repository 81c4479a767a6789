"""The tables of derived figures, filled from the rows of all others, which stay as they are."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator

from db.rows.tables import Values
from db.statistics import (
    accuracy_rows,
    agreement_rows,
    are_installed,
    method_rows,
    near_rows,
    redundancy_rows,
    reviewer_rows,
    template_rows,
)
from schema import rows
from schema.rows import Row

_MAKERS: tuple[tuple[type[Row], Callable[[sqlite3.Connection], Iterator[Values]]], ...] = (
    (rows.InferenceAccuracyRow, accuracy_rows),
    (rows.ReviewerFigureRow, reviewer_rows),
    (rows.ReviewerAgreementRow, agreement_rows),
    (rows.TemplateRow, template_rows),
    (rows.NearDuplicateRow, near_rows),
    (rows.RedundancyRow, redundancy_rows),
)


def derived_rows(db: sqlite3.Connection) -> Iterator[tuple[type[Row], Iterator[Values]]]:
    """The rows of each derived table; none but of `method` without the extra `research`."""
    yield rows.MethodRow, method_rows()
    is_made = are_installed()
    for model, make in _MAKERS:
        yield model, make(db) if is_made else iter(())

"""The tables of derived figures, filled from the rows of all others, which stay as they are."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from itertools import chain, repeat

from db.derived import claims, conflicts, mentions, predictions
from db.rows.claimed import claim_rows, conflict_rows
from db.rows.mentioned import KnownTools, mention_rows
from db.rows.predicted import prediction_rows
from db.rows.readings import read_texts
from db.rows.tables import Values
from db.staging.staging import Staging
from db.statistics import are_installed, method_rows
from schema.rows.figures import (
    InferenceAccuracyRow,
    MethodRow,
    NearDuplicateRow,
    RedundancyRow,
    ReviewerAgreementRow,
    ReviewerFigureRow,
    TemplateRow,
)
from schema.rows.row import Row
from schema.rows.texts import ClaimRow, ConflictRow, MentionRow, PredictionRow

_FIGURES: tuple[type[Row], ...] = (
    InferenceAccuracyRow,
    ReviewerFigureRow,
    ReviewerAgreementRow,
    TemplateRow,
    NearDuplicateRow,
    RedundancyRow,
)
LEAST_TOOLS = 8
"""Of fewer tools no figure means anything, and the libraries take a second to be imported."""
_TEXT_METHODS = (
    (
        predictions.METHOD,
        predictions.METHOD_VERSION,
        "Expressions of time in distinct quotes by which something is said to happen; due between"
        " what follows from when the tool was last shown without the quote and first with it.",
    ),
    (
        mentions.METHOD,
        mentions.METHOD_VERSION,
        "Names in distinct quotes other than the tool's own, held against the names of all tools;"
        " what a name is to the tool where words right before it say so.",
    ),
    (
        claims.METHOD,
        claims.METHOD_VERSION,
        "Values that distinct quotes and cards state: parameters, licence, price, context, memory,"
        " dates, openness, and the card's own label.",
    ),
    (
        conflicts.METHOD,
        conflicts.METHOD_VERSION,
        "Two values of one tool that were published at one time: a label and a text that speaks"
        " against it, or two texts that share no value of an attribute.",
    ),
)
"""Name, version and what it does of each rule on text; none wants more than is installed."""


def derived_rows(
    db: sqlite3.Connection, staging: Staging, recorded_at: str
) -> Iterator[tuple[type[Row], Iterator[Values]]]:
    """The rows of each derived table; of figures none without the extra `research`.

    Shape: `recorded_at` is the newest time that the archive recorded.
    """
    told = ((name, version, None, 1, does) for name, version, does in _TEXT_METHODS)
    (tools,) = db.execute("SELECT count(*) FROM tool").fetchone()
    is_made = tools >= LEAST_TOOLS and are_installed()
    yield MethodRow, chain(method_rows(is_made=is_made), told)
    yield from zip(_FIGURES, _figures(db) if is_made else repeat(iter(())), strict=False)
    known = KnownTools(db)
    read_texts(db, staging, known.names)
    yield PredictionRow, prediction_rows(db, staging, recorded_at)
    yield MentionRow, mention_rows(db, staging, known)
    yield ClaimRow, claim_rows(db, staging)
    yield ConflictRow, conflict_rows(db)


def _figures(db: sqlite3.Connection) -> Iterator[Iterator[Values]]:
    """The rows of each of these tables, by the libraries of the extra."""
    from db.statistics.accuracy import accuracy_rows
    from db.statistics.agreement import agreement_rows
    from db.statistics.near import near_rows
    from db.statistics.redundancy import redundancy_rows
    from db.statistics.reviewers import reviewer_rows
    from db.statistics.templates import template_rows

    makers = (
        accuracy_rows, reviewer_rows, agreement_rows, template_rows, near_rows, redundancy_rows
    )  # fmt: skip
    return (make(db) for make in makers)

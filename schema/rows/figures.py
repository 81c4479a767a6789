"""Figures derived from quotes, and the methods that make them."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from schema.records import Count
from schema.rows.columns import Flag, MethodName, MethodVersion, QuoteId, Ratio, ReviewerId, ToolId
from schema.rows.row import NumberedRow, Row


class MethodRow(Row):
    """A way in which derived figures are made, and whether they are in this database."""

    table = "method"
    label = "method"
    told_by = ("method",)
    method: str
    """The short name of the method, as other tables use it."""
    method_version: MethodVersion
    """Its version: another one may give other figures for the same archive."""
    libraries: str | None
    """Its libraries with versions, as a JSON list; null where none is used, or installed."""
    is_made: Flag
    """1 where its figures were made; 0 where not, for want of the extra `research` or of tools."""
    description: str
    """What it does, in a sentence or two."""


class DerivedRow(Row):
    """What a figure has that is derived from what was observed; it alters nothing observed."""

    rarely_asked: ClassVar[tuple[str, ...]] = ("method",)
    method: MethodName
    """How it was made; the table `method` says whether its rows are there at all."""
    method_version: MethodVersion
    """The version of the method."""


class InferenceAccuracyRow(DerivedRow, NumberedRow):
    """How well inferred verdicts agree with printed ones, which were hidden for it."""

    table = "inference_accuracy"
    tool_id: ToolId | None
    """The tool whose printed verdicts were hidden; null for all tools together."""
    source: Literal["unanimous", "cue", "remainder", "baseline"]
    """What decides, as in `verdict_source`; baseline: the quote in slot 4 is the one skip."""
    marked: Count
    """Number of quotes whose verdict it decides."""
    correct: Count
    """Number of those that are decided as the page prints them."""
    relevant: Count
    """Number it should decide: by logic all that share and cues settle, else printed minorities."""
    precision: Ratio | None
    """Share of the marked that are correct; null where none is marked."""
    precision_low: Ratio | None
    """Lower bound of its 95 % interval over tools; null for fewer than five, or for one."""
    precision_high: Ratio | None
    """Upper bound of its 95 % interval over tools; null as the lower is."""
    recall: Ratio | None
    """Share of the relevant that are marked and correct; null where none is relevant."""
    recall_low: Ratio | None
    """Lower bound of its 95 % interval over tools; null for fewer than five, or for one."""
    recall_high: Ratio | None
    """Upper bound of its 95 % interval over tools; null as the lower is."""


class ReviewerFigureRow(DerivedRow, NumberedRow):
    """A figure of a reviewer over distinct quotes, by printed verdicts and scores."""

    table = "reviewer_figure"
    unique = (("reviewer_id", "figure", "category"),)
    reviewer_id: ReviewerId
    """The reviewer."""
    figure: Literal["skip_rate", "mean_score", "mean_characters"]
    """Share of printed skips, mean score out of 100, or mean length in code points."""
    category: str | None
    """The category of the tools; null for all of them."""
    n: Count
    """Number of distinct quotes counted: those with a printed verdict, with a score, or all."""
    value: float | None
    """The figure; null only where it is not defined."""
    low: float | None
    """Lower bound of its 95 % bootstrap interval over tools; null for fewer than five tools."""
    high: float | None
    """Upper bound of its 95 % bootstrap interval over tools; null as the lower is."""


class ReviewerAgreementRow(DerivedRow, NumberedRow):
    """How far two reviewers, or all, agree in printed verdicts; not how reliable people are."""

    table = "reviewer_agreement"
    unique = (("reviewer_a_id", "reviewer_b_id", "coefficient"),)
    reviewer_a_id: ReviewerId | None
    """The reviewer whose name comes first; null for the whole panel."""
    reviewer_b_id: ReviewerId | None
    """The other reviewer; null for the whole panel."""
    coefficient: Literal["phi", "share", "alpha", "ac1"]
    """Phi or share of equal verdicts of two; Krippendorff's alpha or Gwet's AC1 of the panel."""
    n: Count
    """Number of tools on whose newest card they print verdicts."""
    value: float | None
    """The coefficient; null where it is not defined."""
    low: float | None
    """Lower bound of its 95 % bootstrap interval over tools; null for fewer than five tools."""
    high: float | None
    """Upper bound of its 95 % bootstrap interval over tools; null as the lower is."""
    undefined: Literal["all_agree", "one_value"] | None
    """Why there is no value: all agree in all, or one never varies; null where there is one."""


class TemplateRow(DerivedRow):
    """A run of words that a reviewer repeats, mined on half of the tools, as one quote has it."""

    table = "template"
    told_by = ("reviewer_id", "rank")
    rarely_asked = ("method", "quote_id")
    reviewer_id: ReviewerId
    """The reviewer whose quotes hold it."""
    rank: Annotated[int, Field(ge=1)]
    """1 for the template of most quotes, then those of most quotes that none before it covers."""
    quote_id: QuoteId
    """A mined quote that holds it, the one whose key comes first."""
    span_start: Count
    """Where in that quote's text it begins, in code points."""
    span_end: Count
    """Where in that quote's text it ends, in code points."""
    words: Count
    """Number of its words."""
    mined_quotes: Count
    """Number of distinct quotes of the mined half that hold it."""
    mined_n: Count
    """Number of distinct quotes of the mined half."""
    held_out_quotes: Count
    """Number of distinct quotes of the other half that hold it."""
    held_out_n: Count
    """Number of distinct quotes of the other half."""
    coverage: Ratio | None
    """Share of the other half's quotes that hold it; null where there are none."""
    coverage_so_far: Ratio | None
    """Share of the other half's quotes that hold it or one ranked before it; null as above."""
    low: float | None
    """Lower bound of its 95 % bootstrap interval over tools; null for fewer than five tools."""
    high: float | None
    """Upper bound of its 95 % bootstrap interval over tools; null as the lower is."""


class NearDuplicateRow(DerivedRow):
    """Two distinct quotes whose words are nearly the same; what is too short is left out."""

    table = "near_duplicate"
    told_by = ("quote_a_id", "quote_b_id")
    quote_a_id: QuoteId
    """The quote whose key comes first."""
    quote_b_id: QuoteId
    """The other quote."""
    likeness: Ratio
    """Jaccard index of their runs of three words, from 0.5; 1 where all of these are the same."""


class RedundancyRow(DerivedRow):
    """How often comparisons show the same: each repeats the cards and quotes of two tools."""

    table = "redundancy"
    told_by = ("kind",)
    kind: Literal["card", "quote"]
    """What is shown."""
    slots: Count
    """Number of places in all comparisons as they are shown now."""
    contents: Count
    """Number of distinct cards or quotes in them: what there is to count."""
    redundancy: Ratio
    """1 less contents by slots: the share of places that repeat another."""

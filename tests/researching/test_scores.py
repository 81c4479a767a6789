"""Precision, recall and F1 with their intervals are those of the books."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from db.derived.scores import Counts, count, f1, score, wilson


@pytest.mark.parametrize(
    ("right", "n", "low", "high"),
    [
        (0, 10, 0.0, 0.2775),
        (10, 10, 0.7225, 1.0),
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
    ],
)
def test_the_interval_is_wilsons(right: int, n: int, low: float, high: float) -> None:
    """The last two: R. G. Newcombe, Statistics in Medicine 17 (1998), table I, method 3."""
    found = wilson(right, n)
    assert found.low is not None and found.high is not None
    assert (round(found.low, 4), round(found.high, 4)) == (low, high)


counts = st.builds(
    lambda right, more, missed: Counts(right, right + more, right + missed),
    *(st.integers(0, 5) for _ in range(3)),
)


@given(texts=st.lists(counts, min_size=1, max_size=12))
def test_f1_is_the_harmonic_mean_of_precision_and_recall(texts: list[Counts]) -> None:
    found = score(texts)
    precision, recall = found.precision.value, found.recall.value
    if precision and recall and found.f1.value is not None:
        assert math.isclose(found.f1.value, 2 * precision * recall / (precision + recall))


@given(right=st.integers(0, 300), more=st.integers(0, 300))
def test_an_interval_holds_its_share(right: int, more: int) -> None:
    found = wilson(right, right + more)
    if found.value is not None and found.low is not None and found.high is not None:
        assert 0 <= found.low <= found.value <= found.high <= 1


def test_a_bootstrap_gives_the_same_each_time_and_a_width_where_texts_differ() -> None:
    texts = [Counts(1, 1, 1)] * 8 + [Counts(0, 1, 1)] * 2
    found = f1(texts)
    assert found == f1(texts) and found.low is not None and found.high is not None
    assert found.low < 0.8 < found.high and found.n == 10


def test_nothing_found_and_nothing_labelled_is_no_figure() -> None:
    assert f1([Counts(0, 0, 0)]).value is None and wilson(0, 0).value is None
    assert count([], []) == Counts(0, 0, 0)

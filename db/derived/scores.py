"""How well rules found what a person labelled: precision, recall and F1, each with its interval.

Pure. A span counts where both ends are the same; a value is judged apart from it.
"""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

Z_95 = 1.959963984540054
ROUNDS, SEED = 2_000, 20_260_701


class Counts(NamedTuple):
    """How many were found and labelled alike, found in all, and labelled in all."""

    right: int
    found: int
    labelled: int


@dataclass(frozen=True)
class Figure:
    """A share with the 95 % interval around it, of so many. Absent: None where n is 0."""

    value: float | None
    low: float | None
    high: float | None
    n: int


def wilson(right: int, n: int) -> Figure:
    """A share of n with Wilson's score interval.

    Source: E. B. Wilson, Probable inference, JASA 22 (1927).

    >>> it = wilson(9, 10)
    >>> it.value, round(it.low, 4), round(it.high, 4), wilson(0, 0).value
    (0.9, 0.5958, 0.9821, None)
    """
    if not n:
        return Figure(None, None, None, 0)
    share, square = right / n, Z_95 * Z_95
    middle = (share + square / (2 * n)) / (1 + square / n)
    reach = Z_95 / (1 + square / n) * math.sqrt(share * (1 - share) / n + square / (4 * n * n))
    low = 0.0 if right == 0 else max(0.0, middle - reach)
    high = 1.0 if right == n else min(1.0, middle + reach)
    return Figure(share, low, high, n)


def f1(texts: Sequence[Counts]) -> Figure:
    """F1 over all texts, with the interval of a bootstrap over texts with a fixed seed.

    Units: n is the number of texts. Absent: None where nothing was found nor labelled.

    >>> f1([Counts(1, 1, 1)] * 5)
    Figure(value=1.0, low=1.0, high=1.0, n=5)
    """
    value = _f1(texts)
    if value is None:
        return Figure(None, None, None, len(texts))
    drawn = random.Random(SEED)
    tries = (_f1(drawn.choices(texts, k=len(texts))) for _ in range(ROUNDS))
    known = sorted(each for each in tries if each is not None)
    low, high = known[int(0.025 * len(known))], known[math.ceil(0.975 * len(known)) - 1]
    return Figure(value, low, high, len(texts))


def _f1(texts: Sequence[Counts]) -> float | None:
    right = sum(each.right for each in texts)
    total = sum(each.found + each.labelled for each in texts)
    return 2 * right / total if total else None


class Scores(NamedTuple):
    """The three figures of one comparison of found with labelled."""

    precision: Figure
    recall: Figure
    f1: Figure


def score(texts: Sequence[Counts]) -> Scores:
    """Precision and recall over all that was found and labelled, and F1 over texts."""
    total = Counts(*(sum(column) for column in zip(*texts, strict=True)))
    return Scores(wilson(total.right, total.found), wilson(total.right, total.labelled), f1(texts))


def count(found: Sequence[object], labelled: Sequence[object]) -> Counts:
    """How many of two sets of keys are the same.

    >>> count([(0, 4), (5, 9)], [(0, 4), (5, 8), (9, 10)])
    Counts(right=1, found=2, labelled=3)
    """
    return Counts(len(set(found) & set(labelled)), len(set(found)), len(set(labelled)))

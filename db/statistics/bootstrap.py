"""Intervals by the bootstrap, tools being what is drawn: quotes of one tool are not independent.

The seed is fixed and sums are of whole numbers, so that the same figures come of the same tools in
every process.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from db.statistics.methods import DIGITS, FEWEST, REPLICATES

SEED = 20261201
CELLS = 1 << 21
"""So many tools are drawn at once, over all samples."""
KEPT_CELLS = 1 << 23
"""Samples of more tools are drawn anew for each figure, for memory's sake. Units: bytes."""
TAILS = (0.025, 0.975)


class Estimate(NamedTuple):
    """A figure of so many things, with its interval.

    Absent: `value` is None where it is not defined, the bounds where tools are too few as well.
    """

    n: int
    value: float | None
    low: float | None
    high: float | None


def resampled(sums: NDArray[Any]) -> NDArray[Any]:
    """The sums over each sample. Shape: tools x columns of whole numbers in, samples x columns out.

    Floats hold these sums exactly, so that no order of adding alters a digit.
    """
    tools, weights = len(sums), sums.astype(np.float64)
    times = _kept(tools) if tools * REPLICATES <= KEPT_CELLS else _drawn(tools)
    return np.concatenate([each.astype(np.float64) @ weights for each in times])


def _drawn(tools: int) -> Iterable[NDArray[Any]]:
    """How often each tool is in each sample, some samples at once."""
    drawing, at_once = np.random.default_rng(SEED), max(1, CELLS // tools)
    for at in range(0, REPLICATES, at_once):
        samples = min(at_once, REPLICATES - at)
        drawn = drawing.integers(0, tools, size=(samples, tools))
        drawn += tools * np.arange(samples)[:, None]
        times = np.bincount(drawn.ravel(), minlength=samples * tools)
        yield times.reshape(samples, tools)


@lru_cache(maxsize=4)
def _kept(tools: int) -> list[NDArray[Any]]:
    """The same, kept for the next figure of so many tools: no tool is drawn 256 times."""
    return [times.astype(np.uint8) for times in _drawn(tools)]


def divided(above: NDArray[Any], below: NDArray[Any]) -> NDArray[Any]:
    """Quotients, nan where there is nothing to divide by."""
    filled = np.full(np.shape(above), np.nan)
    np.divide(above, below, out=filled, where=np.asarray(below) != 0)
    return filled


def estimate(n: int, value: float, samples: NDArray[Any] | None) -> Estimate:
    """A figure with the interval of its samples, nan being what is not defined.

    Shape: `samples` is None where there are too few tools.
    """
    if np.isnan(value):
        return Estimate(n, None, None, None)
    known = [] if samples is None else samples[~np.isnan(samples)]
    if samples is None or len(known) * 2 < len(samples):
        return Estimate(n, rounded(value), None, None)
    low, high = np.quantile(known, TAILS, method="inverted_cdf")
    return Estimate(n, rounded(value), rounded(low), rounded(high))


def rounded(value: float) -> float:
    """A figure in as many digits as are given.

    >>> rounded(2 / 3), rounded(-0.00001)
    (0.6667, 0.0)
    """
    return round(float(value), DIGITS) + 0.0


def ratios(parts: NDArray[Any], wholes: NDArray[Any]) -> list[Estimate]:
    """The ratio of each column's sums. Shape: both tools x columns of whole numbers; n is a sum."""
    found, columns = [], parts.shape[1]
    samples = resampled(np.hstack([parts, wholes])) if len(parts) >= FEWEST else None
    values = divided(parts.sum(0).astype(float), wholes.sum(0))
    for at in range(columns):
        is_enough = samples is not None and np.count_nonzero(wholes[:, at]) >= FEWEST
        drawn = divided(samples[:, at], samples[:, columns + at]) if is_enough else None  # type: ignore[index]
        found.append(estimate(int(wholes[:, at].sum()), values[at], drawn))
    return found

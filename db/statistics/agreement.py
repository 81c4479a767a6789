"""How far reviewers agree, by printed verdicts on the newest card of each tool.

Reviewers of one publisher may all be one program's: no figure here says how reliable people are.
With panels of equal size alpha follows from the shares of cards alone. Where all agree, or one
never varies, no coefficient is given, and why stands in its place.
"""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Iterator
from itertools import combinations
from typing import Any, Literal

import krippendorff
import numpy as np
from numpy.typing import NDArray

from db.statistics.bootstrap import Estimate, divided, estimate, resampled
from db.statistics.methods import AGREEMENT, FEWEST
from db.statistics.panels import Panel, panels

Undefined = Literal["all_agree", "one_value"]
AgreementFigure = tuple[str, Estimate, Undefined | None]
_BY_NAME = "SELECT id FROM reviewer ORDER BY name"
_CELLS = (("skip", "skip"), ("skip", "ship"), ("ship", "skip"), ("ship", "ship"))
"""What two reviewers can say of a tool, in the order in which it is counted."""


def agreement_rows(db: sqlite3.Connection) -> Iterator[tuple[Any, ...]]:
    """Of each two reviewers phi and share, of all of them alpha and AC1; `db` holds quotes."""
    names = {number: at for at, (number,) in enumerate(db.execute(_BY_NAME))}
    pairs, units = _counted(panels(db), names)
    made: list[tuple[tuple[int | None, int | None], AgreementFigure]] = []
    for (a, b), told in sorted(pairs.items(), key=lambda each: [*map(names.get, each[0])]):
        made += [((a, b), each) for each in _of_pair(told)]
    if units:
        made += [((None, None), each) for each in _of_panel(np.array(units))]
    for number, (who, (coefficient, figure, undefined)) in enumerate(made, 1):
        yield number, *who, coefficient, *figure, undefined, *AGREEMENT.made_by


def _counted(
    every: Iterator[Panel], names: dict[int, int]
) -> tuple[dict[tuple[int, int], list[list[bool]]], list[tuple[int, int]]]:
    """What each two say of each tool, and how many say ship and skip of it, if two say anything."""
    pairs, units = defaultdict(list), []
    for panel in every:
        told = [each for each in panel.quotes if each.verdict is not None]
        if len(told) > 1:
            ships = sum(each.verdict == "ship" for each in told)
            units.append((ships, len(told) - ships))
        by_name = {each.reviewer_id: each.verdict for each in told if each.reviewer_id is not None}
        for a, b in combinations(sorted(by_name, key=names.__getitem__), 2):
            pairs[a, b].append([cell == (by_name[a], by_name[b]) for cell in _CELLS])
    return pairs, units


def _of_pair(told: list[list[bool]]) -> Iterator[AgreementFigure]:
    cells = np.array(told, dtype=np.int64)
    n, whole = len(cells), cells.sum(0)
    samples = resampled(cells) if n >= FEWEST else None
    is_agreed = not whole[1] and not whole[2]
    phi = estimate(n, float(_phi(whole)), None if samples is None else _phi(samples))
    yield "phi", phi, _why(phi, is_agreed)
    share = None if samples is None else (samples[:, 0] + samples[:, 3]) / n
    yield "share", estimate(n, float((whole[0] + whole[3]) / n), share), None


def _phi(cells: NDArray[Any]) -> NDArray[Any]:
    """Phi of a table of two by two, its cells along the last axis; nan where one never varies."""
    a, b, c, d = np.moveaxis(cells.astype(np.float64), -1, 0)
    return divided(a * d - b * c, np.sqrt((a + b) * (c + d) * (a + c) * (b + d)))


def _why(figure: Estimate, is_agreed: bool) -> Undefined | None:
    if figure.value is not None:
        return None
    return "all_agree" if is_agreed else "one_value"


def _of_panel(units: NDArray[Any]) -> Iterator[AgreementFigure]:
    patterns, which = np.unique(units, axis=0, return_inverse=True)
    held = which.reshape(-1, 1) == np.arange(len(patterns))
    whole = held.sum(0)
    samples = resampled(held) if len(units) >= FEWEST else None
    for name, of in (("alpha", _alphas), ("ac1", _ac1s)):
        drawn = None if samples is None else of(patterns, samples)
        figure = estimate(len(units), of(patterns, whole[None])[0], drawn)
        yield name, figure, _why(figure, is_agreed=True)


def _alphas(patterns: NDArray[Any], samples: NDArray[Any]) -> NDArray[Any]:
    """Krippendorff's alpha of each sample. Shape: `samples` say how often each pattern is there."""
    found = np.full(len(samples), np.nan)
    for at, times in enumerate(samples.astype(np.int64)):
        counts = np.repeat(patterns, times, axis=0)
        if counts.any(axis=0).all():  # not where all agree: the library refuses that
            found[at] = krippendorff.alpha(value_counts=counts, level_of_measurement="nominal")
    return found


def _ac1s(patterns: NDArray[Any], samples: NDArray[Any]) -> NDArray[Any]:
    is_varied = ((samples[:, :, None] * patterns).sum(1) > 0).all(axis=1)
    return np.where(is_varied, gwet_ac1(patterns, samples), np.nan)


def gwet_ac1(patterns: NDArray[Any], times: NDArray[Any]) -> NDArray[Any]:
    """Gwet's AC1 of verdicts on units, for two verdicts and panels of any size from two on.

    Shape: patterns x 2 say how many of a panel gave each verdict, `times` along its last axis how
    often each pattern is there.
    Source: K. L. Gwet, Computing inter-rater reliability and its variance in the presence of high
    agreement, 2008.
    """
    raters = patterns.sum(1)
    agreeing = (patterns * (patterns - 1)).sum(1) / (raters * (raters - 1))
    units = times.sum(-1)
    observed = (times * agreeing).sum(-1) / units
    first = (times * (patterns[:, 0] / raters)).sum(-1) / units
    by_chance = 2 * first * (1 - first)
    return np.asarray((observed - by_chance) / (1 - by_chance))

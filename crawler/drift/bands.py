"""Whether a share is one that the crawls before would lead us to expect: by a band, not a number.

What was seen before is a share with a doubt that shrinks as pages are added (a beta distribution);
what is seen now must not be too unlikely under it (the tail of the beta-binomial). So the band is
wide where few pages are known or seen, and narrow where many are. This module is pure arithmetic.
"""

from __future__ import annotations

from math import ceil, exp, floor, lgamma, log2

CHANCE = 1e-4
"""A share is outside the band where pages like those before would show it so seldom."""
ENOUGH = 400
"""More pages than that count as so many: a publisher's mix of pages moves a little by itself."""
TAIL = 0.005
"""So much of what was seen before may lie outside the usual range, at each end."""

Share = tuple[int, int]
"""How many, of how many."""


def is_above(now: Share, before: Share, *, expected: float = 0.5) -> bool:
    """Whether a share is higher than the band around the share before allows.

    `expected` is how many further pages might show it by chance alone.
    Absent: False where nothing was seen now or before.

    >>> is_above((3, 3), (0, 6)), is_above((12, 12), (0, 24)), is_above((1, 12), (0, 24))
    (False, True, False)
    """
    (count, pages), (count_before, pages_before) = _scaled(now), _scaled(before)
    if not pages or not pages_before:
        return False
    hits, misses = count_before + expected, pages_before - count_before + 0.5
    if count / pages <= hits / (hits + misses):
        return False
    return sum(_chance(at, pages, hits, misses) for at in range(count, pages + 1)) < CHANCE


def is_below(now: Share, before: Share) -> bool:
    """Whether a share is lower than the band around the share before allows.

    >>> is_below((0, 12), (24, 24)), is_below((11, 12), (24, 24))
    (True, False)
    """
    return is_above((now[1] - now[0], now[1]), (before[1] - before[0], before[1]))


def _scaled(share: Share) -> Share:
    count, pages = share
    return (count, pages) if pages <= ENOUGH else (round(count * ENOUGH / pages), ENOUGH)


def _chance(at: int, pages: int, hits: float, misses: float) -> float:
    """How likely exactly `at` of `pages` are hits. Source: the beta-binomial distribution."""
    return exp(
        lgamma(pages + 1)
        - lgamma(at + 1)
        - lgamma(pages - at + 1)
        + _log_beta(at + hits, pages - at + misses)
        - _log_beta(hits, misses)
    )


def _log_beta(one: float, other: float) -> float:
    return lgamma(one) + lgamma(other) - lgamma(one + other)


def step_of(value: int) -> int:
    """The step of a scale on which values are counted: two steps a doubling.

    >>> [step_of(value) for value in (0, 3, 80, 120, 20_000)]
    [0, 4, 12, 13, 28]
    """
    return floor(2 * log2(value + 1))


def values_of(first: int, last: int) -> tuple[int, int]:
    """The smallest and the largest value of the steps from `first` to `last`.

    >>> values_of(12, 13)
    (63, 127)
    """
    return ceil(2 ** (first / 2) - 1), ceil(2 ** ((last + 1) / 2) - 1)


def usual_steps(counted: dict[int, int]) -> tuple[int, int]:
    """The first and last step of the usual range: all but a small tail at each end.

    >>> usual_steps({4: 1, 12: 500, 13: 499}), usual_steps({12: 3, 15: 1})
    ((12, 13), (12, 15))
    """
    spare = floor(TAIL * sum(counted.values()))
    steps = sorted(counted)
    return _after(steps, counted, spare), _after(steps[::-1], counted, spare)


def _after(steps: list[int], counted: dict[int, int], spare: int) -> int:
    for step in steps:
        spare -= counted[step]
        if spare < 0:
            return step
    return steps[-1]

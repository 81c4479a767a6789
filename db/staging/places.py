"""Where captures stand in time: by their dates, or where these tell less, by what is known of them.

A place is a text, and places sort as texts. What a crawl of a wrong clock stored stands where the
crawl was at work (machine.wrong_clocks), what only a file's time dates before all else; what is
dated by month or year stands at its beginning, and says how far it may reach. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable

from archive.ledger import UNDATED
from machine.dates import latest
from schema.dates import Precision

BEFORE_ALL = "."
"""A place before all that has a date, and behind what is `UNDATED`."""
WRONG, VAGUE = "~", "?"
"""What parts a place from the run that a wrong clock made, and from the last moment it may mean."""
VAGUEST: tuple[Precision, ...] = ("month", "year")
"""Precisions by which nobody can tell which of two captures came first."""


def dated_place(at: str, source: str, precision: Precision) -> str:
    """The place of what an import took in."""
    if source == "file" or precision == "unknown":
        return UNDATED + at
    return f"{at}{VAGUE}{latest(at, precision)}" if precision in VAGUEST else at


def sound_date(place: str) -> str | None:
    """The date that a place is. Absent: None where it is none that anyone could vouch for."""
    return place if is_in_order(place) and WRONG not in place and VAGUE not in place else None


def is_in_order(place: str) -> bool:
    """Whether it says anything of what came first."""
    return not place.startswith(UNDATED)


def may_be_behind(vague: str, place: str) -> bool:
    """Whether a place that is dated by month or year may lie behind another."""
    return VAGUE in vague and vague.partition(VAGUE)[2] > place


def span_of(places: Iterable[str]) -> tuple[str, str]:
    """Between which places something was surely shown that was shown at all of these.

    Shape: beside exact places a vague one counts by its end as the first, by its beginning as the
    last; what is no place in order counts where nothing else is told.
    """
    every = sorted(places)
    told = [each for each in every if is_in_order(each)]
    if not told or all(VAGUE in each for each in told):
        return (told or every)[0], (told or every)[-1]
    first, last = ([_part(each, at) for each in told] for at in (2, 0))
    return min(first), max(last)


def _part(place: str, at: int) -> str:
    """One end of a vague place, which is no date; else the place itself."""
    return place.partition(VAGUE)[at] + WRONG if VAGUE in place else place

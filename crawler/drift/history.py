"""What earlier runs saw of each page of a site: what a run is compared with.

Each page counts once, as it was first and last seen to be good since a person last accepted a
drift. This module is pure: it is given the rows of the ledger.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from archive.ledger import ProfileRow
from crawler.drift.profile import Profile, profiles_of
from crawler.reading.sight import Sight, unpack

RUNS = 10
"""Of the runs of older versions, which did not say which pages they saw, so many last count."""

Pages = dict[str, Sight]
"""Sights by page."""


@dataclass(slots=True)
class History:
    """The pages of one site: as first and last seen good, and those that wait for a person.

    `older` are the profiles of runs that did not say which pages they saw.
    """

    first: Pages = field(default_factory=dict)
    last: Pages = field(default_factory=dict)
    waiting: Pages = field(default_factory=dict)
    older: list[tuple[str, Profile]] = field(default_factory=list)

    def profiles(self) -> list[tuple[str, Profile]]:
        """The profile of each layout, from the last sight of each page."""
        return [*self.older, *profiles_of(self.last.values()).items()]

    def is_empty(self) -> bool:
        """Whether there is nothing to compare with."""
        return not self.last and not self.older

    def _enter(self, key: str, sight: Sight) -> None:
        self.waiting.pop(key, None)
        # A page that failed once is still held against the record that it gave before.
        if sight.failure is None or key not in self.last or self.last[key].failure is not None:
            self.last[key] = sight
        if key not in self.first or self.first[key].failure is not None:
            self.first[key] = sight


def history_of(rows: Iterable[ProfileRow]) -> History:
    """The history that the rows of one site tell, which are in the order of their runs."""
    found, older = History(), []
    for row in rows:
        sights = unpack(row.layout, row.counts)
        if sights is None and not row.is_drift:
            older.append(row)
        for key, sight in (sights or {}).items():
            if row.is_drift:
                found.waiting[key] = sight
            else:
                found._enter(key, sight)
    last = set(sorted({row.run_id for row in older})[-RUNS:])
    found.older = [
        (row.layout, Profile.from_counts(row.pages, row.counts))
        for row in older
        if row.run_id in last
    ]
    return found

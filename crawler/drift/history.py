"""What earlier runs saw of each page of a site: what a run is compared with.

Each page counts once, as it was first and last seen to be good since a person last accepted a
drift. This module is pure: it is given the rows of the ledger.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from archive.ledger import ProfileRow
from crawler.drift.profile import Profile, profiles_of
from crawler.reading.traits import PageTraits, unpack

Pages = dict[str, PageTraits]
"""What was seen of each page, by its key."""


@dataclass(slots=True)
class History:
    """The pages of one site: as first and last seen good, and those that wait for a person."""

    first: Pages = field(default_factory=dict)
    last: Pages = field(default_factory=dict)
    waiting: Pages = field(default_factory=dict)

    def profiles(self) -> dict[str, Profile]:
        """The profile of each layout, from each page as it was last."""
        return profiles_of(self.last.values())

    def _enter(self, key: str, page: PageTraits) -> None:
        self.waiting.pop(key, None)
        # A page that failed once is still held against the record that it gave before.
        if page.failure is None or key not in self.last or self.last[key].failure is not None:
            self.last[key] = page
        if key not in self.first or self.first[key].failure is not None:
            self.first[key] = page


def history_of(rows: Iterable[ProfileRow]) -> History:
    """The history that the rows of one site tell, which are in the order of their runs."""
    found = History()
    for row in rows:
        for key, page in unpack(row.layout, row.counts).items():
            if row.is_drift:
                found.waiting[key] = page
            else:
                found._enter(key, page)
    return found

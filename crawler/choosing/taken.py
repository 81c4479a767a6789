"""Pages that were taken down are not asked for, and what was erased is not imported again.

Nor asked for as where another page leads: no redirect to another comparison is followed.
"""

from __future__ import annotations

import time

from archive import Home
from archive.ledger import Ending, Lease
from archive.takedown import TakenAddresses, active_takedowns
from parsers import Site

LOOK_AGAIN_S = 30.0
"""So often a run looks whether pages were taken down since it began. Units: seconds."""


class TakenPages:
    """What is taken down in a home, or alone what was erased of it, looked up now and then."""

    def __init__(self, home: Home, *, erased: bool = False) -> None:
        self._home, self._erased = home, erased
        self._addresses, self._looked_at = TakenAddresses([]), float("-inf")
        self._is_any = False
        self._bodies: set[str] = set()

    def refusal(self, site: Site, lease: Lease) -> Ending | None:
        """How a lease ends whose page was taken down. Absent: None where it may be asked for."""
        if lease.role != "comparison" or not self.holds(site, lease.url):
            return None
        return Ending("refused_scope", "takedown", "refused")

    def holds(self, site: Site, url: str, body_sha256: str | None = None) -> bool:
        """Whether a page was taken down, by its own address, its urn, or the body of one erased."""
        if time.monotonic() > self._looked_at + LOOK_AGAIN_S:
            self._looked_at = time.monotonic()
            active = active_takedowns(self._home)
            asked = [each for each in active if each.matches.is_erasing or not self._erased]
            self._addresses, self._is_any = TakenAddresses(asked), bool(asked)
            self._bodies = {body for each in asked for body in each.matches.erased_bodies}
        return self._is_any and (
            body_sha256 in self._bodies
            or self._addresses.covering(site.name, url, site.slugs(url)) is not None
        )

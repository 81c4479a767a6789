"""Pages that were taken down are not asked for.

Nor as where another page leads: no redirect to another comparison is followed.
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
    """What is taken down in a home, looked up now and then."""

    def __init__(self, home: Home) -> None:
        self._home = home
        self._addresses, self._looked_at = TakenAddresses([]), float("-inf")

    def refusal(self, site: Site, lease: Lease) -> Ending | None:
        """How a lease ends whose page was taken down. Absent: None where it may be asked for."""
        if lease.role != "comparison":
            return None
        if time.monotonic() > self._looked_at + LOOK_AGAIN_S:
            self._looked_at = time.monotonic()
            self._addresses = TakenAddresses(active_takedowns(self._home))
        by = self._addresses.covering(site.name, lease.url, site.slugs(lease.url))
        return None if by is None else Ending("refused_scope", "takedown", "refused")

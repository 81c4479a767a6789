"""Pages that were taken down are asked for neither by themselves nor as where another leads."""

from __future__ import annotations

import time

from archive.frontier import Ending, Lease, refused
from archive.home import Home
from archive.withdrawals import TakenAddresses, active_takedowns
from parsers.site import Site

LOOK_AGAIN_S = 30.0
"""So often a run looks whether pages were taken down since it began. Units: seconds."""


class Taken:
    """What is taken down in a home, looked up now and then."""

    def __init__(self, home: Home) -> None:
        self._home = home
        self._addresses, self._looked_at = TakenAddresses([]), float("-inf")

    def refusal(self, site: Site, lease: Lease, url: str) -> Ending | None:
        """How a lease ends where `url`, the page's own or one it leads to, was taken down.

        Absent: None where it may be asked for.
        """
        own = site.own_address(url)
        if not site.is_comparison(own) or not self._covers(site, own):
            return None
        if own == lease.url:
            return Ending("refused_scope", "takedown", "refused")
        # What only leads there was not taken down, and may lead elsewhere another day.
        return refused("refused_scope", "takedown", detail=f"it leads to {own}"[:300])

    def _covers(self, site: Site, own: str) -> bool:
        if time.monotonic() > self._looked_at + LOOK_AGAIN_S:
            self._looked_at = time.monotonic()
            self._addresses = TakenAddresses(active_takedowns(self._home))
        return self._addresses.covering(site.name, own, site.slugs(own)) is not None

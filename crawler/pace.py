"""How fast each site is asked, and whether it wants to be asked at all."""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict, deque

from archive import RunLog
from archive.ledger import NOT_ASKED, Ending, Lease
from crawler.stopping import Stopping
from crawler.tally import code_of

MAX_WAIT_S = 3600
"""A site that asks us to wait longer is left alone in this run. Units: seconds."""
YEAR_S = 366 * 86_400
"""A wait of more is not worth its figure. Units: seconds."""
BAD_IN_A_ROW = 15
"""After so many tries without an answer that helps, the site is left alone in this run."""
LAST_TRIES = 30
"""So it is where more than half of so many tries brought none."""
UNWELCOME = (401, 403, 451)
"""Statuses that say that we are not wanted; 429 and those from 500 on stop a run too."""


class Pace:
    """The pauses of one run: that between requests, and those that sites ask for."""

    def __init__(self, delay_s: float, log: RunLog, stopping: Stopping) -> None:
        self.delay_s = delay_s
        self._log, self._stopping = log, stopping
        self._ready_at: dict[str, float] = {}

    def hold(self, site: str, seconds: float) -> None:
        """Ask a site nothing for a while, because it asked for that."""
        if seconds > MAX_WAIT_S:
            when = f"in {seconds:.0f} seconds" if seconds < YEAR_S else "in years"
            self._stopping.leave(site, f"the site asks us to come back {when}")
            return
        self._log.add("held", site=site, seconds=seconds)
        self._ready_at[site] = max(self._ready_at.get(site, 0.0), time.monotonic() + seconds)

    def after(self, site: str, ending: Ending, wait_s: float | None) -> None:
        """Hold a site that asked for it, or whose server is not well."""
        if wait_s is not None:
            self.hold(site, wait_s)
        elif ending.status is not None and ending.status >= 500:
            self.hold(site, min(30.0, self.delay_s * 2**ending.tries))

    async def ready(self, site: str) -> bool:
        """Wait until asking a site is allowed; False when it is to be asked no more."""
        while not self._stopping.has_left(site):
            left = self._ready_at.get(site, 0.0) - time.monotonic()
            if left <= 0:
                return True
            try:
                await asyncio.wait_for(self._stopping.changed.wait(), left)
            except TimeoutError:
                continue
            self._stopping.changed.clear()
        return False


class Welcome:
    """How the last tries of each site ended: one that does not want us, or is not well, is left."""

    def __init__(self, stopping: Stopping) -> None:
        self._stopping = stopping
        self._tries: dict[str, deque[bool]] = defaultdict(lambda: deque(maxlen=LAST_TRIES))

    def weigh(self, lease: Lease, ending: Ending) -> None:
        """Take in how an attempt ended."""
        # What was never asked, and what only led on, tells nothing of how welcome we are.
        if ending.outcome in NOT_ASKED or ending.state == "leased":
            return
        tries, code = self._tries[lease.site], code_of(ending)
        tries.append(_is_unwelcome(ending))
        bad = sum(tries)
        if len(tries) >= BAD_IN_A_ROW and all(list(tries)[-BAD_IN_A_ROW:]):
            why = f"{BAD_IN_A_ROW} tries in a row failed, the last with {code}"
            self._stopping.leave(lease.site, why)
        elif bad * 2 > LAST_TRIES:
            why = f"{bad} of the last {len(tries)} tries failed, the last with {code}"
            self._stopping.leave(lease.site, why)


def _is_unwelcome(ending: Ending) -> bool:
    status = ending.status or 0
    return ending.outcome == "network_error" or (
        ending.outcome == "http_error"
        and (ending.reason == "throttled" or status in UNWELCOME or status >= 500)
    )

"""One run that writes: the lock is taken, the last run's remains are mended, the books opened."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from typing import Literal

from archive.home import Home
from archive.ledger.frontier import Frontier
from archive.ledger.leases import give_back_leases
from archive.ledger.ledger import Ledger, insert
from archive.ledger.notes import note_run
from archive.store import segments
from archive.store.segments import recover
from archive.store.store import Store
from archive.store.unknown import lengths, require_known
from archive.takedown.copy import require_all
from archive.takedown.erasure import finish_erasures
from machine.clock import JUMP_S, later, stamp
from machine.failpoints import reach
from schema.errors import StoppedError, VerdictsError


@dataclass(frozen=True, slots=True)
class OpenRun:
    """What a run writes through."""

    id: int
    home: Home
    ledger: Ledger
    frontier: Frontier
    store: Store
    clock: str | None = None
    """What is odd about the time at which the run began. Absent: None."""

    def note(self, **columns: int | float | str | None) -> None:
        """Set columns of the run's own row."""
        with self.ledger.transaction() as db:
            note_run(db, self.id, **columns)

    def add_attempt(
        self, *, url: str, outcome: str, reason: str, detail: str | None = None
    ) -> None:
        """Note a failure that belongs to no page of ours."""
        with self.ledger.step() as db:
            now = {"started_at": stamp(), "ended_at": stamp()}
            said = {"url": url, "outcome": outcome, "reason": reason, "detail": detail}
            insert(db, "attempt", {"run_id": self.id, **said, **now})


def _set_back(ledger: Ledger) -> str | None:
    """A sentence with both times where the clock is behind what was stored last. Absent: None."""
    last = ledger.value(
        "SELECT max((SELECT max(started_at, coalesce(ended_at, '')) FROM run ORDER BY id DESC"
        " LIMIT 1), coalesce((SELECT captured_at FROM capture WHERE date_source = 'crawl'"
        " ORDER BY id DESC LIMIT 1), ''))"
    )
    if last is None or last <= later(seconds=JUMP_S):
        return None
    return f"the clock of this machine says {stamp()}, but the last run was still at work at {last}"


@contextmanager
def open_run(
    home: Home, kind: Literal["crawl", "import"], ack: int | None = None
) -> Iterator[OpenRun]:
    """Take the home for writing; segments are sealed and the books closed at the end.

    `ack` is a file descriptor that gets a line for each capture once it is safe.

    Raises: StartError when the home is locked or unwritable, IntegrityError when it is damaged.
    """
    home.create()
    home.require_room(segments.SEGMENT_BYTES)
    with home.lock("crawl"):
        home.require_ledger()
        if home.ledger.exists() and home.ledger.stat().st_size:
            finish_erasures(home)
        with closing(Ledger(home.ledger)) as ledger:
            require_all(home)
            require_known(home, lengths(home), home.ledger)
            recover(home, ledger)
            give_back_leases(ledger)
            clock = _set_back(ledger)
            with ledger.transaction() as db:
                run_id = insert(db, "run", {"kind": kind, "started_at": stamp()})
            frontier, store = Frontier(ledger, run_id), Store(home, ledger, run_id, ack)
            run = OpenRun(run_id, home, ledger, frontier, store, clock)
            reach("run-opened")
            begun = time.monotonic()
            try:
                yield run
            except VerdictsError as error:
                # On a full disk nothing more can be noted; the next run mends that.
                with suppress(StoppedError):
                    give_back_leases(ledger)
                    run.note(exit_code=error.exit_code, **_ended(begun))
                raise
            frontier.close()
            store.close()
            run.note(**_ended(begun))
            reach("run-closed")


def _ended(begun: float) -> dict[str, str | float]:
    return {"ended_at": stamp(), "seconds": round(time.monotonic() - begun, 1)}

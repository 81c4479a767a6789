"""One run that writes: the lock is taken, the last run's remains are mended, the books opened."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Literal

from archive.clock import stamp
from archive.erasure import finish_erasures
from archive.failpoints import reach
from archive.frontier import Frontier, give_back_leases
from archive.home import Home
from archive.ledger import Ledger
from archive.segments import recover
from archive.store import Store
from schema.errors import StoppedError, VerdictsError


@dataclass(frozen=True, slots=True)
class OpenRun:
    """What a run writes through."""

    id: int
    home: Home
    ledger: Ledger
    frontier: Frontier
    store: Store

    def note(self, **columns: int | float | str | None) -> None:
        """Set columns of the run's own row."""
        names = ", ".join(f"{name} = ?" for name in columns)
        with self.ledger.transaction() as db:
            db.execute(f"UPDATE run SET {names} WHERE id = ?", (*columns.values(), self.id))

    def add_attempt(self, *, url: str, outcome: str, reason: str,
                    detail: str | None = None) -> None:
        """Note a failure that belongs to no page of ours."""
        with self.ledger.transaction() as db:
            db.execute(
                "INSERT INTO attempt (run_id, url, started_at, ended_at, outcome, reason, detail)"
                " VALUES (?, ?, ?, ?, ?, ?, ?)",
                (self.id, url, stamp(), stamp(), outcome, reason, detail),
            )


@contextmanager
def open_run(
    home: Home, kind: Literal["crawl", "import"], ack: int | None = None
) -> Iterator[OpenRun]:
    """Take the home for writing; segments are sealed and the books closed at the end.

    `ack` is a file descriptor that gets a line for each capture once it is safe.

    Raises: StartError when the home is locked or unwritable, IntegrityError when it is damaged.
    """
    home.create()
    with home.lock("crawl"):
        home.require_ledger()
        if home.ledger.exists() and home.ledger.stat().st_size:
            finish_erasures(home)
        ledger = Ledger(home.ledger)
        try:
            recover(home, ledger)
            give_back_leases(ledger)
            with ledger.transaction() as db:
                run_id: int = db.execute(
                    "INSERT INTO run (kind, started_at) VALUES (?, ?) RETURNING id",
                    (kind, stamp()),
                ).fetchone()[0]
            run = OpenRun(run_id, home, ledger, Frontier(ledger, run_id),
                          Store(home, ledger, run_id, ack))
            reach("run-opened")
            begun = time.monotonic()
            try:
                yield run
            except VerdictsError as error:
                # On a full disk nothing more can be noted; the next run mends that.
                with suppress(StoppedError):
                    give_back_leases(ledger)
                    run.note(ended_at=stamp(), exit_code=error.exit_code,
                             seconds=round(time.monotonic() - begun, 1))
                raise
            run.frontier.close()
            run.store.close()
            run.note(ended_at=stamp(), seconds=round(time.monotonic() - begun, 1))
            reach("run-closed")
        finally:
            ledger.close()

"""The ledger made again from the WARC files, for a home whose ledger is lost or not sound.

`exchanges` reads the segments, `refill` enters what they hold, and a `Replayer` does again what the
crawl made of it, at the times that the records name. What only the ledger knew is gone: pages never
captured, attempts without an answer, reports of runs. Take-downs, corrections, exports, holds for
drift and the rules that runs kept to are carried over from the old file where it can still be read;
the report names those that could not be.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from archive.home import Home
from archive.ledger.ledger import Ledger
from archive.rebuild.carried import Carried, carry_over, read_old_ledger
from archive.rebuild.refill import Refill, Replayer, in_order
from archive.store.segments import OPEN
from archive.takedown.copy import enter_lacking
from machine.clock import stamp
from machine.failpoints import reach
from machine.files import fsync_folder, put_in_place, unused
from schema.errors import StartError

RebuildProgress = Callable[[str, int, int], None]
PART = "ledger.db.part"
"""The name of a ledger that is being made."""


@dataclass(slots=True)
class RebuildReport:
    """What was made again.

    `damaged` says which places of segments hold no whole record, or repeat a lost one; `carried`
    are the rows taken over from the old ledger by table, `lost` says what could not be. Absent:
    `old` is None where there was no old ledger file, else its name in quarantine.
    """

    segments: int = 0
    captures: int = 0
    attempts: int = 0
    pages: int = 0
    runs: int = 0
    robots: int = 0
    damaged: list[str] = field(default_factory=list)
    carried: dict[str, int] = field(default_factory=dict)
    lost: list[str] = field(default_factory=list)
    old: str | None = None


def rebuild_ledger(
    home: Home, replay_in: Callable[[Ledger], Replayer], progress: RebuildProgress | None = None
) -> RebuildReport:
    """Make `ledger.db` again from the segments; the old one is kept in quarantine.

    `replay_in` gives what settles the captures of a new ledger as the crawl did.
    Raises: StartError when the home is locked, holds no archive, or is a newer version's.
    """
    sealed = {path.name for path in home.warc.glob("*.warc.gz")}
    opened = {path.name for path in home.warc.glob("*.warc.gz" + OPEN)}
    twice = {name for name in opened if name.removesuffix(OPEN) in sealed}
    files = in_order([home.warc / name for name in (sealed | opened) - twice])
    if not files:
        raise StartError(what=f"{home.warc}: there is no archive to make a ledger from")
    with home.lock("crawl"):
        old = read_old_ledger(home)
        part = home.path / PART
        remove_leftovers(home)
        try:
            with closing(Ledger(part)) as ledger:
                replay = replay_in(ledger)
                refill = Refill(ledger, replay)
                for number, path in enumerate(files):
                    refill.take(path)
                    reach("ledger-filled")
                    if progress is not None:
                        progress("segments", number + 1, len(files))
                unread = replay.finish()
                carried = carry_over(home, old, ledger, unread)
                refill.damaged += [
                    f"{name}: not read, for it was sealed as well" for name in sorted(twice)
                ]
                report = _report(ledger, refill, carried)
            reach("ledger-made")
            report.old = _swap(home, part)
        finally:
            remove_leftovers(home)
        with closing(Ledger(home.ledger)) as ledger:
            enter_lacking(home, ledger)  # what was entered into the old one in the meantime
    return report


def remove_leftovers(home: Home) -> None:
    """Remove what a rebuild left half made: its disk may be full. Needs the home's crawl lock."""
    for name in (PART, f"{PART}-journal"):
        (home.path / name).unlink(missing_ok=True)


def _report(ledger: Ledger, refill: Refill, carried: Carried) -> RebuildReport:
    tables = {f"{table}s": table for table in ("segment", "capture", "attempt", "page", "run")}
    counts = {
        name: ledger.value(f"SELECT count(*) FROM {table}")
        for name, table in (tables | {"robots": "robots"}).items()
    }
    return RebuildReport(**counts, damaged=refill.damaged, carried=carried.rows, lost=carried.lost)


def _swap(home: Home, part: Path) -> str | None:
    """Put the new ledger in the old one's place."""
    kept = None
    if home.ledger.exists():
        home.quarantine.mkdir(exist_ok=True)
        old = unused(home.quarantine, f"ledger.db.{stamp().replace(':', '')}")
        old.hardlink_to(home.ledger)
        fsync_folder(home.quarantine)
        kept = old.name
    # A journal of the old file must never be rolled back into the new one.
    home.ledger.with_name(home.ledger.name + "-journal").unlink(missing_ok=True)
    fsync_folder(home.path)
    put_in_place(part, home.ledger)
    reach("ledger-swapped")
    return kept

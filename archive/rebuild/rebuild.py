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
from archive.rebuild.carried import carry_over, read_old_ledger
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
    found = {*home.warc.glob("*.warc.gz"), *home.warc.glob("*.warc.gz" + OPEN)}
    twice = {path for path in found if path.name.endswith(OPEN) and path.with_suffix("") in found}
    files = in_order(found - twice)
    if not files:
        raise StartError(what=f"{home.warc}: there is no archive to make a ledger from")
    report, part = RebuildReport(), home.path / PART
    with home.lock("crawl"):
        old = read_old_ledger(home)
        remove_leftovers(home)
        try:
            with closing(Ledger(part)) as ledger:
                refill = Refill(ledger, replay_in(ledger), report.damaged)
                for number, path in enumerate(files, 1):
                    refill.take(path)
                    reach("ledger-filled")
                    if progress is not None:
                        progress("segments", number, len(files))
                report.carried, report.lost = carry_over(home, old, ledger, refill.finish())
                for name in sorted(path.name for path in twice):
                    report.damaged.append(f"{name}: not read, for it was sealed as well")
                for table in ("segment", "capture", "attempt", "page", "run", "robots"):
                    count = ledger.value(f"SELECT count(*) FROM {table}")
                    setattr(report, table if table == "robots" else f"{table}s", count)
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

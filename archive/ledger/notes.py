"""What a run notes beside its pages: its own row, and each robots.txt by which it asks."""

from __future__ import annotations

import sqlite3
from dataclasses import asdict, dataclass

from archive.ledger.ledger import Ledger, insert, update


@dataclass(frozen=True, slots=True)
class RobotsRow:
    """One reading of the robots.txt of an origin: `none` where there is none.

    Shape: `state` is `read`, `none` or `unreachable`; `denied_tokens` are parted by spaces.
    Units: `crawl_delay_s` in seconds.
    Absent: `crawl_delay_s` is None where none is asked for, `capture_id` where nothing came.
    """

    run_id: int
    site: str
    origin: str
    read_at: str
    state: str
    crawl_delay_s: float | None
    denied_tokens: str
    capture_id: int | None


def note_robots(db: sqlite3.Connection, row: RobotsRow) -> None:
    """Note by which rules a run asks an origin."""
    insert(db, "robots", asdict(row))


def last_robots(ledger: Ledger, site: str, origin: str) -> RobotsRow | None:
    """The newest reading of an origin's robots.txt. Absent: None without one that came whole."""
    found = ledger.rows(
        "SELECT run_id, site, origin, read_at, state, crawl_delay_s, denied_tokens, capture_id"
        " FROM robots WHERE id = (SELECT max(id) FROM robots WHERE site = ? AND origin = ?)"
        " AND NOT EXISTS (SELECT 1 FROM capture WHERE id = capture_id AND damage IS NOT NULL)",
        (site, origin),
    )
    return RobotsRow(**dict(found[0])) if found else None


def note_run(db: sqlite3.Connection, run_id: int, **columns: int | float | str | None) -> None:
    """Set columns of a run's own row."""
    update(db, "run", run_id, columns)

"""The frontier: which page is asked next, the lease under which it is asked, and its outcome.

A lease is an attempt without an end; it is committed before anything is fetched.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from archive.clock import later, stamp
from archive.ledger import Ledger
from archive.outcomes import is_known

Role = Literal["comparison", "listing", "sitemap", "robots", "other"]
State = Literal[
    "waiting", "leased", "captured", "done", "failed", "refused", "gone", "known"
]
"""`done` is a root whose sitemaps were read in its stead; `known` is never asked for."""

DUE_DAYS = 30
"""A captured page is asked again after so long. Units: days."""
AGAIN_DAYS = 1
"""A page that failed or was refused is asked again after so long. Units: days."""
MAX_TRIES = 3
"""So often a page is tried before it counts as failed."""


@dataclass(frozen=True, slots=True)
class Found:
    """A page that was named or found. Absent: `origin` is None where it is no mirror's."""

    site: str
    url: str
    role: Role
    origin: str | None = None
    depth: int = 0
    lastmod: str | None = None


@dataclass(frozen=True, slots=True)
class Lease:
    """A page that this run may ask for now.

    Absent: `origin` is None where the site itself is asked, not a mirror.
    """

    attempt_id: int
    page_id: int
    site: str
    url: str
    role: Role
    origin: str | None
    depth: int
    tries: int


@dataclass(frozen=True, slots=True)
class Ending:
    """How an attempt ended and what the page is after it.

    Absent: `due` is None where the page is not asked again by itself.
    """

    outcome: str
    reason: str
    state: State
    due: str | None = None
    tries: int = 0
    status: int | None = None
    detail: str | None = None

    def __post_init__(self) -> None:
        if not is_known(self.outcome, self.reason):
            raise ValueError(f"no such outcome: {self.outcome}:{self.reason}")


def captured(status: int) -> Ending:
    """The page was stored, and is due again after a while."""
    return Ending("ok", "", "captured", due=later(days=DUE_DAYS), status=status)


def failed(lease: Lease, outcome: str, reason: str, *, is_final: bool, status: int | None = None,
           detail: str | None = None) -> Ending:
    """The page was not obtained: it waits for another try, or failed until it is due again."""
    tries = lease.tries + 1
    if is_final or tries >= MAX_TRIES:
        return Ending(outcome, reason, "failed", later(days=AGAIN_DAYS), tries, status, detail)
    return Ending(outcome, reason, "waiting", None, tries, status, detail)


def refused(outcome: str, reason: str, *, detail: str | None = None) -> Ending:
    """The page may not be asked for."""
    return Ending(outcome, reason, "refused", later(days=AGAIN_DAYS), detail=detail)


class Frontier:
    """The pages of a home as one run sees them: it asks for those that it was told to want."""

    def __init__(self, ledger: Ledger, run_id: int) -> None:
        self._ledger, self._run = ledger, run_id
        with ledger.transaction() as db:
            # Told to one run only, so it need not outlive the connection.
            db.execute(
                "CREATE TEMP TABLE IF NOT EXISTS wanted"
                " (page_id INTEGER PRIMARY KEY, is_forced INTEGER NOT NULL)"
            )
            db.execute("DELETE FROM wanted")

    def know(self, found: Found, *, wants: bool = True, is_forced: bool = False) -> int:
        """Enter a page where it is new, and say whether this run wants it; gives its id."""
        with self._ledger.transaction() as db:
            return self._know(db, found, wants, is_forced)

    def enter(self, found: Found) -> int:
        """Enter a page that was not asked for but imported; one that is known stays as it is."""
        known = self.page_id(found.site, found.url)
        return self.know(found, wants=False) if known is None else known

    def know_all(self, pages: Iterable[Found]) -> None:
        """Enter many pages that this run wants, in one transaction."""
        with self._ledger.transaction() as db:
            for found in pages:
                self._know(db, found, True, False)

    @staticmethod
    def _know(db: sqlite3.Connection, found: Found, wants: bool, is_forced: bool) -> int:
        page_id: int = db.execute(
            "INSERT INTO page (site, url, role, state, origin, depth, lastmod, known_since)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (site, url) DO UPDATE SET"
            " lastmod = coalesce(excluded.lastmod, lastmod), origin = excluded.origin"
            " RETURNING id",
            (found.site, found.url, found.role, "known" if found.role == "other" else "waiting",
             found.origin, found.depth, found.lastmod, stamp()),
        ).fetchone()[0]
        if wants:
            db.execute(
                "INSERT INTO wanted VALUES (?, ?) ON CONFLICT DO UPDATE"
                " SET is_forced = max(is_forced, excluded.is_forced)",
                (page_id, is_forced),
            )
        return page_id

    def want_all(self, site: str) -> None:
        """Want whatever of a site is waiting or due."""
        with self._ledger.transaction() as db:
            db.execute(
                "INSERT OR IGNORE INTO wanted SELECT id, 0 FROM page"
                " WHERE site = ? AND url LIKE 'http%'", (site,)
            )

    def next(self, site: str, role: Role, origin: str | None) -> Lease | None:
        """Lease the page to ask next, committed; None when none is left to ask."""
        found = self._ledger.rows(
            "SELECT page.* FROM wanted JOIN page ON page.id = wanted.page_id"
            " WHERE site = ? AND role = ? AND origin IS ? AND state NOT IN ('leased', 'known') AND"
            " (is_forced OR state = 'waiting' OR due <= ?)"
            " ORDER BY tries, page.id LIMIT 1",
            (site, role, origin, stamp()),
        )
        return self._lease(found[0]) if found else None

    def lease(self, page_id: int) -> Lease:
        """Lease one page by its id, committed."""
        return self._lease(self._ledger.rows("SELECT * FROM page WHERE id = ?", (page_id,))[0])

    def _lease(self, page: sqlite3.Row) -> Lease:
        # A page that failed before and is due again starts its tries anew.
        tries = page["tries"] if page["state"] == "waiting" else 0
        with self._ledger.transaction() as db:
            db.execute("UPDATE page SET state = 'leased', tries = ? WHERE id = ?",
                       (tries, page["id"]))
            db.execute("UPDATE wanted SET is_forced = 0 WHERE page_id = ?", (page["id"],))
            attempt_id: int = db.execute(
                "INSERT INTO attempt (run_id, page_id, url, started_at) VALUES (?, ?, ?, ?)"
                " RETURNING id",
                (self._run, page["id"], page["url"], stamp()),
            ).fetchone()[0]
        return Lease(attempt_id, page["id"], page["site"], page["url"], page["role"],
                     page["origin"], page["depth"], tries)

    def settle(self, lease: Lease, ending: Ending) -> None:
        """End a lease that gave nothing to store."""
        with self._ledger.transaction() as db:
            end_attempt(db, lease, ending, capture_id=None)

    def note(self, lease: Lease, outcome: str, reason: str, detail: str | None = None) -> None:
        """Note what was seen only after a page was stored; its state stays as it is."""
        if not is_known(outcome, reason):
            raise ValueError(f"no such outcome: {outcome}:{reason}")
        with self._ledger.transaction() as db:
            db.execute("UPDATE attempt SET outcome = ?, reason = ?, detail = ? WHERE id = ?",
                       (outcome, reason, detail, lease.attempt_id))
            db.execute("UPDATE page SET last_outcome = ?, last_reason = ? WHERE id = ?",
                       (outcome, reason, lease.page_id))

    def waiting(self) -> int:
        """How many comparison pages are waiting or due, in the whole home."""
        count: int = self._ledger.value(
            "SELECT count(*) FROM page WHERE role = 'comparison' AND state NOT IN"
            " ('known', 'gone') AND (state IN ('waiting', 'leased') OR due <= ?)", (stamp(),))
        return count

    def page_id(self, site: str, url: str) -> int | None:
        """The id of an address; None where it is not known."""
        found: int | None = self._ledger.value(
            "SELECT id FROM page WHERE site = ? AND url = ?", (site, url))
        return found

    def is_wanted(self, page_id: int) -> bool:
        """Whether this run would ask for one page now."""
        return bool(self._ledger.value(
            "SELECT 1 FROM wanted JOIN page ON page.id = wanted.page_id WHERE page.id = ?"
            " AND (is_forced OR state = 'waiting' OR due <= ?)", (page_id, stamp())))

    def has_work(self, site: str) -> bool:
        """Whether this run still wants a comparison page that is waiting or due."""
        return bool(self._ledger.value(
            "SELECT 1 FROM wanted JOIN page ON page.id = wanted.page_id WHERE site = ?"
            " AND role = 'comparison' AND (state IN ('waiting', 'leased') OR due <= ?"
            " OR is_forced) LIMIT 1", (site, stamp())))


def end_attempt(db: sqlite3.Connection, lease: Lease, ending: Ending,
                *, capture_id: int | None) -> None:
    """Close a lease inside the transaction that is given."""
    db.execute(
        "UPDATE attempt SET ended_at = ?, outcome = ?, reason = ?, status = ?, capture_id = ?,"
        " detail = ? WHERE id = ?",
        (stamp(), ending.outcome, ending.reason, ending.status, capture_id, ending.detail,
         lease.attempt_id),
    )
    db.execute(
        "UPDATE page SET state = ?, due = ?, tries = ?, last_outcome = ?, last_reason = ?"
        " WHERE id = ?",
        (ending.state, ending.due, ending.tries, ending.outcome, ending.reason, lease.page_id),
    )


def give_back_leases(ledger: Ledger) -> int:
    """Let the pages of a run that was killed wait again; gives their number."""
    with ledger.transaction() as db:
        db.execute(
            "UPDATE attempt SET ended_at = ?, outcome = 'network_error', reason = 'interrupted'"
            " WHERE ended_at IS NULL", (stamp(),))
        return db.execute(
            "UPDATE page SET state = 'waiting' WHERE state = 'leased'").rowcount

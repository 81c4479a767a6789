"""The frontier: which page is asked next, the lease under which it is asked, and its outcome.

A lease is an attempt without an end; it is committed before anything is fetched: by itself, or in
the commit that ends the lease before it, for each commit waits for the disk five times.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Literal

from archive.clock import later, parse_stamp, stamp
from archive.failpoints import reach
from archive.ledger import Ledger
from archive.outcomes import is_known
from archive.schedule import (
    AGAIN_DAYS,
    GONE_DAYS,
    GONE_RUNS,
    LONGEST_DAYS,
    count_missing,
    next_interval,
)
from schema.errors import UsageError

Role = Literal["comparison", "listing", "sitemap", "robots", "other"]
State = Literal[
    "waiting", "leased", "captured", "done", "failed", "refused", "gone", "known"
]
"""`done` is a root whose sitemaps were read in its stead; `known` is never asked for."""

MISSING = (404, 410)
"""The statuses by which a server says that there is no such page."""
LISTS = ("listing", "sitemap")
"""Pages that stay leased once they are stored, until what they list is entered as well."""
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
    was_refused: bool = False
    """Whether the page's newest capture gave no record."""
    before: State = "waiting"
    """What the page was, and is again if the lease is given back."""
    tries_before: int = 0
    was_forced: bool = False
    """Whether the run wanted the page even if it was not due."""


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
    adapts: bool = False
    """Whether the due date follows from how often the page changed."""

    def __post_init__(self) -> None:
        if not is_known(self.outcome, self.reason):
            raise ValueError(f"no such outcome: {self.outcome}:{self.reason}")


def captured(status: int) -> Ending:
    """The page was stored, and is due again after a while that its changes decide."""
    return Ending("ok", "", "captured", status=status, adapts=True)


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
        self._list: int | None = None
        with ledger.transaction() as db:
            # Told to one run only, so it need not outlive the connection.
            db.execute(
                "CREATE TEMP TABLE IF NOT EXISTS wanted"
                " (page_id INTEGER PRIMARY KEY, is_forced INTEGER NOT NULL)"
            )
            db.execute("DELETE FROM wanted")

    def know(self, found: Found, *, wants: bool = True, is_forced: bool = False) -> int:
        """Enter a page where it is new, and say whether this run wants it; gives its id."""
        with self._ledger.step() as db:
            return self._know(db, found, wants, is_forced)

    def enter(self, found: Found) -> int:
        """Enter a page that was not asked for but imported; one that is known stays as it is."""
        known = self.page_id(found.site, found.url)
        return self.know(found, wants=False) if known is None else known

    def know_all(self, pages: Iterable[Found], *, is_forced: bool = False) -> list[int]:
        """Enter many pages that this run wants, in one transaction; gives their ids."""
        with self._ledger.step() as db:
            return [self._know(db, found, True, is_forced) for found in pages]

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
        if found.lastmod is not None and found.role == "comparison":
            _take_hint(db, page_id, found.lastmod)
        return page_id

    def want_all(self, site: str, *, is_forced: bool = False) -> None:
        """Want whatever of a site is waiting or due; `is_forced`, everything known of it."""
        with self._ledger.transaction() as db:
            db.execute(
                "INSERT INTO wanted SELECT id, ? FROM page WHERE site = ? AND url LIKE 'http%'"
                " AND state != 'known' ON CONFLICT DO UPDATE"
                " SET is_forced = max(is_forced, excluded.is_forced)", (is_forced, site)
            )

    def next(self, site: str, role: Role, origin: str | None) -> Lease | None:
        """Lease the page to ask next; None when none is left.

        Committed, unless it is a step of a transaction that is open.
        """
        found = self._ledger.rows(
            "SELECT page.* FROM wanted JOIN page ON page.id = wanted.page_id"
            " WHERE site = ? AND role = ? AND origin IS ? AND state NOT IN ('leased', 'known') AND"
            " (is_forced OR state = 'waiting' OR due <= ?)"
            " ORDER BY tries, page.id LIMIT 1",
            (site, role, origin, stamp()),
        )
        return self._lease(found[0]) if found else None

    def lease(self, page_id: int) -> Lease:
        """Lease one page by its id, as `next` does."""
        return self._lease(self._ledger.rows("SELECT * FROM page WHERE id = ?", (page_id,))[0])

    def _lease(self, page: sqlite3.Row) -> Lease:
        # A page that failed before and is due again starts its tries anew; a redirect goes on.
        tries = page["tries"] if page["state"] in ("waiting", "leased") else 0
        was_forced = bool(self._ledger.value("SELECT is_forced FROM wanted WHERE page_id = ?",
                                             (page["id"],)))
        with self._ledger.step() as db:
            if page["role"] != "robots" and page["id"] != self._list:
                # A list is read before the next page is asked; only robots.txt comes between.
                self._let_list_go(db)
            db.execute("UPDATE page SET state = 'leased', tries = ? WHERE id = ?",
                       (tries, page["id"]))
            db.execute("UPDATE wanted SET is_forced = 0 WHERE page_id = ?", (page["id"],))
            attempt_id: int = db.execute(
                "INSERT INTO attempt (run_id, page_id, url, started_at) VALUES (?, ?, ?, ?)"
                " RETURNING id",
                (self._run, page["id"], page["url"], stamp()),
            ).fetchone()[0]
        if page["role"] in LISTS:
            self._list = page["id"]
        return Lease(attempt_id, page["id"], page["site"], page["url"], page["role"],
                     page["origin"], page["depth"], tries,
                     page["last_outcome"] == "extraction_refused", page["state"], page["tries"],
                     was_forced)

    def lease_again(self, lease: Lease) -> Lease:
        """Lease the page of a lease that a redirect ended, for the address it leads to."""
        return replace(self.lease(lease.page_id), was_refused=lease.was_refused)

    def give_back(self, lease: Lease) -> None:
        """Undo a lease under which nothing was asked."""
        with self._ledger.transaction() as db:
            db.execute("DELETE FROM attempt WHERE id = ?", (lease.attempt_id,))
            db.execute("UPDATE page SET state = ?, tries = ? WHERE id = ?",
                       (lease.before, lease.tries_before, lease.page_id))
            db.execute("UPDATE wanted SET is_forced = ? WHERE page_id = ?",
                       (lease.was_forced, lease.page_id))

    def close(self) -> None:
        """Say that the list that was stored last has been read."""
        with self._ledger.transaction() as db:
            self._let_list_go(db)

    def _let_list_go(self, db: sqlite3.Connection) -> None:
        db.execute("UPDATE page SET state = 'captured' WHERE id = ? AND state = 'leased'",
                   (self._list,))

    def settle(self, lease: Lease, ending: Ending) -> None:
        """End a lease that gave nothing to store."""
        with self._ledger.transaction() as db:
            end_attempt(db, lease, ending, capture_id=None)
        self._settled()

    def finish(self, page_id: int, due: str) -> None:
        """A page that was wanted only for what others in its stead gave, until it is due again."""
        with self._ledger.step() as db:
            db.execute("UPDATE page SET state = 'done', due = ?, last_outcome = 'ok',"
                       " last_reason = '' WHERE id = ?", (due, page_id))
            db.execute("UPDATE wanted SET is_forced = 0 WHERE page_id = ?", (page_id,))
        self._settled()

    @staticmethod
    def _settled() -> None:
        reach("settled")

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

    def asked_on(self, site: str, day: str) -> int:
        """How many requests for a site's comparison pages began on a day, in all runs."""
        count: int = self._ledger.value(
            "SELECT count(*) FROM attempt JOIN page ON page.id = attempt.page_id WHERE site = ?"
            " AND role = 'comparison' AND started_at >= ? AND started_at < ?",
            (site, day, day + "U"))
        return count

    def has_work(self, site: str) -> bool:
        """Whether this run still wants a comparison page that is waiting or due."""
        return bool(self._ledger.value(
            "SELECT 1 FROM wanted JOIN page ON page.id = wanted.page_id WHERE site = ?"
            " AND role = 'comparison' AND (state IN ('waiting', 'leased') OR due <= ?"
            " OR is_forced) LIMIT 1", (site, stamp())))


def _take_hint(db: sqlite3.Connection, page_id: int, lastmod: str) -> None:
    """A sitemap's date: a page that changed since is due now, one that did not can wait.

    It is only a hint: no page goes unasked for longer than the longest interval.
    """
    try:
        changed = stamp(parse_stamp(lastmod))
    except UsageError:
        return
    last = db.execute(
        "SELECT max(captured_at) FROM capture WHERE page_id = ? AND status IN (200, 304)"
        " AND damage IS NULL", (page_id,)).fetchone()[0]
    if last is None:
        return
    # A date without a time means its whole day.
    is_newer = changed[:10] >= last[:10] if len(lastmod.strip()) == 10 else changed > last
    due = stamp() if is_newer else stamp(parse_stamp(last) + timedelta(days=LONGEST_DAYS))
    db.execute("UPDATE page SET due = ? WHERE id = ? AND state = 'captured'"
               + (" AND due > ?" if is_newer else " AND due < ?"), (due, page_id, due))


def end_attempt(db: sqlite3.Connection, lease: Lease, ending: Ending,
                *, capture_id: int | None, is_unchanged: bool = False) -> None:
    """Close a lease inside the transaction that is given."""
    page = db.execute("SELECT interval_days, missing_runs, missing_on FROM page WHERE id = ?",
                      (lease.page_id,)).fetchone()
    interval, state, due = page["interval_days"], ending.state, ending.due
    missing, mark = page["missing_runs"], page["missing_on"]
    if ending.adapts:
        interval = next_interval(interval, is_unchanged=is_unchanged)
        due = later(days=interval)
    if state == "captured":
        missing, mark = 0, None
        if lease.role in LISTS:
            state = "leased"
    elif ending.status in MISSING and ending.outcome == "http_error":
        run_id = db.execute("SELECT run_id FROM attempt WHERE id = ?",
                            (lease.attempt_id,)).fetchone()[0]
        missing, mark = count_missing(missing, mark, run_id, stamp()[:10])
        if missing >= GONE_RUNS:
            state, due = "gone", later(days=GONE_DAYS)
    # What was seen before in bytes that have not changed still holds.
    stays = is_unchanged and lease.was_refused
    db.execute(
        "UPDATE attempt SET ended_at = ?, outcome = ?, reason = ?, status = ?, capture_id = ?,"
        " detail = ? WHERE id = ?",
        (stamp(), ending.outcome, ending.reason, ending.status, capture_id, ending.detail,
         lease.attempt_id),
    )
    db.execute(
        "UPDATE page SET state = ?, due = ?, tries = ?, interval_days = ?, missing_runs = ?,"
        " missing_on = ?, last_outcome = iif(?, last_outcome, ?),"
        " last_reason = iif(?, last_reason, ?) WHERE id = ?",
        (state, due, ending.tries, interval, missing, mark, stays, ending.outcome, stays,
         ending.reason, lease.page_id),
    )


def give_back_leases(ledger: Ledger) -> int:
    """Let the pages of a run that was killed wait again, behind all others; gives their number.

    One of them may be what killed it, and shall not be the first thing that each start does. None
    is given up for that: it cannot be told from a machine that is switched off every evening.
    """
    with ledger.transaction() as db:
        db.execute(
            "UPDATE attempt SET ended_at = ?, outcome = 'network_error', reason = 'interrupted'"
            " WHERE ended_at IS NULL", (stamp(),))
        return db.execute(
            "UPDATE page SET state = CASE WHEN missing_runs >= ? THEN 'gone' ELSE 'waiting' END,"
            " tries = max(tries, min(tries + 1, ?)) WHERE state = 'leased'",
            (GONE_RUNS, MAX_TRIES - 1)).rowcount

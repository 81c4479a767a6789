"""Leases: what a run may ask for now, how an attempt ended, and what the page is after it.

A lease is an attempt without an end; it is committed before anything is fetched.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from archive.ledger import schedule
from archive.ledger.ledger import Ledger, insert, update
from archive.ledger.outcomes import is_known
from machine.clock import later, parse_stamp, stamp

Role = Literal["comparison", "listing", "sitemap", "robots", "other"]
State = Literal["waiting", "leased", "captured", "done", "failed", "refused", "gone", "known"]
"""`done` was, before 0.3, a root whose sitemaps were read in its stead; `known` is never asked."""

MISSING = (404, 410)
"""The statuses by which a server says that there is no such page."""
LISTS = ("listing", "sitemap")
"""Pages that stay leased once they are stored, until what they list is entered as well."""
IS_STUCK = (
    "role IN ('listing', 'sitemap') AND state = 'captured' AND due IS NULL AND last_outcome <> 'ok'"
)
"""Whether a list could not be read as what it was once taken for, and never became due again."""
MAX_TRIES = 3
"""So often a page is tried before it counts as failed."""
MAX_STRIKES = 5
"""At so many runs' ends a page is being asked for before it is taken for their cause."""
_STRIKES = """(
  SELECT count(DISTINCT run_id) FROM attempt WHERE attempt.page_id = page.id
    AND reason = 'interrupted' AND attempt.id > (
      SELECT coalesce(max(id), 0) FROM attempt AS done
      WHERE done.page_id = page.id AND done.reason != 'interrupted')
    AND EXISTS (SELECT 1 FROM attempt AS other JOIN page AS stored ON stored.id = other.page_id
      WHERE other.run_id = attempt.run_id AND other.page_id != page.id
        AND other.capture_id IS NOT NULL AND stored.role = 'comparison'))"""


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
    interval_days: float | None = None
    """What the page had learnt before this visit; None before its first capture."""


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


def failed(
    lease: Lease,
    outcome: str,
    reason: str,
    *,
    is_final: bool,
    status: int | None = None,
    detail: str | None = None,
) -> Ending:
    """The page was not obtained: it waits for another try, or failed until it is due again."""
    tries = lease.tries + 1
    if is_final or tries >= MAX_TRIES:
        due = later(days=schedule.AGAIN_DAYS)
        return Ending(outcome, reason, "failed", due, tries, status, detail)
    return Ending(outcome, reason, "waiting", None, tries, status, detail)


def refused(outcome: str, reason: str, *, detail: str | None = None) -> Ending:
    """The page may not be asked for."""
    return Ending(outcome, reason, "refused", later(days=schedule.AGAIN_DAYS), detail=detail)


def end_attempt(
    db: sqlite3.Connection,
    lease: Lease,
    ending: Ending,
    *,
    capture_id: int | None,
    is_unchanged: bool = False,
) -> None:
    """Close a lease inside the transaction that is given."""
    page = db.execute(
        "SELECT interval_days, missing_runs, missing_on FROM page WHERE id = ?", (lease.page_id,)
    ).fetchone()
    interval, state, due = page["interval_days"], ending.state, ending.due
    missing, mark = page["missing_runs"], page["missing_on"]
    if ending.adapts:
        interval = schedule.next_interval(interval, is_unchanged=is_unchanged)
        due = later(days=interval)
    if state == "captured":
        missing, mark = 0, None
        if lease.role in LISTS:
            state = "leased"
    elif ending.status in MISSING and ending.outcome == "http_error":
        asked = "SELECT run_id FROM attempt WHERE id = ?"
        run_id = db.execute(asked, (lease.attempt_id,)).fetchone()[0]
        missing, mark = schedule.count_missing(missing, mark, run_id, stamp()[:10])
        if missing >= schedule.GONE_RUNS:
            state, due = "gone", later(days=schedule.GONE_DAYS)
    said = {"outcome": ending.outcome, "reason": ending.reason}
    seen = {"status": ending.status, "detail": ending.detail, "capture_id": capture_id}
    update(db, "attempt", lease.attempt_id, said | seen | {"ended_at": stamp()})
    row = {"state": state, "due": due, "tries": ending.tries, "interval_days": interval}
    row |= {"missing_runs": missing, "missing_on": mark}
    if not (is_unchanged and lease.was_refused):
        # Else what was seen before in bytes that have not changed still holds.
        row |= {f"last_{name}": value for name, value in said.items()}
    update(db, "page", lease.page_id, row)


def said_the_same(db: sqlite3.Connection, lease: Lease) -> None:
    """Let a captured page be due as an unchanged one: other bytes came, and said the same.

    Known only once it was looked at, after the commit that stored it as changed. Who dies between
    the two leaves the shorter interval, so that the page is asked for too soon rather than too
    late; it grows again from the next visit on.
    """
    interval = schedule.next_interval(lease.interval_days, is_unchanged=True)
    db.execute(
        "UPDATE page SET interval_days = ?, due = ? WHERE id = ? AND state = 'captured'",
        (interval, later(days=interval), lease.page_id),
    )


def settle_import(db: sqlite3.Connection, capture_id: int, outcome: str, reason: str) -> int:
    """Note the attempt of an imported capture, and its page as captured; gives its number.

    A younger capture's due date stays.
    """
    columns = "id AS capture_id, run_id, page_id, url, status, captured_at, date_source"
    asked = f"SELECT {columns} FROM capture WHERE id = ?"
    row = dict(db.execute(asked, (capture_id,)).fetchone())
    page_id, url, captured_at = row["page_id"], row["url"], row.pop("captured_at")
    is_dated = row.pop("date_source") != "file"
    row |= {"outcome": outcome, "reason": reason, "started_at": stamp(), "ended_at": stamp()}
    attempt_id = insert(db, "attempt", row)
    due = None
    if not url.startswith("urn:"):
        due = stamp(parse_stamp(captured_at) + timedelta(days=schedule.FIRST_DAYS))
    is_good = (outcome, reason) == ("ok", "")
    # What is older than a capture that we have says nothing of the page's present state.
    later_ones = "captured_at > ?2 AND date_source != 'file'"
    if not is_dated:
        later_ones = "(captured_at > ?2 OR date_source != 'file')"
    is_newest = not db.execute(
        f"SELECT 1 FROM capture WHERE page_id = ?1 AND id != ?3 AND {later_ones} LIMIT 1",
        (page_id, captured_at, capture_id),
    ).fetchone()
    db.execute(
        "UPDATE page SET state = CASE WHEN state = 'known' THEN state WHEN ? THEN 'captured'"
        " WHEN state = 'waiting' THEN 'failed' ELSE state END,"
        " due = CASE WHEN role = 'comparison' THEN nullif(max(coalesce(due, ''),"
        " coalesce(?, '')), '') END,"
        " last_outcome = CASE WHEN ? THEN ? ELSE last_outcome END,"
        " last_reason = CASE WHEN ? THEN ? ELSE last_reason END WHERE id = ?",
        (is_good, due, is_newest, outcome, is_newest, reason, page_id),
    )
    return attempt_id


def give_back_leases(ledger: Ledger) -> int:
    """Let the pages of a run that was killed wait again, behind all others; gives their number.

    One of them may be what killed it, and shall not be the first thing that each start does. One
    at which so many runs ended, each of which had stored another page, is put off: a machine that
    is switched off every evening hardly ever meets one page so often.
    """
    with ledger.transaction() as db:
        db.execute(
            "UPDATE attempt SET ended_at = ?, outcome = 'network_error', reason = 'interrupted'"
            " WHERE ended_at IS NULL",
            (stamp(),),
        )
        db.execute(
            "UPDATE page SET state = 'failed', due = ?, last_outcome = 'network_error',"
            f" last_reason = 'interrupted' WHERE state = 'leased' AND {_STRIKES} >= ?",
            (later(days=schedule.FIRST_DAYS), MAX_STRIKES),
        )
        return db.execute(
            "UPDATE page SET state = CASE WHEN missing_runs >= ? THEN 'gone' ELSE 'waiting' END,"
            " tries = max(tries, min(tries + 1, ?)) WHERE state = 'leased'",
            (schedule.GONE_RUNS, MAX_TRIES - 1),
        ).rowcount

"""What other rooms ask of the ledger, so that none of them knows a table.

Each is one short read. Those that take a path are for commands beside a crawl, those that take a
Ledger for the run that holds it.
"""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass
from pathlib import Path

from archive.ledger.leases import IS_STUCK
from archive.ledger.ledger import Ledger, read_rows

_COVER = """
SELECT page.id, url, role, state, due, tries, last_outcome, coalesce(is_forced, 0) AS is_forced,
  page_id IS NOT NULL AND origin IS ? AND state <> 'leased' AS is_wanted
FROM page LEFT JOIN wanted ON page_id = page.id
"""
_PLAN = """
SELECT id, page.site, url, role, state, due, tries, last_outcome, crawl_delay_s
FROM page LEFT JOIN (SELECT site, crawl_delay_s, max(id) FROM robots GROUP BY site) AS newest
  ON newest.site = page.site
WHERE role IN ('comparison', 'other') AND url LIKE 'http%'
"""


def pages_that_lead_on(path: Path) -> list[sqlite3.Row]:
    """`site`, `origin`, `state` and `due` of each page that a crawl may ask for."""
    return read_rows(
        path,
        f"SELECT site, origin, state, iif({IS_STUCK}, '', due) AS due FROM page"
        " WHERE role NOT IN ('other', 'robots') AND url LIKE 'http%'",
    )


def pages_to_plan(path: Path) -> list[sqlite3.Row]:
    """Each comparison and tool page, with the delay that its site's robots.txt last asked for."""
    return read_rows(path, _PLAN)


def pages_to_cover(ledger: Ledger, site: str, origin: str | None) -> list[sqlite3.Row]:
    """Each comparison and tool page of a site, and whether this run wants it of that origin."""
    return ledger.rows(
        _COVER + "WHERE site = ? AND role IN ('comparison', 'other')", (origin, site)
    )


def page_to_cover(ledger: Ledger, page_id: int, origin: str | None) -> sqlite3.Row:
    """One of the rows of `pages_to_cover`."""
    return ledger.rows(_COVER + "WHERE page.id = ?", (origin, page_id))[0]


def page_at(ledger: Ledger, site: str, url: str) -> sqlite3.Row | None:
    """`id`, `state`, `due` and `last_outcome` of the page at an address. Absent: None."""
    found = ledger.rows(
        "SELECT id, state, due, last_outcome FROM page WHERE site = ? AND url = ?", (site, url)
    )
    return found[0] if found else None


def url_of_capture(ledger: Ledger, capture_id: int) -> str:
    """The address of a capture."""
    return str(ledger.value("SELECT url FROM capture WHERE id = ?", (capture_id,)))


def kinds_of_runs(ledger: Ledger) -> dict[int, str]:
    """Whether each run is a crawl or an import."""
    return {row[0]: row[1] for row in ledger.rows("SELECT id, kind FROM run")}


def runs_of_captures(path: Path) -> dict[int, int]:
    """The run of each capture."""
    return {row[0]: row[1] for row in read_rows(path, "SELECT id, run_id FROM capture")}


def last_tries(path: Path) -> dict[int, int]:
    """The newest attempt of each page."""
    sql = "SELECT page_id, max(id) FROM attempt WHERE page_id IS NOT NULL GROUP BY page_id"
    return {row[0]: row[1] for row in read_rows(path, sql)}


def unread_captures(path: Path) -> set[int]:
    """The captures that gave no record when the crawl or import that stored them looked."""
    sql = "SELECT capture_id FROM attempt WHERE outcome = 'extraction_refused'"
    return {row[0] for row in read_rows(path, sql)}


@dataclass(frozen=True, slots=True)
class KnownExchange:
    """What tells a capture from another of its page: the ids of its record, and its headers.

    Shape: `record_ids` are what it was called where it was taken from, and what it is called here;
    none for what was taken from a file that names no records.
    """

    record_ids: tuple[str, ...]
    headers: dict[str, str]


def stored_exchanges(
    ledger: Ledger, page_id: int | None, status: int, sha256: str | None, at: str | None
) -> list[KnownExchange]:
    """The captures of a page with a status, a body and a date.

    Absent: `sha256` is None for any body, `at` for any time.
    """
    sql = "SELECT headers, date_source, source_id, record_id FROM capture WHERE page_id = ?"
    values: list[object] = [page_id]
    # What is not asked for is not written: a condition that is always true hides the index.
    for column, value in (("captured_at", at), ("body_sha256", sha256), ("status", status)):
        if value is not None:
            sql += f" AND {column} = ?"
            values.append(value)
    rows = ledger.rows(sql, values)
    return [KnownExchange(_ids(row), json.loads(row["headers"])) for row in rows]


def _ids(row: sqlite3.Row) -> tuple[str, ...]:
    """The ids of a record; our own tells nothing of a source that had none."""
    if row["source_id"] is None and row["date_source"] != "crawl":
        return ()
    return tuple(each for each in (row["source_id"], row["record_id"]) if each is not None)


@dataclass(frozen=True, slots=True)
class ListAsked:
    """A listing or sitemap that a run asked for, and how its last attempt ended."""

    page_id: int
    url: str
    role: str
    outcome: str
    reason: str

    @property
    def code(self) -> str:
        """Outcome and reason as reports name them."""
        return f"{self.outcome}:{self.reason}"


def lists_asked(ledger: Ledger, run_id: int, site: str, origin: str | None) -> list[ListAsked]:
    """The lists of a site, or its mirror, that a run asked for, in that order."""
    found = ledger.rows(
        "SELECT page_id, page.url, role, outcome, reason, max(attempt.id) AS last FROM attempt"
        " JOIN page ON page.id = page_id WHERE run_id = ? AND site = ? AND origin IS ?"
        " AND role IN ('listing', 'sitemap') AND outcome IS NOT NULL"
        " GROUP BY page_id ORDER BY last",
        (run_id, site, origin),
    )
    return [ListAsked(*tuple(row)[:-1]) for row in found]


def count_comparisons(ledger: Ledger, site: str | None = None) -> int:
    """How many comparison pages of a site, or of the whole home, are known."""
    sql = "SELECT count(*) FROM page WHERE role = 'comparison' AND site = coalesce(?, site)"
    count: int = ledger.value(sql, (site,))
    return count


def next_due(ledger: Ledger) -> str | None:
    """When the first page is asked again by itself. Absent: None where none is."""
    sql = "SELECT min(due) FROM page WHERE role IN ('comparison', 'listing')"
    found: str | None = ledger.value(sql + " AND state <> 'known' AND url LIKE 'http%'")
    return found

"""What other rooms ask of the ledger, so that none of them knows a table.

Each is one short read. Those that take a path are for commands beside a crawl, those that take a
Ledger for the run that holds it.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from archive.ledger.leases import IS_STUCK
from archive.ledger.ledger import Ledger, read_rows, stream_rows
from archive.ledger.schedule import IS_DUE, due_bounds
from archive.ledger.timeline import TIMELINE

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

_STANDING = f"""
SELECT page.id, page.site, page.url, page.role, page.state, page.due, page.tries,
  page.last_outcome, page.last_reason, seen.id AS capture_id, same_as, status, damage,
  segment.name AS segment, seen.offset, unread.capture_id IS NOT NULL AS is_unread
FROM page
  LEFT JOIN (
    SELECT new.*, iif(old.damage IS NOT 'erased' AND old.url = new.url, old.id, NULL) AS same_as
    FROM {TIMELINE} AS new LEFT JOIN capture AS old ON old.id = new.revisit_of
    WHERE new.damage IS NOT 'erased') AS seen ON seen.page_id = page.id
  LEFT JOIN segment ON segment.id = seen.segment_id
  LEFT JOIN (SELECT DISTINCT capture_id FROM attempt WHERE outcome = 'extraction_refused')
    AS unread ON unread.capture_id = seen.id
ORDER BY page.id, seen.seen_at, seen.id
"""
_SHOWN = f"""
WITH asked AS MATERIALIZED (SELECT value AS id FROM json_each(?))
SELECT id, run_id, page_id, url, seen_at, id IN asked AS is_asked FROM {TIMELINE}
WHERE page_id IN (SELECT page_id FROM capture WHERE id IN asked) AND status = 200
  AND damage IS NULL
ORDER BY page_id, seen_at, id
"""
_ASTRAY = """
SELECT * FROM (
  SELECT capture.id, url, name AS segment, offset, capture.length,
    offset < 0 OR capture.length < iif(damage IS 'erased', 0, 1) AS is_nowhere,
    offset + capture.length > segment.length AS is_beyond, revisit_of >= capture.id AS is_before,
    NOT json_valid(headers) AS is_garbled
  FROM capture JOIN segment ON segment.id = segment_id)
WHERE is_nowhere OR is_beyond OR is_before OR is_garbled ORDER BY id
"""


def origins_to_ask(path: Path, at: str | None) -> list[tuple[str, str | None]]:
    """Site and origin of all pages that a crawl may ask for and that wait or are due at `at`.

    Absent: `at` is None for whatever is known.
    """
    asked = "SELECT DISTINCT site, origin FROM page WHERE role NOT IN ('other', 'robots')"
    asked += " AND url LIKE 'http%'"
    bounds = () if at is None else due_bounds(at)
    if bounds:
        asked += f" AND (state IN ('waiting', 'leased') OR {IS_STUCK} OR {IS_DUE})"
    return [(row["site"], row["origin"]) for row in read_rows(path, asked, bounds)]


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
    sql = "SELECT id, state, due, last_outcome FROM page WHERE site = ? AND url = ?"
    return next(iter(ledger.rows(sql, (site, url))), None)


def url_of_capture(ledger: Ledger, capture_id: int) -> str:
    """The address of a capture."""
    return str(ledger.value("SELECT url FROM capture WHERE id = ?", (capture_id,)))


def kinds_of_runs(ledger: Ledger) -> dict[int, str]:
    """Whether each run is a crawl or an import."""
    return {row[0]: row[1] for row in ledger.rows("SELECT id, kind FROM run")}


def pages_standing(path: Path) -> Iterator[sqlite3.Row]:
    """Each page beside each of its captures, by page and then by their place in time.

    Shape: what `Page` has; of the capture `capture_id` and what tells what it gave: `same_as` is
    the whole capture of the page that it repeats, `is_unread` whether the crawl or import that
    stored it saw no record. Absent: None for a page without captures, which has one row.
    """
    return stream_rows(path, _STANDING)


def last_tries(path: Path) -> dict[int, int]:
    """The newest attempt of each page."""
    sql = "SELECT page_id, max(id) FROM attempt WHERE page_id IS NOT NULL GROUP BY page_id"
    return dict(map(tuple, read_rows(path, sql)))


def shown_before(path: Path, captures: Iterable[int]) -> Iterator[sqlite3.Row]:
    """The sound pages of those of some captures, by page and then by their place in time.

    Shape: `id`, `run_id`, `page_id`, `url`, `seen_at`, and `is_asked` for the captures themselves.
    """
    return stream_rows(path, _SHOWN, (json.dumps([*captures]),))


def places_of_captures(path: Path) -> Iterator[sqlite3.Row]:
    """`segment`, `offset`, `site` and `url` of each capture, by segment."""
    return stream_rows(
        path,
        "SELECT name AS segment, offset, capture.site, url FROM capture JOIN segment ON"
        " segment.id = segment_id WHERE damage IS NOT 'erased' ORDER BY segment_id, offset",
    )


def captures_astray(path: Path) -> list[sqlite3.Row]:
    """The captures whose place in the archive, or whose original, cannot be as the ledger says.

    Shape: `id`, `url`, `segment`, `offset`, `length`, and `is_beyond` where they end behind its
    end, `is_nowhere` where they cannot be a place, `is_before` where the original came later,
    `is_garbled` where its headers cannot be read.
    """
    return read_rows(path, _ASTRAY)


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


def captures_by_role(ledger: Ledger, run_id: int) -> dict[str, int]:
    """How many captures a run stored of pages, and of lists and other files of a site."""
    sql = "SELECT role, count(*) FROM capture JOIN page ON page.id = page_id WHERE run_id = ?"
    return dict(map(tuple, ledger.rows(f"{sql} GROUP BY role ORDER BY role", (run_id,))))


def captures_since(path: Path, capture_id: int) -> int:
    """How many captures of comparison pages are newer than one."""
    sql = "SELECT count(*) FROM capture JOIN page ON page.id = page_id WHERE capture.id > ?"
    return int(read_rows(path, f"{sql} AND role = 'comparison'", (capture_id,))[0][0])


def next_due(ledger: Ledger) -> str | None:
    """When the first page is asked again by itself. Absent: None where none is."""
    sql = "SELECT min(due) FROM page WHERE role IN ('comparison', 'listing')"
    found: str | None = ledger.value(sql + " AND state <> 'known' AND url LIKE 'http%'")
    return found

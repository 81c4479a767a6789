"""What waits for a person, and what of it was told before."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from archive.ledger.ledger import Ledger, insert, read_rows

_CODE = "outcome || iif(coalesce(reason, '') = '', '', ':' || reason)"
# The last attempts of a run at each page, and what the last one of any run before came to.
_FAILED = f"""
WITH mine AS MATERIALIZED (
  SELECT page_id, url, {_CODE} AS code, max(id) FROM attempt
  WHERE run_id = ?1 AND outcome <> 'ok' AND page_id IN (SELECT id FROM page WHERE role =
    'comparison' AND (state = 'failed' OR outcome = 'extraction_refused')) GROUP BY page_id),
earlier AS MATERIALIZED (
  SELECT page_id, {_CODE} AS code, max(id) FROM attempt
  WHERE run_id < ?1 AND outcome IS NOT NULL AND page_id IN (SELECT page_id FROM mine)
  GROUP BY page_id)
SELECT url, mine.code, mine.code IS earlier.code AS is_known
FROM mine LEFT JOIN earlier USING (page_id) ORDER BY url
"""


@dataclass(frozen=True, slots=True)
class FailedPage:
    """A comparison page that failed in a run, why, and whether it did so before."""

    url: str
    code: str
    is_known: bool


def failed_in(ledger: Ledger, run_id: int) -> list[FailedPage]:
    """The comparison pages that failed in a run, by address."""
    rows = ledger.rows("SELECT url, code FROM acknowledged")
    known = {row["url"]: row["code"] for row in rows}
    return [
        FailedPage(url, code, bool(is_known) or known.get(url) == code)
        for url, code, is_known in ledger.rows(_FAILED, (run_id,))
    ]


def report_before(ledger: Ledger, run_id: int, site: str | None) -> dict[str, Any]:
    """What the run before of the same kind and site reported; empty where there was none."""
    sql = (
        "SELECT report FROM run WHERE id < ?1 AND site IS ?2 AND report IS NOT NULL"
        " AND kind = (SELECT kind FROM run WHERE id = ?1) ORDER BY id DESC LIMIT 1"
    )
    told = ledger.value(sql, (run_id, site))
    return json.loads(told) if told else {}


def acknowledged(ledger: Path) -> dict[str, str]:
    """The pages that a person has seen waiting, each with why it waited then."""
    return dict(tuple(row) for row in read_rows(ledger, "SELECT url, code FROM acknowledged"))


def acknowledge(db: sqlite3.Connection, waiting: Mapping[str, str], at: str) -> None:
    """Note that a person has seen what waits, by address; what waits no more is forgotten."""
    db.execute("DELETE FROM acknowledged")
    for url, code in waiting.items():
        insert(db, "acknowledged", {"url": url, "code": code, "added_at": at})


def forget_well(ledger: Ledger) -> None:
    """Let what a person has seen waiting be told again where the page was well since.

    Codes with a reason are those of a last attempt; a page that drifted is not well for a good one.
    """
    with ledger.transaction() as db:
        db.execute(
            "DELETE FROM acknowledged WHERE code LIKE '%:%' AND url IN ("
            "SELECT url FROM page WHERE last_outcome = 'ok')"
        )

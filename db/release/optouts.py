"""Texts that a release leaves out because every page that shows them asks for no use by AI.

The site shows them, for people. Published files already lack what asks for no copy at all; this
goes by the same rule: what the newest capture of an address says counts, or the newest good one, or
the newest that has headers. Words that other addresses show without such a wish stay.
"""

from __future__ import annotations

import re
import sqlite3

from archive.ledger import NEWEST_FIRST, TIMELINE
from db.release.tables import quoted
from db.rows.page_rows import public_detail
from schema.signals import SIGNALS

REASON = "noai"
"""What `withheld` names in a release where a text is left out for such a wish."""
_NAMES = re.compile(r"[a-z][a-z_-]*")

_ASKING = """
CREATE TEMP TABLE asking AS
WITH placed AS (
  SELECT {page} AS page, opt_outs, row_number() OVER newest AS every,
    row_number() OVER (PARTITION BY {page}, {version} IS NOT NULL ORDER BY {newest})
      + 9 * ({version} IS NULL) AS good,
    row_number() OVER (PARTITION BY {page}, date_source IN ('crawl', 'warc')
      ORDER BY {newest}) + 9 * (date_source NOT IN ('crawl', 'warc')) AS answer
  FROM {timeline} WINDOW newest AS (PARTITION BY {page} ORDER BY {newest}))
SELECT DISTINCT page FROM placed
WHERE (every = 1 OR good = 1 OR answer = 1) AND asks_no_ai(opt_outs)
"""
_FREE = """
CREATE TEMP TABLE free_side AS
SELECT DISTINCT shown.{side} AS side FROM version_side AS shown
JOIN capture ON capture.{version} = shown.{of_version}
WHERE capture.{page} NOT IN (SELECT page FROM asking)
"""
_QUOTES = "SELECT id FROM quote WHERE text IS NULL"
_CLAIMS = f"""
SELECT id FROM claim WHERE quote_id IN ({_QUOTES}) OR quote_id IS NULL
  AND field = 'description' AND card_id IN (SELECT id FROM card WHERE withheld IS NOT NULL)
"""
READ_FROM_TEXTS = {
    "prediction": f"quote_id IN ({_QUOTES})",
    "mention": f"quote_id IN ({_QUOTES})",
    "conflict": f"claim_a_id IN ({_CLAIMS}) OR claim_b_id IN ({_CLAIMS})",
    "claim": f"id IN ({_CLAIMS})",
}
"""What rules read from texts that are left out, by table: those first that refer to others."""


def leave_out_reserved(db: sqlite3.Connection) -> bool:
    """Leave out the texts, say so in `withheld`, and give whether any page asks for it."""
    db.create_function("asks_no_ai", 1, _asks_no_ai, deterministic=True)
    db.create_function("without_words", 1, _without_words, deterministic=True)
    page, version = _link(db, "capture", "page"), _link(db, "capture", "comparison_version")
    # By the ledger's own order: that of dates would follow a clock that was once wrong.
    order = {"timeline": TIMELINE, "newest": NEWEST_FIRST}
    db.execute(_ASKING.format(page=page, version=version, **order))
    if not db.execute("SELECT EXISTS (SELECT 1 FROM asking)").fetchone()[0]:
        return False
    side, of_version = (
        _link(db, "version_side", other) for other in ("side", "comparison_version")
    )
    db.execute(_FREE.format(page=page, version=version, side=side, of_version=of_version))
    for sql in _changes(db, page, version):
        db.execute(sql)
    listed = db.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
    for table in (table for table in READ_FROM_TEXTS if (table,) in listed):
        db.execute(f"DELETE FROM {table} WHERE {READ_FROM_TEXTS[table]}")
    return True


def _changes(db: sqlite3.Connection, page: str, version: str) -> list[str]:
    card, own = _link(db, "side", "card"), _link(db, "side_quote", "side")
    quote, of_page = _link(db, "side_quote", "quote"), _link(db, "comparison", "page")
    free = "(SELECT side FROM free_side)"
    versions = (
        f"(SELECT {version} FROM capture WHERE {page} IN (SELECT page FROM asking)"
        f" AND {version} IS NOT NULL)"
    )
    left = f"SET withheld = '{REASON}'"
    details = [
        f"UPDATE failure SET detail = without_words(detail)"
        f" WHERE {_link(db, 'failure', 'page')} IN (SELECT page FROM asking)",
        f"UPDATE finding SET detail = without_words(detail)"
        f" WHERE {_link(db, 'finding', 'comparison_version')} IN {versions}",
    ]
    return [
        f"UPDATE side {left} WHERE withheld IS NULL AND id NOT IN {free}",
        f"UPDATE side_quote {left} WHERE withheld IS NULL AND {own} NOT IN {free}",
        f"UPDATE card {left}, description = NULL WHERE withheld IS NULL"
        f" AND id NOT IN (SELECT {card} FROM side WHERE withheld IS NULL)",
        f"UPDATE quote {left}, text = NULL WHERE withheld IS NULL"
        f" AND id NOT IN (SELECT {quote} FROM side_quote WHERE withheld IS NULL)",
        f"UPDATE comparison {left} WHERE withheld IS NULL"
        f" AND {of_page} IN (SELECT page FROM asking)",
        *details,
    ]


def _link(db: sqlite3.Connection, table: str, other: str) -> str:
    """The first column of a table that refers to another."""
    listed = db.execute(f"PRAGMA foreign_key_list({quoted(table)})").fetchall()
    places = [row[1] for row in db.execute(f"PRAGMA table_info({quoted(table)})")]
    found = [row[3] for row in listed if row[2] == other]
    return quoted(min(found, key=places.index))


def _asks_no_ai(opt_outs: str | None) -> bool:
    """Whether one of the signals that came with a capture asks for no use by AI.

    >>> _asks_no_ai("noindex tdm"), _asks_no_ai('["noai"]'), _asks_no_ai("noindex"), _asks_no_ai("")
    (True, True, False, False)
    """
    named = _NAMES.findall(opt_outs or "")
    return any(SIGNALS[name].wish == "ai" for name in named if name in SIGNALS)


def _without_words(detail: str) -> str:
    return public_detail(detail, is_withheld=True)

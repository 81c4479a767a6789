"""Texts that a release leaves out because every page that shows them asks for no use by AI.

The site shows them, for people. Published files already lack what asks for no copy at all; this
goes by the same rule: what the newest capture of an address says counts, or the newest good one, or
the newest that has headers. Words that other addresses show without such a wish stay.
"""

from __future__ import annotations

import sqlite3

from archive.ledger import NEWEST_FIRST, TIMELINE
from db.rows.page_rows import public_detail
from schema.signals import SIGNALS

REASON = "noai"
"""What `withheld` names in a release where a text is left out for such a wish."""
_OF_AI = ", ".join(f"'{name}'" for name, signal in SIGNALS.items() if signal.wish == "ai")
# By the ledger's order: that of dates would follow a clock that was once wrong.
# A signal's own date follows a "=".
_ASKING = f"""
CREATE TEMP TABLE asking AS
WITH placed AS (
  SELECT page_id, opt_outs, row_number() OVER newest AS every,
    row_number() OVER (PARTITION BY page_id, version_id IS NOT NULL
      ORDER BY {NEWEST_FIRST}) + 9 * (version_id IS NULL) AS good,
    row_number() OVER (PARTITION BY page_id, date_source IN ('crawl', 'warc')
      ORDER BY {NEWEST_FIRST}) + 9 * (date_source NOT IN ('crawl', 'warc')) AS answer
  FROM {TIMELINE} WINDOW newest AS (PARTITION BY page_id ORDER BY {NEWEST_FIRST}))
SELECT DISTINCT page_id FROM placed, json_each(opt_outs) AS signal
WHERE 1 IN (every, good, answer)
  AND substr(signal.value, 1, instr(signal.value || '=', '=') - 1) IN ({_OF_AI})
"""
_FREE = """
CREATE TEMP TABLE free_side AS
SELECT DISTINCT side_id FROM version_side JOIN capture USING (version_id)
WHERE page_id NOT IN (SELECT page_id FROM asking)
"""
_QUOTES = "SELECT id FROM quote WHERE text IS NULL"
_CLAIMS = f"""
SELECT id FROM claim WHERE quote_id IN ({_QUOTES}) OR quote_id IS NULL
  AND field = 'description' AND card_id IN (SELECT id FROM card WHERE withheld IS NOT NULL)
"""
_LEFT_OUT = (
    f"UPDATE side SET withheld = '{REASON}' WHERE withheld IS NULL"
    " AND id NOT IN (SELECT side_id FROM free_side)",
    f"UPDATE side_quote SET withheld = '{REASON}' WHERE withheld IS NULL"
    " AND side_id NOT IN (SELECT side_id FROM free_side)",
    f"UPDATE card SET withheld = '{REASON}', description = NULL WHERE withheld IS NULL"
    " AND id NOT IN (SELECT card_id FROM side WHERE withheld IS NULL)",
    f"UPDATE quote SET withheld = '{REASON}', text = NULL WHERE withheld IS NULL"
    " AND id NOT IN (SELECT quote_id FROM side_quote WHERE withheld IS NULL)",
    f"UPDATE comparison SET withheld = '{REASON}' WHERE withheld IS NULL"
    " AND page_id IN (SELECT page_id FROM asking)",
    "UPDATE failure SET detail = without_words(detail)"
    " WHERE page_id IN (SELECT page_id FROM asking)",
    "UPDATE finding SET detail = without_words(detail) WHERE version_id IN ("
    "SELECT version_id FROM capture WHERE page_id IN (SELECT page_id FROM asking))",
    # What rules read from these texts; those first that refer to others.
    f"DELETE FROM prediction WHERE quote_id IN ({_QUOTES})",
    f"DELETE FROM mention WHERE quote_id IN ({_QUOTES})",
    f"DELETE FROM conflict WHERE claim_a_id IN ({_CLAIMS}) OR claim_b_id IN ({_CLAIMS})",
    f"DELETE FROM claim WHERE id IN ({_CLAIMS})",
)


def leave_out_reserved(db: sqlite3.Connection) -> None:
    """Leave out the texts, and say so in `withheld`."""
    db.execute(_ASKING)
    if db.execute("SELECT EXISTS (SELECT 1 FROM asking)").fetchone()[0]:
        db.create_function("without_words", 1, _without_words, deterministic=True)
        for sql in (_FREE, *_LEFT_OUT):
            db.execute(sql)


def _without_words(detail: str) -> str:
    return public_detail(detail, is_withheld=True)

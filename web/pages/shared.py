"""What several pages ask alike: dates of captures, and words that one place withholds."""

from __future__ import annotations

from web.asking import ShownRow

WITH_CARDS = """
from comparison c join card a on a.id = c.card_a_id join card b on b.id = c.card_b_id"""
"""Comparisons `c` with the cards `a` and `b` that they show."""
GAP = "abs(a.panel_ship_percent - b.panel_ship_percent)"
"""How far the shares of the two panels are apart. Units: percent."""
MOST_ROWS = 200
"""How many comparisons a tool's or a quote's page lists before it points to the table."""
PER_PAGE = 20
DATED = "iif(captured_at between first_seen and last_seen, captured_at, last_seen) as captured_at"
"""The date of a comparison's capture, or where it is no sound one when it was last seen before."""
DATED_C = DATED.replace("first_seen", "c.first_seen").replace("last_seen", "c.last_seen")
IS_WRONG = "a.date_precision = 'second' and a.captured_until is not a.captured_at"
"""Whether a wrong clock dated the capture `a`: the second named is not the last it may mean."""
IN_ORDER = "iif(date_precision in ('month', 'year'), captured_at, captured_until)"
"""What captures are sorted by: where a clock was wrong, the date of the crawl after it tells."""


def as_here(row: ShownRow, words: str) -> None:
    """Leave a row only the words that its own page may show, be they shown elsewhere."""
    row.withheld = row.withheld or row.nowhere
    if row.withheld:
        setattr(row, words, None)

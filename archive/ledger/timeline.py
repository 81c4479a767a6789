"""The order of a page's captures, which does not follow a clock that was once wrong. Pure data.

Which clock was wrong, and where pages stand beside each other, a build tells (db.staging.clocks).

What a crawl of ours stored comes after all that was stored of the page before it, whatever its
date; an import goes to the place of its date. What only a file's own time dates comes before all
that has a date: tools set that time to what they like. Ids are given in the order of storing, a
ledger that is made again gives them so too, and so the order needs no column of its own.
"""

from __future__ import annotations

UNDATED = "-"
"""What the place in time of a capture whose date is doubtful begins with: less than any date."""
SEEN_AT = (
    f"CASE date_source WHEN 'file' THEN '{UNDATED}' || captured_at WHEN 'crawl' THEN"
    " max(iif(date_source = 'file', '', captured_at))"
    " OVER (PARTITION BY page_id ORDER BY capture.id) ELSE captured_at END"
)
"""What a capture is ordered by: its own date, or in a crawl the newest date of its page so far."""
SEEN_AT_ALONE = (
    f"CASE date_source WHEN 'file' THEN '{UNDATED}' || captured_at WHEN 'crawl' THEN ("
    "SELECT max(iif(other.date_source = 'file', '', other.captured_at)) FROM capture AS other"
    " WHERE other.page_id = capture.page_id AND other.id <= capture.id) ELSE captured_at END"
)
"""The same for a query that does not read all captures of a page."""
TIMELINE = f"(SELECT *, {SEEN_AT} AS seen_at FROM capture)"
"""The captures with `seen_at`. Asked for one page, it reads the captures of that page alone."""
NEWEST_FIRST = "seen_at DESC, id DESC"
"""What to sort the rows of `TIMELINE` by."""
IS_WHOLE = "(status = 200 OR (status = 304 AND revisit_of IS NOT NULL)) AND damage IS NULL"
"""Whether a capture holds, or repeats, a body: a 304 to which nothing was named does not."""

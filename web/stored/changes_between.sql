-- need: history
-- title: Changes between two days
-- gives: What appeared, changed or vanished, once however many pages show it: between `seen_after` and
--   `seen_by`. `cause` is source where the publisher changed it, parser where old bytes are read
--   otherwise.
-- does not say: On which day it changed, or what no capture with a sound date shows.
-- since (day): Seen on this day or later; from the beginning, where it is empty.
-- until (day): Seen by the end of this day; all, where it is empty.
-- cause (source|parser): Who changed it; both, where it is empty.
-- field (text): What is stated, such as pricing, verdict or tool; all, where it is empty.
-- example: since=2026-11-01

SELECT seen_after, seen_by, kind, cause, tool, reviewer, field, old, new, comparison
FROM changes
WHERE seen_by >= :since AND (:until = '' OR seen_by <= :until || 'T23:59:59Z')
  AND :cause IN ('', cause) AND :field IN ('', field)
ORDER BY seen_by, change_id
LIMIT 1001

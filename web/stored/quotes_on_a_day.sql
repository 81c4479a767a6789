-- need: history
-- title: Quotes as they were on a day
-- gives: The quotes of each tool as the newest capture until the end of the day shows them, with
--   reviewer, score and verdict as they stood then.
-- does not say: Which words came before: quotes that a later capture replaced are left out. A text
--   that an opt-out withholds is null.
-- tool (text): The key of a tool; all tools, where it is empty.
-- reviewer (text): A reviewer's name; all reviewers, where it is empty.
-- as_of (day): As each tool was shown on this day; as it is shown now, where it is empty.
-- example: as_of=2030-01-01

WITH shown AS ({shown})
SELECT shown.tool, own.slot, reviewer.name AS reviewer, own.score, own.verdict, own.verdict_source,
  iif(own.withheld IS NULL, quote.text, NULL) AS text, quote.first_seen, quote.key AS quote
FROM shown CROSS JOIN side_quote AS own ON own.side_id = shown.side_id
CROSS JOIN quote ON quote.id = own.quote_id LEFT JOIN reviewer ON reviewer.id = own.reviewer_id
WHERE :tool IN ('', shown.tool) AND :reviewer IN ('', reviewer.name)
ORDER BY shown.tool, own.slot
LIMIT 1001

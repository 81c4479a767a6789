-- need: templates
-- title: Words that a reviewer repeats
-- gives: Runs of four to eight words that a reviewer's distinct quotes repeat, mined on half of the
--   tools, and the share of the other half's quotes that hold them.
-- does not say: Why they are repeated, or who wrote them. There are no rows without the extra
--   "research", of fewer than eight tools (the table method says so), or where nothing is repeated.
-- reviewer (text): A reviewer's name; all reviewers, where it is empty.
-- example: reviewer=

SELECT reviewer, rank, text AS words, mined_quotes, mined_n AS quotes_mined_in_all,
  held_out_quotes, held_out_n AS quotes_held_out_in_all,
  round(100 * coverage, 1) AS coverage_percent,
  round(100 * coverage_so_far, 1) AS coverage_so_far_percent, quote
FROM templates
WHERE :reviewer IN ('', reviewer)
ORDER BY reviewer, rank
LIMIT 1001

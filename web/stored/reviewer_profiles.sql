-- need: reviewers
-- title: What each reviewer says
-- gives: Each reviewer's distinct quotes: how many print a verdict and how many of these are skips,
--   how many verdicts are inferred, mean score and mean length.
-- does not say: How reliable a reviewer is: the reviewers of one publisher may be one program. Shares
--   are of printed verdicts alone. Intervals stand in the table reviewer_figure.
-- as_of (day): As each tool was shown on this day; as it is shown now, where it is empty.
-- example: as_of=2030-01-01

WITH shown AS ({shown}), said AS ({said})
SELECT reviewer.name AS reviewer, count(*) AS quotes, sum(is_printed) AS printed_verdicts,
  sum(is_printed AND said.verdict = 'skip') AS printed_skips,
  round(100.0 * sum(is_printed AND said.verdict = 'skip') / sum(is_printed), 1) AS skip_share_percent,
  sum(said.verdict IS NOT NULL AND NOT is_printed) AS inferred_verdicts,
  count(said.score) AS scores, round(avg(said.score), 1) AS mean_score,
  round(avg(quote.characters), 1) AS mean_characters
FROM said CROSS JOIN quote ON quote.id = said.quote_id
LEFT JOIN reviewer ON reviewer.id = said.reviewer_id
GROUP BY said.reviewer_id
ORDER BY reviewer.name IS NULL, reviewer.name

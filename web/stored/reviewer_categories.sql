-- need: reviewers
-- title: What each reviewer says by category
-- gives: Each reviewer's distinct quotes by the category of the card they stand under: how many print
--   a verdict, and how many of these are skips.
-- does not say: Whether a category is worse: a publisher chooses which tools it shows. Where
--   printed_verdicts is small a share means little.
-- reviewer (text): A reviewer's name; all reviewers, where it is empty.
-- as_of (day): As each tool was shown on this day; as it is shown now, where it is empty.
-- example: as_of=2030-01-01

WITH shown AS ({shown}), said AS ({said})
SELECT reviewer.name AS reviewer, card.category, count(*) AS quotes,
  sum(is_printed) AS printed_verdicts, sum(is_printed AND verdict = 'skip') AS printed_skips,
  round(100.0 * sum(is_printed AND verdict = 'skip') / sum(is_printed), 1) AS skip_share_percent
FROM said CROSS JOIN card ON card.id = said.card_id
LEFT JOIN reviewer ON reviewer.id = said.reviewer_id
WHERE :reviewer IN ('', reviewer.name)
GROUP BY said.reviewer_id, card.category
ORDER BY reviewer.name IS NULL, reviewer.name, quotes DESC, card.category

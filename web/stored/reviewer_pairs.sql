-- need: reviewers
-- title: Which reviewers print the same verdict
-- gives: Of two reviewers on the same distinct card, how often both print ship, both print skip, or
--   one each. Inferred verdicts are left out.
-- does not say: That two reviewers think alike: by chance alone reviewers who mostly say ship agree
--   often. Coefficients with intervals are in reviewer_coefficients.
-- as_of (day): As each tool was shown on this day; as it is shown now, where it is empty.
-- example: as_of=2030-01-01

WITH shown AS ({shown}),
card_shown AS (SELECT max(side_id) AS side_id FROM shown GROUP BY card_id),
pair AS (
  SELECT a.reviewer_id AS a, b.reviewer_id AS b, count(*) AS quote_pairs,
    sum(a.verdict = 'ship' AND b.verdict = 'ship') AS both_ship,
    sum(a.verdict = 'skip' AND b.verdict = 'skip') AS both_skip,
    sum(a.verdict = 'ship' AND b.verdict = 'skip') AS first_alone_ships,
    sum(a.verdict = 'skip' AND b.verdict = 'ship') AS second_alone_ships
  FROM card_shown CROSS JOIN side_quote AS a ON a.side_id = card_shown.side_id
  CROSS JOIN side_quote AS b ON b.side_id = a.side_id AND b.reviewer_id > a.reviewer_id
  WHERE a.verdict_source = 'page' AND b.verdict_source = 'page'
  GROUP BY a.reviewer_id, b.reviewer_id)
SELECT one.name AS first_reviewer, other.name AS second_reviewer, quote_pairs, both_ship, both_skip,
  first_alone_ships, second_alone_ships,
  round(100.0 * (both_ship + both_skip) / quote_pairs, 1) AS same_share_percent
FROM pair JOIN reviewer AS one ON one.id = a JOIN reviewer AS other ON other.id = b
ORDER BY one.name, other.name

-- need: predictions
-- title: Who predicts how much
-- gives: Each reviewer's distinct quotes, how many of them predict anything, and of the predictions
--   how many can be checked, are open or overdue, and how many are vague.
-- does not say: Who is right: nothing is judged here. Quotes whose text is withheld give none.
-- example:

WITH said AS (SELECT reviewer_id, count(*) AS quotes FROM quote GROUP BY reviewer_id),
predicted AS (
  SELECT reviewer_id, count(DISTINCT quote.id) AS quotes_that_predict, count(*) AS predictions,
    sum(checkable) AS checkable, sum(checkable AND state = 'open') AS open,
    sum(checkable AND state = 'overdue') AS overdue, sum(NOT checkable) AS vague
  FROM prediction CROSS JOIN quote ON quote.id = prediction.quote_id GROUP BY reviewer_id)
SELECT reviewer.name AS reviewer, quotes, coalesce(quotes_that_predict, 0) AS quotes_that_predict,
  round(100.0 * coalesce(quotes_that_predict, 0) / quotes, 1) AS share_percent,
  coalesce(predictions, 0) AS predictions, coalesce(checkable, 0) AS checkable,
  coalesce(open, 0) AS open, coalesce(overdue, 0) AS overdue, coalesce(vague, 0) AS vague
FROM said LEFT JOIN predicted ON predicted.reviewer_id IS said.reviewer_id
LEFT JOIN reviewer ON reviewer.id = said.reviewer_id
ORDER BY reviewer.name IS NULL, reviewer.name

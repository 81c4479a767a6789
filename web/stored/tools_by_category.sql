-- need: coverage
-- title: Tools by category
-- gives: How many tools and distinct cards there are of each category, as the newest captures show
--   them.
-- does not say: How many tools of a category the publisher has, or that two spellings are two
--   categories: it is an open list, as published.
-- as_of (day): As each tool was shown on this day; as it is shown now, where it is empty.
-- example: as_of=2030-01-01

WITH shown AS ({shown})
SELECT card.category, count(*) AS tools, count(DISTINCT card.id) AS cards,
  sum(count(*)) OVER () AS tools_in_all,
  round(100.0 * count(*) / sum(count(*)) OVER (), 1) AS share_percent
FROM shown CROSS JOIN card ON card.id = shown.card_id
GROUP BY card.category
ORDER BY tools DESC, card.category

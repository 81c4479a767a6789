-- need: ranking
-- title: How often each panel share is given
-- gives: Distinct cards by the share of the panel that said ship.
-- does not say: Which tool is best, and no query here does: a panel of four gives a share five values,
--   so most tools are level, and which of them a publisher shows is its own choice.
-- category (text): A category as published; all categories, where it is empty.
-- as_of (day): As each tool was shown on this day; as it is shown now, where it is empty.
-- example: as_of=2030-01-01

WITH shown AS ({shown})
SELECT panel_ship_percent, count(*) AS cards, sum(count(*)) OVER () AS cards_in_all,
  round(100.0 * count(*) / sum(count(*)) OVER (), 1) AS share_percent
FROM (SELECT DISTINCT card_id FROM shown) AS distinct_card
CROSS JOIN card ON card.id = distinct_card.card_id
WHERE :category IN ('', card.category)
GROUP BY panel_ship_percent
ORDER BY panel_ship_percent DESC

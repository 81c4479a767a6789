-- need: history
-- title: Cards as they were on a day
-- gives: The card of each tool as the newest capture until the end of the day shows it, with badge,
--   votes and pricing text; `seen_last` is the last capture until then.
-- does not say: What a page said between two captures. Tools that no capture showed by then are
--   missing. A description that an opt-out withholds is null.
-- tool (text): The key of a tool; all tools, where it is empty.
-- category (text): A category as published; all categories, where it is empty.
-- as_of (day): As each tool was shown on this day; as it is shown now, where it is empty.
-- example: as_of=2030-01-01

WITH shown AS ({shown})
SELECT shown.tool, card.name, card.category, card.panel_ship_percent, side.badge, side.votes_ship,
  side.votes_skip, card.entry, side.pricing, card.tagline,
  iif(side.withheld IS NULL, card.description, NULL) AS description, (
    SELECT max(min(last_seen, iif(:as_of = '', '9999', :as_of || 'T23:59:59Z')))
    FROM side_seen WHERE side_id = side.id
      AND (:as_of = '' OR first_seen <= :as_of || 'T23:59:59Z')) AS seen_last, card.key AS card
FROM shown CROSS JOIN side ON side.id = shown.side_id CROSS JOIN card ON card.id = side.card_id
WHERE :tool IN ('', shown.tool) AND :category IN ('', card.category)
ORDER BY shown.tool
LIMIT 1001

-- need: ranking
-- title: The panel's share beside votes
-- gives: Each tool's share of the panel beside the votes that make it and beside the community's, as
--   its newest captures show them; `above_community` is the panel's share less the community's.
-- does not say: Whether a community agrees: most shares are of few votes, which stand beside them,
--   and nobody tells who voted. Null is what no page states.
-- category (text): A category as published; all categories, where it is empty.
-- as_of (day): As each tool was shown on this day; as it is shown now, where it is empty.
-- example: as_of=2030-01-01

WITH shown AS ({shown})
SELECT shown.tool, card.name, card.category, card.panel_ship_percent, side.votes_ship,
  side.votes_skip, side.community_ship_percent, side.community_ship, side.community_votes,
  card.panel_ship_percent - side.community_ship_percent AS above_community
FROM shown CROSS JOIN side ON side.id = shown.side_id CROSS JOIN card ON card.id = side.card_id
WHERE :category IN ('', card.category)
ORDER BY side.community_votes IS NULL, side.community_votes DESC, shown.tool
LIMIT 1001

-- need: coverage
-- title: Pairs that no comparison shows
-- gives: Tools of the same site beside which no comparison here shows the tool asked for.
-- does not say: That the publisher has no such page: it may be known and waiting, failed or unknown.
-- tool (text): The key of a tool; the first tool by its key, where it is empty.
-- example: tool=

WITH asked AS (SELECT * FROM tool WHERE tool >= :tool AND :tool IN ('', tool) ORDER BY tool LIMIT 1),
met AS (
  SELECT tool_b_id AS id FROM asked JOIN comparison ON tool_a_id = asked.id
  UNION SELECT tool_a_id FROM asked JOIN comparison ON tool_b_id = asked.id)
SELECT asked.tool, other.tool AS never_beside, other.name AS name
FROM asked CROSS JOIN tool AS other ON other.site = asked.site AND other.id <> asked.id
WHERE other.id NOT IN met
ORDER BY other.tool
LIMIT 1001

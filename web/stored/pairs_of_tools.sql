-- need: coverage
-- title: How densely tools are compared
-- gives: Of each site the tools, the pairs they could make, the pairs that a comparison here shows,
--   and how many tools can be reached over comparisons from the one that is compared most.
-- does not say: Which pairs the publisher has and this archive does not: pages that were never
--   captured are counted by pages_by_state.
-- site (text): The short name of a site; all sites, where it is empty.
-- example: site=

WITH RECURSIVE met AS (
  SELECT tool_a_id AS tool, count(*) AS times FROM comparison GROUP BY tool_a_id
  UNION ALL SELECT tool_b_id, count(*) FROM comparison GROUP BY tool_b_id),
compared AS (
  SELECT tool.site, met.tool, sum(times) AS times
  FROM met JOIN tool ON tool.id = met.tool GROUP BY met.tool),
centre AS (SELECT site, tool, max(times) AS times FROM compared GROUP BY site),
reached(site, tool) AS (
  SELECT site, tool FROM centre
  UNION SELECT reached.site, tool_b_id FROM reached JOIN comparison ON tool_a_id = reached.tool
  UNION SELECT reached.site, tool_a_id FROM reached JOIN comparison ON tool_b_id = reached.tool),
counted AS (
  SELECT site, count(*) AS tools, count(*) * (count(*) - 1) / 2 AS possible_pairs
  FROM tool GROUP BY site),
pair AS (
  SELECT site, count(*) AS pairs FROM (
    SELECT DISTINCT site, min(tool_a_id, tool_b_id) AS a, max(tool_a_id, tool_b_id) AS b
    FROM comparison WHERE tool_a_id <> tool_b_id)
  GROUP BY site)
SELECT counted.site, counted.tools, counted.possible_pairs,
  coalesce(pair.pairs, 0) AS compared_pairs,
  round(100.0 * coalesce(pair.pairs, 0) / counted.possible_pairs, 2) AS density_percent,
  (SELECT count(*) FROM compared WHERE compared.site = counted.site) AS compared_tools,
  (SELECT count(*) FROM reached WHERE reached.site = counted.site)
    AS tools_reached_from_most_compared
FROM counted LEFT JOIN pair ON pair.site = counted.site
WHERE :site IN ('', counted.site)
ORDER BY counted.site

-- need: coverage
-- title: How densely tools are compared
-- gives: Of each site the tools, the pairs they could make, the pairs that a comparison here shows,
--   and how many tools can be reached over comparisons from the one that is compared most.
-- does not say: Which pairs the publisher has and this archive does not: pages that were never
--   captured are counted by pages_by_state.
-- site (text): The short name of a site; all sites, where it is empty.
-- example: site=

WITH RECURSIVE pair AS (
  SELECT DISTINCT site, min(tool_a_id, tool_b_id) AS a, max(tool_a_id, tool_b_id) AS b
  FROM comparison WHERE :site IN ('', site) AND tool_a_id <> tool_b_id),
compared AS (
  SELECT site, tool, count(*) AS times
  FROM (SELECT site, a AS tool FROM pair UNION ALL SELECT site, b FROM pair) GROUP BY site, tool),
centre AS (SELECT site, tool, max(times) AS times FROM compared GROUP BY site),
reached(site, tool) AS (
  SELECT site, tool FROM centre
  UNION
  SELECT reached.site, iif(next.tool_a_id = reached.tool, next.tool_b_id, next.tool_a_id)
  FROM reached CROSS JOIN comparison AS next
    ON next.tool_a_id = reached.tool OR next.tool_b_id = reached.tool)
SELECT site.site, (SELECT count(*) FROM tool WHERE tool.site = site.site) AS tools,
  (SELECT count(*) * (count(*) - 1) / 2 FROM tool WHERE tool.site = site.site) AS possible_pairs,
  (SELECT count(*) FROM pair WHERE pair.site = site.site) AS compared_pairs,
  (SELECT round(200.0 * (SELECT count(*) FROM pair WHERE pair.site = site.site)
    / (count(*) * (count(*) - 1)), 2) FROM tool WHERE tool.site = site.site) AS density_percent,
  (SELECT count(*) FROM compared WHERE compared.site = site.site) AS compared_tools,
  (SELECT count(*) FROM reached WHERE reached.site = site.site) AS tools_reached_from_most_compared
FROM site
WHERE :site IN ('', site.site)
ORDER BY site.site

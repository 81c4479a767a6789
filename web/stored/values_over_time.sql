-- need: history
-- title: Values over time
-- gives: Every value that a field of a tool has had, for fields that ever had two, with the first and
--   the last capture that show it.
-- does not say: When it changed: that was between two captures. Descriptions and quotes stand as
--   keys. There are no rows where nothing has changed yet.
-- tool (text): The key of a tool; all tools, where it is empty.
-- field (text): What is stated, such as pricing, score or verdict; all fields, where it is empty.
-- example: tool=

SELECT tool.tool, reviewer.name AS reviewer, history.slot, history.field, history.number,
  history.value, history.first_seen, history.last_seen
FROM tool CROSS JOIN history ON history.tool_id = tool.id
LEFT JOIN reviewer ON reviewer.id = history.reviewer_id
WHERE :tool IN ('', tool.tool) AND :field IN ('', history.field)
ORDER BY tool.tool, history.field, reviewer.name, history.slot, history.number
LIMIT 1001

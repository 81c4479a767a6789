-- need: names
-- title: Names of a tool
-- gives: The display names under which captures show a tool, with their dates; tools that have had
--   several names first.
-- does not say: That tools of one name are one: a tool is its publisher's address.
-- tool (text): The key of a tool; all tools, where it is empty.
-- example: tool=

SELECT tool.tool, (SELECT count(*) FROM alias WHERE alias.tool_id = tool.id) AS names,
  alias.name, alias.first_seen, alias.last_seen
FROM tool CROSS JOIN alias ON alias.tool_id = tool.id
WHERE :tool IN ('', tool.tool)
ORDER BY names DESC, tool.tool, alias.first_seen, alias.name
LIMIT 1001

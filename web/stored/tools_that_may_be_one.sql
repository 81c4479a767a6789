-- need: names
-- title: Tools that may be one
-- gives: Pairs of tools whose names are near, what differs, what that suggests to a person, and what
--   a person decided, the nearest first.
-- does not say: That they are one: nothing is joined unless a person decides it. Without the extra
--   "research" only pairs that were decided on are listed.
-- suggests (same|candidate|different): What the names say; all, where it is empty.
-- decision (open|same|differ): Only pairs so decided, or open ones; all, where it is empty.
-- example: decision=open

SELECT a.tool AS first_tool, a.name AS first_name, b.tool AS second_tool, b.name AS second_name,
  score, differs, suggests, decision, reason, decided_at
FROM tool_pair JOIN tool AS a ON a.id = tool_a_id JOIN tool AS b ON b.id = tool_b_id
WHERE :suggests IN ('', suggests) AND :decision IN ('', coalesce(decision, 'open'))
ORDER BY score DESC, a.tool, b.tool
LIMIT 1001

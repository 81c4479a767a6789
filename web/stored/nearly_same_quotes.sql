-- need: templates
-- title: Quotes that are nearly the same
-- gives: Two distinct quotes with a likeness (Jaccard index of their runs of three words) of at least
--   0.5, the most alike first: of two tools, or two versions of one quote.
-- does not say: Which was first written. Quotes under twelve words are left out, and of pairs near
--   0.5 a third is not met. There are no rows without the extra "research", or where there are none.
-- tool (text): The key of one of the two tools; all tools, where it is empty.
-- example: tool=

SELECT likeness, a.tool_name AS first_name, one.name AS first_reviewer, b.tool_name AS second_name,
  other.name AS second_reviewer, a.tool_id = b.tool_id AS is_one_tool, a.key AS first_quote,
  b.key AS second_quote
FROM near_duplicate JOIN quote AS a ON a.id = quote_a_id JOIN quote AS b ON b.id = quote_b_id
LEFT JOIN reviewer AS one ON one.id = a.reviewer_id
LEFT JOIN reviewer AS other ON other.id = b.reviewer_id
WHERE :tool = '' OR (SELECT id FROM tool WHERE tool = :tool) IN (a.tool_id, b.tool_id)
ORDER BY likeness DESC, quote_a_id, quote_b_id
LIMIT 1001

-- need: claims and conflicts
-- title: Two published values
-- gives: Two values of one attribute that were published of a tool at one time: by a card's label and
--   a text, by two texts shown with one card, or by texts of two cards.
-- does not say: That either is wrong: both may hold, of two plans or two models. There are no rows
--   where no two values were found.
-- tool (text): The key of a tool; all tools, where it is empty.
-- attribute (parameters|licence|price|context|memory|openness|entry): What both are values of; all,
--   where it is empty.
-- example: attribute=price

SELECT tool.tool, conflict.attribute, kind, a.stated_value AS one_value, b.stated_value AS other_value,
  conflict.unit, a.field AS one_stated_in, b.field AS other_stated_in, one.key AS one_quote,
  other.key AS other_quote
FROM conflict CROSS JOIN tool ON tool.id = conflict.tool_id
JOIN claim AS a ON a.id = claim_a_id JOIN claim AS b ON b.id = claim_b_id
LEFT JOIN quote AS one ON one.id = a.quote_id LEFT JOIN quote AS other ON other.id = b.quote_id
WHERE :tool IN ('', tool.tool) AND :attribute IN ('', conflict.attribute)
ORDER BY claim_a_id, claim_b_id
LIMIT 1001

-- need: claims and conflicts
-- title: Values that texts state of a tool
-- gives: Parameter counts, licences, prices, context sizes, memory, dates and labels that distinct
--   cards and quotes state, each with its words.
-- does not say: Whether they are so. A value of another product (subject is other) stands beside those
--   of the tool itself.
-- tool (text): The key of a tool; all tools, where it is empty.
-- attribute (parameters|licence|price|context|memory|date|openness|entry): What the value is of; all,
--   where it is empty.
-- example: attribute=price

SELECT tool.tool, attribute, stated_value, unit, subject, field AS stated_in,
  substr(CASE field WHEN 'text' THEN quote.text WHEN 'tagline' THEN card.tagline
    WHEN 'description' THEN card.description WHEN 'pricing' THEN card.pricing ELSE card.entry END,
    span_start + 1, span_end - span_start) AS words, quote.key AS quote, card.key AS card
FROM tool CROSS JOIN claim ON claim.tool_id = tool.id
JOIN card ON card.id = claim.card_id LEFT JOIN quote ON quote.id = claim.quote_id
WHERE :tool IN ('', tool.tool) AND :attribute IN ('', attribute)
ORDER BY tool.tool, claim.id
LIMIT 1001

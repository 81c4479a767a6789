-- need: mentions
-- title: Names that quotes mention most
-- gives: Products and organisations that distinct quotes name beside their own tool, by the number of
--   quotes: with the key of the tool where one tool of the archive goes by the name.
-- does not say: What is said of them: no relation is published, as half of what the rule says of it
--   was wrong. Names are found by a list and by their shape, so some are missing.
-- known (yes|no): Only names that are a tool of the archive, or only others; both, where it is empty.
-- example: known=no

WITH named AS (
  SELECT mention.tool_id, mention.quote_id, quote.tool_id AS said_of,
    iif(mention.tool_id IS NULL, substr(quote.text, span_start + 1, span_end - span_start), '') AS words
  FROM mention CROSS JOIN quote ON quote.id = mention.quote_id
  WHERE :known = '' OR (:known = 'yes') = (mention.tool_id IS NOT NULL))
SELECT coalesce(tool.name, words) AS name, tool.tool, count(*) AS mentions,
  count(DISTINCT quote_id) AS quotes, count(DISTINCT said_of) AS quotes_of_tools
FROM named LEFT JOIN tool ON tool.id = named.tool_id
GROUP BY named.tool_id, words
ORDER BY quotes DESC, name
LIMIT 1001

-- need: mentions
-- title: What a tool's quotes name
-- gives: Each place where a quote of a tool names another product or organisation, with the words, and
--   the tool where one tool of the archive goes by the name.
-- does not say: Whether it is a competitor, an alternative or needed: no relation is published. A name
--   that several tools share leads to none.
-- tool (text): The key of the tool whose quotes are read; all tools, where it is empty.
-- names_tool (text): The key of a tool that is named; all names, where it is empty.
-- example: tool=

SELECT tool.tool, reviewer.name AS reviewer,
  substr(quote.text, span_start + 1, span_end - span_start) AS words, named.tool AS names_tool,
  quote.key AS quote
FROM mention CROSS JOIN quote ON quote.id = mention.quote_id
JOIN tool ON tool.id = quote.tool_id LEFT JOIN tool AS named ON named.id = mention.tool_id
LEFT JOIN reviewer ON reviewer.id = quote.reviewer_id
WHERE :tool IN ('', tool.tool) AND (:names_tool = '' OR named.tool = :names_tool)
ORDER BY mention.id
LIMIT 1001

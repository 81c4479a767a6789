-- need: citing
-- title: Quotes to cite
-- gives: The archive's own address of each distinct quote of a tool, which follows from its words and
--   does not change, with who said it and the days on which captures first and last show it.
-- does not say: On which pages it stood: its own address lists them.
-- tool (text): The key of a tool; all quotes, where it is empty.
-- example: tool=

SELECT tool.tool, reviewer.name AS reviewer, '/quote/' || quote.key AS archive_address,
  substr(quote.text, 1, 80) AS first_words, quote.first_seen, quote.last_seen, tool.url
FROM tool CROSS JOIN quote ON quote.tool_id = tool.id
LEFT JOIN reviewer ON reviewer.id = quote.reviewer_id
WHERE :tool IN ('', tool.tool)
ORDER BY tool.tool, quote.id
LIMIT 1001

-- need: citing
-- title: Comparisons to cite
-- gives: The archive's own address of each comparison of a tool, the publisher's, the day of the
--   capture shown and the SHA-256 of its body. State the day: a page may say something else tomorrow.
-- does not say: That the publisher's page still says so.
-- tool (text): The key of a tool; all comparisons, where it is empty.
-- example: tool=

WITH asked AS (
  SELECT id FROM comparison WHERE :tool = ''
  UNION ALL SELECT comparison.id FROM tool JOIN comparison ON tool_a_id = tool.id
  WHERE :tool <> '' AND tool.tool = :tool
  UNION ALL SELECT comparison.id FROM tool JOIN comparison ON tool_b_id = tool.id
  WHERE :tool <> '' AND tool.tool = :tool AND tool_a_id <> tool_b_id)
SELECT comparison.title, '/compare/' || comparison.comparison AS archive_address, page.url,
  comparison.captured_at, capture.date_source, capture.body_sha256
FROM asked CROSS JOIN comparison ON comparison.id = asked.id
JOIN page ON page.id = comparison.page_id JOIN capture ON capture.id = comparison.capture_id
LIMIT 1001

-- need: predictions
-- title: Predictions by the day they fall due
-- gives: What quotes say will happen by a time that can be checked: the sentence, the words that set
--   the time, between which days it was said and between which it falls due.
-- does not say: Whether it happened: a person judges that. Vague times are left out (they are
--   counted by predictions_by_reviewer), and so is what has no day since when.
-- due_after (day): Only what may still be due on this day or later; all, where it is empty.
-- due_by (day): Only what is due by this day; all, where it is empty.
-- tool (text): The key of the tool that the quote is about; all tools, where it is empty.
-- example: due_after=2026-12-01

SELECT prediction.due_from, prediction.due_until, prediction.state, tool.tool,
  reviewer.name AS reviewer,
  substr(quote.text, span_start + 1, span_end - span_start) AS time_words,
  substr(quote.text, event_start + 1, event_end - event_start) AS sentence,
  made_after AS said_after, made_by AS said_by, quote.key AS quote
FROM prediction CROSS JOIN quote ON quote.id = prediction.quote_id
JOIN tool ON tool.id = quote.tool_id LEFT JOIN reviewer ON reviewer.id = quote.reviewer_id
WHERE prediction.due_until >= :due_after AND (:due_by = '' OR prediction.due_until <= :due_by)
  AND :tool IN ('', tool.tool)
ORDER BY prediction.due_until, prediction.id
LIMIT 1001

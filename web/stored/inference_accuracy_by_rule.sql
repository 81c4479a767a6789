-- need: verdict of each quote
-- title: How well verdicts are inferred
-- gives: Printed verdicts were hidden and inferred again, tool by tool: how many each rule decides,
--   how many of them as printed, and how many it should decide. The rule baseline calls the quote in
--   slot 4 the one skip of its card, for comparison.
-- does not say: How good the inferred verdicts are where pages print none: those cards may be of
--   another kind. There are no rows without the extra "research" or of fewer than eight tools; the
--   table method says so.
-- tool (text): The key of a tool, for it alone; all tools together, where it is empty.
-- example: tool=

SELECT source AS rule, marked AS quotes_decided, correct AS decided_as_printed,
  round(100 * precision, 1) AS precision_percent,
  round(100 * precision_low, 1) AS precision_low_percent,
  round(100 * precision_high, 1) AS precision_high_percent,
  relevant AS quotes_to_decide, round(100 * recall, 1) AS recall_percent,
  round(100 * recall_low, 1) AS recall_low_percent,
  round(100 * recall_high, 1) AS recall_high_percent, method, method_version
FROM inference_accuracy
WHERE tool_id IS (SELECT id FROM tool WHERE tool = :tool)
  AND (:tool = '' OR tool_id IS NOT NULL)
ORDER BY id

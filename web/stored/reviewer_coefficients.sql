-- need: reviewers
-- title: How far reviewers agree
-- gives: Phi and the share of equal verdicts of two reviewers, Krippendorff's alpha and Gwet's AC1 of
--   the whole panel, by printed verdicts on the newest card of each tool, with a 95 % interval over
--   tools.
-- does not say: How reliable people are: the reviewers may be one program. Where panels are of equal
--   size alpha follows from the cards' shares alone. There are no rows without the extra "research"
--   or of fewer than eight tools; the table method says so.
-- coefficient (phi|share|alpha|ac1): One of them; all, where it is empty.
-- example: coefficient=alpha

SELECT coefficient, one.name AS first_reviewer, other.name AS second_reviewer, n AS tools, value,
  low, high, undefined AS why_no_value, method, method_version
FROM reviewer_agreement LEFT JOIN reviewer AS one ON one.id = reviewer_a_id
LEFT JOIN reviewer AS other ON other.id = reviewer_b_id
WHERE :coefficient IN ('', coefficient)
ORDER BY coefficient, one.name, other.name

-- need: verdict of each quote
-- title: How verdicts are known
-- gives: Distinct quotes by their verdict and by how it is known: printed on the page, or inferred
--   from the panel's share (unanimous), from the quote's own words (cue) or from what the share
--   leaves (remainder). Without a verdict nothing decides.
-- does not say: Whether a verdict is right. An inferred one follows from what the page prints and is
--   no second opinion.
-- as_of (day): As each tool was shown on this day; as it is shown now, where it is empty.
-- example: as_of=2030-01-01

WITH shown AS ({shown}), said AS ({said})
SELECT verdict_source, verdict, count(*) AS quotes, sum(count(*)) OVER () AS quotes_in_all,
  round(100.0 * count(*) / sum(count(*)) OVER (), 1) AS share_percent
FROM said
GROUP BY verdict_source, verdict
ORDER BY verdict_source = 'page' DESC, verdict_source DESC, verdict

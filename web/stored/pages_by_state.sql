-- need: coverage
-- title: Known pages by state
-- gives: Each known page of a site in exactly one state, the first that fits, so that the numbers add
--   up to all that are known; and how many of them are due.
-- does not say: How many pages the publisher has: only what was found is known.
-- site (text): The short name of a site; all sites, where it is empty.
-- example: site=

WITH state(place, name) AS (
  VALUES (1, 'refused'), (2, 'gone'), (3, 'held'), (4, 'failed'), (5, 'waiting'), (6, 'stored')),
counted AS (SELECT site, state, count(*) AS pages, sum(due) AS due FROM page GROUP BY site, state)
SELECT site.site, state.name AS state, coalesce(pages, 0) AS pages,
  sum(coalesce(pages, 0)) OVER (PARTITION BY site.site) AS pages_in_all,
  round(100.0 * coalesce(pages, 0) / sum(coalesce(pages, 0)) OVER (PARTITION BY site.site), 1)
    AS share_percent, coalesce(due, 0) AS due
FROM site CROSS JOIN state
LEFT JOIN counted ON counted.site = site.site AND counted.state = state.name
WHERE :site IN ('', site.site)
ORDER BY site.site, state.place

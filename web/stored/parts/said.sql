SELECT own.quote_id, own.reviewer_id, own.score, own.verdict, own.verdict_source, shown.card_id,
  max(coalesce(own.verdict_source = 'page', 0)) AS is_printed
FROM shown CROSS JOIN side_quote AS own ON own.side_id = shown.side_id
GROUP BY own.quote_id

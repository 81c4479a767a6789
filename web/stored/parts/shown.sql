SELECT tool.id AS tool_id, tool.tool, side.card_id, side.id AS side_id
FROM tool CROSS JOIN side ON side.id = (
  SELECT own.id FROM side AS own JOIN side_seen AS seen ON seen.side_id = own.id
  WHERE own.tool_id = tool.id AND (:as_of = '' OR seen.first_seen <= :as_of || 'T23:59:59Z')
  ORDER BY min(seen.last_seen, iif(:as_of = '', '9999', :as_of || 'T23:59:59Z')) DESC,
    seen.first_seen DESC, seen.id DESC
  LIMIT 1)

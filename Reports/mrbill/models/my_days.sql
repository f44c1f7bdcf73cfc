/*---
version: 1
description: How many POCs each developer who created any created on each day of the period.
materialized: view
grain: [user_id, day]
bucket: { column: day, grain: day }
subject: user_id
columns:
  day: { type: date, label: Day, description: Local date. }
  user_id: { type: id, description: Whose they are. }
  pocs: { type: integer, unit: count, label: POCs, description: POCs created on the day; 0 where there were none. }
---*/
SELECT
    CAST(series.day AS date) AS day,
    developers.user_id,
    count(my_pocs.poc_id) AS pocs
FROM (SELECT DISTINCT user_id FROM my_pocs WHERE day >= :from) AS developers
CROSS JOIN generate_series(:from, :to - 1, INTERVAL '1 day') AS series (day)
LEFT JOIN my_pocs ON my_pocs.user_id = developers.user_id AND my_pocs.day = CAST(series.day AS date)
GROUP BY 1, 2
ORDER BY 2, 1

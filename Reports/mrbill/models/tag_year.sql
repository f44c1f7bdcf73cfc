/*---
version: 1
description: How many POCs of each of the last twelve months have a tag.
materialized: view
grain: [month, tag]
columns:
  month: { type: date, label: Month, description: First local date of the month. }
  tag: { type: text, label: Tag, description: Its name. }
  pocs: { type: integer, unit: count, label: POCs, description: POCs of the three months to it that have it. }
  all_pocs: { type: integer, unit: count, label: All POCs, description: "All POCs of these months, the same for each tag." }
---*/
-- Three months to each: a month by itself has too few POCs for a rank.
WITH running AS (
    SELECT
        month, technology AS tag,
        sum(pocs) OVER (PARTITION BY technology ORDER BY month ROWS 2 PRECEDING) AS pocs,
        sum(all_pocs) OVER (PARTITION BY technology ORDER BY month ROWS 2 PRECEDING) AS all_pocs
    FROM technology_months
    WHERE kind = 'tag' AND month < :to
)
SELECT month, tag, CAST(pocs AS bigint) AS pocs, CAST(all_pocs AS bigint) AS all_pocs
FROM running
WHERE month >= CAST(:to - INTERVAL '12 months' AS date)
ORDER BY month, tag

/*---
version: 1
description: How many POCs of each of the last twelve months have a language, a tag or a framework.
materialized: view
grain: [month, kind, technology]
columns:
  month: { type: date, label: Month, description: First local date of the month. }
  kind: { type: text, label: Kind, description: "language, tag or framework." }
  technology: { type: text, label: Technology, description: Its name. }
  pocs: { type: integer, unit: count, label: POCs, description: POCs of the three months to it that have it. }
  all_pocs: { type: integer, unit: count, label: All POCs, description: "All POCs of these months, the same for each technology." }
---*/
-- Three months to each: a month by itself has too few POCs for a rank.
WITH running AS (
    SELECT
        month, kind, technology,
        sum(pocs) OVER (PARTITION BY kind, technology ORDER BY month ROWS 2 PRECEDING) AS pocs,
        sum(all_pocs) OVER (PARTITION BY kind, technology ORDER BY month ROWS 2 PRECEDING) AS all_pocs
    FROM technology_months
    WHERE month < :to
)
SELECT month, kind, technology, CAST(pocs AS bigint) AS pocs, CAST(all_pocs AS bigint) AS all_pocs
FROM running
WHERE month >= CAST(:to - INTERVAL '12 months' AS date)
ORDER BY month, kind, technology

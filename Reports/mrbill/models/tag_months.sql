/*---
version: 1
description: How many POCs of each month have a tag, in the period and in the one that it is compared with.
materialized: view
grain: [month, tag]
bucket: { column: month, grain: month }
columns:
  month: { type: date, label: Month, description: First local date of the month. }
  tag: { type: text, label: Tag, description: Its name. }
  pocs: { type: integer, unit: count, label: POCs, description: POCs of the month that have it. }
  all_pocs: { type: integer, unit: count, label: All POCs, description: "All POCs of the month, the same for each tag: for shares of one over months." }
---*/
SELECT month, technology AS tag, pocs, all_pocs
FROM technology_months
WHERE kind = 'tag' AND month >= coalesce(:compare_from, :from) AND month < :to
ORDER BY month, tag

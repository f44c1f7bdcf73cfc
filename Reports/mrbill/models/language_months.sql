/*---
version: 1
description: How many POCs of each month have a language, in the period and in the one that it is compared with.
materialized: view
grain: [month, language]
bucket: { column: month, grain: month }
columns:
  month: { type: date, label: Month, description: First local date of the month. }
  language: { type: text, label: Language, description: Its name. }
  pocs: { type: integer, unit: count, label: POCs, description: POCs of the month that have it. }
  all_pocs: { type: integer, unit: count, label: All POCs, description: "All POCs of the month, the same for each language: for shares of one over months." }
---*/
SELECT month, technology AS language, pocs, all_pocs
FROM technology_months
WHERE kind = 'language' AND month >= coalesce(:compare_from, :from) AND month < :to
ORDER BY month, language

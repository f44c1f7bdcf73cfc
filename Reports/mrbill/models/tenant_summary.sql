/*---
version: 1
description: What a tenant's developers made in the period, in one row, and in the one that it is compared with.
materialized: view
grain: [period_start]
bucket: { column: period_start, grain: day }
columns:
  period_start: { type: date, description: First local date of the period. }
  pocs: { type: integer, unit: count, label: POCs, description: POCs created. }
  developers: { type: integer, unit: count, additive: false, label: Developers, description: Distinct developers with a POC. }
  languages: { type: integer, unit: count, additive: false, label: Languages, description: "Distinct languages, unknown ones left out." }
  tags: { type: integer, unit: count, additive: false, label: Tags, description: Distinct tags. }
---*/
WITH ends AS (
    SELECT :from AS period_start, :from AS from_day, :to AS to_day
    UNION ALL
    SELECT :compare_from, :compare_from, :compare_to
)
SELECT
    ends.period_start,
    count(facts.poc_id) AS pocs,
    count(DISTINCT facts.user_id) AS developers,
    count(DISTINCT facts.language) FILTER (WHERE facts.language <> '(none)') AS languages,
    (
        SELECT count(DISTINCT tags.tag) FROM poc_tag_facts AS tags
        WHERE tags.day >= ends.from_day AND tags.day < ends.to_day
    ) AS tags
FROM ends
LEFT JOIN poc_facts AS facts ON facts.day >= ends.from_day AND facts.day < ends.to_day
WHERE ends.from_day IS NOT NULL
GROUP BY ends.period_start, ends.from_day, ends.to_day
ORDER BY ends.period_start

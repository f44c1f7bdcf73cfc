/*---
version: 1
description: How many POCs of each month have a language, a tag or a framework, in a dense grid.
materialized: table
grain: [month, kind, technology]
bucket: { column: month, grain: month }
columns:
  month: { type: date, label: Month, description: First local date of the month. }
  kind: { type: text, label: Kind, description: "language, tag or framework." }
  technology: { type: text, label: Technology, description: Its name. }
  pocs: { type: integer, unit: count, label: POCs, description: "POCs of the month that have it. One with three tags counts for each of them." }
  all_pocs: { type: integer, unit: count, label: All POCs, description: "All POCs of the month, the same for each technology: for shares of one technology over months." }
  developers: { type: integer, unit: count, additive: false, label: Developers, description: Distinct developers of these POCs. }
tests:
  - unique: [month, kind, technology]
  - not_null: [pocs, all_pocs]
  - accepted_values: { column: kind, values: [language, tag, framework] }
---*/
WITH used AS (
    SELECT poc_id, user_id, day, 'language' AS kind, language AS technology FROM poc_facts WHERE language <> '(none)'
    UNION ALL
    SELECT poc_id, user_id, day, 'tag', tag FROM poc_tag_facts
    UNION ALL
    SELECT facts.poc_id, facts.user_id, facts.day, 'framework', poc_frameworks.framework
    FROM poc_frameworks JOIN poc_facts AS facts ON facts.poc_id = CAST(poc_frameworks.poc_id AS text)
),
monthly AS (
    SELECT
        CAST(date_trunc('month', day) AS date) AS month, kind, technology,
        count(*) AS pocs, count(DISTINCT user_id) AS developers
    FROM used GROUP BY 1, 2, 3
),
months AS (
    SELECT CAST(date_trunc('month', day) AS date) AS month, count(*) AS all_pocs FROM poc_facts GROUP BY 1
),
technologies AS (SELECT DISTINCT kind, technology FROM used)
SELECT
    months.month,
    technologies.kind,
    technologies.technology,
    coalesce(monthly.pocs, 0) AS pocs,
    months.all_pocs,
    coalesce(monthly.developers, 0) AS developers
FROM months
CROSS JOIN technologies
LEFT JOIN monthly ON monthly.month = months.month AND monthly.kind = technologies.kind
    AND monthly.technology = technologies.technology
ORDER BY months.month, technologies.kind, technologies.technology

/*---
version: 1
description: Retention after one, four and twelve weeks over the cohorts of the half year before, at the end of the period and of the one before.
materialized: view
grain: [month]
bucket: { column: month, grain: month }
columns:
  month: { type: date, label: Month, description: First day of the month that the figures end with. }
  size_1: { type: integer, unit: count, label: Signed up, description: People whose first week after was over. }
  returned_1: { type: integer, unit: count, label: Week 1, description: Of them with a view in it. }
  size_4: { type: integer, unit: count, label: Signed up, description: People whose fourth week after was over. }
  returned_4: { type: integer, unit: count, label: Week 4, description: Of them with a view in it. }
  size_12: { type: integer, unit: count, label: Signed up, description: People whose twelfth week after was over. }
  returned_12: { type: integer, unit: count, label: Week 12, description: Of them with a view in it. }
---*/
SELECT month,
       sum(size) FILTER (WHERE age = 1)::bigint AS size_1,
       sum(returned) FILTER (WHERE age = 1)::bigint AS returned_1,
       sum(size) FILTER (WHERE age = 4)::bigint AS size_4,
       sum(returned) FILTER (WHERE age = 4)::bigint AS returned_4,
       sum(size) FILTER (WHERE age = 12)::bigint AS size_12,
       sum(returned) FILTER (WHERE age = 12)::bigint AS returned_12
FROM retention_ages
GROUP BY month

/*---
version: 1
description: How many of each month's new users came back, month by month.
materialized: table
grain: [cohort, age]
bucket: { column: cohort, grain: month }
columns:
  cohort: { type: date, label: Cohort, description: First local date of the first month. }
  age: { type: integer, additive: false, label: Months later, description: Months since. }
  users: { type: integer, unit: count, additive: false, label: Users, description: Users of the cohort with an event. }
  size: { type: integer, unit: count, additive: false, label: Cohort, description: Users of the cohort. }
---*/
WITH a AS (SELECT DISTINCT user_id, CAST(date_trunc('month', occurred_at AT TIME ZONE :tz) AS date) AS m FROM events),
f AS (SELECT user_id, min(m) AS c FROM a GROUP BY 1),
r AS (SELECT c AS cohort, CAST((extract(year FROM m) - extract(year FROM c)) * 12 + extract(month FROM m)
    - extract(month FROM c) AS bigint) AS age, count(*) AS users
  FROM a JOIN f USING (user_id) GROUP BY 1, 2)
SELECT cohort, age, users, max(users) OVER (PARTITION BY cohort) AS size FROM r ORDER BY 1, 2

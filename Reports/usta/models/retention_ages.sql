/*---
version: 1
description: Retention at each age over all cohorts for which that week was over by the month's end, and by the end of the month before.
materialized: view
grain: [month, age]
bucket: { column: month, grain: month }
columns:
  month: { type: date, label: Month, description: First day of the month that the figures end with. }
  age: { type: integer, additive: false, label: Weeks later, description: Weeks since the week of signing up. }
  size: { type: integer, unit: count, label: Signed up, description: "People of the cohorts of the half year before, for which the week was over." }
  returned: { type: integer, unit: count, label: Watched, description: Of them with a view in the week of that age. }
---*/
SELECT date_trunc('month', e.until - 1)::date AS month, r.age, sum(r.size)::bigint AS size,
       sum(r.returned)::bigint AS returned
FROM signup_retention r
JOIN (
    SELECT :to AS until
    UNION ALL SELECT :from WHERE :compare_from IS NOT NULL
) e ON r.week + 7 <= e.until AND r.cohort >= e.until - 26 * 7
WHERE r.age <= 24
GROUP BY 1, 2

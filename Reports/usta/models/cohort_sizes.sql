/*---
version: 1
description: The sign-up cohorts of the last 18 weeks in a line each, with the share that came back after 1, 4, 8 and 12 weeks.
materialized: view
grain: [cohort]
columns:
  cohort: { type: date, label: Signed up in the week of, description: First day of the week of signing up. }
  size: { type: integer, unit: count, label: Signed up, description: People who signed up in the week. }
  week_1: { type: number, unit: percent, additive: false, label: Week 1, description: Share with a view in the first week after; empty where it is not over. }
  week_4: { type: number, unit: percent, additive: false, label: Week 4, description: Share with a view in the fourth week after. }
  week_8: { type: number, unit: percent, additive: false, label: Week 8, description: Share with a view in the eighth week after. }
  week_12: { type: number, unit: percent, additive: false, label: Week 12, description: Share with a view in the twelfth week after. }
---*/
SELECT cohort, max(size) AS size,
       max(returned::double precision / size) FILTER (WHERE age = 1 AND week + 7 <= :to) AS week_1,
       max(returned::double precision / size) FILTER (WHERE age = 4 AND week + 7 <= :to) AS week_4,
       max(returned::double precision / size) FILTER (WHERE age = 8 AND week + 7 <= :to) AS week_8,
       max(returned::double precision / size) FILTER (WHERE age = 12 AND week + 7 <= :to) AS week_12
FROM signup_retention
WHERE cohort >= :to - 18 * 7 AND cohort + 7 <= :to
GROUP BY cohort

/*---
version: 1
description: The sign-up cohorts of the last 13 weeks at each age that was over at the period's end.
materialized: view
grain: [cohort, age]
columns:
  cohort: { type: date, label: Signed up in the week of, description: First day of the week of signing up. }
  age: { type: integer, additive: false, label: Weeks later, description: Weeks since the week of signing up. }
  size: { type: integer, unit: count, label: Signed up, description: People who signed up in the week. }
  returned: { type: integer, unit: count, label: Watched, description: Of them with a view in the week of that age. }
---*/
SELECT cohort, age, size, returned
FROM signup_retention
WHERE cohort >= :to - 14 * 7 AND week + 7 <= :to AND age > 0

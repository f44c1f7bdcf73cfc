/*---
version: 1
description: All sign-up cohorts at each age that was over at the period's end.
materialized: view
grain: [cohort, age]
columns:
  cohort: { type: date, label: Signed up in the week of, description: First day of the week of signing up. }
  age: { type: integer, additive: false, label: Weeks later, description: Weeks since the week of signing up. }
  size: { type: integer, unit: count, label: Signed up, description: People who signed up in the week. }
  returned: { type: integer, unit: count, label: Watched, description: Of them with a view in the week of that age. }
  returned_or_later: { type: integer, unit: count, label: Watched then or later, description: Of them with a view in the week of that age or after it. }
---*/
SELECT cohort, age, size, returned, returned_or_later
FROM signup_retention
WHERE week + 7 <= :to

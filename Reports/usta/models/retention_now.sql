/*---
version: 1
description: Retention at each age over all cohorts of the half year before the period's end, for which that week was over.
materialized: view
grain: [age]
columns:
  age: { type: integer, additive: false, label: Weeks later, description: Weeks since the week of signing up. }
  size: { type: integer, unit: count, label: Signed up, description: "People of the cohorts for which the week was over." }
  returned: { type: integer, unit: count, label: Watched, description: Of them with a view in the week of that age. }
---*/
SELECT age, size, returned
FROM retention_ages
WHERE month = date_trunc('month', :to - 1)::date AND age > 0

/*---
version: 1
description: Who was new, came back and left in each of the last thirteen whole weeks.
materialized: view
grain: [week]
columns:
  week: { type: date, label: Week of, description: First day of the week. }
  active: { type: integer, unit: count, additive: false, label: Active people, description: Distinct people who were there in the week. }
  new: { type: integer, unit: count, label: New, description: There for the first time ever. }
  resurrected: { type: integer, unit: count, label: Came back, description: "There before, not in the week before." }
  churned: { type: integer, unit: count, label: Left, description: "There in the week before, not in this one; below zero." }
---*/
SELECT week, active, new, resurrected, -churned AS churned
FROM growth_weekly
WHERE week >= :to - 14 * 7 AND week + 7 <= :to

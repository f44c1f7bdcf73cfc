/*---
version: 1
description: The last thirteen months, with growth against the month before.
materialized: view
grain: [month]
columns:
  month: { type: date, label: Month, description: First day of the month. }
  active: { type: integer, unit: count, additive: false, label: Active people, description: Distinct people who were there in the month. }
  change: { type: number, unit: percent, additive: false, label: Growth, description: Active people against the month before. }
  new: { type: integer, unit: count, label: New, description: There for the first time ever. }
  resurrected: { type: integer, unit: count, label: Came back, description: "There before, not in the month before." }
  churned: { type: integer, unit: count, label: Left, description: "There in the month before, not in this one." }
  quick_ratio: { type: number, unit: number, decimals: 2, additive: false, label: Gained for each lost, description: New people and those who came back for each who left. }
---*/
SELECT month, active, change, new, resurrected, churned,
       gained::double precision / nullif(churned, 0) AS quick_ratio
FROM growth_monthly
WHERE month >= (:to - INTERVAL '13 months')::date AND month < :to

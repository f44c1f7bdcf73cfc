/*---
version: 1
description: What stood out in the period, the farthest first.
materialized: view
grain: [metric, day]
columns:
  day: { type: date, label: Day, description: Local date of the tenant. }
  metric: { type: text, label: Measure, description: What was counted. }
  value: { type: number, unit: number, decimals: 0, additive: false, label: Counted, description: What was counted. }
  expected: { type: number, unit: number, decimals: 0, additive: false, label: Expected, description: What trend and weekday let expect. }
  lower: { type: number, unit: number, decimals: 0, additive: false, label: Usual from, description: Below it a value stands out. }
  upper: { type: number, unit: number, decimals: 0, additive: false, label: Usual to, description: Above it a value stands out. }
  score: { type: number, unit: number, decimals: 1, additive: false, label: Distance, description: "How far the value lies from what was expected, in robust standard deviations." }
---*/
SELECT day,
       CASE metric WHEN 'active' THEN 'Active people' ELSE initcap(metric) END AS metric,
       value, expected, lower, upper, score
FROM stand_outs
WHERE is_anomaly AND day >= :from AND day < :to

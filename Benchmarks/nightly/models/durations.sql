/*---
version: 1
description: How long events take, by country.
materialized: table
grain: [country]
columns:
  country: { type: text, label: Country, description: ISO code. }
  events: { type: integer, unit: count, label: Events, description: Events with a duration. }
  p50_ms: { type: number, unit: number, decimals: 0, additive: false, label: Median, description: Median in ms. }
  p95_ms: { type: number, unit: number, decimals: 0, additive: false, label: 95th percentile, description: 95th percentile in ms. }
---*/
SELECT country, count(duration_ms) AS events, quantile_cont(duration_ms, 0.5) AS p50_ms,
  quantile_cont(duration_ms, 0.95) AS p95_ms
FROM events WHERE duration_ms IS NOT NULL GROUP BY 1 ORDER BY 2 DESC

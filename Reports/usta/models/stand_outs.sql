/*---
version: 1
description: "Each measure of each day against what its trend and its weekday let expect: robust STL on the square-root scale, on which counts of all sizes scatter alike; a modified z above 3.5 stands out. Measures of fewer than three a day are not judged."
materialized: table
grain: [metric, day]
bucket: { column: day, grain: day }
columns:
  metric: { type: text, label: Measure, description: "active, views, likes, comments or shares." }
  day: { type: date, label: Day, description: Local date of the tenant. }
  value: { type: number, unit: number, decimals: 0, additive: false, label: Counted, description: What was counted. }
  expected: { type: number, unit: number, decimals: 0, additive: false, label: Expected, description: What trend and weekday let expect. }
  lower: { type: number, unit: number, decimals: 0, additive: false, label: From, description: Below it a value stands out. }
  upper: { type: number, unit: number, decimals: 0, additive: false, label: To, description: Above it a value stands out. }
  score: { type: number, unit: number, decimals: 1, additive: false, label: Distance, description: "How far the value lies from what was expected, in robust standard deviations." }
  is_anomaly: { type: boolean, label: Stands out, description: Whether it stands out. }
tests:
  - unique: [metric, day]
  - accepted_values: { column: metric, values: [active, views, likes, comments, shares] }
---*/
WITH measures AS (
    SELECT metric, day, value, avg(value) OVER (PARTITION BY metric) AS usual
    FROM (
        SELECT 'active' AS metric, day, active AS value FROM platform_daily
        UNION ALL SELECT 'views', day, views FROM platform_daily
        UNION ALL SELECT 'likes', day, likes FROM platform_daily
        UNION ALL SELECT 'comments', day, comments FROM platform_daily
        UNION ALL SELECT 'shares', day, shares FROM platform_daily
    ) counts
)
SELECT a.metric, a.bucket_start AS day, m.value::double precision AS value,
       a.expected * a.expected / 4 - 0.375 AS expected,
       power(greatest(a.lower, 1.2248), 2) / 4 - 0.375 AS lower,
       power(greatest(a.upper, 1.2248), 2) / 4 - 0.375 AS upper,
       a.anomaly_score AS score, a.is_anomaly
FROM anomalies(
    TABLE (SELECT metric, day, 2 * sqrt(value + 0.375) AS root FROM measures WHERE usual >= 3),
    metric => metric, at => day, value => root, seasonal => 53, as_of => (:as_of AT TIME ZONE :tz)::date) a
JOIN measures m ON m.metric = a.metric AND m.day = a.bucket_start

/*---
version: 1
description: Distinct users of each week and channel.
materialized: incremental
grain: [week, channel]
bucket: { column: week, grain: week }
columns:
  week: { type: date, label: Week, description: First local date of the week. }
  channel: { type: text, label: Channel, description: Where they came from. }
  users: { type: integer, unit: count, additive: false, label: Users, description: Distinct users. }
---*/
SELECT CAST(date_trunc('week', occurred_at AT TIME ZONE :tz) AS date) AS week, channel, count(DISTINCT user_id) AS users
FROM events
WHERE occurred_at >= CAST(:from AS timestamp) AT TIME ZONE :tz AND occurred_at < CAST(:to AS timestamp) AT TIME ZONE :tz
GROUP BY 1, 2 ORDER BY 1, 2

/*---
version: 1
description: Events of each local day, with means over seven days.
materialized: incremental
incremental: { lookback: 6d }
grain: [day]
bucket: { column: day, grain: day }
columns:
  day: { type: date, label: Day, description: Local date. }
  events: { type: integer, unit: count, label: Events, description: Events of the day. }
  dau: { type: integer, unit: count, additive: false, label: Active users, description: Distinct users of the day. }
  sessions: { type: integer, unit: count, additive: false, label: Sessions, description: Distinct sessions of the day. }
  revenue_minor: { type: integer, unit: money, label: Revenue, description: In minor units. }
  events_7d: { type: number, unit: number, decimals: 1, additive: false, label: 7-day mean, description: Mean events over seven days. }
  revenue_7d: { type: number, unit: number, decimals: 1, additive: false, label: 7-day mean, description: Mean revenue over seven days. }
---*/
WITH d AS (
  SELECT CAST(occurred_at AT TIME ZONE :tz AS date) AS day, count(*) AS events, count(DISTINCT user_id) AS dau,
    count(DISTINCT session_id) AS sessions, CAST(coalesce(sum(revenue_minor), 0) AS bigint) AS revenue_minor
  FROM events
  WHERE occurred_at >= (CAST(:from AS timestamp) - INTERVAL '6 days') AT TIME ZONE :tz
    AND occurred_at < CAST(:to AS timestamp) AT TIME ZONE :tz
  GROUP BY 1),
m AS (
  SELECT day, events, dau, sessions, revenue_minor, CAST(avg(events) OVER w AS double) AS events_7d,
    CAST(avg(revenue_minor) OVER w AS double) AS revenue_7d
  FROM d WINDOW w AS (ORDER BY day RANGE BETWEEN INTERVAL '6 days' PRECEDING AND CURRENT ROW))
SELECT * FROM m WHERE day >= :from ORDER BY day

/*---
version: 1
description: Events of each month by where they began.
materialized: table
grain: [month, origin]
bucket: { column: month, grain: month }
columns:
  month: { type: date, description: First local date of the month. }
  origin: { type: text, label: From, description: Where the events began. }
  events: { type: integer, unit: count, label: Flights, description: Scheduled flights. }
  actors: { type: integer, unit: count, additive: false, label: Aircraft, description: Distinct aircraft with a flight. }
  anonymous_events: { type: integer, unit: count, label: Without aircraft, description: Flights whose aircraft is not known. }
  departed: { type: integer, unit: count, label: Departures, description: Flights that departed. }
  delayed: { type: integer, unit: count, label: Delayed, description: Departures of 15 minutes late or more. }
  delay_minutes: { type: number, unit: number, decimals: 0, label: Delay minutes, description: "Sum of the departures' delays in minutes; early ones are negative." }
tests:
  - unique: [month, origin]
---*/
-- Events of each month by where they began.
SELECT
    CAST(date_trunc('month', local_date(occurred_at, :tz)) AS date) AS month,
    coalesce(origin, '(none)') AS origin,
    count(*) AS events,
    count(DISTINCT actor_id) AS actors,
    count(*) - count(actor_id) AS anonymous_events,
    count(dep_delay) AS departed,
    count(*) FILTER (WHERE dep_delay >= 15) AS delayed,
    coalesce(sum(dep_delay), 0) AS delay_minutes
FROM events
GROUP BY 1, 2
ORDER BY 1, 2

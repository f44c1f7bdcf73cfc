/*---
version: 1
description: The routes with the most events of each month.
materialized: table
grain: [month, route]
bucket: { column: month, grain: month }
columns:
  month: { type: date, description: First local date of the month. }
  rank: { type: integer, additive: false, label: Rank, description: 1 for the most events of the month. }
  route: { type: text, label: Route, description: Origin and destination. }
  origin: { type: text, label: From, description: Where the event began. }
  dest: { type: text, label: To, description: Where it ended. }
  events: { type: integer, unit: count, label: Flights, description: Scheduled flights. }
  actors: { type: integer, unit: count, additive: false, label: Aircraft, description: Distinct aircraft with a flight. }
  anonymous_events: { type: integer, unit: count, label: Without aircraft, description: Flights whose aircraft is not known. }
  departed: { type: integer, unit: count, label: Departures, description: Flights that departed. }
  delayed: { type: integer, unit: count, label: Delayed, description: Departures of 15 minutes late or more. }
  delay_minutes: { type: number, unit: number, decimals: 0, label: Delay minutes, description: "Sum of the departures' delays in minutes; early ones are negative." }
tests:
  - unique: [month, route]
  - unique: [month, rank]
---*/
-- The hundred routes with the most events of each month.
WITH routes AS (
    SELECT
        CAST(date_trunc('month', local_date(occurred_at, :tz)) AS date) AS month,
        coalesce(origin, '(none)') AS origin,
        coalesce(dest, '(none)') AS dest,
        count(*) AS events,
        count(DISTINCT actor_id) AS actors,
        count(*) - count(actor_id) AS anonymous_events,
        count(dep_delay) AS departed,
        count(*) FILTER (WHERE dep_delay >= 15) AS delayed,
        coalesce(sum(dep_delay), 0) AS delay_minutes
    FROM events
    GROUP BY 1, 2, 3
),
ranked AS (
    SELECT routes.*, row_number() OVER (PARTITION BY month ORDER BY events DESC, origin, dest) AS rank FROM routes
)
SELECT
    month, rank, origin || ' – ' || dest AS route, origin, dest, events, actors, anonymous_events, departed, delayed,
    delay_minutes
FROM ranked
WHERE rank <= 100
ORDER BY month, rank

/*---
version: 1
description: Events of each day, in the tenant's own time zone.
materialized: table
grain: [day]
bucket: { column: day, grain: day }
columns:
  day: { type: date, label: Day, description: Local date of the event. }
  events: { type: integer, unit: count, label: Flights, description: Scheduled flights. }
  actors: { type: integer, unit: count, additive: false, label: Aircraft, description: Distinct aircraft with a flight. }
  anonymous_events: { type: integer, unit: count, label: Without aircraft, description: Flights whose aircraft is not known. }
  departed: { type: integer, unit: count, label: Departures, description: Flights that departed. }
  delayed: { type: integer, unit: count, label: Delayed, description: Departures of 15 minutes late or more. }
  delay_minutes: { type: number, unit: number, decimals: 0, label: Delay minutes, description: "Sum of the departures' delays in minutes; early ones are negative." }
tests:
  - unique: [day]
---*/
-- Events and active actors of each local day: a dense grid from the first event to the day on which the data ends.
WITH daily AS (
    SELECT
        local_date(occurred_at, :tz) AS day,
        count(*) AS events,
        count(DISTINCT actor_id) AS actors,
        count(*) - count(actor_id) AS anonymous_events,
        count(dep_delay) AS departed,
        count(*) FILTER (WHERE dep_delay >= 15) AS delayed,
        coalesce(sum(dep_delay), 0) AS delay_minutes
    FROM events
    GROUP BY 1
),
span AS (
    SELECT min(day) AS first_day, greatest(max(day), :to - 1) AS last_day FROM daily
),
grid AS (
    SELECT CAST(series.day AS date) AS day
    FROM span, generate_series(span.first_day, span.last_day, INTERVAL '1 day') AS series (day)
)
SELECT
    grid.day,
    coalesce(events, 0) AS events,
    coalesce(actors, 0) AS actors,
    coalesce(anonymous_events, 0) AS anonymous_events,
    coalesce(departed, 0) AS departed,
    coalesce(delayed, 0) AS delayed,
    coalesce(delay_minutes, 0) AS delay_minutes
FROM grid
LEFT JOIN daily ON daily.day = grid.day
ORDER BY grid.day

/*---
version: 1
description: What the campaigns that ran in the period were to spend and spent, from their first days to each day of it.
materialized: view
grain: [day]
bucket: { column: day, grain: day }
columns:
  day: { type: date, label: Day, description: Local date. }
  planned_minor: { type: integer, unit: money, additive: false, label: Planned, description: "Budget of their days to this one, the same for each day of a campaign." }
  spent_minor: { type: integer, unit: money, additive: false, label: Spent, description: Value of their contracts to this day. }
---*/
WITH running AS (
    SELECT campaign_id FROM campaign_list WHERE starts_on < :to AND ends_on >= :from
),
daily AS (
    SELECT days.day, sum(days.planned_minor) AS planned_minor, sum(days.spent_minor) AS spent_minor
    FROM campaign_days AS days JOIN running ON running.campaign_id = days.campaign_id
    WHERE days.day < :to
    GROUP BY days.day
),
grid AS (
    SELECT CAST(series.day AS date) AS day FROM generate_series(:from, :to - 1, INTERVAL '1 day') AS series (day)
    UNION SELECT day FROM daily
),
sums AS (
    SELECT
        grid.day,
        sum(coalesce(daily.planned_minor, 0)) OVER (ORDER BY grid.day) AS planned_minor,
        sum(coalesce(daily.spent_minor, 0)) OVER (ORDER BY grid.day) AS spent_minor
    FROM grid LEFT JOIN daily ON daily.day = grid.day
)
SELECT day, CAST(planned_minor AS bigint) AS planned_minor, CAST(spent_minor AS bigint) AS spent_minor
FROM sums
WHERE day >= :from AND day < :to
ORDER BY day

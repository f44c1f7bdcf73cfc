/*---
version: 1
description: Each developer's period in one row, and the one that it is compared with in another.
materialized: view
grain: [user_id, period_start]
bucket: { column: period_start, grain: day }
subject: user_id
columns:
  period_start: { type: date, description: First local date of the period. }
  user_id: { type: id, description: Whose it is. }
  pocs: { type: integer, unit: count, label: POCs, description: POCs created. }
  languages: { type: integer, unit: count, additive: false, label: Languages, description: "Distinct languages, unknown ones left out." }
  active_weeks: { type: integer, unit: count, label: Weeks with a POC, description: Weeks from Monday in which one was created. }
  first_poc: { type: date, label: First, description: Local date of the first. }
  last_poc: { type: date, label: Last, description: Local date of the last. }
  longest_gap_days: { type: integer, unit: count, additive: false, label: Longest gap in days, description: "Days from one POC to the next, at most." }
  gap_from: { type: date, label: Gap from, description: Day of the POC before the longest gap. }
  gap_to: { type: date, label: Gap to, description: Day of the POC after it. }
  longest_week_streak: { type: integer, unit: count, additive: false, label: Weeks in a row, description: "Weeks from Monday in a row with a POC in each, at most." }
  streak_from: { type: date, label: Streak from, description: Monday of its first week. }
---*/
WITH ends AS (
    SELECT :from AS period_start, :from AS from_day, :to AS to_day
    UNION ALL
    SELECT :compare_from, :compare_from, :compare_to
),
periods AS (
    SELECT developers.user_id, ends.period_start, ends.from_day, ends.to_day
    FROM developers CROSS JOIN ends WHERE ends.from_day IS NOT NULL
),
mine AS (
    SELECT periods.period_start, my_pocs.user_id, my_pocs.poc_id, my_pocs.created_at, my_pocs.day, my_pocs.language
    FROM periods JOIN my_pocs
        ON my_pocs.user_id = periods.user_id AND my_pocs.day >= periods.from_day AND my_pocs.day < periods.to_day
),
gaps AS (
    SELECT
        user_id, period_start, day,
        lag(day) OVER (PARTITION BY user_id, period_start ORDER BY created_at, poc_id) AS before
    FROM mine
),
longest_gap AS (
    SELECT user_id, period_start, before, day
    FROM gaps WHERE before IS NOT NULL
    QUALIFY row_number() OVER (PARTITION BY user_id, period_start ORDER BY day - before DESC, day) = 1
),
weeks AS (
    SELECT DISTINCT user_id, period_start, CAST(date_trunc('week', day) AS date) AS week FROM mine
),
-- Weeks in a row have the same distance from their number.
islands AS (
    SELECT
        user_id, period_start, week,
        week - CAST(7 * row_number() OVER (PARTITION BY user_id, period_start ORDER BY week) AS integer) AS island
    FROM weeks
),
streaks AS (
    SELECT user_id, period_start, island, count(*) AS weeks, min(week) AS streak_from
    FROM islands GROUP BY user_id, period_start, island
),
longest_streak AS (
    SELECT user_id, period_start, weeks, streak_from
    FROM streaks
    QUALIFY row_number() OVER (PARTITION BY user_id, period_start ORDER BY weeks DESC, streak_from) = 1
),
week_counts AS (
    SELECT user_id, period_start, count(*) AS weeks FROM weeks GROUP BY user_id, period_start
),
sums AS (
    SELECT
        user_id, period_start,
        count(*) AS pocs,
        count(DISTINCT language) FILTER (WHERE language <> '(none)') AS languages,
        min(day) AS first_poc,
        max(day) AS last_poc
    FROM mine GROUP BY user_id, period_start
)
SELECT
    periods.period_start,
    periods.user_id,
    coalesce(sums.pocs, 0) AS pocs,
    coalesce(sums.languages, 0) AS languages,
    coalesce(week_counts.weeks, 0) AS active_weeks,
    sums.first_poc,
    sums.last_poc,
    longest_gap.day - longest_gap.before AS longest_gap_days,
    longest_gap.before AS gap_from,
    longest_gap.day AS gap_to,
    coalesce(longest_streak.weeks, 0) AS longest_week_streak,
    longest_streak.streak_from
FROM periods
LEFT JOIN sums ON sums.user_id = periods.user_id AND sums.period_start = periods.period_start
LEFT JOIN week_counts ON week_counts.user_id = periods.user_id AND week_counts.period_start = periods.period_start
LEFT JOIN longest_gap ON longest_gap.user_id = periods.user_id AND longest_gap.period_start = periods.period_start
LEFT JOIN longest_streak
    ON longest_streak.user_id = periods.user_id AND longest_streak.period_start = periods.period_start
ORDER BY periods.user_id, periods.period_start

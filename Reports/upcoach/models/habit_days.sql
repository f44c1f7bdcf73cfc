/*---
version: 1
description: Each habit on each day of its client's own zone, what was planned by the plan of that day and what was done. From the first plan to today, or to the day before the habit was archived.
materialized: table
grain: [habit_id, day]
bucket: { column: day, grain: day }
subject: user_id
columns:
  user_id: { type: id, label: Client, description: Whose habit it is. }
  habit_id: { type: id, label: Habit id, description: Which habit. }
  habit: { type: text, label: Habit, description: The habit's name. }
  day: { type: date, label: Day, description: Local date of the client. }
  planned: { type: integer, unit: count, label: Planned, description: How often it was planned for the day; 0 where it was not or where it was paused. }
  done: { type: integer, unit: count, label: Done, description: How often it was logged for the day. }
  kept: { type: integer, unit: count, label: Kept, description: "Done, no more than planned." }
  is_paused: { type: boolean, label: Paused, description: Whether the habit was paused. }
tests:
  - unique: [habit_id, day]
  - not_null: [planned, done]
  - relationships: { column: habit_id, to: habits, field: id }
  - sums_equal: { column: done, to: habit_logs, field: count }
---*/
WITH RECURSIVE days AS (
    SELECT min(valid_from) AS day FROM habit_schedules
    UNION ALL SELECT day + 1 FROM days WHERE day < :to
),
spans AS (
    SELECT h.id AS habit_id,
           min(s.valid_from) AS first_day,
           least(max(coalesce(s.valid_to, :to + 2)), (:as_of AT TIME ZONE u.tz)::date + 1,
                 coalesce((h.archived_at AT TIME ZONE u.tz)::date, :to + 2)) AS end_day
    FROM habits h
    JOIN users u ON u.id = h.user_id AND u.valid_to IS NULL
    JOIN habit_schedules s ON s.habit_id = h.id
    GROUP BY h.id, u.tz, h.archived_at
),
dense AS (
    SELECT p.habit_id, d.day, max(s.target_count) AS target
    FROM spans p
    JOIN days d ON d.day >= p.first_day AND d.day < p.end_day
    LEFT JOIN habit_schedules s
      ON s.habit_id = p.habit_id AND d.day >= s.valid_from AND (s.valid_to IS NULL OR d.day < s.valid_to)
     AND (s.weekdays / power(2, extract(isodow FROM d.day) - 1)::bigint) % 2 = 1
    GROUP BY p.habit_id, d.day
),
logged AS (
    SELECT habit_id, log_date AS day, sum(count)::bigint AS done FROM habit_logs GROUP BY habit_id, log_date
),
both_sides AS (
    SELECT coalesce(d.habit_id, l.habit_id) AS habit_id, coalesce(d.day, l.day) AS day,
           coalesce(d.target, 0)::bigint AS target, coalesce(l.done, 0) AS done
    FROM dense d
    FULL JOIN logged l ON l.habit_id = d.habit_id AND l.day = d.day
)
SELECT h.user_id::text AS user_id, b.habit_id::text AS habit_id, h.name AS habit, b.day,
       CASE WHEN p.habit_id IS NULL THEN b.target ELSE 0 END AS planned,
       b.done,
       least(b.done, CASE WHEN p.habit_id IS NULL THEN b.target ELSE 0 END) AS kept,
       p.habit_id IS NOT NULL AS is_paused
FROM both_sides b
JOIN habits h ON h.id = b.habit_id
LEFT JOIN habit_pauses p ON p.habit_id = b.habit_id AND b.day >= p.from_date AND b.day < p.to_date

/*---
version: 1
description: Each client's habits of the week, with their runs up to its last day. A run counts days on which something was done; days without a plan do not break it.
materialized: view
grain: [habit_id]
subject: user_id
columns:
  user_id: { type: id, label: Client, description: Whose habits they are. }
  habit_id: { type: id, label: Habit id, description: Which habit. }
  habit: { type: text, label: Habit, description: The habit's name. }
  planned: { type: integer, unit: count, label: Planned, description: How often it was planned. }
  kept: { type: integer, unit: count, label: Kept, description: "How often it was done, no more than each day's plan." }
  missed: { type: integer, unit: count, label: Missed, description: Planned and not done. }
  extra: { type: integer, unit: count, label: Extra, description: "Done beyond a day's plan, or on a day without one." }
  full_days: { type: integer, unit: count, label: Full days, description: Days on which all that was planned was done. }
  days_planned: { type: integer, unit: count, label: Days planned, description: "Days on which it was planned, without paused ones." }
  run: { type: integer, unit: count, additive: false, label: Run, description: "Days in a row up to the week's last day; that one may still be missing." }
  longest_run: { type: integer, unit: count, additive: false, label: Longest run, description: The longest run so far. }
---*/
SELECT w.user_id, w.habit_id, w.habit, w.planned, w.kept, w.planned - w.kept AS missed, w.extra, w.full_days, w.days_planned,
       coalesce(r.current, 0) AS run, coalesce(r.longest, 0) AS longest_run
FROM habit_weeks w
LEFT JOIN streaks(
    TABLE (
        SELECT habit_id, day, done = 0 AS is_free
        FROM habit_days
        WHERE day < :to AND (done > 0 OR planned = 0)
    ),
    actor => habit_id, day => day, freeze => is_free, as_of => :to - 1) r ON r.user_id = w.habit_id
WHERE w.week >= :from AND w.week < :to AND (w.planned > 0 OR w.extra > 0)

/*---
version: 1
description: How much of what was planned was done, habit by habit and week by week.
materialized: table
grain: [habit_id, week]
bucket: { column: week, grain: week }
subject: user_id
columns:
  user_id: { type: id, label: Client, description: Whose habit it is. }
  habit_id: { type: id, label: Habit id, description: Which habit. }
  habit: { type: text, label: Habit, description: The habit's name. }
  week: { type: date, label: Week of, description: First day of the week. }
  days_planned: { type: integer, unit: count, label: Days planned, description: "Days on which it was planned, without paused ones." }
  planned: { type: integer, unit: count, label: Planned, description: How often it was planned. }
  kept: { type: integer, unit: count, label: Kept, description: "How often it was done, no more than each day's plan." }
  extra: { type: integer, unit: count, label: Extra, description: "Done beyond a day's plan, or on a day without one." }
  full_days: { type: integer, unit: count, label: Full days, description: Days on which all that was planned was done. }
tests:
  - unique: [habit_id, week]
  - sums_equal: { column: kept, to: habit_days, field: kept }
---*/
SELECT c.user_id, h.id::text AS habit_id, h.name AS habit, c.week,
       c.scheduled AS days_planned, c.target AS planned, c.done AS kept, c.extra, c.full_days
FROM habit_completion(
    TABLE (SELECT user_id, habit_id, period_start('week', day)::date AS week, day, planned, done, is_paused
           FROM habit_days),
    per => week, actor => user_id, habit => habit_id, day => day, seq => habit_id, target => planned, done => done,
    paused => is_paused, as_of => :to + 1) c
JOIN habits h ON h.id::text = c.habit_id

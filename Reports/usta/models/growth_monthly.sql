/*---
version: 1
description: Who was there in each calendar month, and how much that is more than in the month before.
materialized: table
grain: [month]
bucket: { column: month, grain: month }
columns:
  month: { type: date, label: Month, description: First day of the month. }
  active: { type: integer, unit: count, additive: false, label: Active people, description: Distinct people who were there in the month. }
  new: { type: integer, unit: count, label: New, description: There for the first time ever. }
  retained: { type: integer, unit: count, additive: false, label: Stayed, description: There in the month before too. }
  resurrected: { type: integer, unit: count, label: Came back, description: "There before, not in the month before." }
  churned: { type: integer, unit: count, label: Left, description: "There in the month before, not in this one." }
  gained: { type: integer, unit: count, label: Gained, description: New people and those who came back. }
  change: { type: number, unit: percent, additive: false, label: Growth, description: Active people against the month before. }
  status: { type: text, label: Note, description: "ok; new, flat, sign_change or missing where the growth says less than it seems to." }
tests:
  - unique: [month]
---*/
WITH months AS (
    SELECT *
    FROM growth_accounting(TABLE user_days, actor => user_id, day => day, grain => 'month', to => :to,
                           as_of => (:as_of AT TIME ZONE :tz)::date)
)
SELECT m.bucket_start AS month, m.active, m.new, m.retained, m.resurrected, m.churned,
       m.new + m.resurrected AS gained, t.pct_change AS change, t.status
FROM months m
JOIN trend_series(TABLE months, metric => 'active', at => bucket_start, value => active, grain => 'month') t
  ON t.bucket_start = m.bucket_start

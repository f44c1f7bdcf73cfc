/*---
version: 1
description: Who was new, came back and left in each week of the tenant's calendar.
materialized: table
grain: [week]
bucket: { column: week, grain: week }
columns:
  week: { type: date, label: Week, description: First day of the week. }
  active: { type: integer, unit: count, additive: false, label: Active people, description: Distinct people who were there in the week. }
  new: { type: integer, unit: count, label: New, description: There for the first time ever. }
  retained: { type: integer, unit: count, additive: false, label: Stayed, description: There in the week before too. }
  resurrected: { type: integer, unit: count, label: Came back, description: "There before, not in the week before." }
  churned: { type: integer, unit: count, label: Left, description: "There in the week before, not in this one." }
tests:
  - unique: [week]
---*/
SELECT bucket_start AS week, active, new, retained, resurrected, churned
FROM growth_accounting(TABLE user_days, actor => user_id, day => day, grain => 'week', to => :to,
                       as_of => (:as_of AT TIME ZONE :tz)::date)

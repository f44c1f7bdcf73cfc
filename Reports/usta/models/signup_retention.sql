/*---
version: 1
description: Of the people who signed up in a week, how many watched a film k weeks later.
materialized: table
grain: [cohort, age]
bucket: { column: week, grain: week }
columns:
  cohort: { type: date, label: Signed up in the week of, description: First day of the week of signing up. }
  age: { type: integer, additive: false, label: Weeks later, description: Weeks since the week of signing up. }
  week: { type: date, label: Week, description: First day of the week of that age. }
  size: { type: integer, unit: count, label: Signed up, description: People who signed up in the week. }
  returned: { type: integer, unit: count, label: Watched, description: Of them with a view in the week of that age; empty where it is not over. }
  returned_or_later: { type: integer, unit: count, label: Watched then or later, description: Of them with a view in the week of that age or after it. }
tests:
  - unique: [cohort, age]
  - not_null: [size]
---*/
SELECT cohort_start AS cohort, k AS age, (cohort_start + k * 7) AS week, size, retained_bounded AS returned,
       retained_unbounded AS returned_or_later
FROM retention(
    TABLE (
        SELECT id::text AS user_id, (created_at AT TIME ZONE :tz)::date AS joined,
               (created_at AT TIME ZONE :tz)::date AS day
        FROM users WHERE valid_to IS NULL
        UNION ALL
        SELECT d.user_id, (u.created_at AT TIME ZONE :tz)::date, d.day
        FROM user_days d JOIN users u ON u.id::text = d.user_id AND u.valid_to IS NULL
        WHERE d.views > 0
    ),
    actor => user_id, day => day, cohort => joined, grain => 'week', as_of => (:as_of AT TIME ZONE :tz)::date)
WHERE size > 0

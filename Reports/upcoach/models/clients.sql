/*---
version: 1
description: "Clients with something planned or done in a week: who gets its scorecard, by which name and in which zone."
materialized: table
grain: [user_id, week]
bucket: { column: week, grain: week }
subject: user_id
columns:
  user_id: { type: id, label: Client, description: The client's id. }
  week: { type: date, label: Week of, description: First day of the week. }
  name: { type: text, label: Name, description: The address that the scorecard is for. }
  timezone: { type: text, label: Zone, description: The client's own time zone. }
  habits: { type: integer, unit: count, additive: false, label: Habits, description: Habits with a plan or a log in the week. }
tests:
  - unique: [user_id, week]
  - not_null: [name, timezone]
---*/
SELECT w.user_id, w.week, u.email AS name, u.tz AS timezone, count(*) AS habits
FROM habit_weeks w
JOIN users u ON u.id::text = w.user_id AND u.valid_to IS NULL
WHERE u.deleted_at IS NULL AND u.role = 'client' AND (w.planned > 0 OR w.extra > 0)
GROUP BY w.user_id, w.week, u.email, u.tz

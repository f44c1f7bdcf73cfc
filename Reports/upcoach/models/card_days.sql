/*---
version: 1
description: Each client's days of the last twenty-four weeks.
materialized: view
grain: [user_id, day]
subject: user_id
columns:
  user_id: { type: id, label: Client, description: Whose habits they are. }
  day: { type: date, label: Day, description: Local date of the client. }
  planned: { type: integer, unit: count, label: Planned, description: How often something was planned. }
  kept: { type: integer, unit: count, label: Kept, description: "How often it was done, no more than planned." }
---*/
SELECT user_id, day, sum(planned)::bigint AS planned, sum(kept)::bigint AS kept
FROM habit_days
WHERE day >= :to - 24 * 7 AND day < :to
GROUP BY user_id, day
HAVING sum(planned) > 0

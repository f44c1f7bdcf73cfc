/*---
version: 1
description: "Each client's weeks, up to a quarter of them, with the average over four weeks: sums before shares."
materialized: view
grain: [user_id, week]
subject: user_id
columns:
  user_id: { type: id, label: Client, description: Whose habits they are. }
  week: { type: date, label: Week of, description: First day of the week. }
  planned: { type: integer, unit: count, label: Planned, description: How often something was planned. }
  kept: { type: integer, unit: count, label: Kept, description: "How often it was done, no more than planned." }
  planned_4: { type: integer, unit: count, label: "Planned, 4 weeks", description: Planned in the four weeks that end with this one. }
  kept_4: { type: integer, unit: count, label: "Kept, 4 weeks", description: Kept in the four weeks that end with this one. }
---*/
SELECT user_id, week, planned, kept,
       CASE WHEN count(*) OVER four = 4 THEN sum(planned) OVER four END::bigint AS planned_4,
       CASE WHEN count(*) OVER four = 4 THEN sum(kept) OVER four END::bigint AS kept_4
FROM (
    SELECT user_id, week, sum(planned)::bigint AS planned, sum(kept)::bigint AS kept
    FROM habit_weeks
    WHERE week >= :to - 16 * 7 AND week < :to
    GROUP BY user_id, week
) weeks
WINDOW four AS (PARTITION BY user_id ORDER BY week ROWS 3 PRECEDING)
QUALIFY week >= :to - 13 * 7

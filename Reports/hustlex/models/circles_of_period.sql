/*---
version: 1
description: The circles with a round, or a payment, in a period.
materialized: view
grain: [circle_id]
subject: circle_id
columns:
  circle_id: { type: id, label: Circle, description: "The circle's number." }
  name: { type: text, label: Circle, description: "The circle's name." }
---*/
SELECT c.circle_id, c.name
FROM circles c
WHERE EXISTS (SELECT 1 FROM circle_rounds r WHERE r.circle_id = c.circle_id AND r.due_day >= :from AND r.due_day < :to)
  OR EXISTS (SELECT 1 FROM circle_pot_days p WHERE p.circle_id = c.circle_id AND p.day >= :from AND p.day < :to
    AND p.in_minor + p.out_minor > 0)
ORDER BY c.circle_id

/*---
version: 1
description: Events by type.
materialized: table
grain: [event_type]
columns:
  event_type: { type: text, label: Type, description: Type of the event. }
  events: { type: integer, unit: count, label: Events, description: Events of the type. }
---*/
SELECT event_type, count(*) AS events FROM events GROUP BY 1 ORDER BY 2 DESC

/*---
version: 1
description: Every event with revenue.
materialized: view
grain: [event_id]
columns:
  event_id: { type: id, label: Event, description: The event's number. }
  user_id: { type: id, label: User, description: The user's number. }
  occurred_at: { type: timestamp, label: At, description: When it happened. }
  event_type: { type: text, label: Type, description: Type of the event. }
  channel: { type: text, label: Channel, description: Where the user came from. }
  country: { type: text, label: Country, description: ISO code. }
  revenue_minor: { type: integer, unit: count, label: Revenue, description: In minor units. }
---*/
SELECT event_id, user_id, occurred_at, event_type, channel, country, revenue_minor
FROM events WHERE revenue_minor IS NOT NULL ORDER BY event_id

/*---
version: 1
description: Each savings circle as it stands now.
materialized: table
grain: [circle_id]
subject: circle_id
currency: currency
columns:
  circle_id: { type: id, label: Circle, description: "The circle's number." }
  name: { type: text, label: Circle, description: "The circle's name." }
  status: { type: text, label: Status, description: "active or completed, as the app says." }
  members: { type: integer, unit: count, label: Members, description: Members who take part. }
  rounds: { type: integer, unit: count, label: Rounds, description: Rounds that are planned. }
  contribution_minor: { type: integer, unit: money, label: Contribution, description: "What each member owes in each round." }
  frequency: { type: text, label: Frequency, description: How often a round comes. }
  start_date: { type: date, label: Began, description: Date of the first round. }
  currency: { type: text, label: Currency, description: ISO 4217 code. }
tests:
  - unique: [circle_id]
  - not_null: [name, contribution_minor, currency]
  - accepted_values: { column: frequency, values: [daily, weekly, biweekly, monthly] }
---*/
SELECT s.id AS circle_id, s.name, s.status, count(m.id) AS members, s.total_members AS rounds,
  s.contribution_amt AS contribution_minor, s.frequency, s.start_date, s.currency
FROM savings_circles s
LEFT JOIN circle_members m ON m.circle_id = s.id AND m.status = 'active'
GROUP BY s.id, s.name, s.status, s.total_members, s.contribution_amt, s.frequency, s.start_date, s.currency
ORDER BY circle_id

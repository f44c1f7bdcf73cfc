/*---
version: 1
description: "Every member in every round of a circle's life, whatever the period."
materialized: view
grain: [circle_id, member_turn, round]
subject: circle_id
currency: currency
columns:
  circle_id: { type: id, label: Circle, description: "The circle's number." }
  member_turn: { type: text, label: Member, description: "The member's turn and name." }
  round: { type: integer, additive: false, label: Round, description: "The round, from 1." }
  due_minor: { type: integer, unit: money, label: Due, description: "What is owed, in minor units." }
  paid_minor: { type: integer, unit: money, label: Paid, description: What was paid of it. }
  currency: { type: text, label: Currency, description: ISO 4217 code. }
---*/
SELECT circle_id, lpad(CAST(position AS text), 2, ' ') || ' ' || member AS member_turn, round, due_minor, paid_minor, currency
FROM circle_dues
ORDER BY circle_id, position, round

/*---
version: 1
description: "All rounds of a circle, past and to come, whatever the period."
materialized: view
grain: [circle_id, round]
subject: circle_id
currency: currency
columns:
  circle_id: { type: id, label: Circle, description: "The circle's number." }
  round: { type: integer, additive: false, label: Round, description: "The round, from 1." }
  due_day: { type: date, label: Due, description: Local due date of the round. }
  recipient: { type: text, label: Who gets the pot, description: "The member who was paid, or whose turn it is." }
  state: { type: text, label: State, description: "paid, paid in part, next or later." }
  scheduled_minor: { type: integer, unit: money, label: Pot, description: "The sum of the round's dues." }
  collected_minor: { type: integer, unit: money, label: Collected, description: What was paid in for the round. }
  paid_minor: { type: integer, unit: money, label: Paid out, description: "What was paid out, gross." }
  shortfall_minor: { type: integer, unit: money, label: Missing, description: "The pot less what was paid out, once it was paid." }
  paid_on: { type: date, label: Paid on, description: When the first payout was made. }
  currency: { type: text, label: Currency, description: ISO 4217 code. }
---*/
SELECT circle_id, round, due_day, recipient, state, scheduled_minor, collected_minor, paid_minor, shortfall_minor,
  paid_on, currency
FROM circle_rounds
ORDER BY circle_id, round

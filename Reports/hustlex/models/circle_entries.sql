/*---
version: 1
description: "What is owed to the circles, paid into them and paid out, one row each."
materialized: view
grain: [kind, entry_id]
currency: currency
columns:
  circle_id: { type: id, description: The savings circle. }
  member_id: { type: id, description: "Who owes, pays or is paid." }
  round: { type: integer, additive: false, description: "The round that it belongs to." }
  kind: { type: text, description: "due, payment or payout." }
  amount_minor: { type: integer, unit: money, description: "In minor units, above 0." }
  fee_minor: { type: integer, unit: money, description: "What the platform keeps of a payout." }
  at: { type: timestamp, description: "The start of the due date, or when it was paid." }
  entry_id: { type: id, description: "The row's number in its table." }
  waived: { type: boolean, description: "Whether a due is waived." }
  currency: { type: text, description: ISO 4217 code. }
---*/
SELECT m.circle_id, c.member_id, c.round, 'due' AS kind, c.amount AS amount_minor, 0 AS fee_minor,
  CAST(c.due_date AS timestamp) AT TIME ZONE :tz AS at, c.id AS entry_id, c.waived, s.currency
FROM contributions c
JOIN circle_members m ON m.id = c.member_id
JOIN savings_circles s ON s.id = m.circle_id
UNION ALL
SELECT m.circle_id, c.member_id, c.round, 'payment', c.paid_amount, 0, c.paid_at, c.id, false, s.currency
FROM contributions c
JOIN circle_members m ON m.id = c.member_id
JOIN savings_circles s ON s.id = m.circle_id
WHERE c.paid_at IS NOT NULL AND c.paid_amount > 0
UNION ALL
SELECT p.circle_id, p.member_id, p.round, 'payout', p.gross, p.fee, p.paid_at, p.id, false, s.currency
FROM circle_payouts p
JOIN savings_circles s ON s.id = p.circle_id
WHERE p.paid_at IS NOT NULL

/*---
version: 1
description: What lies in a circle's pot at the end of each day, from the first payment to the last.
materialized: table
grain: [circle_id, day]
bucket: { column: day, grain: day }
seal: { after: 35d }
subject: circle_id
currency: currency
columns:
  circle_id: { type: id, label: Circle, description: "The circle's number." }
  day: { type: date, label: Day, description: Local date. }
  in_minor: { type: integer, unit: money, label: Paid in, description: "In minor units." }
  out_minor: { type: integer, unit: money, label: Paid out, description: "Payouts, gross." }
  pot_minor: { type: integer, unit: money, additive: false, label: Pot, description: What is in the pot at the end of the day. }
  currency: { type: text, label: Currency, description: ISO 4217 code. }
tests:
  - unique: [circle_id, day]
  - sums_equal: { column: out_minor, to: circle_rounds, field: paid_minor }
---*/
SELECT s.account AS circle_id, s.bucket_start AS day, s.credits_minor AS in_minor, s.debits_minor AS out_minor,
  s.closing_minor AS pot_minor, s.currency
FROM statement(
  TABLE (SELECT circle_id, currency, at, CASE kind WHEN 'payout' THEN -amount_minor ELSE amount_minor END AS amount
         FROM circle_entries WHERE kind IN ('payment', 'payout')),
  account => circle_id, currency => currency, at => at, amount => amount, grain => 'day',
  to => CAST(:to AS date)) s
ORDER BY circle_id, day

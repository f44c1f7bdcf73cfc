/*---
version: 1
description: "Who gets the pot in each round, what was collected and paid out, and what is missing."
materialized: table
grain: [circle_id, round]
bucket: { column: due_day, grain: day }
subject: circle_id
currency: currency
columns:
  circle_id: { type: id, label: Circle, description: "The circle's number." }
  round: { type: integer, additive: false, label: Round, description: "The round, from 1." }
  due_day: { type: date, label: Due, description: Local due date of the round. }
  recipient: { type: text, label: Who gets the pot, description: "The member who was paid, or whose turn it is." }
  state: { type: text, label: State, description: "paid, paid in part, next or later." }
  scheduled_minor: { type: integer, unit: money, label: Pot, description: "The sum of the round's dues, in minor units." }
  collected_minor: { type: integer, unit: money, label: Collected, description: What was paid in for the round. }
  paid_minor: { type: integer, unit: money, label: Paid out, description: "What was paid out, gross." }
  fee_minor: { type: integer, unit: money, label: Fee, description: What the platform kept of it. }
  shortfall_minor: { type: integer, unit: money, label: Missing, description: "The pot less what was paid out, once it was paid." }
  paid_on: { type: date, label: Paid on, description: When the first payout was made. }
  currency: { type: text, label: Currency, description: ISO 4217 code. }
tests:
  - unique: [circle_id, round]
  - relationships: { column: circle_id, to: circles, field: circle_id }
  - sums_equal: { column: paid_minor, to: circle_payouts, field: gross, where: "paid_at IS NOT NULL" }
  - sums_equal: { column: collected_minor, to: circle_dues, field: paid_minor }
---*/
-- Rule L7. Rounds whose dues do not exist yet are those of the plan: position n has round n.
WITH planned AS (
  SELECT s.id AS circle_id, n.round, s.currency, s.contribution_amt * s.total_members AS scheduled_minor,
    CAST(s.start_date + (n.round - 1) * CASE s.frequency WHEN 'daily' THEN INTERVAL '1 day'
      WHEN 'weekly' THEN INTERVAL '7 days' WHEN 'biweekly' THEN INTERVAL '14 days' ELSE INTERVAL '1 month' END
      AS date) AS due_day
  FROM savings_circles s
  JOIN generate_series(1, 200) AS n(round) ON n.round <= s.total_members
  WHERE s.start_date IS NOT NULL),
dues AS (
  SELECT circle_id, round, min(due_day) AS due_day, CAST(sum(paid_minor) AS bigint) AS collected_minor
  FROM circle_dues GROUP BY circle_id, round),
paid AS (
  SELECT * FROM rotation(TABLE circle_entries, circle => circle_id, member => member_id, round => round,
    due => kind = 'due', payout => kind = 'payout', amount => amount_minor, fee => fee_minor, at => at,
    seq => entry_id, currency => currency, as_of => CAST(:as_of AT TIME ZONE :tz AS date))),
rounds AS (
  SELECT p.circle_id, p.round, coalesce(d.due_day, p.due_day) AS due_day, CAST(r.recipient AS uuid) AS recipient,
    coalesce(r.scheduled_minor, p.scheduled_minor) AS scheduled_minor,
    coalesce(d.collected_minor, 0) AS collected_minor, coalesce(r.paid_minor, 0) AS paid_minor,
    coalesce(r.fee_minor, 0) AS fee_minor, r.paid_at,
    CASE WHEN r.paid_at IS NULL THEN 0 ELSE r.shortfall_minor END AS shortfall_minor, p.currency,
    min(CASE WHEN r.paid_at IS NULL THEN p.round END) OVER (PARTITION BY p.circle_id) AS next_round
  FROM planned p
  LEFT JOIN dues d ON d.circle_id = p.circle_id AND d.round = p.round
  LEFT JOIN paid r ON r.circle_id = p.circle_id AND r.round = p.round)
SELECT r.circle_id, r.round, r.due_day, coalesce(u.full_name, substr(u.id, 1, 8)) AS recipient,
  CASE WHEN r.paid_at IS NOT NULL AND r.shortfall_minor > 0 THEN 'paid in part' WHEN r.paid_at IS NOT NULL THEN 'paid'
    WHEN r.round = r.next_round THEN 'next' ELSE 'later' END AS state,
  r.scheduled_minor, r.collected_minor, r.paid_minor, r.fee_minor, r.shortfall_minor,
  CAST(r.paid_at AT TIME ZONE :tz AS date) AS paid_on, r.currency
FROM rounds r
LEFT JOIN circle_members m ON m.circle_id = r.circle_id
  AND (m.id = r.recipient OR r.recipient IS NULL AND m.position = r.round)
LEFT JOIN users u ON u.id = m.user_id
ORDER BY r.circle_id, r.round

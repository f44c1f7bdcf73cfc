/*---
version: 1
description: How each due of each member of a circle stands.
materialized: table
grain: [circle_id, member_id, round]
bucket: { column: due_day, grain: day }
subject: circle_id
currency: currency
columns:
  circle_id: { type: id, label: Circle, description: "The circle's number." }
  member_id: { type: id, label: Member number, description: "The member's number in the circle." }
  position: { type: integer, additive: false, label: Turn, description: "The round in which the pot is the member's." }
  member: { type: text, label: Member, description: "The member's name." }
  round: { type: integer, additive: false, label: Round, description: "The round, from 1." }
  due_day: { type: date, label: Due, description: Local due date. }
  status: { type: text, label: Status, description: "paid on time, paid late, paid after grace, due, overdue, missed, with 'partly' in front where a part is paid." }
  due_minor: { type: integer, unit: money, label: Due, description: "What is owed, in minor units." }
  paid_minor: { type: integer, unit: money, label: Paid, description: What was paid of it. }
  open_minor: { type: integer, unit: money, label: Open, description: What is still to be paid. }
  dues: { type: integer, unit: count, label: Dues, description: "1: for counting." }
  on_time: { type: integer, unit: count, label: On time, description: "1 where it was paid in full by its date." }
  missed: { type: integer, unit: count, label: Missed, description: "1 where it is not paid in full and grace is over." }
  paid_on: { type: date, label: Paid on, description: "When it was paid in full." }
  days_late: { type: integer, additive: false, label: Days late, description: "Days behind the due date, paid or not." }
  currency: { type: text, label: Currency, description: ISO 4217 code. }
tests:
  - unique: [member_id, round]
  - not_null: [due_day, status]
  - sums_equal: { column: due_minor, to: contributions, field: amount }
---*/
-- Rules L5 and L6: payments settle the due that they name first, then the oldest open one.
SELECT s.circle_id, s.member_id, m.position, coalesce(u.full_name, substr(u.id, 1, 8)) AS member, s.round,
  s.due_date AS due_day,
  CASE s.status WHEN 'on_time' THEN 'paid on time' WHEN 'late' THEN 'paid late'
    WHEN 'missed_recovered' THEN 'paid after grace' WHEN 'pending' THEN 'due' WHEN 'partial_pending' THEN 'partly due'
    WHEN 'partial_overdue' THEN 'partly overdue' WHEN 'partial_missed' THEN 'partly missed' ELSE s.status END AS status,
  s.due_minor, s.paid_minor, s.due_minor - s.paid_minor AS open_minor, 1 AS dues,
  CASE WHEN s.status = 'on_time' THEN 1 ELSE 0 END AS on_time,
  CASE WHEN s.status IN ('missed', 'partial_missed') THEN 1 ELSE 0 END AS missed, s.completed_on AS paid_on,
  s.days_late, c.currency
FROM contribution_status(TABLE circle_entries, circle => circle_id, member => member_id, round => round,
  due => kind = 'due', payment => kind = 'payment', waived => kind = 'due' AND waived, amount => amount_minor,
  at => at, seq => entry_id, currency => currency, as_of => CAST(:as_of AT TIME ZONE :tz AS date)) s
JOIN circle_members m ON m.id = s.member_id
JOIN users u ON u.id = m.user_id
JOIN savings_circles c ON c.id = s.circle_id
ORDER BY s.circle_id, s.round, m.position

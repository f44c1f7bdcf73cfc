/*---
version: 1
description: "What each member of a circle has put in and got out until now, and what is still owed by those already paid."
materialized: table
grain: [circle_id, member_id]
subject: circle_id
currency: currency
columns:
  circle_id: { type: id, label: Circle, description: "The circle's number." }
  member_id: { type: id, label: Member number, description: "The member's number in the circle." }
  position: { type: integer, additive: false, label: Turn, description: "The round in which the pot is the member's." }
  member: { type: text, label: Member, description: "The member's name." }
  contributed_minor: { type: integer, unit: money, label: Paid in, description: "In minor units, until now." }
  received_minor: { type: integer, unit: money, label: Received, description: "The pot less the fee, until now." }
  open_minor: { type: integer, unit: money, label: Owes now, description: "Dues whose date has come that are not paid." }
  exposure_minor: { type: integer, unit: money, label: At risk, description: "Dues not yet paid by members who have had the pot: what the circle may lose by them." }
  on_time: { type: integer, unit: count, label: On time, description: Dues that were paid by their date. }
  missed: { type: integer, unit: count, label: Missed, description: Dues whose grace is over without full payment. }
  dues: { type: integer, unit: count, label: Dues so far, description: Dues whose date has come. }
  currency: { type: text, label: Currency, description: ISO 4217 code. }
tests:
  - unique: [member_id]
  - sums_equal: { column: contributed_minor, to: circle_dues, field: paid_minor }
---*/
WITH dues AS (
  SELECT member_id, min(position) AS position, min(member) AS member,
    count(*) FILTER (WHERE due_day <= CAST(:as_of AT TIME ZONE :tz AS date)) AS dues,
    CAST(coalesce(sum(open_minor) FILTER (WHERE due_day <= CAST(:as_of AT TIME ZONE :tz AS date)), 0) AS bigint) AS open_minor,
    CAST(sum(on_time) AS bigint) AS on_time, CAST(sum(missed) AS bigint) AS missed
  FROM circle_dues GROUP BY member_id)
SELECT p.circle_id, p.member_id, d.position, d.member, p.contributed_minor, p.received_minor, d.open_minor,
  p.exposure_minor, d.on_time, d.missed, d.dues, c.currency
FROM member_position(TABLE circle_entries, circle => circle_id, member => member_id, due => kind = 'due',
  payment => kind = 'payment', payout => kind = 'payout', amount => amount_minor, fee => fee_minor, at => at,
  currency => currency, as_of => CAST(:as_of AT TIME ZONE :tz AS date)) p
JOIN dues d ON d.member_id = p.member_id
JOIN savings_circles c ON c.id = p.circle_id
ORDER BY p.circle_id, d.position

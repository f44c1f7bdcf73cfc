/*---
version: 1
description: "Subscriptions as recurring revenue sees them: from the end of a trial on, with since when an invoice is unpaid."
materialized: view
grain: [subscription_id]
currency: currency
columns:
  subscription_id: { type: id, label: Subscription, description: Which subscription. }
  customer_id: { type: id, label: Customer, description: The organisation or the person that pays. }
  currency: { type: text, label: Currency, description: ISO 4217 code. }
  price_minor: { type: integer, unit: money, label: Price, description: "Price of one for an interval, without tax." }
  quantity: { type: integer, unit: count, label: Seats, description: How many. }
  interval_unit: { type: text, label: Interval, description: "week, month, quarter or year." }
  begins: { type: timestamp, label: From, description: "When it begins to count: its start, or the end of its trial." }
  ends: { type: timestamp, label: To, description: "When it ended, not included; empty while it goes on." }
  unpaid_since: { type: timestamp, label: Unpaid since, description: Due time of the first invoice that is not paid. }
---*/
SELECT s.id::text AS subscription_id,
       coalesce(s.organization_id, s.user_id)::text AS customer_id,
       s.currency, s.price_minor, s.quantity, s.interval_unit,
       greatest(s.started_at, s.trial_end) AS begins,
       s.ended_at AS ends,
       i.unpaid_since
FROM subscriptions s
LEFT JOIN (
    SELECT subscription_id, min(due_at) AS unpaid_since FROM invoices WHERE paid_at IS NULL GROUP BY subscription_id
) i ON i.subscription_id = s.id AND s.status = 'past_due'
WHERE s.valid_to IS NULL AND (s.ended_at IS NULL OR s.ended_at > greatest(s.started_at, s.trial_end))

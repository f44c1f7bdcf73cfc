/*---
version: 1
description: What each customer's subscriptions bring at the end of each month, beside what they brought a month before.
materialized: table
grain: [month, currency, customer_id]
bucket: { column: month, grain: month }
currency: currency
columns:
  month: { type: date, label: Month, description: First day of the month. }
  currency: { type: text, label: Currency, description: ISO 4217 code. }
  customer_id: { type: id, label: Customer id, description: The organisation or the person that pays. }
  customer: { type: text, label: Customer, description: "The organisation's name, or the beginning of the client's id." }
  before_minor: { type: integer, unit: money, additive: false, label: Before, description: MRR at the end of the month before. }
  closing_minor: { type: integer, unit: money, additive: false, label: Now, description: MRR at the end of the month. }
  change_minor: { type: integer, unit: money, label: Change, description: What that is more or less. }
tests:
  - unique: [month, currency, customer_id]
  - sums_equal: { column: closing_minor, to: mrr_months, field: closing_minor }
---*/
WITH ends AS (
    SELECT DISTINCT month, ((month + INTERVAL '1 month') AT TIME ZONE :tz) AS at FROM mrr_months
),
held AS (
    SELECT e.month, p.currency, p.customer_id,
           sum(round(p.price_minor::double precision * p.quantity
                     * CASE p.interval_unit WHEN 'week' THEN 52 WHEN 'day' THEN 365 ELSE 1 END
                     / CASE p.interval_unit WHEN 'month' THEN 1 WHEN 'quarter' THEN 3 ELSE 12 END))::bigint AS closing_minor
    FROM ends e
    JOIN recurring_plans p
      ON p.begins < e.at AND (p.ends IS NULL OR p.ends >= e.at)
     AND (p.unpaid_since IS NULL OR e.at < p.unpaid_since + INTERVAL '720 hours')
    GROUP BY e.month, p.currency, p.customer_id
),
moved AS (
    SELECT month, currency, customer_id, sum(before_minor)::bigint AS before_minor, sum(closing_minor)::bigint AS closing_minor
    FROM (
        SELECT month, currency, customer_id, 0 AS before_minor, closing_minor FROM held
        UNION ALL
        SELECT (month + INTERVAL '1 month')::date, currency, customer_id, closing_minor, 0 FROM held
    ) sides
    WHERE month IN (SELECT month FROM ends)
    GROUP BY month, currency, customer_id
)
SELECT m.month, m.currency, m.customer_id,
       coalesce(o.name, 'Client ' || left(m.customer_id, 8)) AS customer,
       m.before_minor, m.closing_minor, m.closing_minor - m.before_minor AS change_minor
FROM moved m
LEFT JOIN organizations o ON o.id::text = m.customer_id

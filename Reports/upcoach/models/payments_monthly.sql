/*---
version: 1
description: What was collected in each month and what was given back, in both views of refunds.
materialized: table
grain: [month, currency]
bucket: { column: month, grain: month }
seal: { after: 35d }
currency: currency
columns:
  month: { type: date, label: Month, description: First day of the month. }
  currency: { type: text, label: Currency, description: ISO 4217 code. }
  payments: { type: integer, unit: count, label: Payments, description: Payments that went through. }
  collected_minor: { type: integer, unit: money, label: Collected, description: "What they brought, without tax." }
  refunds_minor: { type: integer, unit: money, label: Refunds, description: What was given back in the month. }
  refunds_of_payments_minor: { type: integer, unit: money, label: Given back since, description: "What was ever given back of the month's payments." }
  net_minor: { type: integer, unit: money, label: Net, description: Collected less the refunds of the month. }
tests:
  - unique: [month, currency]
  - sums_equal: { column: refunds_minor, to: refunds, field: amount_minor }
  - sums_equal: { column: collected_minor, to: transactions, field: amount_minor, where: "status = 'succeeded'" }
---*/
SELECT bucket_start AS month, currency, orders AS payments, gmv_minor AS collected_minor,
       refunds_by_refund_date_minor AS refunds_minor,
       refunds_by_order_date_minor AS refunds_of_payments_minor,
       nmv_minor AS net_minor
FROM sales(
    TABLE (
        SELECT id AS payment_id, currency, paid_at AS at, amount_minor, false AS is_refund
        FROM transactions WHERE status = 'succeeded'
        UNION ALL
        SELECT t.id, t.currency, r.refunded_at, r.amount_minor, true
        FROM refunds r JOIN transactions t ON t.id = r.transaction_id
    ),
    currency => currency, order => payment_id, at => at, sale => NOT is_refund, refund => is_refund,
    amount => amount_minor, to => :to)

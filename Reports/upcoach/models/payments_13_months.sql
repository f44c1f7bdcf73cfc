/*---
version: 1
description: Collected and refunded money of the last thirteen months in the tenant's currency.
materialized: view
grain: [month]
currency: currency
columns:
  month: { type: date, label: Month, description: First day of the month. }
  currency: { type: text, label: Currency, description: ISO 4217 code. }
  payments: { type: integer, unit: count, label: Payments, description: Payments that went through. }
  collected_minor: { type: integer, unit: money, label: Collected, description: "What they brought, without tax." }
  refunds_minor: { type: integer, unit: money, label: Refunds, description: What was given back in the month. }
  refunds_of_payments_minor: { type: integer, unit: money, label: Given back since, description: "What was ever given back of the month's payments." }
  net_minor: { type: integer, unit: money, label: Net, description: Collected less the refunds of the month. }
---*/
SELECT month, currency, payments, collected_minor, refunds_minor, refunds_of_payments_minor, net_minor
FROM payments_monthly
WHERE currency = :currency AND month >= (:to - INTERVAL '13 months')::date AND month < :to

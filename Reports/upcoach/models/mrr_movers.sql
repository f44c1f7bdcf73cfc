/*---
version: 1
description: Whose subscriptions moved recurring revenue in the period, in the tenant's currency.
materialized: view
grain: [customer_id]
currency: currency
columns:
  currency: { type: text, label: Currency, description: ISO 4217 code. }
  customer_id: { type: id, label: Customer id, description: The organisation or the person that pays. }
  customer: { type: text, label: Customer, description: "The organisation's name, or the beginning of the client's id." }
  movement: { type: text, label: Movement, description: "New, reactivation, expansion, contraction or churn." }
  before_minor: { type: integer, unit: money, additive: false, label: Before, description: MRR at the end of the month before. }
  closing_minor: { type: integer, unit: money, additive: false, label: Now, description: MRR at the end of the month. }
  change_minor: { type: integer, unit: money, label: Change, description: What that is more or less. }
---*/
SELECT c.currency, c.customer_id, c.customer,
       CASE WHEN c.before_minor = 0 AND p.customer_id IS NULL THEN 'New'
            WHEN c.before_minor = 0 THEN 'Reactivation'
            WHEN c.closing_minor = 0 THEN 'Churn'
            WHEN c.change_minor > 0 THEN 'Expansion'
            ELSE 'Contraction' END AS movement,
       c.before_minor, c.closing_minor, c.change_minor
FROM mrr_customers c
LEFT JOIN (
    SELECT DISTINCT currency, customer_id
    FROM mrr_customers WHERE closing_minor > 0 AND month < date_trunc('month', :to - 1)::date
) p ON p.currency = c.currency AND p.customer_id = c.customer_id
WHERE c.currency = :currency AND c.month = date_trunc('month', :to - 1)::date AND c.change_minor <> 0

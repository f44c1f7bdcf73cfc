/*---
version: 1
description: The bridge of the tenant's currency in the period and in the one before.
materialized: view
grain: [month]
bucket: { column: month, grain: month }
currency: currency
columns:
  month: { type: date, label: Month, description: First day of the month. }
  currency: { type: text, label: Currency, description: ISO 4217 code. }
  opening_minor: { type: integer, unit: money, label: Opening, description: MRR at the end of the month before. }
  gained_minor: { type: integer, unit: money, label: Gained, description: "New, reactivated and expanded." }
  lost_minor: { type: integer, unit: money, label: Lost, description: "Contracted and churned, above zero." }
  retained_minor: { type: integer, unit: money, label: Kept and expanded, description: "Opening with expansion, less contraction and churn." }
  closing_minor: { type: integer, unit: money, additive: false, label: MRR, description: MRR at the end of the month. }
  customers: { type: integer, unit: count, additive: false, label: Customers, description: Customers who pay at the end of the month. }
  arpa_minor: { type: integer, unit: money, additive: false, label: For each customer, description: "Closing MRR for each customer, half to even." }
---*/
SELECT m.month, m.currency, m.opening_minor,
       m.new_minor + m.reactivation_minor + m.expansion_minor AS gained_minor,
       -(m.contraction_minor + m.churn_minor) AS lost_minor,
       m.opening_minor + m.expansion_minor + m.contraction_minor + m.churn_minor AS retained_minor,
       m.closing_minor, c.customers, m.arpa_minor
FROM mrr_months m
LEFT JOIN (
    SELECT month, currency, count(*) AS customers FROM mrr_customers WHERE closing_minor > 0 GROUP BY month, currency
) c ON c.month = m.month AND c.currency = m.currency
WHERE m.currency = :currency AND m.month >= coalesce(:compare_from, :from) AND m.month < :to

/*---
version: 1
description: The last thirteen months of the tenant's currency.
materialized: view
grain: [month]
currency: currency
columns:
  month: { type: date, label: Month, description: First day of the month. }
  currency: { type: text, label: Currency, description: ISO 4217 code. }
  closing_minor: { type: integer, unit: money, additive: false, label: MRR, description: MRR at the end of the month. }
  opening_minor: { type: integer, unit: money, label: Opening, description: MRR at the end of the month before. }
  retained_minor: { type: integer, unit: money, label: Kept and expanded, description: "Opening with expansion, less contraction and churn." }
  kept_minor: { type: integer, unit: money, label: Kept, description: "Opening less contraction and churn." }
  gained_minor: { type: integer, unit: money, label: Gained, description: "New, reactivated and expanded." }
  lost_minor: { type: integer, unit: money, label: Lost, description: "Contracted and churned, above zero." }
  customers_lost: { type: integer, unit: count, label: Lost customers, description: Customers who left. }
  customers_open: { type: integer, unit: count, label: Customers before, description: Customers who paid at the end of the month before. }
---*/
SELECT m.month, m.currency, m.closing_minor, m.opening_minor,
       m.opening_minor + m.expansion_minor + m.contraction_minor + m.churn_minor AS retained_minor,
       m.opening_minor + m.contraction_minor + m.churn_minor AS kept_minor,
       m.new_minor + m.reactivation_minor + m.expansion_minor AS gained_minor,
       -(m.contraction_minor + m.churn_minor) AS lost_minor,
       m.customers_lost, m.customers_open
FROM mrr_months m
WHERE m.currency = :currency AND m.month >= (:to - INTERVAL '13 months')::date AND m.month < :to

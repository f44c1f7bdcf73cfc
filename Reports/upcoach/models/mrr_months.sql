/*---
version: 1
description: "Monthly recurring revenue from month to month, by what moved it: a bridge for each currency, movements by customer."
materialized: table
grain: [month, currency]
bucket: { column: month, grain: month }
seal: { after: 35d }
currency: currency
columns:
  month: { type: date, label: Month, description: First day of the month. }
  currency: { type: text, label: Currency, description: ISO 4217 code. }
  opening_minor: { type: integer, unit: money, additive: false, label: Opening, description: MRR at the end of the month before. }
  new_minor: { type: integer, unit: money, label: New, description: Of customers who never paid before. }
  reactivation_minor: { type: integer, unit: money, label: Reactivation, description: Of customers who came back. }
  expansion_minor: { type: integer, unit: money, label: Expansion, description: Of customers who pay more. }
  contraction_minor: { type: integer, unit: money, label: Contraction, description: Of customers who pay less; below zero. }
  churn_minor: { type: integer, unit: money, label: Churn, description: Of customers who left; below zero. }
  closing_minor: { type: integer, unit: money, additive: false, label: Closing, description: MRR at the end of the month. }
  customers_open: { type: integer, unit: count, additive: false, label: Customers before, description: Customers who paid at the end of the month before. }
  customers_new: { type: integer, unit: count, label: New customers, description: Customers who pay for the first time. }
  customers_lost: { type: integer, unit: count, label: Lost customers, description: Customers who left. }
  arpa_minor: { type: integer, unit: money, additive: false, label: For each customer, description: "Closing MRR for each customer, half to even." }
  intra_month: { type: integer, unit: count, label: Within the month, description: "Customers who came and went within the month: no snapshot sees them." }
tests:
  - unique: [month, currency]
  - not_null: [closing_minor]
---*/
SELECT bucket_start AS month, currency, opening_minor, new_minor, reactivation_minor, expansion_minor,
       contraction_minor, churn_minor, closing_minor, customers_open, customers_new, customers_lost, arpa_minor,
       intra_month
FROM mrr_bridge(TABLE recurring_plans, currency => currency, customer => customer_id, start => begins, end => ends,
                price => price_minor, quantity => quantity, interval => interval_unit, past_due => unpaid_since,
                to => :to)

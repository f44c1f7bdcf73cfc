/*---
version: 1
description: The bridge of the last thirteen months in every currency, in whole units of it.
materialized: view
grain: [month, currency]
columns:
  month: { type: date, label: Month, description: First day of the month. }
  currency: { type: text, label: Currency, description: ISO 4217 code; amounts of two are never added. }
  opening: { type: number, unit: number, decimals: 2, additive: false, label: Opening, description: MRR at the end of the month before. }
  new: { type: number, unit: number, decimals: 2, additive: false, label: New, description: Of customers who never paid before. }
  reactivation: { type: number, unit: number, decimals: 2, additive: false, label: Reactivation, description: Of customers who came back. }
  expansion: { type: number, unit: number, decimals: 2, additive: false, label: Expansion, description: Of customers who pay more. }
  contraction: { type: number, unit: number, decimals: 2, additive: false, label: Contraction, description: Of customers who pay less; below zero. }
  churn: { type: number, unit: number, decimals: 2, additive: false, label: Churn, description: Of customers who left; below zero. }
  closing: { type: number, unit: number, decimals: 2, additive: false, label: Closing, description: MRR at the end of the month. }
  customers_open: { type: integer, unit: count, additive: false, label: Customers before, description: Customers who paid at the end of the month before. }
  customers_new: { type: integer, unit: count, additive: false, label: New customers, description: Customers who pay for the first time. }
  customers_lost: { type: integer, unit: count, additive: false, label: Lost customers, description: Customers who left. }
  intra_month: { type: integer, unit: count, additive: false, label: Within the month, description: "Customers who came and went within the month: no snapshot sees them." }
---*/
SELECT month, currency, opening_minor / unit AS opening, new_minor / unit AS new, reactivation_minor / unit AS reactivation,
       expansion_minor / unit AS expansion, contraction_minor / unit AS contraction, churn_minor / unit AS churn,
       closing_minor / unit AS closing, customers_open, customers_new, customers_lost, intra_month
FROM (
    SELECT *, CASE WHEN currency IN ('JPY', 'KRW', 'VND', 'CLP', 'ISK', 'UGX', 'XAF', 'XOF') THEN 1
                   WHEN currency IN ('KWD', 'BHD', 'OMR', 'JOD', 'TND') THEN 1000
                   ELSE 100 END::double precision AS unit
    FROM mrr_months
    WHERE month >= (:to - INTERVAL '13 months')::date AND month < :to
) months

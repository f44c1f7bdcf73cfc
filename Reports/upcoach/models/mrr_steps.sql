/*---
version: 1
description: The period's bridge of the tenant's currency, a row for each step.
materialized: view
grain: [step]
currency: currency
columns:
  position: { type: integer, additive: false, label: Place, description: The place of the step. }
  step: { type: text, label: Step, description: "Opening, the five movements, closing." }
  currency: { type: text, label: Currency, description: ISO 4217 code. }
  amount_minor: { type: integer, unit: money, label: MRR, description: "The level, or what moved it." }
---*/
WITH bridge AS (
    SELECT m.*
    FROM mrr_months m
    WHERE m.currency = :currency AND m.month = date_trunc('month', :to - 1)::date
)
SELECT 1 AS position, 'Opening' AS step, currency, opening_minor AS amount_minor FROM bridge
UNION ALL SELECT 2, 'New', currency, new_minor FROM bridge
UNION ALL SELECT 3, 'Reactivation', currency, reactivation_minor FROM bridge
UNION ALL SELECT 4, 'Expansion', currency, expansion_minor FROM bridge
UNION ALL SELECT 5, 'Contraction', currency, contraction_minor FROM bridge
UNION ALL SELECT 6, 'Churn', currency, churn_minor FROM bridge
UNION ALL SELECT 7, 'Closing', currency, closing_minor FROM bridge
ORDER BY position

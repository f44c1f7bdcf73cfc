/*---
version: 1
description: "Whether the credits of a month are what was paid less what was given back: by each model, to the last minor unit."
materialized: table
grain: [month, model, currency]
bucket: { column: month, grain: month }
currency: currency
columns:
  month: { type: date, label: Month, description: First local date of the month. }
  model: { type: text, label: Model, description: The model. }
  currency: { type: text, description: ISO 4217 code. }
  net_minor: { type: integer, unit: money, label: Net sales, description: Paid less given back in the month. }
  credited_minor: { type: integer, unit: money, label: Credited, description: The sum of the credits of all channels. }
  diff_minor: { type: integer, unit: money, label: Difference, description: Net sales less credited; 0. }
tests:
  - unique: [month, model, currency]
  - accepted_values: { column: diff_minor, values: [0] }
---*/
WITH sales AS (
    SELECT CAST(date_trunc('month', day) AS date) AS month, currency, sum(net_minor) AS net_minor
    FROM shop_daily GROUP BY 1, 2
),
credited AS (
    SELECT CAST(date_trunc('month', day) AS date) AS month, model, currency, sum(credit_minor) AS credited_minor
    FROM order_credits GROUP BY 1, 2, 3
),
models AS (SELECT DISTINCT model FROM order_credits)
SELECT
    sales.month,
    models.model,
    sales.currency,
    sales.net_minor,
    coalesce(credited.credited_minor, 0) AS credited_minor,
    sales.net_minor - coalesce(credited.credited_minor, 0) AS diff_minor
FROM sales
CROSS JOIN models
LEFT JOIN credited ON credited.month = sales.month AND credited.model = models.model
    AND credited.currency = sales.currency
ORDER BY sales.month, models.model, sales.currency

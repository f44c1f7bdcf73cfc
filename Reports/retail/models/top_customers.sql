/*---
version: 1
description: The customers with the highest sales of each month.
materialized: table
grain: [month, customer_id]
bucket: { column: month, grain: month }
currency: currency
columns:
  month: { type: date, description: First local date of the month. }
  rank: { type: integer, additive: false, label: Rank, description: 1 for the highest sales of the month. }
  customer_id: { type: id, label: Customer, description: The customer's number in the shop. }
  currency: { type: text, description: ISO 4217 code of revenue_minor. }
  revenue_minor: { type: integer, unit: money, label: Sales, description: "Item value of the customer's orders of the month, in minor units." }
  orders: { type: integer, unit: count, label: Orders, description: The customer's orders of the month. }
  items: { type: integer, unit: count, label: Items, description: Items of these orders. }
  first_order: { type: date, label: First order, description: "Local date of the customer's first order ever." }
  last_order: { type: date, label: Last order, description: "Local date of the customer's last order of the month." }
tests:
  - unique: [month, customer_id]
  - unique: [month, rank]
  - not_null: [customer_id, currency]
---*/
-- The hundred customers with the highest sales of each month.
WITH monthly AS (
    SELECT
        CAST(date_trunc('month', day) AS date) AS month,
        customer_id,
        currency,
        sum(revenue_minor) AS revenue_minor,
        count(*) AS orders,
        sum(items) AS items,
        min(day) AS first_day,
        max(day) AS last_order
    FROM (
        SELECT local_date(placed_at, :tz) AS day, customer_id, currency, revenue_minor, items FROM orders
    ) AS placed
    GROUP BY 1, 2, 3
),
ranked AS (
    SELECT
        monthly.*,
        row_number() OVER (PARTITION BY month ORDER BY revenue_minor DESC, customer_id) AS rank,
        min(first_day) OVER (PARTITION BY customer_id) AS first_order
    FROM monthly
)
SELECT month, rank, customer_id, currency, revenue_minor, orders, items, first_order, last_order
FROM ranked
WHERE rank <= 100
ORDER BY month, rank

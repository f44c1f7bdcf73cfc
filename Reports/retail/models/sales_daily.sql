/*---
version: 1
description: Sales of each day, in the shop's own time zone.
materialized: table
grain: [day]
bucket: { column: day, grain: day }
seal: { after: 35d }
currency: currency
columns:
  day: { type: date, label: Day, description: Local date of the order. }
  currency: { type: text, description: ISO 4217 code of revenue_minor. }
  revenue_minor: { type: integer, unit: money, label: Sales, description: "Item value of placed orders, in minor units." }
  orders: { type: integer, unit: count, label: Orders, description: Orders placed. }
  items: { type: integer, unit: count, label: Items, description: Items ordered. }
  customers: { type: integer, unit: count, additive: false, label: Customers, description: Distinct customers with an order on the day. }
tests:
  - unique: [day]   # two currencies make two rows of a day: they are never summed
  - not_null: [currency]
  - sums_equal: { column: revenue_minor, to: orders, field: revenue_minor }
---*/
-- Sales of each local day: a dense grid from the first order to the day on which the data ends.
WITH sales AS (
    SELECT
        local_date(placed_at, :tz) AS day,
        currency,
        sum(revenue_minor) AS revenue_minor,
        count(*) AS orders,
        sum(items) AS items,
        count(DISTINCT customer_id) AS customers
    FROM orders
    GROUP BY 1, 2
),
span AS (
    SELECT min(day) AS first_day, greatest(max(day), :to - 1) AS last_day FROM sales
),
grid AS (
    SELECT CAST(series.day AS date) AS day, currencies.currency
    FROM span, generate_series(span.first_day, span.last_day, INTERVAL '1 day') AS series (day),
        (SELECT DISTINCT currency FROM sales) AS currencies
)
SELECT
    grid.day,
    grid.currency,
    coalesce(sales.revenue_minor, 0) AS revenue_minor,
    coalesce(sales.orders, 0) AS orders,
    coalesce(sales.items, 0) AS items,
    coalesce(sales.customers, 0) AS customers
FROM grid
LEFT JOIN sales ON sales.day = grid.day AND sales.currency = grid.currency
ORDER BY grid.day, grid.currency

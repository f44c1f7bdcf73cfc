/*---
version: 1
description: How many of the customers who came in a month ordered again in the months after it.
materialized: table
grain: [cohort, age]
bucket: { column: month, grain: month }
columns:
  cohort: { type: date, label: First order in, description: First local date of the month of the first order. }
  age: { type: integer, additive: false, label: Months later, description: Months since the month of the first order. }
  month: { type: date, description: First local date of the month of that age. }
  customers: { type: integer, unit: count, additive: false, label: Customers, description: Customers of the cohort with an order in the month. }
  size: { type: integer, unit: count, additive: false, label: Cohort, description: Customers of the cohort. }
tests:
  - unique: [cohort, age]
  - not_null: [customers, size]
---*/
-- How many customers of each month's cohort ordered again, month by month.
WITH active AS (
    SELECT DISTINCT customer_id, CAST(date_trunc('month', local_date(placed_at, :tz)) AS date) AS month
    FROM orders
),
cells AS (
    SELECT cohort, month, count(*) AS customers
    FROM (
        SELECT month, min(month) OVER (PARTITION BY customer_id) AS cohort FROM active
    ) AS members
    GROUP BY cohort, month
),
span AS (
    SELECT greatest(max(month), CAST(date_trunc('month', :to - 1) AS date)) AS last_month FROM cells
),
grid AS (
    SELECT sizes.cohort, sizes.size, CAST(series.month AS date) AS month
    FROM (SELECT cohort, customers AS size FROM cells WHERE month = cohort) AS sizes, span,
        generate_series(sizes.cohort, span.last_month, INTERVAL '1 month') AS series (month)
)
SELECT
    grid.cohort,
    12 * (extract(year FROM grid.month) - extract(year FROM grid.cohort))
        + extract(month FROM grid.month) - extract(month FROM grid.cohort) AS age,
    grid.month,
    coalesce(cells.customers, 0) AS customers,
    grid.size
FROM grid
LEFT JOIN cells ON cells.cohort = grid.cohort AND cells.month = grid.month
ORDER BY grid.cohort, grid.month

/*---
version: 1
description: Orders and refunds of each day with one, in the shop's time zone.
materialized: table
grain: [day]
bucket: { column: day, grain: day }
seal: { after: 35d }
currency: currency
columns:
  day: { type: date, label: Day, description: Local date of the order or refund. }
  currency: { type: text, description: ISO 4217 code. }
  orders: { type: integer, unit: count, label: Orders, description: Paid orders. }
  paid_minor: { type: integer, unit: money, label: Paid, description: "Item value of paid orders, without tax and shipping, before refunds." }
  refunds_minor: { type: integer, unit: money, label: Refunds, description: "Item value given back on the day, whenever it was bought." }
  net_minor: { type: integer, unit: money, label: Net sales, description: Paid less refunds. }
  untouched_orders: { type: integer, unit: count, label: Without a touch, description: Orders before which nobody was seen to come by a channel. }
tests:
  - unique: [day]     # two currencies make two rows of a day: they are never summed
  - not_null: [currency, paid_minor, refunds_minor]
  - sums_equal: { column: paid_minor, to: orders, field: items_minor, where: "status IN ('paid', 'refunded')" }
  - sums_equal: { column: refunds_minor, to: order_refunds, field: items_minor }
---*/
WITH booked AS (
    SELECT
        local_date(placed_at, :tz) AS day, currency, 1 AS orders, items_minor AS paid_minor,
        CAST(0 AS bigint) AS refunds_minor
    FROM orders WHERE status IN ('paid', 'refunded')
    UNION ALL
    SELECT local_date(refunds.refunded_at, :tz), orders.currency, 0, 0, refunds.items_minor
    FROM order_refunds AS refunds JOIN orders ON orders.id = refunds.order_id
),
untouched AS (
    SELECT day, currency, count(*) AS orders
    FROM order_credits WHERE model = 'last' AND entry = 'credit' AND channel = '(direct)'
    GROUP BY day, currency
)
SELECT
    booked.day,
    booked.currency,
    sum(booked.orders) AS orders,
    sum(booked.paid_minor) AS paid_minor,
    sum(booked.refunds_minor) AS refunds_minor,
    sum(booked.paid_minor - booked.refunds_minor) AS net_minor,
    coalesce(min(untouched.orders), 0) AS untouched_orders
FROM booked
LEFT JOIN untouched ON untouched.day = booked.day AND untouched.currency = booked.currency
GROUP BY booked.day, booked.currency
ORDER BY booked.day, booked.currency

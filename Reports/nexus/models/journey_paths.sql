/*---
version: 1
description: The ways by which orders of a month came, as rows of channels.
materialized: table
grain: [month, path, currency]
bucket: { column: month, grain: month }
currency: currency
columns:
  month: { type: date, label: Month, description: First local date of the month of the orders. }
  path: { type: text, label: Path, description: "The channels of the touches in order; clicks in a row of one visit are one." }
  currency: { type: text, description: ISO 4217 code. }
  orders: { type: integer, unit: count, label: Orders, description: Paid orders that came so. }
  paid_minor: { type: integer, unit: money, label: Paid, description: "Their item value, before refunds." }
  touches: { type: integer, unit: count, label: Touches, description: Touches of these orders. }
  wait_minutes: { type: integer, unit: number, label: Minutes, description: "Minutes from the first touch to the order, summed over the orders." }
tests:
  - unique: [month, path, currency]
---*/
WITH journeys AS (
    SELECT
        order_id,
        min(day) AS day,
        min(currency) AS currency,
        string_agg(channel, ' > ' ORDER BY position) AS path,
        sum(credit_minor) AS paid_minor,
        count(touched_at) AS touches,
        CAST(coalesce(extract(epoch FROM max(booked_at) - min(touched_at)), 0) / 60 AS bigint) AS wait_minutes
    FROM order_credits
    WHERE model = 'linear' AND entry = 'credit'
    GROUP BY order_id
)
SELECT
    CAST(date_trunc('month', day) AS date) AS month,
    path,
    currency,
    count(*) AS orders,
    sum(paid_minor) AS paid_minor,
    sum(touches) AS touches,
    sum(wait_minutes) AS wait_minutes
FROM journeys
GROUP BY 1, 2, 3
ORDER BY 1, 4 DESC, 2, 3

/*---
version: 1
description: "Net sales of each month by channel, and by creator whose content was clicked, by each model side by side."
materialized: table
grain: [month, kind, source, currency]
bucket: { column: month, grain: month }
seal: { after: 35d }
currency: currency
columns:
  month: { type: date, label: Month, description: First local date of the month of the order or refund. }
  kind: { type: text, label: Kind, description: "channel or creator: the same sales twice, never to be added up." }
  source: { type: text, label: Source, description: "The channel, (direct) where nobody was seen to come; or the creator." }
  currency: { type: text, description: ISO 4217 code. }
  orders: { type: number, unit: number, decimals: 1, label: Orders, description: Orders by the linear model. }
  first_minor: { type: integer, unit: money, label: First touch, description: "Net sales, all to the first touch." }
  last_minor: { type: integer, unit: money, label: Last touch, description: "Net sales, all to the last touch." }
  last_non_direct_minor: { type: integer, unit: money, label: Last but direct, description: "Net sales, all to the last touch that is not a direct visit." }
  linear_minor: { type: integer, unit: money, label: Linear, description: "Net sales, the same to each touch." }
  position_based_minor: { type: integer, unit: money, label: Position, description: "Net sales, two fifths to the first and the last touch each, the rest to those between." }
  time_decay_minor: { type: integer, unit: money, label: Time decay, description: "Net sales, half as much for each week before the order." }
  markov_journey_minor: { type: integer, unit: money, label: Markov, description: "Net sales, by what would be lost without the channel (removal effect), within each journey." }
  shapley_minor: { type: integer, unit: money, label: Shapley, description: "Net sales, the same to each channel of the journey." }
  spread_minor: { type: integer, unit: money, label: Spread, description: Between the model that gives it most and the one that gives it least. }
tests:
  - unique: [month, kind, source, currency]
  - accepted_values: { column: kind, values: [channel, creator] }
  - not_null: [linear_minor, shapley_minor]
---*/
-- Refunds are taken back on their own date, with the weights of their orders: a month may be below zero.
WITH credits AS (
    SELECT day, 'channel' AS kind, channel AS source, currency, model, weight, credit_minor FROM order_credits
    UNION ALL
    SELECT day, 'creator', creator, currency, model, weight, credit_minor FROM order_credits WHERE creator IS NOT NULL
),
sums AS (
    SELECT
        CAST(date_trunc('month', day) AS date) AS month,
        kind,
        source,
        currency,
        coalesce(sum(weight) FILTER (WHERE model = 'linear'), 0) AS orders,
        coalesce(sum(credit_minor) FILTER (WHERE model = 'first'), 0) AS first_minor,
        coalesce(sum(credit_minor) FILTER (WHERE model = 'last'), 0) AS last_minor,
        coalesce(sum(credit_minor) FILTER (WHERE model = 'last_non_direct'), 0) AS last_non_direct_minor,
        coalesce(sum(credit_minor) FILTER (WHERE model = 'linear'), 0) AS linear_minor,
        coalesce(sum(credit_minor) FILTER (WHERE model = 'position_based'), 0) AS position_based_minor,
        coalesce(sum(credit_minor) FILTER (WHERE model = 'time_decay'), 0) AS time_decay_minor,
        coalesce(sum(credit_minor) FILTER (WHERE model = 'markov_journey'), 0) AS markov_journey_minor,
        coalesce(sum(credit_minor) FILTER (WHERE model = 'shapley'), 0) AS shapley_minor
    FROM credits
    GROUP BY 1, 2, 3, 4
)
SELECT
    month, kind, source, currency, orders,
    first_minor, last_minor, last_non_direct_minor, linear_minor, position_based_minor,
    time_decay_minor, markov_journey_minor, shapley_minor,
    greatest(
        first_minor, last_minor, last_non_direct_minor, linear_minor, position_based_minor,
        time_decay_minor, markov_journey_minor, shapley_minor)
        - least(
            first_minor, last_minor, last_non_direct_minor, linear_minor, position_based_minor,
            time_decay_minor, markov_journey_minor, shapley_minor) AS spread_minor
FROM sums
ORDER BY month, kind, source, currency

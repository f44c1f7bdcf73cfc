/*---
version: 1
description: What would be lost without each channel, by the journeys of the twelve months to the end of the period.
materialized: view
grain: [channel]
columns:
  channel: { type: text, label: Channel, description: The channel. }
  touches: { type: integer, unit: count, label: Touches, description: Its touches in journeys that ended in an order. }
  assisted: { type: integer, unit: count, additive: false, label: Assisted, description: Orders of which it had a touch before the last. }
  removal_effect: { type: number, unit: percent, additive: false, label: Lost without it, description: "Share of orders that would be lost without the channel: the removal effect of the first-order chain of all journeys, those that ended in nothing included." }
  markov_share: { type: number, unit: percent, additive: false, label: Share (Markov), description: Its removal effect divided by the sum of all. }
  shapley_share: { type: number, unit: percent, additive: false, label: Share (Shapley), description: Its share of orders where each channel of a journey counts the same. }
  last_share: { type: number, unit: percent, additive: false, label: Share (last), description: Its share of last touches. }
tests:
  - unique: [channel]
---*/
WITH recent AS (
    SELECT *
    FROM journey_log
    WHERE at >= CAST(:to - INTERVAL '12 months' AS timestamp) AT TIME ZONE :tz
        AND at < CAST(:to AS timestamp) AT TIME ZONE :tz
        AND kind <> 'refund'
),
answers AS (
    SELECT model, channel, share, removal_effect, touches, assisted
    FROM attribution(
        TABLE recent, journey => journey, at => at, seq => CAST(rank AS text) || ':' || id, touch => kind = 'touch',
        channel => channel, conversion => kind = 'order', conversion_id => order_id, value => 0,
        session => session_id, window => INTERVAL '30 days', model => ['last', 'markov', 'shapley'],
        as_of => CAST(:to AS timestamp) AT TIME ZONE :tz)
)
SELECT
    channel,
    max(touches) AS touches,
    max(assisted) AS assisted,
    max(removal_effect) FILTER (WHERE model = 'markov') AS removal_effect,
    max(share) FILTER (WHERE model = 'markov') AS markov_share,
    max(share) FILTER (WHERE model = 'shapley') AS shapley_share,
    max(share) FILTER (WHERE model = 'last') AS last_share
FROM answers
GROUP BY channel
ORDER BY markov_share DESC, channel

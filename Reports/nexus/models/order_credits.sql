/*---
version: 1
description: Each touch's credit for each order by each model, and what refunds take back of it, on the refund's date.
materialized: table
grain: [model, order_id, entry, booked_at, position]
bucket: { column: day, grain: day }
currency: currency
columns:
  day: { type: date, label: Day, description: Local date of the order or refund. }
  model: { type: text, label: Model, description: "first, last, last_non_direct, linear, position_based, time_decay, markov_journey or shapley." }
  order_id: { type: id, label: Order, description: The order. }
  entry: { type: text, label: Entry, description: "credit, or reversal of what a refund takes back." }
  booked_at: { type: timestamp, description: The instant of the order or refund. }
  touched_at: { type: timestamp, description: The instant of the touch; empty of orders without one. }
  position: { type: integer, additive: false, description: "The touch's place in the path, from 1." }
  channel: { type: text, label: Channel, description: "The touch's channel, (direct) without a touch." }
  campaign_id: { type: id, description: "The touch's campaign; empty without one." }
  content_id: { type: id, description: "What was clicked; empty without it." }
  creator: { type: text, label: Creator, description: "Who made what was clicked; empty without one." }
  weight: { type: number, unit: number, decimals: 4, label: Orders, description: "The touch's part of the order; 0 of reversals." }
  credit_minor: { type: integer, unit: money, label: Credit, description: "Its part of the item value in minor units; negative of reversals." }
  currency: { type: text, description: ISO 4217 code of credit_minor. }
tests:
  - not_null: [day, channel, credit_minor]
  - accepted_values: { column: entry, values: [credit, reversal] }
---*/
-- Weights are of channels; which campaign and creator a touch was of is looked up, so that they do not change weights.
WITH credits AS (
    SELECT *
    FROM attribution(
        TABLE journey_log, journey => journey, at => at, seq => CAST(rank AS text) || ':' || id,
        touch => kind = 'touch', channel => channel, conversion => kind = 'order', conversion_id => order_id,
        value => amount_minor, currency => currency, refund => kind = 'refund', session => session_id, direct => ['(direct)', 'direct'],
        window => INTERVAL '30 days', by => 'credit', as_of => :as_of)
),
touches AS (
    SELECT
        journey, at, channel, max_by(campaign_id, id) AS campaign_id, max_by(content_id, id) AS content_id,
        max_by(creator, id) AS creator
    FROM journey_log
    WHERE kind = 'touch' AND (campaign_id IS NOT NULL OR creator IS NOT NULL)
    GROUP BY journey, at, channel
)
SELECT
    local_date(credits.booked_at, :tz) AS day,
    CASE credits.model WHEN 'markov' THEN 'markov_journey' ELSE credits.model END AS model,
    credits.conversion_id AS order_id,
    credits.entry,
    credits.booked_at,
    credits.touch_at AS touched_at,
    credits.position,
    credits.channel,
    touches.campaign_id,
    touches.content_id,
    touches.creator,
    CASE credits.entry WHEN 'credit' THEN credits.weight ELSE 0 END AS weight,
    credits.credit_minor,
    credits.currency
FROM credits
LEFT JOIN touches ON touches.journey = credits.journey AND touches.at = credits.touch_at
    AND touches.channel = credits.channel
ORDER BY model, booked_at, order_id, entry, position

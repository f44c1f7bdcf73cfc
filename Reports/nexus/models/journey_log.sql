/*---
version: 1
description: "Journeys as a log: clicks as touches, paid orders, and refunds."
materialized: view
grain: [rank, id]
columns:
  journey: { type: id, description: The visitor. }
  at: { type: timestamp, description: When. }
  rank: { type: integer, additive: false, description: "1 touch, 2 order, 3 refund: their order within a moment." }
  id: { type: id, description: The row's id in its table. }
  kind: { type: text, description: "touch, order or refund." }
  channel: { type: text, description: The touch's channel. }
  campaign_id: { type: id, description: The touch's campaign. }
  content_id: { type: id, description: The touch's content. }
  creator: { type: text, description: The handle of who made that content. }
  session_id: { type: id, description: The touch's visit. }
  order_id: { type: id, description: The order of an order or refund. }
  amount_minor: { type: integer, unit: money, description: "Item value of the order, or of what is given back." }
  currency: { type: text, description: ISO 4217 code. }
---*/
-- Views and carts are no touches: nobody came by them. Tax and shipping are no sales.
SELECT
    events.visitor_id AS journey,
    events.occurred_at AS at,
    1 AS rank,
    CAST(events.id AS text) AS id,
    'touch' AS kind,
    events.channel,
    CAST(events.campaign_id AS text) AS campaign_id,
    CAST(events.content_id AS text) AS content_id,
    creators.handle AS creator,
    events.session_id,
    CAST(NULL AS text) AS order_id,
    CAST(NULL AS bigint) AS amount_minor,
    CAST(NULL AS text) AS currency
FROM commerce_events AS events
LEFT JOIN content ON content.id = events.content_id AND content.valid_to IS NULL
LEFT JOIN creators ON creators.id = content.creator_id AND creators.valid_to IS NULL
WHERE events.kind = 'click'
UNION ALL
SELECT
    visitor_id, placed_at, 2, CAST(id AS text), 'order', NULL, NULL, NULL, NULL, NULL, CAST(id AS text), items_minor,
    currency
FROM orders
WHERE status IN ('paid', 'refunded')
UNION ALL
SELECT
    orders.visitor_id, refunds.refunded_at, 3, CAST(refunds.id AS text), 'refund', NULL, NULL, NULL, NULL, NULL,
    CAST(refunds.order_id AS text), refunds.items_minor, orders.currency
FROM order_refunds AS refunds
JOIN orders ON orders.id = refunds.order_id

/*---
version: 1
description: The fifty contents of each week with the highest scores.
materialized: incremental
grain: [week, pos]
bucket: { column: week, grain: week }
columns:
  week: { type: date, label: Week, description: First local date of the week. }
  pos: { type: integer, additive: false, label: Place, description: 1 for the highest score. }
  content_id: { type: id, label: Number, description: The content's number. }
  title: { type: text, label: Title, description: The content's title. }
  kind: { type: text, label: Kind, description: What it is. }
  score: { type: integer, unit: count, label: Score, description: "view 1, play 2, like 3, comment 5, share 8." }
---*/
WITH s AS (
  SELECT CAST(date_trunc('week', occurred_at AT TIME ZONE :tz) AS date) AS week, content_id,
    CAST(sum(CASE event_type WHEN 'view' THEN 1 WHEN 'play' THEN 2 WHEN 'like' THEN 3 WHEN 'comment' THEN 5
      WHEN 'share' THEN 8 ELSE 0 END) AS bigint) AS score
  FROM events
  WHERE occurred_at >= CAST(:from AS timestamp) AT TIME ZONE :tz AND occurred_at < CAST(:to AS timestamp) AT TIME ZONE :tz
  GROUP BY 1, 2),
r AS (SELECT *, row_number() OVER (PARTITION BY week ORDER BY score DESC, content_id) AS pos FROM s)
SELECT week, pos, content_id, title, kind, score FROM r JOIN contents USING (content_id) WHERE pos <= 50
ORDER BY week, pos

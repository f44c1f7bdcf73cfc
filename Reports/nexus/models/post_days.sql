/*---
version: 1
description: What the counters of each post gained on each day on which they were read.
materialized: table
grain: [day, post_id]
bucket: { column: day, grain: day }
columns:
  day: { type: date, label: Day, description: Local date of the reading. }
  post_id: { type: id, description: The post. }
  content_id: { type: id, description: Its content. }
  campaign_id: { type: id, description: Its campaign; empty of what creators make by themselves. }
  creator: { type: text, label: Creator, description: Who made it. }
  platform: { type: text, label: Platform, description: Where it was published. }
  views: { type: integer, unit: count, label: Views, description: "Views gained since the reading before, less those that the platform took back." }
  reach: { type: integer, unit: count, label: Reach, description: "The same of people reached; who saw two posts counts twice." }
  likes: { type: integer, unit: count, label: Likes, description: The same of likes. }
  comments: { type: integer, unit: count, label: Comments, description: The same of comments. }
  shares: { type: integer, unit: count, label: Shares, description: The same of shares. }
  saves: { type: integer, unit: count, label: Saves, description: The same of saves. }
  corrected_views: { type: integer, unit: count, label: Views taken back, description: "Views that the platform took back, as a number not above 0." }
tests:
  - unique: [day, post_id]
  - not_null: [content_id, views, corrected_views]
---*/
-- Counters begin at zero when a post is published: without that row the first night would be a baseline, and lost.
WITH readings AS (
    SELECT CAST(post_id AS text) AS post_id, local_date(observed_at, :tz) AS day, observed_at AS at, views, reach, likes,
        comments, shares, saves
    FROM post_metrics
    UNION ALL
    SELECT CAST(id AS text), local_date(published_at, :tz) - 1, published_at, 0, 0, 0, 0, 0, 0 FROM posts
),
counters AS (
    SELECT post_id, day, at, 'views' AS counter, views AS value FROM readings
    UNION ALL SELECT post_id, day, at, 'reach', reach FROM readings
    UNION ALL SELECT post_id, day, at, 'likes', likes FROM readings
    UNION ALL SELECT post_id, day, at, 'comments', comments FROM readings
    UNION ALL SELECT post_id, day, at, 'shares', shares FROM readings
    UNION ALL SELECT post_id, day, at, 'saves', saves FROM readings
),
deltas AS (
    SELECT
        split_part(entity, ':', 1) AS post_id, split_part(entity, ':', 2) AS counter, observed_on AS day, delta,
        correction
    FROM counter_deltas(
        TABLE (SELECT post_id || ':' || counter AS entity, day, at, value FROM counters),
        entity => entity, day => day, seq => at, counter => value, as_of => local_date(:as_of, :tz))
    WHERE delta IS NOT NULL
),
gained AS (
    SELECT
        post_id, day,
        coalesce(sum(delta) FILTER (WHERE counter = 'views'), 0) AS views,
        coalesce(sum(delta) FILTER (WHERE counter = 'reach'), 0) AS reach,
        coalesce(sum(delta) FILTER (WHERE counter = 'likes'), 0) AS likes,
        coalesce(sum(delta) FILTER (WHERE counter = 'comments'), 0) AS comments,
        coalesce(sum(delta) FILTER (WHERE counter = 'shares'), 0) AS shares,
        coalesce(sum(delta) FILTER (WHERE counter = 'saves'), 0) AS saves,
        coalesce(sum(correction) FILTER (WHERE counter = 'views'), 0) AS corrected_views
    FROM deltas
    GROUP BY post_id, day
)
SELECT
    gained.day,
    gained.post_id,
    CAST(posts.content_id AS text) AS content_id,
    CAST(content.campaign_id AS text) AS campaign_id,
    creators.handle AS creator,
    posts.platform,
    gained.views, gained.reach, gained.likes, gained.comments, gained.shares, gained.saves, gained.corrected_views
FROM gained
JOIN posts ON CAST(posts.id AS text) = gained.post_id
LEFT JOIN content ON content.id = posts.content_id AND content.valid_to IS NULL
LEFT JOIN creators ON creators.id = content.creator_id AND creators.valid_to IS NULL
ORDER BY gained.day, gained.post_id

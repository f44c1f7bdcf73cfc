/*---
version: 1
description: What each person did on each local day, by the four deeds that count as being there.
materialized: incremental
grain: [day, user_id]
bucket: { column: day, grain: day }
incremental: { lookback: 7d }
columns:
  day: { type: date, label: Day, description: Local date of the tenant. }
  user_id: { type: id, label: Person, description: Who it was; empty for views without an account. }
  views: { type: integer, unit: count, label: Views, description: Films that were started. }
  likes: { type: integer, unit: count, label: Likes, description: "Likes given, those taken back later too." }
  comments: { type: integer, unit: count, label: Comments, description: "Comments written, those deleted later too." }
  shares: { type: integer, unit: count, label: Shares, description: Films that were shared. }
  watched_s: { type: number, unit: number, decimals: 0, label: Seconds watched, description: Seconds watched of the films that were started. }
tests:
  - unique: [day, user_id]
  - not_null: [day, views]
  - relationships: { column: user_id, to: users, field: id }
---*/
SELECT (at AT TIME ZONE :tz)::date AS day,
       user_id::text AS user_id,
       count(*) FILTER (WHERE kind = 'view') AS views,
       count(*) FILTER (WHERE kind = 'like') AS likes,
       count(*) FILTER (WHERE kind = 'comment') AS comments,
       count(*) FILTER (WHERE kind = 'share') AS shares,
       sum(watched_s)::double precision AS watched_s
FROM (
    SELECT viewer_id AS user_id, started_at AS at, 'view' AS kind, watched_s FROM video_views
    UNION ALL SELECT user_id, created_at, 'like', 0 FROM video_likes
    UNION ALL SELECT user_id, created_at, 'comment', 0 FROM video_comments
    UNION ALL SELECT user_id, created_at, 'share', 0 FROM video_shares
) deeds
WHERE (at AT TIME ZONE :tz)::date >= :from AND (at AT TIME ZONE :tz)::date < :to
GROUP BY 1, 2

/*---
version: 1
description: Who was there on each local day, and what they did. A row for each day, also for those without anybody.
materialized: table
grain: [day]
bucket: { column: day, grain: day }
columns:
  day: { type: date, label: Day, description: Local date of the tenant. }
  active: { type: integer, unit: count, additive: false, label: Active people, description: "Distinct people with a view, like, comment or share on the day." }
  active_7: { type: integer, unit: count, additive: false, label: "Active, 7 days", description: Distinct people of the seven days that end with this one. }
  active_30: { type: integer, unit: count, additive: false, label: "Active, 30 days", description: Distinct people of the thirty days that end with this one. }
  stickiness: { type: number, unit: percent, additive: false, label: Stickiness, description: Active people of the day divided by those of thirty days. }
  new: { type: integer, unit: count, label: New, description: People who were there for the first time ever. }
  resurrected: { type: integer, unit: count, additive: false, label: Came back, description: People who had been there before but not on the day before. }
  churned: { type: integer, unit: count, additive: false, label: Not back, description: People of the day before who were not there. }
  views: { type: integer, unit: count, label: Views, description: Films that were started. }
  anonymous_views: { type: integer, unit: count, label: Without account, description: Views without an account. }
  likes: { type: integer, unit: count, label: Likes, description: Likes given. }
  comments: { type: integer, unit: count, label: Comments, description: Comments written. }
  shares: { type: integer, unit: count, label: Shares, description: Films that were shared. }
  signups: { type: integer, unit: count, label: Sign-ups, description: "Accounts made, those deleted later too." }
  is_warmup: { type: boolean, label: Warm-up, description: "Whether the data begins less than thirty days before, so that the thirty days' figure is too small." }
tests:
  - unique: [day]
  - not_null: [active, views, signups]
  - sums_equal: { column: views, to: user_days, field: views }
---*/
SELECT a.bucket_start AS day,
       a.dau AS active,
       a.wau7 AS active_7,
       a.mau30 AS active_30,
       a.stickiness,
       a.new,
       a.resurrected,
       a.churned,
       coalesce(d.views, 0)::bigint AS views,
       coalesce(d.anonymous_views, 0)::bigint AS anonymous_views,
       coalesce(d.likes, 0)::bigint AS likes,
       coalesce(d.comments, 0)::bigint AS comments,
       coalesce(d.shares, 0)::bigint AS shares,
       coalesce(s.signups, 0) AS signups,
       a.is_warmup
FROM active_users(TABLE user_days, actor => user_id, day => day, to => :to,
                  as_of => (:as_of AT TIME ZONE :tz)::date) a
LEFT JOIN (
    SELECT day, sum(views) AS views, sum(views) FILTER (WHERE user_id IS NULL) AS anonymous_views,
           sum(likes) AS likes, sum(comments) AS comments, sum(shares) AS shares
    FROM user_days GROUP BY day
) d ON d.day = a.bucket_start
LEFT JOIN (
    SELECT (created_at AT TIME ZONE :tz)::date AS day, count(*) AS signups
    FROM users WHERE valid_to IS NULL GROUP BY 1
) s ON s.day = a.bucket_start

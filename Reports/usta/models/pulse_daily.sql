/*---
version: 1
description: The days of the period and of the one before, with whether they stand out.
materialized: view
grain: [day]
bucket: { column: day, grain: day }
columns:
  day: { type: date, label: Day, description: Local date of the tenant. }
  active: { type: integer, unit: count, additive: false, label: Active people, description: "Distinct people with a view, like, comment or share on the day." }
  active_7: { type: integer, unit: count, additive: false, label: "Active, 7 days", description: Distinct people of the seven days that end with this one. }
  active_30: { type: integer, unit: count, additive: false, label: "Active, 30 days", description: Distinct people of the thirty days that end with this one. }
  stickiness: { type: number, unit: percent, additive: false, label: Stickiness, description: Active people of the day divided by those of thirty days. }
  views: { type: integer, unit: count, label: Views, description: Films that were started. }
  likes: { type: integer, unit: count, label: Likes, description: Likes given. }
  comments: { type: integer, unit: count, label: Comments, description: Comments written. }
  shares: { type: integer, unit: count, label: Shares, description: Films that were shared. }
  signups: { type: integer, unit: count, label: Sign-ups, description: "Accounts made, those deleted later too." }
  active_stands_out: { type: boolean, label: Stands out, description: Whether the number of active people was not to be expected. }
  views_stand_out: { type: boolean, label: Views stand out, description: Whether the number of views was not to be expected. }
---*/
SELECT p.day, p.active, p.active_7, p.active_30, p.stickiness, p.views, p.likes, p.comments, p.shares, p.signups,
       a.is_anomaly AS active_stands_out, v.is_anomaly AS views_stand_out
FROM platform_daily p
LEFT JOIN stand_outs a ON a.day = p.day AND a.metric = 'active'
LEFT JOIN stand_outs v ON v.day = p.day AND v.metric = 'views'
WHERE p.day >= coalesce(:compare_from, :from) AND p.day < :to

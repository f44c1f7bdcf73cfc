/*---
version: 1
description: "How long people stay: the share still watching so many days after signing up (Kaplan and Meier), up to 16 weeks, of those who signed up in the last 26 weeks and in the 26 weeks before."
materialized: view
grain: [signed_up, days]
columns:
  signed_up: { type: text, label: Signed up, description: "Newer: in the last 26 weeks; older: in the 26 weeks before." }
  days: { type: number, unit: number, decimals: 0, additive: false, label: Days since signing up, description: Days from signing up to the last view. }
  at_risk: { type: integer, unit: count, additive: false, label: Still there, description: People who were neither gone nor too new to say. }
  gone: { type: integer, unit: count, label: Left, description: People whose last view was so many days after signing up. }
  staying: { type: number, unit: percent, additive: false, label: Still watching, description: Share that has not left. }
  low: { type: number, unit: percent, additive: false, label: At least, description: Lower end of the 95% interval. }
  high: { type: number, unit: percent, additive: false, label: At most, description: Upper end of the 95% interval. }
---*/
SELECT "group" AS signed_up, t AS days, at_risk, events AS gone, s AS staying, ci_lo AS low, ci_hi AS high
FROM survival(
    TABLE (
        SELECT CASE WHEN joined >= :to - 26 * 7 THEN 'Newer' ELSE 'Older' END AS signed_up,
               CASE WHEN :to - last_view > 28 THEN (last_view - joined)::double precision
                    ELSE (:to - 1 - joined)::double precision END AS days,
               :to - last_view > 28 AS has_left
        FROM (
            SELECT u.id, (u.created_at AT TIME ZONE :tz)::date AS joined,
                   coalesce(max(d.day), (u.created_at AT TIME ZONE :tz)::date) AS last_view
            FROM users u
            LEFT JOIN user_days d ON d.user_id = u.id::text AND d.views > 0 AND d.day < :to
            WHERE u.valid_to IS NULL
            GROUP BY u.id, u.created_at
        ) people
        WHERE joined >= :to - 52 * 7 AND joined < :to
    ),
    group => signed_up, duration => days, event => has_left)
WHERE t <= 112
ORDER BY signed_up, days

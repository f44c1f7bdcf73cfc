/*---
version: 1
description: Each developer's POCs of the period by language, by tag and by month, as far as it was asked for.
materialized: view
grain: [user_id, kind, label]
subject: user_id
columns:
  kind: { type: text, label: Grouped by, description: "language, tag or month." }
  place: { type: integer, additive: false, label: Place, description: "Order within the kind: by POCs, months by time." }
  label: { type: text, label: Group, description: "The language, the tag, or the month as YYYY-MM." }
  user_id: { type: id, description: Whose it is. }
  pocs: { type: integer, unit: count, label: POCs, description: "POCs created in the period. One with three tags counts for each of them." }
  pocs_before: { type: integer, unit: count, label: Before, description: "The same in the period that it is compared with; months are compared with the month as far into it." }
  share: { type: number, unit: percent, additive: false, label: Share, description: Share of all POCs of the period. }
  first_poc: { type: date, label: First, description: Local date of the first. }
  last_poc: { type: date, label: Last, description: Local date of the last. }
tests:
  - unique: [user_id, kind, label]
---*/
WITH now AS (
    SELECT user_id, kind, label, matched, count(*) AS pocs, min(day) AS first_poc, max(day) AS last_poc
    FROM my_labels WHERE day >= :from GROUP BY user_id, kind, label, matched
),
before AS (
    SELECT user_id, kind, matched, count(*) AS pocs
    FROM my_labels WHERE day < :compare_to GROUP BY user_id, kind, matched
),
everything AS (SELECT user_id, count(*) AS pocs FROM my_pocs WHERE day >= :from GROUP BY user_id)
SELECT
    now.kind,
    row_number() OVER (
        PARTITION BY now.user_id, now.kind ORDER BY CASE WHEN now.kind = 'month' THEN 0 ELSE -now.pocs END, now.label
    ) AS place,
    now.label,
    now.user_id,
    now.pocs,
    coalesce(before.pocs, 0) AS pocs_before,
    CAST(now.pocs AS double precision) / everything.pocs AS share,
    now.first_poc,
    now.last_poc
FROM now
JOIN everything ON everything.user_id = now.user_id
LEFT JOIN before ON before.user_id = now.user_id AND before.kind = now.kind AND before.matched = now.matched
ORDER BY now.user_id, now.kind, place

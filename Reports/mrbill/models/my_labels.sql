/*---
version: 1
description: "What each developer's POCs of the period and of the one that it is compared with are called: by language, by tag and by month, as far as it was asked for."
materialized: view
grain: [poc_id, kind, label]
bucket: { column: day, grain: day }
subject: user_id
columns:
  day: { type: date, label: Day, description: Local date on which the POC was created. }
  poc_id: { type: id, description: The POC. }
  user_id: { type: id, description: Whose it is. }
  kind: { type: text, label: Grouped by, description: "language, tag or month." }
  label: { type: text, label: Group, description: "The language, the tag, or the month as YYYY-MM." }
  matched: { type: text, description: "What it is compared by: the label, of months how far they lie behind the first of their period." }
  pocs: { type: integer, unit: count, label: POCs, description: "1, to be counted: counts of several tags are not to be added up to POCs." }
---*/
WITH labelled AS (
    SELECT day, poc_id, user_id, 'language' AS kind, language AS label, language AS matched FROM my_pocs
    UNION ALL
    SELECT my_pocs.day, my_pocs.poc_id, my_pocs.user_id, 'tag', tags.tag, tags.tag
    FROM poc_tag_facts AS tags JOIN my_pocs ON my_pocs.poc_id = tags.poc_id
    UNION ALL
    SELECT
        day, poc_id, user_id, 'month', to_char(day, 'YYYY-MM'),
        CAST(12 * (extract(year FROM day) - extract(year FROM start)) + extract(month FROM day)
            - extract(month FROM start) AS text)
    FROM (
        SELECT day, poc_id, user_id, CASE WHEN day >= :from THEN :from ELSE :compare_from END AS start FROM my_pocs
    ) AS dated
)
SELECT day, poc_id, user_id, kind, label, matched, CAST(1 AS bigint) AS pocs
FROM labelled
WHERE kind = ANY (:group_by)
ORDER BY user_id, kind, day, poc_id, label

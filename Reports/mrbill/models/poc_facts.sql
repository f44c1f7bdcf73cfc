/*---
version: 1
description: Each POC that is not deleted, once, with its tags and frameworks side by side.
materialized: table
grain: [poc_id]
bucket: { column: day, grain: day }
subject: user_id
columns:
  day: { type: date, label: Day, description: Local date on which it was created. }
  poc_id: { type: id, description: The POC's id. }
  user_id: { type: id, description: Whose it is. }
  created_at: { type: timestamp, description: The instant of creation. }
  name: { type: text, label: POC, description: Its name. }
  language: { type: text, label: Language, description: "Its language, (none) where nobody said it." }
  tags: { type: text, label: Tags, description: "Its tags in order of the alphabet, with commas." }
  frameworks: { type: text, label: Frameworks, description: "Its frameworks in order of the alphabet, with commas." }
  tag_count: { type: integer, unit: count, label: Number of tags, description: How many tags it has. }
  framework_count: { type: integer, unit: count, label: Number of frameworks, description: How many frameworks it has. }
  pocs: { type: integer, unit: count, label: POCs, description: "1, to be counted." }
tests:
  - unique: [poc_id]
  - not_null: [day, user_id, language]
  - relationships: { column: user_id, to: developers, field: user_id }
---*/
-- Tags and frameworks are brought together each by itself: a join of both would have a row for each pair of them.
WITH tagged AS (
    SELECT poc_id, string_agg(tag, ', ' ORDER BY tag) AS tags, count(*) AS tag_count
    FROM poc_tags GROUP BY poc_id
),
framed AS (
    SELECT poc_id, string_agg(framework, ', ' ORDER BY framework) AS frameworks, count(*) AS framework_count
    FROM poc_frameworks GROUP BY poc_id
)
SELECT
    local_date(pocs.created_at, :tz) AS day,
    CAST(pocs.poc_id AS text) AS poc_id,
    CAST(pocs.user_id AS text) AS user_id,
    pocs.created_at,
    pocs.name,
    coalesce(pocs.language, '(none)') AS language,
    coalesce(tagged.tags, '') AS tags,
    coalesce(framed.frameworks, '') AS frameworks,
    coalesce(tagged.tag_count, 0) AS tag_count,
    coalesce(framed.framework_count, 0) AS framework_count,
    1 AS pocs
FROM pocs
LEFT JOIN tagged ON tagged.poc_id = pocs.poc_id
LEFT JOIN framed ON framed.poc_id = pocs.poc_id
WHERE pocs.deleted_at IS NULL
ORDER BY pocs.created_at, poc_id

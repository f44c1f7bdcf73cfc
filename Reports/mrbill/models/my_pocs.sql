/*---
version: 1
description: Each developer's POCs of the period and of the one that it is compared with, by the tags that were asked for.
materialized: view
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
  tags: { type: text, label: Tags, description: Its tags with commas. }
  frameworks: { type: text, label: Frameworks, description: Its frameworks with commas. }
  pocs: { type: integer, unit: count, label: POCs, description: "1, to be counted." }
tests:
  - unique: [poc_id]
---*/
SELECT day, poc_id, user_id, created_at, name, language, tags, frameworks, pocs
FROM poc_facts AS facts
WHERE day >= coalesce(:compare_from, :from) AND day < :to
    AND (
        cardinality(:include_tags) = 0
        OR EXISTS (SELECT 1 FROM poc_tag_facts AS t WHERE t.poc_id = facts.poc_id AND t.tag = ANY (:include_tags))
    )
    AND NOT EXISTS (SELECT 1 FROM poc_tag_facts AS t WHERE t.poc_id = facts.poc_id AND t.tag = ANY (:exclude_tags))
ORDER BY user_id, created_at, poc_id

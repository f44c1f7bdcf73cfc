/*---
version: 1
description: The tags of each developer's POCs of the period and of the one that it is compared with.
materialized: view
grain: [poc_id, tag]
bucket: { column: day, grain: day }
subject: user_id
columns:
  day: { type: date, label: Day, description: Local date on which the POC was created. }
  poc_id: { type: id, description: The POC. }
  user_id: { type: id, description: Whose it is. }
  tag: { type: text, label: Tag, description: The tag. }
  pocs: { type: integer, unit: count, label: POCs, description: "1, to be counted: counts of several tags are not to be added up to POCs." }
---*/
SELECT tags.day, tags.poc_id, tags.user_id, tags.tag, tags.pocs
FROM poc_tag_facts AS tags
JOIN my_pocs ON my_pocs.poc_id = tags.poc_id
ORDER BY tags.user_id, tags.day, tags.poc_id, tags.tag

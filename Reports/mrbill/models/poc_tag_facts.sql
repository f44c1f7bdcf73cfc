/*---
version: 1
description: Each tag of each POC that is not deleted. A POC with three tags has three rows.
materialized: table
grain: [poc_id, tag]
bucket: { column: day, grain: day }
subject: user_id
columns:
  day: { type: date, label: Day, description: Local date on which the POC was created. }
  poc_id: { type: id, description: The POC. }
  user_id: { type: id, description: Whose it is. }
  tag: { type: text, label: Tag, description: The tag. }
  pocs: { type: integer, unit: count, label: POCs, description: "1, to be counted: counts of several tags are not to be added up to POCs." }
tests:
  - unique: [poc_id, tag]
  - relationships: { column: poc_id, to: poc_facts, field: poc_id }
---*/
SELECT facts.day, facts.poc_id, facts.user_id, poc_tags.tag, 1 AS pocs
FROM poc_tags
JOIN poc_facts AS facts ON facts.poc_id = CAST(poc_tags.poc_id AS text)
ORDER BY facts.day, facts.poc_id, poc_tags.tag

/*---
version: 1
description: Who is or was a developer of the tenant, once each.
materialized: table
grain: [user_id]
subject: user_id
columns:
  user_id: { type: id, label: Developer, description: The developer's id. }
  name: { type: text, label: Name, description: Full name. }
  tz: { type: text, description: The zone of the tenant in which the developer's days are counted. }
  joined_on: { type: date, label: Joined, description: Local date of the account. }
  status: { type: text, label: Status, description: ACTIVE or INACTIVE. }
tests:
  - unique: [user_id]
  - not_null: [name, tz]
---*/
SELECT
    CAST(user_id AS text) AS user_id,
    full_name AS name,
    :tz AS tz,
    local_date(created_at, :tz) AS joined_on,
    status
FROM users
WHERE valid_to IS NULL      -- the state that holds; the others are its history
ORDER BY user_id

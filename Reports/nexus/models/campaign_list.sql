/*---
version: 1
description: Each campaign with its budget and days, as it stands now.
materialized: table
grain: [campaign_id]
currency: currency
columns:
  campaign_id: { type: id, description: The campaign. }
  campaign: { type: text, label: Campaign, description: Its name. }
  status: { type: text, label: Status, description: "active, completed or another word of the platform." }
  budget_minor: { type: integer, unit: money, label: Budget, description: Its budget in minor units. }
  currency: { type: text, description: ISO 4217 code. }
  starts_on: { type: date, label: Starts, description: Its first local date. }
  ends_on: { type: date, label: Ends, description: Its last local date. }
  days: { type: integer, unit: count, additive: false, label: Days, description: How many days it has. }
tests:
  - unique: [campaign_id]
  - not_null: [campaign, budget_minor]
---*/
SELECT
    CAST(id AS text) AS campaign_id,
    name AS campaign,
    status,
    budget_minor,
    currency,
    local_date(starts_at, :tz) AS starts_on,
    -- The instant at which it ends is outside of it.
    local_date(ends_at - INTERVAL '1 microsecond', :tz) AS ends_on,
    local_date(ends_at - INTERVAL '1 microsecond', :tz) - local_date(starts_at, :tz) + 1 AS days
FROM campaigns
WHERE valid_to IS NULL AND starts_at IS NOT NULL AND ends_at > starts_at
ORDER BY starts_on, campaign_id

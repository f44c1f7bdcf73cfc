/*---
version: 1
description: The campaigns that ran in the period, from their first day to the end of the period.
materialized: view
grain: [campaign_id]
currency: currency
columns:
  campaign_id: { type: id, description: The campaign. }
  campaign: { type: text, label: Campaign, description: Its name. }
  currency: { type: text, description: ISO 4217 code. }
  starts_on: { type: date, label: Starts, description: Its first local date. }
  ends_on: { type: date, label: Ends, description: Its last local date. }
  state: { type: text, label: State, description: "over budget; ahead of plan and behind plan by more than a tenth while it runs; under budget by more than a tenth when it is over; on plan." }
  budget_minor: { type: integer, unit: money, label: Budget, description: Its budget. }
  planned_minor: { type: integer, unit: money, label: Planned, description: The budget of its days so far. }
  spent_minor: { type: integer, unit: money, label: Spent, description: Value of its contracts so far. }
  spent_thousandfold_minor: { type: integer, unit: money, description: A thousand times that. }
  over_minor: { type: integer, unit: money, label: Over budget, description: What was spent beyond the budget; 0 within it. }
  views: { type: integer, unit: count, label: Views, description: Views of its posts so far. }
  reach: { type: integer, unit: count, label: Reach, description: People reached so far; who saw two posts counts twice. }
  engagements: { type: integer, unit: count, label: Engagements, description: "Likes, comments, shares and saves so far." }
  sales_minor: { type: integer, unit: money, label: Sales, description: "Net sales credited to it so far, by the linear model." }
  orders: { type: number, unit: number, decimals: 1, label: Orders, description: Orders credited the same way. }
tests:
  - unique: [campaign_id]
---*/
WITH running AS (
    SELECT * FROM campaign_list WHERE starts_on < :to AND ends_on >= :from
),
sums AS (
    SELECT
        campaign_id, sum(planned_minor) AS planned_minor, sum(spent_minor) AS spent_minor, sum(views) AS views,
        sum(reach) AS reach, sum(engagements) AS engagements, sum(sales_minor) AS sales_minor, sum(orders) AS orders
    FROM campaign_days WHERE day < :to GROUP BY campaign_id
)
SELECT
    running.campaign_id,
    running.campaign,
    running.currency,
    running.starts_on,
    running.ends_on,
    CASE
        WHEN sums.spent_minor > running.budget_minor THEN 'over budget'
        WHEN running.ends_on < :to AND sums.spent_minor * 10 < running.budget_minor * 9 THEN 'under budget'
        WHEN running.ends_on < :to THEN 'on plan'
        WHEN sums.spent_minor * 10 > sums.planned_minor * 11 THEN 'ahead of plan'
        WHEN sums.spent_minor * 10 < sums.planned_minor * 9 THEN 'behind plan'
        ELSE 'on plan'
    END AS state,
    running.budget_minor,
    CAST(coalesce(sums.planned_minor, 0) AS bigint) AS planned_minor,
    CAST(coalesce(sums.spent_minor, 0) AS bigint) AS spent_minor,
    CAST(coalesce(sums.spent_minor, 0) * 1000 AS bigint) AS spent_thousandfold_minor,
    CAST(greatest(coalesce(sums.spent_minor, 0) - running.budget_minor, 0) AS bigint) AS over_minor,
    CAST(coalesce(sums.views, 0) AS bigint) AS views,
    CAST(coalesce(sums.reach, 0) AS bigint) AS reach,
    CAST(coalesce(sums.engagements, 0) AS bigint) AS engagements,
    CAST(coalesce(sums.sales_minor, 0) AS bigint) AS sales_minor,
    coalesce(sums.orders, 0) AS orders
FROM running
LEFT JOIN sums ON sums.campaign_id = running.campaign_id
ORDER BY running.starts_on, running.campaign_id

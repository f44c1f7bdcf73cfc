/*---
version: 1
description: What each campaign spent and brought in each week of the period; weeks begin on Monday and are cut at its ends.
materialized: view
grain: [week, campaign_id]
currency: currency
columns:
  week: { type: date, label: Week, description: "Its first local date in the period: a Monday, or the period's first day." }
  campaign_id: { type: id, description: The campaign. }
  campaign: { type: text, label: Campaign, description: Its name. }
  currency: { type: text, description: ISO 4217 code. }
  planned_minor: { type: integer, unit: money, label: Planned, description: The budget of its days in the week. }
  spent_minor: { type: integer, unit: money, label: Spent, description: Value of the contracts that were signed in the week. }
  views: { type: integer, unit: count, label: Views, description: "Views gained, less those that platforms took back." }
  engagements: { type: integer, unit: count, label: Engagements, description: "Likes, comments, shares and saves gained." }
  sales_minor: { type: integer, unit: money, label: Sales, description: "Net sales credited to it, by the linear model." }
  orders: { type: number, unit: number, decimals: 1, label: Orders, description: Orders credited the same way. }
tests:
  - unique: [week, campaign_id]
---*/
SELECT
    greatest(CAST(date_trunc('week', day) AS date), :from) AS week,
    campaign_id,
    campaign,
    currency,
    CAST(sum(planned_minor) AS bigint) AS planned_minor,
    CAST(sum(spent_minor) AS bigint) AS spent_minor,
    CAST(sum(views) AS bigint) AS views,
    CAST(sum(engagements) AS bigint) AS engagements,
    CAST(sum(sales_minor) AS bigint) AS sales_minor,
    sum(orders) AS orders
FROM campaign_days
WHERE day >= :from AND day < :to
GROUP BY 1, 2, 3, 4
ORDER BY 1, 3, 2

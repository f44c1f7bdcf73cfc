/*---
version: 1
description: What each campaign was to spend, spent and brought on each day on which anything of it happened.
materialized: table
grain: [day, campaign_id]
bucket: { column: day, grain: day }
currency: currency
columns:
  day: { type: date, label: Day, description: Local date. }
  campaign_id: { type: id, description: The campaign. }
  campaign: { type: text, label: Campaign, description: Its name. }
  currency: { type: text, description: ISO 4217 code of its budget. }
  planned_minor: { type: integer, unit: money, label: Planned, description: "The day's part of the budget, the same for each of its days, to the last minor unit." }
  spent_minor: { type: integer, unit: money, label: Spent, description: Value of the contracts that were signed on the day. }
  views: { type: integer, unit: count, label: Views, description: "Views that its posts gained, less those that platforms took back." }
  reach: { type: integer, unit: count, label: Reach, description: "People reached, the same way; who saw two posts counts twice." }
  engagements: { type: integer, unit: count, label: Engagements, description: "Likes, comments, shares and saves gained." }
  corrected_views: { type: integer, unit: count, label: Views taken back, description: "Views that platforms took back, as a number not above 0." }
  sales_minor: { type: integer, unit: money, label: Sales, description: "Net sales credited to touches of the campaign, by the linear model." }
  orders: { type: number, unit: number, decimals: 1, label: Orders, description: Orders credited the same way. }
tests:
  - unique: [day, campaign_id]
  - not_null: [planned_minor, spent_minor, views, sales_minor]
  - relationships: { column: campaign_id, to: campaign_list, field: campaign_id }
---*/
WITH planned AS (
    SELECT
        CAST(series.day AS date) AS day,
        list.campaign_id,
        list.budget_minor * (CAST(series.day AS date) - list.starts_on + 1) / list.days
            - list.budget_minor * (CAST(series.day AS date) - list.starts_on) / list.days AS planned_minor
    FROM campaign_list AS list,
        generate_series(list.starts_on, least(list.ends_on, :to - 1), INTERVAL '1 day') AS series (day)
),
spent AS (
    SELECT local_date(signed_at, :tz) AS day, CAST(campaign_id AS text) AS campaign_id, sum(amount_minor) AS spent_minor
    FROM contracts GROUP BY 1, 2
),
seen AS (
    SELECT
        day, campaign_id, sum(views) AS views, sum(reach) AS reach,
        sum(likes + comments + shares + saves) AS engagements, sum(corrected_views) AS corrected_views
    FROM post_days WHERE campaign_id IS NOT NULL GROUP BY day, campaign_id
),
sold AS (
    SELECT day, campaign_id, currency, sum(credit_minor) AS sales_minor, sum(weight) AS orders
    FROM order_credits WHERE model = 'linear' AND campaign_id IS NOT NULL GROUP BY day, campaign_id, currency
),
days AS (
    SELECT day, campaign_id FROM planned
    UNION SELECT day, campaign_id FROM spent
    UNION SELECT day, campaign_id FROM seen
    UNION SELECT day, campaign_id FROM sold
)
SELECT
    days.day,
    days.campaign_id,
    list.campaign,
    list.currency,
    CAST(coalesce(planned.planned_minor, 0) AS bigint) AS planned_minor,
    CAST(coalesce(spent.spent_minor, 0) AS bigint) AS spent_minor,
    CAST(coalesce(seen.views, 0) AS bigint) AS views,
    CAST(coalesce(seen.reach, 0) AS bigint) AS reach,
    CAST(coalesce(seen.engagements, 0) AS bigint) AS engagements,
    CAST(coalesce(seen.corrected_views, 0) AS bigint) AS corrected_views,
    CAST(coalesce(sold.sales_minor, 0) AS bigint) AS sales_minor,
    coalesce(sold.orders, 0) AS orders
FROM days
JOIN campaign_list AS list ON list.campaign_id = days.campaign_id
LEFT JOIN planned ON planned.day = days.day AND planned.campaign_id = days.campaign_id
LEFT JOIN spent ON spent.day = days.day AND spent.campaign_id = days.campaign_id
LEFT JOIN seen ON seen.day = days.day AND seen.campaign_id = days.campaign_id
LEFT JOIN sold ON sold.day = days.day AND sold.campaign_id = days.campaign_id AND sold.currency = list.currency
ORDER BY days.day, days.campaign_id

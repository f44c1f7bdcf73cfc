/*---
version: 1
description: Where each language, tag and framework stands and whither it goes, as of the end of the period.
materialized: view
grain: [kind, technology]
columns:
  kind: { type: text, label: Kind, description: "language, tag or framework." }
  technology: { type: text, label: Technology, description: Its name. }
  pocs: { type: integer, unit: count, label: POCs, description: "POCs of the period that have it. One with three tags counts for each of them." }
  all_pocs: { type: integer, unit: count, additive: false, label: All POCs, description: "All POCs of the period, the same in each row." }
  pocs_before: { type: integer, unit: count, label: POCs before, description: The same in the period that it is compared with. }
  all_pocs_before: { type: integer, unit: count, additive: false, label: All before, description: "All POCs of that period, the same in each row." }
  points_a_year: { type: number, unit: number, decimals: 1, additive: false, label: Points a year, description: "Twelve times the median monthly change of its share of all POCs over the last 24 months (Theil-Sen), in points." }
  p: { type: number, unit: number, decimals: 4, additive: false, label: p, description: "How likely such a row of months is where there is no trend (Mann-Kendall, two-sided)." }
  trend: { type: text, label: Trend, description: "rises or falls where p is below 0.05, else steady." }
  score: { type: number, unit: number, decimals: 1, additive: false, label: Score, description: "POCs lately: each counts 1, and half as much every 30 days after it." }
  rank: { type: integer, additive: false, label: Rank, description: "By score, within languages, tags and frameworks; empty below three developers." }
  rank_before: { type: integer, additive: false, label: Rank before, description: The same as of the beginning of the period. }
tests:
  - unique: [kind, technology]
  - accepted_values: { column: trend, values: [rises, falls, steady] }
---*/
WITH shares AS (
    SELECT
        month, kind, technology, pocs,
        CAST(pocs AS double precision) / all_pocs AS share
    FROM technology_months
    WHERE month < :to AND month >= CAST(:to - INTERVAL '24 months' AS date)
),
tests AS (
    SELECT kind, technology, slope, p, trend
    FROM trend_test(TABLE shares, metric => 'share', by => [kind, technology], at => month, value => share, grain => 'month')
),
events AS (
    SELECT 'language' AS kind, language AS technology, user_id, created_at FROM poc_facts WHERE language <> '(none)'
    UNION ALL
    SELECT 'tag', tags.tag, tags.user_id, facts.created_at
    FROM poc_tag_facts AS tags JOIN poc_facts AS facts ON facts.poc_id = tags.poc_id
    UNION ALL
    SELECT 'framework', poc_frameworks.framework, facts.user_id, facts.created_at
    FROM poc_frameworks JOIN poc_facts AS facts ON facts.poc_id = CAST(poc_frameworks.poc_id AS text)
),
scores AS (
    SELECT
        split_part(item_id, chr(31), 1) AS kind, split_part(item_id, chr(31), 2) AS technology,
        score, rank, rank_prev
    FROM trending(
        TABLE (SELECT kind || chr(31) || technology AS item, user_id, created_at FROM events),
        item => item, actor => user_id, at => created_at, weight => 1.0, half_life => 720,
        as_of => CAST(:to AS timestamp) AT TIME ZONE :tz, previous => CAST(:from AS timestamp) AT TIME ZONE :tz)
),
ranked AS (
    SELECT
        kind, technology, score,
        row_number() OVER (PARTITION BY kind ORDER BY rank) AS rank,
        CASE WHEN rank_prev IS NOT NULL THEN
            row_number() OVER (PARTITION BY kind ORDER BY rank_prev NULLS LAST) END AS rank_before
    FROM scores
),
sums AS (
    SELECT
        kind, technology,
        coalesce(sum(pocs) FILTER (WHERE month >= :from), 0) AS pocs,
        coalesce(sum(all_pocs) FILTER (WHERE month >= :from), 0) AS all_pocs,
        coalesce(sum(pocs) FILTER (WHERE month >= :compare_from AND month < :compare_to), 0) AS pocs_before,
        coalesce(sum(all_pocs) FILTER (WHERE month >= :compare_from AND month < :compare_to), 0) AS all_pocs_before
    FROM technology_months
    WHERE month < :to
    GROUP BY kind, technology
)
SELECT
    sums.kind,
    sums.technology,
    CAST(sums.pocs AS bigint) AS pocs,
    CAST(sums.all_pocs AS bigint) AS all_pocs,
    CAST(sums.pocs_before AS bigint) AS pocs_before,
    CAST(sums.all_pocs_before AS bigint) AS all_pocs_before,
    1200 * tests.slope AS points_a_year,
    tests.p,
    CASE tests.trend WHEN 'increasing' THEN 'rises' WHEN 'decreasing' THEN 'falls' ELSE 'steady' END AS trend,
    coalesce(ranked.score, 0) AS score,
    ranked.rank,
    ranked.rank_before
FROM sums
LEFT JOIN tests ON tests.kind = sums.kind AND tests.technology = sums.technology
LEFT JOIN ranked ON ranked.kind = sums.kind AND ranked.technology = sums.technology
WHERE sums.pocs > 0 OR sums.pocs_before > 0
ORDER BY sums.kind, sums.technology

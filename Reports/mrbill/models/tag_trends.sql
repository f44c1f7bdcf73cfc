/*---
version: 1
description: Where each tag stands and whither it goes, as of the end of the period.
materialized: view
grain: [tag]
columns:
  tag: { type: text, label: Tag, description: Its name. }
  pocs: { type: integer, unit: count, label: POCs, description: POCs of the period that have it. }
  all_pocs: { type: integer, unit: count, additive: false, label: All POCs, description: "All POCs of the period, the same in each row." }
  pocs_before: { type: integer, unit: count, label: POCs before, description: The same in the period that it is compared with. }
  all_pocs_before: { type: integer, unit: count, additive: false, label: All before, description: "All POCs of that period, the same in each row." }
  points_a_year: { type: number, unit: percent, additive: false, label: Points a year, description: "Twelve times the median monthly change of its share of all POCs over the last 24 months (Theil-Sen), in points." }
  p: { type: number, unit: number, decimals: 4, additive: false, label: p, description: "How likely such a row of months is where there is no trend (Mann-Kendall, two-sided)." }
  trend: { type: text, label: Trend, description: "rises or falls where p is below 0.05, else steady." }
  score: { type: number, unit: number, decimals: 1, additive: false, label: Score, description: "POCs lately: each counts 1, and half as much every 30 days after it." }
  rank: { type: integer, additive: false, label: Rank, description: By score; empty below three developers. }
  rank_before: { type: integer, additive: false, label: Rank before, description: The same as of the beginning of the period. }
tests:
  - unique: [tag]
---*/
SELECT
    technology AS tag, pocs, all_pocs, pocs_before, all_pocs_before, points_a_year, p, trend, score, rank, rank_before
FROM technology_trends
WHERE kind = 'tag' AND (pocs > 0 OR pocs_before > 0)
ORDER BY points_a_year DESC, tag

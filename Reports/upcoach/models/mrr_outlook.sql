/*---
version: 1
description: "MRR of up to eighteen months and what lies ahead in six, if things go on: the monthly change is smoothed exponentially, ETS(A,N,N), and added up from where MRR stands."
materialized: view
grain: [month]
currency: currency
columns:
  month: { type: date, label: Month, description: First day of the month. }
  currency: { type: text, label: Currency, description: ISO 4217 code. }
  mrr_minor: { type: integer, unit: money, additive: false, label: MRR, description: MRR at the end of the month; empty for months to come. }
  expected_minor: { type: integer, unit: money, additive: false, label: Expected, description: What is expected. }
  low_80_minor: { type: integer, unit: money, additive: false, label: "80%, from", description: Four of five outcomes lie between these two. }
  high_80_minor: { type: integer, unit: money, additive: false, label: "80%, to", description: Four of five outcomes lie between these two. }
  low_95_minor: { type: integer, unit: money, additive: false, label: "95%, from", description: Nineteen of twenty outcomes lie between these two. }
  high_95_minor: { type: integer, unit: money, additive: false, label: "95%, to", description: Nineteen of twenty outcomes lie between these two. }
---*/
WITH known AS (
    SELECT m.month, m.currency, m.closing_minor, m.closing_minor - m.opening_minor AS change_minor,
           m.month = max(m.month) OVER () AS is_last
    FROM mrr_months m
    WHERE m.currency = :currency AND m.month >= (:to - INTERVAL '18 months')::date AND m.month < :to
),
-- A change of h months is the sum of h changes: its variance is sigma2 times the sum of (1 + j alpha) squared, j below h.
ahead AS (
    SELECT f.bucket_start AS month, l.currency,
           l.closing_minor + sum(f.mean) OVER steps AS expected,
           sqrt(f.sigma2 * sum(power(1 + (f.h - 1) * f.alpha, 2)) OVER steps) AS deviation
    FROM forecast(TABLE known, metric => 'change', at => month, value => change_minor, grain => 'month', h => 6,
                  model => 'ANN') f
    CROSS JOIN known l
    WHERE l.is_last
    WINDOW steps AS (ORDER BY f.h ROWS UNBOUNDED PRECEDING)
)
SELECT month, currency, closing_minor AS mrr_minor, NULL::bigint AS expected_minor, NULL::bigint AS low_80_minor,
       NULL::bigint AS high_80_minor, NULL::bigint AS low_95_minor, NULL::bigint AS high_95_minor
FROM known
UNION ALL
SELECT month, currency, NULL::bigint, round(expected)::bigint,
       round(greatest(0, expected - 1.2815515655446004 * deviation))::bigint,
       round(expected + 1.2815515655446004 * deviation)::bigint,
       round(greatest(0, expected - 1.959963984540054 * deviation))::bigint,
       round(expected + 1.959963984540054 * deviation)::bigint
FROM ahead

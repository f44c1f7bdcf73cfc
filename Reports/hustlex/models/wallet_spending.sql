/*---
version: 1
description: What went out of a wallet, by what it was for.
materialized: view
grain: [wallet_id, day, kind]
bucket: { column: day, grain: day }
subject: user_id
currency: currency
columns:
  user_id: { type: id, label: Person, description: "The wallet's owner." }
  wallet_id: { type: id, label: Wallet, description: "The wallet's number." }
  day: { type: date, label: Day, description: Local date on which the postings take effect. }
  kind: { type: text, label: What for, description: What the postings are. }
  out_minor: { type: integer, unit: money, label: Out, description: "What went out, as a positive number of minor units." }
  currency: { type: text, label: Currency, description: ISO 4217 code. }
---*/
SELECT user_id, wallet_id, day, kind, CAST(sum(out_minor) AS bigint) AS out_minor, currency
FROM wallet_postings
WHERE out_minor > 0 AND day >= coalesce(:compare_from, :from) AND day < :to
GROUP BY user_id, wallet_id, day, kind, currency
ORDER BY wallet_id, day, kind

/*---
version: 1
description: What came into a wallet, by where it came from.
materialized: view
grain: [wallet_id, day, kind]
bucket: { column: day, grain: day }
subject: user_id
currency: currency
columns:
  user_id: { type: id, label: Person, description: "The wallet's owner." }
  wallet_id: { type: id, label: Wallet, description: "The wallet's number." }
  day: { type: date, label: Day, description: Local date on which the postings take effect. }
  kind: { type: text, label: Where from, description: What the postings are. }
  in_minor: { type: integer, unit: money, label: In, description: "What came in, in minor units." }
  currency: { type: text, label: Currency, description: ISO 4217 code. }
---*/
SELECT user_id, wallet_id, day, kind, CAST(sum(in_minor) AS bigint) AS in_minor, currency
FROM wallet_postings
WHERE in_minor > 0 AND day >= coalesce(:compare_from, :from) AND day < :to
GROUP BY user_id, wallet_id, day, kind, currency
ORDER BY wallet_id, day, kind

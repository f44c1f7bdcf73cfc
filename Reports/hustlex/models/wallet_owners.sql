/*---
version: 1
description: "The people who have a wallet, as their own statements name them; who has wallets in two currencies is there twice."
materialized: table
grain: [user_id, currency]
subject: user_id
currency: currency
columns:
  user_id: { type: id, label: Person, description: "The person's number in HustleX." }
  name: { type: text, label: Name, description: "The person's name." }
  wallets: { type: integer, unit: count, label: Wallets, description: Wallets of the person in the currency. }
  currency: { type: text, label: Currency, description: "ISO 4217 code of these wallets." }
  balance_minor: { type: integer, unit: money, label: Balance, description: "What the wallets hold now, money in escrow aside." }
  escrow_minor: { type: integer, unit: money, label: In escrow, description: "What is held for open gigs." }
tests:
  - unique: [user_id, currency]
  - not_null: [user_id, currency]
  - relationships: { column: user_id, to: users, field: id }
---*/
-- Someone without a name is called by the number's first digits: nobody's statement is left out.
SELECT u.id AS user_id, coalesce(min(u.full_name), substr(u.id, 1, 8)) AS name, count(*) AS wallets,
  w.currency, CAST(sum(w.balance) AS bigint) AS balance_minor,
  CAST(sum(w.escrow_balance) AS bigint) AS escrow_minor
FROM wallets w
JOIN users u ON u.id = w.user_id
WHERE w.valid_to IS NULL
GROUP BY u.id, w.currency
ORDER BY user_id, currency

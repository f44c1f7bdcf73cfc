/*---
version: 1
description: "What a wallet held at the start and the end of each day, and what moved: from the first posting on, days without movement too."
materialized: table
grain: [user_id, wallet_id, currency, day]
bucket: { column: day, grain: day }
seal: { after: 35d }
subject: user_id
currency: currency
columns:
  user_id: { type: id, label: Person, description: "The wallet's owner." }
  wallet_id: { type: id, label: Wallet, description: "The wallet's number." }
  day: { type: date, label: Day, description: Local date. }
  opening_minor: { type: integer, unit: money, additive: false, label: Opening, description: "The balance in front of the day, in minor units." }
  in_minor: { type: integer, unit: money, label: In, description: What came in. }
  out_minor: { type: integer, unit: money, label: Out, description: "What went out, as a positive number." }
  closing_minor: { type: integer, unit: money, additive: false, label: Closing, description: "opening + in - out." }
  postings: { type: integer, unit: count, label: Postings, description: Completed postings of the day. }
  currency: { type: text, label: Currency, description: ISO 4217 code. }
tests:
  - unique: [wallet_id, day]
  - not_null: [opening_minor, closing_minor]
  - sums_equal: { column: out_minor, to: wallet_postings, field: out_minor }
---*/
-- Rule L3: a statement per wallet; the last closing is the wallet's balance.
SELECT w.user_id, s.account AS wallet_id, s.bucket_start AS day, s.opening_minor, s.credits_minor AS in_minor,
  s.debits_minor AS out_minor, s.closing_minor, s.n AS postings, s.currency
FROM statement(
  TABLE (SELECT t.*, w.currency FROM transactions t JOIN wallets w ON w.id = t.wallet_id AND w.valid_to IS NULL),
  account => wallet_id, currency => currency, at => effective_at, amount => amount, counted => status = 'completed',
  grain => 'day', to => CAST(:to AS date)) s
JOIN wallets w ON w.id = s.account AND w.valid_to IS NULL
ORDER BY wallet_id, day

/*---
version: 1
description: "What moved in the wallets in each month, the balance behind it and the lowest balance of any account."
materialized: table
grain: [month]
bucket: { column: month, grain: month }
columns:
  month: { type: date, label: Month, description: First date of the month in UTC. }
  net: { type: number, unit: number, decimals: 2, label: Net, description: Sum of the amounts. }
  balance: { type: number, unit: number, decimals: 2, additive: false, label: Balance, description: Sum of all amounts so far. }
  lowest: { type: number, unit: number, decimals: 2, additive: false, label: Lowest, description: The lowest balance of an account in the month. }
  txns: { type: integer, unit: count, label: Transactions, description: Transactions. }
---*/
WITH r AS (
  SELECT CAST(date_trunc('month', posted_at AT TIME ZONE 'UTC') AS date) AS m, amount,
    sum(amount) OVER (PARTITION BY account_id ORDER BY posted_at, txn_id ROWS UNBOUNDED PRECEDING) AS bal
  FROM wallet_txns),
g AS (SELECT m AS month, sum(amount) AS net, min(bal) AS lowest, count(*) AS txns FROM r GROUP BY 1)
SELECT month, net, sum(net) OVER (ORDER BY month) AS balance, lowest, txns FROM g ORDER BY month

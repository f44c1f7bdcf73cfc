/*---
version: 1
description: Every completed posting of a wallet with the balance after it.
materialized: table
grain: [wallet_id, currency, seq]
bucket: { column: day, grain: day }
subject: user_id
currency: currency
columns:
  user_id: { type: id, label: Person, description: "The wallet's owner." }
  wallet_id: { type: id, label: Wallet, description: "The wallet's number." }
  day: { type: date, label: Day, description: Local date on which the posting takes effect. }
  seq: { type: integer, additive: false, label: "No.", description: "The posting's number in the ledger: the order within an instant." }
  kind: { type: text, label: What, description: What the posting is. }
  reference: { type: text, label: Reference, description: "The reference that both sides of it have." }
  in_minor: { type: integer, unit: money, label: In, description: "What came in, in minor units." }
  out_minor: { type: integer, unit: money, label: Out, description: "What went out, as a positive number of minor units." }
  balance_minor: { type: integer, unit: money, additive: false, label: Balance, description: The balance after the posting. }
  currency: { type: text, label: Currency, description: ISO 4217 code. }
tests:
  - unique: [wallet_id, seq]
  - not_null: [user_id, day, balance_minor]
  - relationships: { column: user_id, to: wallet_owners, field: user_id }
  - sums_equal: { column: in_minor, to: transactions, field: amount, where: "status = 'completed' AND amount > 0" }
---*/
-- Rule L1: the total order is (effective_at, seq); an instant alone would give two postings one balance.
SELECT w.user_id, p.account AS wallet_id, CAST(p.effective_at AT TIME ZONE :tz AS date) AS day, p.seq,
  CASE t.type
    WHEN 'deposit' THEN 'Deposit' WHEN 'withdrawal' THEN 'Withdrawal' WHEN 'transfer_in' THEN 'Received'
    WHEN 'transfer_out' THEN 'Sent' WHEN 'contribution' THEN 'Savings circle' WHEN 'payout' THEN 'Circle payout'
    WHEN 'payout_fee' THEN 'Payout fee' WHEN 'escrow_hold' THEN 'Held for a gig' WHEN 'gig_earning' THEN 'Earned'
    WHEN 'platform_fee' THEN 'Platform fee' WHEN 'refund_in' THEN 'Refund' WHEN 'refund_out' THEN 'Refund given'
    WHEN 'loan_disbursement' THEN 'Loan' WHEN 'loan_repayment' THEN 'Loan repaid' WHEN 'loan_interest' THEN 'Interest'
    ELSE t.type END AS kind,
  p.ref AS reference, greatest(p.amount_minor, 0) AS in_minor, greatest(-p.amount_minor, 0) AS out_minor,
  p.balance_after_minor AS balance_minor, p.currency
FROM ledger_running(
  TABLE (SELECT t.*, w.currency FROM transactions t JOIN wallets w ON w.id = t.wallet_id AND w.valid_to IS NULL),
  account => wallet_id, currency => currency, at => effective_at, seq => seq, amount => amount, ref => reference,
  counted => status = 'completed') p
JOIN wallets w ON w.id = p.account AND w.valid_to IS NULL
JOIN transactions t ON t.seq = p.seq
ORDER BY p.account, p.effective_at, p.seq

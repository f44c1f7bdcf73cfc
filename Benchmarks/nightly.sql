-- What the nightly benchmark reads beside events.sql:  psql -v rows=10000000 -f nightly.sql
-- Deterministic in the same way. contents rows/100, wallet_txns rows/10, conversions rows/50.
\set ON_ERROR_STOP on
SET client_min_messages = warning;
DROP TABLE IF EXISTS contents, wallet_txns, conversions;
CREATE TABLE contents (
  tenant_id int NOT NULL, content_id bigint NOT NULL, created_at timestamptz NOT NULL, kind text NOT NULL,
  title text NOT NULL, author_id bigint NOT NULL);
CREATE TABLE wallet_txns (
  tenant_id int NOT NULL, txn_id bigint NOT NULL, account_id bigint NOT NULL, posted_at timestamptz NOT NULL,
  kind text NOT NULL, amount numeric(18,2) NOT NULL, memo text);
CREATE TABLE conversions (
  tenant_id int NOT NULL, conversion_id bigint NOT NULL, user_id bigint NOT NULL, converted_at timestamptz NOT NULL,
  kind text NOT NULL, amount_minor bigint NOT NULL);
CREATE OR REPLACE FUNCTION pick(row_number bigint, stream bigint, bound bigint) RETURNS bigint
  LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
  $$ SELECT (hashint8extended(row_number, stream) & 9223372036854775807) % bound $$;
INSERT INTO contents
SELECT tenant, tenant * 100000::bigint + c, timestamptz '2024-06-01 00:00:00+00' + pick(tenant * 100000 + c, 21, 15000000) * interval '1 second',
       (ARRAY['post','video','short','product','plan'])[1 + pick(tenant * 100000 + c, 22, 5)],
       'Content ' || c || ' of tenant ' || tenant || ' ' || left(md5(c::text), 8 + pick(c, 23, 20)::int),
       tenant * 1000000::bigint + pick(c, 24, 1000)
FROM generate_series(1, 50) tenant, generate_series(0, 4999) c;
INSERT INTO wallet_txns
SELECT tenant, n, tenant * 100000::bigint + pick(n, 31, 1000),
       timestamptz '2025-01-01 00:00:00+00' + (34560000000000::numeric * n / (:rows / 10))::bigint * interval '1 microsecond',
       (ARRAY['deposit','payment','transfer','payout'])[1 + pick(n, 32, 4)],
       (pick(n, 33, 200000) - 90000) / 100.0, CASE WHEN pick(n, 34, 3) = 0 THEN 'memo ' || pick(n, 35, 500) END
FROM (SELECT n, 50 / (1 + pick(n, 30, 50))::int AS tenant FROM generate_series(0, :rows / 10 - 1) AS n) AS numbered;
INSERT INTO conversions
SELECT tenant, n, tenant * 1000000::bigint + pick(n, 41, 20000),
       timestamptz '2025-01-01 00:00:00+00' + (34560000000000::numeric * n / (:rows / 50))::bigint * interval '1 microsecond',
       (ARRAY['signup','purchase','renewal'])[1 + pick(n, 42, 3)], 100 + pick(n, 43, 50000)
FROM (SELECT n, 50 / (1 + pick(n, 40, 50))::int AS tenant FROM generate_series(0, :rows / 50 - 1) AS n) AS numbered;
DROP FUNCTION pick;
CREATE INDEX ON wallet_txns (tenant_id, posted_at);
CREATE INDEX ON conversions (tenant_id, converted_at);
CREATE INDEX ON contents (tenant_id);
CREATE INDEX IF NOT EXISTS events_by_tenant ON events (tenant_id, occurred_at);
VACUUM (ANALYZE, FREEZE) contents, wallet_txns, conversions, events;
CHECKPOINT;

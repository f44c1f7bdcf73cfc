-- An event log of a multi-tenant platform:  psql -v rows=1000000 -f events.sql
--
-- Deterministic: every value is a function of its row's number, through hashint8extended(), so that the same number of
-- rows gives the same table everywhere. Twelve columns of the usual kinds: integers of both widths, an instant, short
-- texts with few values, measures with NULLs, a uuid and a jsonb. 50 tenants of unequal size (the largest has about a
-- fifth), five events to a session, rows in the order of time with tenants mixed, 400 days from 2025-01-01 UTC.
\set ON_ERROR_STOP on
SET client_min_messages = warning;
DROP TABLE IF EXISTS events;
CREATE TABLE events (
  tenant_id     int         NOT NULL,
  event_id      bigint      NOT NULL,
  user_id       bigint      NOT NULL,
  occurred_at   timestamptz NOT NULL,
  event_type    text        NOT NULL,
  content_id    bigint      NOT NULL,
  channel       text        NOT NULL,
  country       text        NOT NULL,
  duration_ms   int,
  revenue_minor bigint,
  session_id    uuid        NOT NULL,
  props         jsonb       NOT NULL);

-- A whole number from 0 to bound - 1, for a row and a column.
CREATE OR REPLACE FUNCTION pick(row_number bigint, stream bigint, bound bigint) RETURNS bigint
  LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
  $$ SELECT (hashint8extended(row_number, stream) & 9223372036854775807) % bound $$;

INSERT INTO events
SELECT tenant, n, tenant * 1000000::bigint + pick(session, 2, 20000),
       timestamptz '2025-01-01 00:00:00+00'
         + (34560000000000::numeric * n / :rows)::bigint * interval '1 microsecond'
         + pick(n, 3, 60000000) * interval '1 microsecond',
       (ARRAY['view','view','view','view','play','play','like','search','scroll','share','comment','purchase'])
         [1 + pick(n, 4, 12)],
       tenant * 100000::bigint + least(pick(n, 5, 5000), pick(n, 6, 5000)),
       (ARRAY['organic','organic','direct','direct','push','email','paid','referral'])[1 + pick(session, 7, 8)],
       (ARRAY['NG','NG','NG','US','US','GH','KE','ZA','GB','IN','BR','CI'])[1 + pick(session, 8, 12)],
       CASE WHEN pick(n, 4, 12) < 6 THEN 400 + pick(n, 9, 30000)::int END,
       CASE WHEN pick(n, 4, 12) = 11 THEN 100 + pick(n, 10, 40000) END,
       md5(session::text)::uuid,
       jsonb_build_object('app', (ARRAY['ios','android','web'])[1 + pick(session, 11, 3)], 'v', 100 + pick(session, 12, 40),
                          'test', pick(n, 13, 4) = 0)
FROM (SELECT n, n / 5 AS session, 50 / (1 + pick(n / 5, 1, 50))::int AS tenant
      FROM generate_series(0, :rows - 1) AS n) AS numbered;
DROP FUNCTION pick;
VACUUM (ANALYZE, FREEZE) events;
CHECKPOINT;

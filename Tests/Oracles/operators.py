"""Operators of analytics on random tables, computed by DuckDB, statsmodels, pandas and beancount.

operators.py SEED FOLDER writes events.parquet, entries.parquet and series.parquet into the folder and prints JSON: a list of
{name, tables, ours, rows}: `ours` is the question in Almanac's SQL, `rows` the answer of the others, in the same order.
Everything is in UTC: zones are compared with Postgres elsewhere.
"""

import datetime
import decimal
import json
import random
import sys

import duckdb
import numpy
import pandas
import pyarrow
import pyarrow.parquet
from statsmodels.duration.survfunc import SurvfuncRight
from statsmodels.stats.proportion import proportion_confint

UTC = datetime.timezone.utc
AS_OF = "2025-06-20"


def write(folder, name, columns):
    arrays, fields = [], []
    for column, (kind, values) in columns.items():
        arrays.append(pyarrow.array(values, kind))
        fields.append(pyarrow.field(column, kind))
    path = f"{folder}/{name}.parquet"
    pyarrow.parquet.write_table(pyarrow.Table.from_arrays(arrays, schema=pyarrow.schema(fields)), path)
    return path


def make(seed, folder):
    chance = random.Random(seed)
    begin = datetime.datetime(2025, 1, 1, tzinfo=UTC)
    instant, text, whole = pyarrow.timestamp("us", "UTC"), pyarrow.string(), pyarrow.int64()
    count = 3_000

    def moment(step):
        return begin + datetime.timedelta(seconds=chance.randrange(170 * 86_400 // step) * step)

    events = {
        "id": (whole, chance.sample(range(10 * count), count)),
        "k": (text, [f"p{chance.randrange(300)}" if chance.random() < 0.97 else None for _ in range(count)]),
        "moment": (instant, [moment(900) for _ in range(count)]),
        "kind": (text, [chance.choice(["view", "view", "cart", "buy", "look"]) for _ in range(count)]),
        "channel": (text, [chance.choice(["ads", "mail", "social", "search"]) for _ in range(count)]),
        "m": (whole, [chance.randrange(0, 12) for _ in range(count)]),
        "x": (pyarrow.float64(), [chance.randrange(1, 60) / 4 for _ in range(count)]),
    }
    entries = {"id": (whole, []), "k": (text, []), "o": (whole, []), "cur": (text, []), "moment": (instant, []),
               "kind": (text, []), "amount": (whole, []), "fee": (whole, [])}
    number = 0

    def add(k, o, cur, at, kind, amount, fee):
        nonlocal number
        number += 1
        for name, value in zip(entries, (number, k, o, cur, at, kind, amount, fee)):
            entries[name][1].append(value)

    for order in range(900):
        cur, at = chance.choice(["NGN", "KES"]), moment(7)
        amount = chance.choice([0, chance.randrange(1, 50_000), chance.randrange(1, 50_000)])
        add(f"c{chance.randrange(120)}", order, cur, at, "sale", amount, amount // 20)
        left = amount
        while left and chance.random() < 0.25:
            back = chance.randrange(1, left + 1)
            left -= back
            at += datetime.timedelta(seconds=chance.randrange(1, 30 * 86_400))
            add(entries["k"][1][-1], order, cur, at, "refund", back, back // 40)
    for _ in range(2_000):
        add(f"a{chance.randrange(40)}", None, chance.choice(["NGN", "KES"]), moment(3_600), "posting",
            chance.randrange(-9_000, 10_000), None)
    for loan in range(60):
        add(f"l{loan}", None, "NGN", moment(60), "lent", chance.randrange(1_000, 90_000), None)
        for _ in range(chance.randrange(4)):
            add(f"l{loan}", None, "NGN", moment(60), "repaid", chance.randrange(1, 9_000), None)
    series = {"s": (text, []), "day": (pyarrow.date32(), []), "v": (pyarrow.float64(), [])}
    for name in ("a", "b"):
        for day in range(120):
            series["s"][1].append(name)
            series["day"][1].append(datetime.date(2025, 1, 1) + datetime.timedelta(days=day))
            series["v"][1].append(chance.randrange(-400, 4_000) / 8)
    return {"events": write(folder, "events", events), "entries": write(folder, "entries", entries),
            "series": write(folder, "series", series)}


D = "d AS (SELECT DISTINCT k, CAST(moment AS DATE) AS day FROM events WHERE k IS NOT NULL)"

# A question in Almanac's SQL, and the same in DuckDB's, from the definitions of specification and documentation.
QUESTIONS = {
    "active_users": (
        "SELECT bucket_start, dau, wau7, mau30 FROM active_users(TABLE events, actor => k, day => moment) WHERE dau > 0 ORDER BY 1",
        f"""WITH {D}, g AS (SELECT DISTINCT day FROM d)
        SELECT day, (SELECT count(*) FROM d WHERE d.day = g.day),
          (SELECT count(DISTINCT k) FROM d WHERE d.day BETWEEN g.day - 6 AND g.day),
          (SELECT count(DISTINCT k) FROM d WHERE d.day BETWEEN g.day - 29 AND g.day) FROM g ORDER BY 1"""),
    "growth_accounting": (
        "SELECT bucket_start, active, new, retained, resurrected, churned FROM growth_accounting(TABLE events, actor => k, "
        "day => moment, grain => 'week') WHERE bucket_start < DATE '2025-06-16' ORDER BY 1",
        """WITH w AS (SELECT DISTINCT k, date_trunc('week', moment)::DATE AS week FROM events WHERE k IS NOT NULL),
        b AS (SELECT k, week, lag(week) OVER (PARTITION BY k ORDER BY week) AS before,
          lead(week) OVER (PARTITION BY k ORDER BY week) AS next FROM w),
        g AS (SELECT unnest(generate_series(date_trunc('week', (SELECT min(moment) FROM events)), TIMESTAMP '2025-06-09',
          INTERVAL 7 DAY))::DATE AS week)
        SELECT week, (SELECT count(*) FROM b WHERE b.week = g.week), (SELECT count(*) FROM b WHERE b.week = g.week AND before IS NULL),
          (SELECT count(*) FROM b WHERE b.week = g.week AND before = g.week - 7),
          (SELECT count(*) FROM b WHERE b.week = g.week AND before < g.week - 7),
          (SELECT count(*) FROM b WHERE b.week = g.week - 7 AND (next IS NULL OR next > g.week)) FROM g ORDER BY 1"""),
    "retention": (
        f"SELECT cohort_start, k, size, retained_bounded, retained_unbounded FROM retention(TABLE events, actor => k, day => moment, "
        "grain => 'month', as_of => DATE '2026-01-01') WHERE retained_bounded > 0 ORDER BY 1, 2",
        """WITH m AS (SELECT DISTINCT k, date_trunc('month', moment)::DATE AS month FROM events WHERE k IS NOT NULL),
        c AS (SELECT k, min(month) AS cohort FROM m GROUP BY k),
        a AS (SELECT c.k, cohort, datediff('month', cohort, month) AS age FROM m JOIN c USING (k)),
        l AS (SELECT k, cohort, max(age) AS age FROM a GROUP BY ALL)
        SELECT cohort, age, (SELECT count(*) FROM c WHERE c.cohort = a.cohort), count(*),
          (SELECT count(*) FROM l WHERE l.cohort = a.cohort AND l.age >= a.age) FROM a GROUP BY cohort, age ORDER BY 1, 2"""),
    "streaks": (
        "SELECT user_id, current, longest, longest_start, last_active FROM streaks(TABLE events, actor => k, day => moment, "
        f"as_of => DATE '{AS_OF}') ORDER BY 1",
        f"""WITH {D}, i AS (SELECT k, day, day - CAST(row_number() OVER (PARTITION BY k ORDER BY day) AS INTEGER) AS run
          FROM d WHERE day <= DATE '{AS_OF}'),
        r AS (SELECT k, min(day) AS s, max(day) AS e, count(*) AS n FROM i GROUP BY k, run)
        SELECT k, coalesce(max(n) FILTER (WHERE e >= DATE '{AS_OF}' - 1), 0), max(n), first(s ORDER BY n DESC, s), max(e)
        FROM r GROUP BY k ORDER BY 1"""),
    "sessions": (
        "SELECT actor, session, started_at, ended_at, duration_s, events FROM sessions(TABLE events, actor => k, at => moment, "
        "gap => INTERVAL '9 hours') ORDER BY 1, 2",
        """WITH e AS (SELECT k, moment, id, lag(moment) OVER (PARTITION BY k ORDER BY moment, id) AS before FROM events WHERE k IS NOT NULL),
        s AS (SELECT k, moment, sum(CASE WHEN before IS NULL OR moment - before > INTERVAL 9 HOUR THEN 1 ELSE 0 END)
          OVER (PARTITION BY k ORDER BY moment, id) AS n FROM e)
        SELECT k, n, min(moment), max(moment), epoch(max(moment)) - epoch(min(moment)), count(*) FROM s GROUP BY k, n ORDER BY 1, 2"""),
    "funnel": (
        "SELECT step, entered FROM funnel(TABLE events, actor => k, at => moment, seq => id, steps => [kind = 'view', kind = 'cart', "
        "kind = 'buy'], within => INTERVAL '2 days') ORDER BY 1",
        """WITH e AS (SELECT * FROM events WHERE k IS NOT NULL),
        two AS (SELECT a.k, a.moment AS began, b.moment, b.id FROM e a JOIN e b ON a.k = b.k AND a.kind = 'view' AND b.kind = 'cart'
          AND (b.moment, b.id) > (a.moment, a.id) AND b.moment <= a.moment + INTERVAL 2 DAY),
        three AS (SELECT two.k FROM two JOIN e c ON c.k = two.k AND c.kind = 'buy' AND (c.moment, c.id) > (two.moment, two.id)
          AND c.moment <= two.began + INTERVAL 2 DAY)
        SELECT 1, (SELECT count(DISTINCT k) FROM e WHERE kind = 'view') UNION ALL SELECT 2, (SELECT count(DISTINCT k) FROM two)
        UNION ALL SELECT 3, (SELECT count(DISTINCT k) FROM three) ORDER BY 1"""),
    "counter_deltas": (
        "SELECT * FROM counter_deltas(TABLE events, entity => k, day => moment, seq => id, counter => m, as_of => DATE '2026-01-01') "
        "ORDER BY 1, 2",
        """WITH l AS (SELECT k, CAST(moment AS DATE) AS day, arg_max(m, id) AS m FROM events WHERE k IS NOT NULL GROUP BY 1, 2),
        p AS (SELECT *, m - lag(m) OVER w AS delta, day - lag(day) OVER w - 1 AS gap FROM l WINDOW w AS (PARTITION BY k ORDER BY day))
        SELECT k, day, m, delta, CASE WHEN delta IS NOT NULL THEN greatest(delta, 0) END,
          CASE WHEN delta IS NOT NULL THEN least(delta, 0) END, gap FROM p ORDER BY 1, 2"""),
    "habit_completion": (
        "SELECT user_id, habit_id, target, done, extra, full_days, rate FROM habit_completion(TABLE (SELECT * FROM events WHERE k "
        "IS NOT NULL), actor => k, habit => channel, day => moment, seq => id, target => m, done => cast(x AS bigint), as_of => "
        "DATE '2026-01-01') ORDER BY 1, 2",
        """WITH d AS (SELECT k, channel, CAST(moment AS DATE) AS day, arg_max(m, id) AS target,
          sum(CAST(round_even(x, 0) AS BIGINT)) AS done FROM events WHERE k IS NOT NULL GROUP BY ALL)
        SELECT k, channel, sum(target), sum(least(target, done)), sum(done - least(target, done)),
          count(*) FILTER (WHERE target > 0 AND done >= target), sum(least(target, done)) / nullif(sum(target), 0)
        FROM d GROUP BY ALL ORDER BY 1, 2"""),
    "concurrency": (
        "SELECT stays, max_concurrent, mean_concurrent FROM concurrency(TABLE events, join => moment, leave => moment + m * INTERVAL "
        "'600 seconds')",
        """WITH e AS (SELECT moment, 1 AS d FROM events WHERE m > 0 UNION ALL SELECT moment + m * INTERVAL 600 SECOND, -1 FROM events WHERE m > 0),
        s AS (SELECT moment, sum(d) AS d FROM e GROUP BY moment), r AS (SELECT sum(d) OVER (ORDER BY moment) AS n FROM s),
        o AS (SELECT count(*) AS stays, sum(m) * 600.0 /
          (epoch(max(moment + m * INTERVAL 600 SECOND)) - epoch(min(moment))) AS mean FROM events)
        SELECT any_value(stays), max(n), any_value(mean) FROM r, o"""),
    "attribution": (
        "SELECT model, channel, conversions, CASE WHEN model IN ('first', 'last') THEN value_minor END FROM attribution(TABLE events, journey => k, at => moment, seq => id, touch => "
        "kind = 'view', channel => channel, conversion => kind = 'buy', conversion_id => id, value => m * 1000, window => INTERVAL "
        "'20 days', model => ['first', 'last', 'linear', 'time_decay']) WHERE conversions > 0 ORDER BY 1, 2",
        """WITH c AS (SELECT k, moment, id, m * 1000 AS value, lag(moment) OVER w AS pat, lag(id) OVER w AS pid FROM events
          WHERE kind = 'buy' AND k IS NOT NULL WINDOW w AS (PARTITION BY k ORDER BY moment, id)),
        lone AS (SELECT id, m * 1000 AS value FROM events WHERE kind = 'buy' AND k IS NULL),
        p AS (SELECT c.id AS cid, c.value, t.channel, row_number() OVER (PARTITION BY c.id ORDER BY t.moment, t.id) AS n,
            count(t.id) OVER (PARTITION BY c.id) AS total, t.id AS tid,
            power(2, -(epoch(c.moment) - epoch(t.moment)) / (7 * 86400)) AS decay
          FROM c LEFT JOIN events t ON t.k = c.k AND t.kind = 'view' AND (t.moment, t.id) < (c.moment, c.id)
            AND (c.pid IS NULL OR (t.moment, t.id) > (c.pat, c.pid)) AND t.moment >= c.moment - INTERVAL 20 DAY),
        q AS (SELECT cid, value, coalesce(channel, '(direct)') AS channel, n, greatest(total, 1) AS total,
            CASE WHEN tid IS NULL THEN 1 ELSE decay / sum(decay) OVER (PARTITION BY cid) END AS decay FROM p
          UNION ALL SELECT id, value, '(direct)', 1, 1, 1 FROM lone),
        w AS (SELECT 'first' AS model, cid, channel, value, CASE WHEN n = 1 THEN 1.0 ELSE 0 END AS weight, n FROM q
          UNION ALL SELECT 'last', cid, channel, value, CASE WHEN n = total THEN 1.0 ELSE 0 END, n FROM q
          UNION ALL SELECT 'linear', cid, channel, value, 1.0 / total, n FROM q
          UNION ALL SELECT 'time_decay', cid, channel, value, decay, n FROM q)
        SELECT model, channel, sum(weight), CASE WHEN model IN ('first', 'last') THEN CAST(sum(weight * value) AS BIGINT) END
        FROM w GROUP BY model, channel HAVING sum(weight) > 0 ORDER BY 1, 2"""),
    "trending": (
        "SELECT item_id, score, rank FROM trending(TABLE events, item => channel, actor => k, at => moment, weight => x, half_life => "
        f"72.0, as_of => TIMESTAMPTZ '{AS_OF}T00:00:00Z') ORDER BY 3",
        f"""SELECT channel, sum(x * power(2, -(epoch(TIMESTAMPTZ '{AS_OF} 00:00:00+00') - epoch(moment)) / (72 * 3600))) AS score,
          row_number() OVER (ORDER BY score DESC) FROM events WHERE moment <= TIMESTAMPTZ '{AS_OF} 00:00:00+00'
        GROUP BY channel ORDER BY 3"""),
    "ledger_running": (
        "SELECT account, currency, seq, amount_minor, balance_after_minor FROM ledger_running(TABLE entries, account => k, currency "
        "=> cur, at => moment, seq => id, amount => amount, counted => kind = 'posting') ORDER BY 3",
        """SELECT k, cur, id, amount, sum(amount) OVER (PARTITION BY k, cur ORDER BY moment, id ROWS UNBOUNDED PRECEDING)
        FROM entries WHERE kind = 'posting' ORDER BY 3"""),
    "statement": (
        "SELECT account, currency, bucket_start, opening_minor, credits_minor, debits_minor, closing_minor, n FROM statement(TABLE "
        "entries, account => k, currency => cur, at => moment, amount => amount, counted => kind = 'posting', to => DATE '2025-07-01') "
        "WHERE n > 0 ORDER BY 1, 2, 3",
        """WITH d AS (SELECT k, cur, CAST(moment AS DATE) AS day, sum(greatest(amount, 0)) AS cr, sum(greatest(-amount, 0)) AS de,
          count(*) AS n FROM entries WHERE kind = 'posting' GROUP BY ALL),
        r AS (SELECT *, sum(cr - de) OVER (PARTITION BY k, cur ORDER BY day) AS closing FROM d)
        SELECT k, cur, day, closing - cr + de, cr, de, closing, n FROM r ORDER BY 1, 2, 3"""),
    "balance_at": (
        f"SELECT account, currency, balance_minor FROM balance_at(TABLE (SELECT * FROM entries WHERE kind = 'posting'), account => "
        f"k, currency => cur, at => moment, amount => amount, as_of => TIMESTAMPTZ '{AS_OF}T00:00:00Z') ORDER BY 1, 2",
        f"""WITH r AS (SELECT k, cur, moment, id, sum(amount) OVER (PARTITION BY k, cur ORDER BY moment, id ROWS UNBOUNDED PRECEDING) AS b
          FROM entries WHERE kind = 'posting'), last AS (SELECT k, cur, moment, arg_max(b, id) AS b FROM r GROUP BY ALL),
        a AS (SELECT DISTINCT k, cur, TIMESTAMPTZ '{AS_OF} 00:00:00+00' - INTERVAL 1 MICROSECOND AS moment FROM r)
        SELECT a.k, a.cur, coalesce(last.b, 0) FROM a ASOF LEFT JOIN last ON a.k = last.k AND a.cur = last.cur AND a.moment >= last.moment
        ORDER BY 1, 2"""),
    "sales": (
        "SELECT bucket_start, currency, orders, gmv_minor, refunds_by_refund_date_minor, refunds_by_order_date_minor, nmv_minor, "
        "fee_minor, fee_returned_minor FROM sales(TABLE entries, currency => cur, \"order\" => o, at => moment, sale => kind = 'sale', "
        "refund => kind = 'refund', amount => amount, fee => fee) ORDER BY 1, 2",
        """WITH e AS (SELECT *, date_trunc('month', moment)::DATE AS month FROM entries WHERE o IS NOT NULL),
        s AS (SELECT o, cur, month AS sold FROM e WHERE kind = 'sale'),
        r AS (SELECT e.*, s.sold FROM e JOIN s USING (o, cur) WHERE kind = 'refund'),
        g AS (SELECT m::DATE AS month, cur FROM generate_series((SELECT min(month) FROM e)::TIMESTAMP, (SELECT max(month) FROM
          e)::TIMESTAMP, INTERVAL 1 MONTH) t(m), (SELECT DISTINCT cur FROM e))
        SELECT month, cur, orders, gmv, back, own, gmv - back, fee, given FROM (
        SELECT month, cur, (SELECT count(DISTINCT o) FROM e WHERE kind = 'sale' AND e.month = g.month AND e.cur = g.cur) AS orders,
          coalesce((SELECT sum(amount) FROM e WHERE kind = 'sale' AND e.month = g.month AND e.cur = g.cur), 0) AS gmv,
          coalesce((SELECT sum(amount) FROM r WHERE r.month = g.month AND r.cur = g.cur), 0) AS back,
          coalesce((SELECT sum(amount) FROM r WHERE r.sold = g.month AND r.cur = g.cur), 0) AS own,
          coalesce((SELECT sum(fee) FROM e WHERE kind = 'sale' AND e.month = g.month AND e.cur = g.cur), 0) AS fee,
          coalesce((SELECT sum(fee) FROM r WHERE r.month = g.month AND r.cur = g.cur), 0) AS given FROM g) ORDER BY 1, 2"""),
    "cohort_revenue": (
        "SELECT cohort_start, k, customers, revenue_minor, cumulative_minor FROM cohort_revenue(TABLE (SELECT k AS c, moment, amount "
        "FROM entries WHERE kind = 'sale'), customer => c, at => moment, amount => amount) WHERE customers > 0 ORDER BY 1, 2",
        """WITH s AS (SELECT k, date_trunc('month', moment)::DATE AS month, amount FROM entries WHERE kind = 'sale'),
        c AS (SELECT k, min(month) AS cohort FROM s GROUP BY k)
        SELECT cohort, datediff('month', cohort, month) AS age, count(DISTINCT k), sum(amount),
          sum(sum(amount)) OVER (PARTITION BY cohort ORDER BY age) FROM s JOIN c USING (k) GROUP BY cohort, age ORDER BY 1, 2"""),
    "loan_book": (
        f"SELECT loan_id, disbursed_minor, repaid_minor, outstanding_minor FROM loan_book(TABLE entries, loan => k, currency => cur, "
        f"disbursed => kind = 'lent', repaid => kind = 'repaid', amount => amount, at => moment, as_of => DATE '{AS_OF}') WHERE "
        "loan_id LIKE 'l%' ORDER BY 1",
        f"""SELECT k, coalesce(sum(amount) FILTER (WHERE kind = 'lent' AND day <= DATE '{AS_OF}'), 0) AS lent,
          coalesce(sum(amount) FILTER (WHERE kind = 'repaid' AND day <= DATE '{AS_OF}'), 0) AS back,
          coalesce(sum(CASE kind WHEN 'lent' THEN amount ELSE -amount END) FILTER (WHERE day <= DATE '{AS_OF}'), 0)
        FROM (SELECT *, CAST(moment AS DATE) AS day FROM entries) WHERE kind IN ('lent', 'repaid') GROUP BY k ORDER BY 1"""),
    "score_history": (
        f"SELECT user_id, score, tier, delta, tw_mean FROM score_history(TABLE (SELECT * FROM events WHERE k IS NOT NULL), user => k, "
        f"at => moment, seq => id, score => cast(m AS integer), tier => channel, as_of => TIMESTAMPTZ '{AS_OF}T00:00:00Z') ORDER BY 1",
        f"""WITH l AS (SELECT k, moment, arg_max(m, id) AS m, arg_max(channel, id) AS tier FROM events
          WHERE k IS NOT NULL AND moment <= TIMESTAMPTZ '{AS_OF} 00:00:00+00' GROUP BY k, moment),
        s AS (SELECT *, epoch(coalesce(lead(moment) OVER (PARTITION BY k ORDER BY moment), TIMESTAMPTZ '{AS_OF} 00:00:00+00')) - epoch(moment)
          AS held FROM l)
        SELECT k, arg_max(m, moment), arg_max(tier, moment), arg_max(m, moment) - arg_min(m, moment), sum(m * held) / nullif(sum(held), 0)
        FROM s GROUP BY k ORDER BY 1"""),
    "mrr_bridge": (
        "SELECT bucket_start, opening_minor, new_minor, reactivation_minor, expansion_minor, contraction_minor, churn_minor, "
        "closing_minor, customers_open, customers_new, customers_lost FROM mrr_bridge(TABLE (SELECT k, moment, moment + (id % 90) * INTERVAL "
        "'1 day' AS until, m FROM events WHERE k IS NOT NULL AND kind = 'buy'), currency => 'NGN', customer => k, start => moment, "
        "\"end\" => until, price => m * 100, interval => 'month', from => DATE '2025-01-01', to => DATE '2025-09-01') ORDER BY 1",
        """WITH s AS (SELECT k, moment, moment + to_days(CAST(id % 90 AS INTEGER)) AS until, m * 100 AS price FROM events
          WHERE k IS NOT NULL AND kind = 'buy'),
        g AS (SELECT m::DATE AS month FROM generate_series(TIMESTAMP '2024-12-01', TIMESTAMP '2025-08-01', INTERVAL 1 MONTH) t(m)),
        v AS (SELECT DISTINCT k FROM s),
        a AS (SELECT month, v.k, coalesce((SELECT sum(price) FROM s WHERE s.k = v.k
          AND s.moment < (month + INTERVAL 1 MONTH)::TIMESTAMPTZ AND s.until >= (month + INTERVAL 1 MONTH)::TIMESTAMPTZ), 0) AS now FROM g, v),
        b AS (SELECT *, lag(now, 1, 0) OVER w AS before, coalesce(max(now) OVER (PARTITION BY k ORDER BY month ROWS BETWEEN
          UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS most FROM a WINDOW w AS (PARTITION BY k ORDER BY month))
        SELECT month, sum(before), sum(CASE WHEN before = 0 AND most = 0 THEN now ELSE 0 END),
          sum(CASE WHEN before = 0 AND most > 0 THEN now ELSE 0 END),
          sum(CASE WHEN before > 0 AND now > before THEN now - before ELSE 0 END),
          sum(CASE WHEN before > 0 AND now > 0 AND now < before THEN now - before ELSE 0 END),
          sum(CASE WHEN before > 0 AND now = 0 THEN -before ELSE 0 END), sum(now),
          count(*) FILTER (WHERE before > 0), count(*) FILTER (WHERE before = 0 AND most = 0 AND now > 0),
          count(*) FILTER (WHERE before > 0 AND now = 0) FROM b WHERE month >= DATE '2025-01-01' GROUP BY month ORDER BY 1"""),
    "suppress_small_cells": (
        "SELECT kind, channel, people, total FROM suppress_small_cells(TABLE (SELECT kind, channel, m AS total FROM events), group => "
        "[kind, channel], values => total, k => 5) WHERE NOT is_suppressed ORDER BY summed, 1, 2",
        """SELECT kind, channel, count(*), sum(m) FROM events GROUP BY CUBE (kind, channel)
        ORDER BY grouping(kind, channel), 1 NULLS LAST, 2 NULLS LAST"""),
}


def rates(con):
    rows = con.execute(
        "SELECT k, sum(m + 12), sum(m) FROM events WHERE k IS NOT NULL GROUP BY k ORDER BY 1").fetchall()
    answer = []
    for k, views, likes in rows:
        low, high = proportion_confint(int(likes), int(views), method="wilson")
        answer.append([k, views, likes, likes / views, low, high])
    return answer


def survival(con):
    rows = con.execute("SELECT x, kind = 'buy' FROM events").fetchall()
    curve = SurvfuncRight(numpy.array([r[0] for r in rows]), numpy.array([int(r[1]) for r in rows]))
    return [[t, int(n), int(e), s] for t, n, e, s in
            zip(curve.surv_times, curve.n_risk, curve.n_events, curve.surv_prob)]


def averages(con):
    frame = con.execute("SELECT s, day, v FROM series ORDER BY s, day").df()
    answer = []
    for name, own in frame.groupby("s"):
        simple = own.v.rolling(7).mean()
        exponential = own.v.ewm(alpha=2 / 8, adjust=False).mean()
        before = own.v.shift(1)
        for day, v, a, b, p in zip(own.day, own.v, simple, exponential, before):
            growth = None if pandas.isna(p) or p == 0 else (v - p) / abs(p)
            answer.append([name, day.date(), None if pandas.isna(a) else a, b, growth])
    return answer


def beans(con):
    from beancount import loader
    from beancount.core import realization

    rows = con.execute(
        "SELECT k, cur, CAST(moment AS DATE), amount FROM entries WHERE kind = 'posting' ORDER BY moment, id").fetchall()
    accounts = sorted({k for k, *_ in rows})
    journal = ["2000-01-01 open Equity:Others"] + [f"2000-01-01 open Assets:{k.upper()}" for k in accounts]
    for k, cur, day, amount in rows:
        journal.append(f'{day} * "posting"\n  Assets:{k.upper()}  {amount} {cur}\n  Equity:Others  {-amount} {cur}')
    entries, errors, _ = loader.load_string("\n".join(journal))
    assert not errors, errors[:1]
    real = realization.realize(entries)
    answer = []
    for k in accounts:
        balance = realization.get(real, f"Assets:{k.upper()}").balance
        for cur in ("KES", "NGN"):
            # A balance of 0 is no position.
            answer.append([k, cur, int(balance.get_currency_units(cur).number)])
    return answer


OTHERS = {
    "engagement_rates by statsmodels' Wilson interval": (
        "SELECT entity_id, views, likes, like_rate, like_wilson_lo, like_wilson_hi FROM engagement_rates(TABLE (SELECT * FROM events "
        "WHERE k IS NOT NULL), entity_id => k, views => m + 12, likes => m) ORDER BY 1", rates),
    "survival by statsmodels": (
        "SELECT t, at_risk, events, s FROM survival(TABLE events, duration => x, event => kind = 'buy') WHERE events > 0 ORDER BY 1",
        survival),
    "averages and growth by pandas": (
        "SELECT s, bucket_start, sma, ema, pct_change FROM trend_series(TABLE series, by => s, at => day, value => v) ORDER BY 1, 2",
        averages),
    "balances by beancount": (
        "SELECT account, currency, balance_minor FROM balance_at(TABLE (SELECT * FROM entries WHERE kind = 'posting'), account => k, "
        "currency => cur, at => moment, amount => amount, as_of => TIMESTAMPTZ '2026-01-01T00:00:00Z') ORDER BY 1, 2", beans),
}


def cell(value):
    if isinstance(value, datetime.datetime):
        return {"text": value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")}
    if isinstance(value, datetime.date):
        return {"text": value.isoformat()}
    if isinstance(value, str):
        return {"text": value}
    if value is None or (isinstance(value, float) and numpy.isnan(value)):
        return {}
    if isinstance(value, decimal.Decimal):
        return {"number": float(value)}
    return {"number": float(value)} if isinstance(value, (float, numpy.floating)) else {"whole": int(value)}


def main():
    seed, folder = int(sys.argv[1]), sys.argv[2]
    tables = make(seed, folder)
    con = duckdb.connect()
    con.execute("SET TimeZone = 'UTC'")
    for name, path in tables.items():
        con.execute(f"CREATE TABLE {name} AS SELECT * FROM read_parquet('{path}')")
    answers = []
    for name, (ours, theirs) in QUESTIONS.items():
        rows = con.execute(theirs).fetchall()
        answers.append({"name": name, "ours": ours, "rows": [[cell(v) for v in row] for row in rows]})
    for name, (ours, theirs) in OTHERS.items():
        answers.append({"name": name, "ours": ours, "rows": [[cell(v) for v in row] for row in theirs(con)]})
    json.dump({"tables": tables, "answers": answers}, sys.stdout)


if __name__ == "__main__":
    main()

"""Analytics: operators beside the best that other engines offer for the same question, on the events of the shared peers'
harness (ALMANAC_SHARED/bench/peers; ALMANAC_BENCH_LAKE names a folder with its tables, else they are generated).

    funnel        four steps within seven days, by tenant: beside the harness's queries in DuckDB and Polars, and
                  windowFunnel of chDB
    retention     weekly cohorts, by tenant: beside the harness's queries in the same engines
    streaks       longest run of active days of each user: beside gaps and islands in DuckDB
    sessions      sessions of 30 minutes of each user: beside windows in DuckDB
    attribution   six models over a million journeys: beside DuckDB, where the chain is counted in SQL and solved by numpy
    local-date    the local dates of a column, beside a copy and a look-up in C: see local_dates.py
    stl, mann-kendall   series over time beside statsmodels and pymannkendall: see series.py

Ours is a process for each question, from its start until the answer is written as a Parquet file; the peers run all
questions in one process each, and their time begins when they are given a question and ends with its answer as an Arrow
table, the better of two runs. Two threads each, the same Parquet files; all take turns, and a figure is the median of the
turns. Answers are compared: counts exactly, floating values to 1e-9, money by our own check, since no peer splits it.
"""

import json
import math
import os
import pathlib
import statistics
import subprocess
import sys

import local_dates
import query
import series

HERE = pathlib.Path(__file__).resolve().parent

STEPS = "steps => [event_type = 'view', event_type = 'add_to_cart', event_type = 'checkout_start', event_type = 'purchase']"
ATTRIBUTION = """attribution(TABLE journeys, journey => journey, at => happened, seq => id, touch => kind = 'touch',
  channel => channel, conversion => kind = 'order', conversion_id => id, value => amount, {more})"""
MODELS = "'first', 'last', 'linear', 'position_based', 'time_decay', 'markov', 'shapley'"

OURS = {
    "funnel": f"""SELECT tenant_id, step, entered FROM funnel(TABLE events, per => tenant_id, actor => user_id,
  at => occurred_at, seq => event_id, {STEPS}, within => INTERVAL '7 days')""",
    "retention": """SELECT tenant_id, cohort_start, k, retained_bounded FROM retention(TABLE events, per => tenant_id,
  actor => user_id, day => occurred_at, grain => 'week', as_of => DATE '2100-01-01') WHERE retained_bounded > 0""",
    "streaks": """SELECT longest, count(*) AS users, sum(cast(longest_start - DATE '1970-01-01' AS bigint)) AS starts
  FROM streaks(TABLE events, actor => user_id, day => occurred_at, as_of => DATE '2100-01-01') GROUP BY longest""",
    "sessions": """SELECT session, count(*) AS sessions, sum(events) AS events, sum(duration_s) AS seconds
  FROM sessions(TABLE events, actor => user_id, at => occurred_at) GROUP BY session""",
    "attribution": f"""SELECT model, channel, conversions, value_minor, touches FROM
  {ATTRIBUTION.format(more=f"model => [{MODELS}], as_of => TIMESTAMPTZ '2100-01-01'")}""",
}

DUCKDB = {
    "streaks": """WITH d AS (SELECT DISTINCT user_id, CAST(occurred_at AS DATE) AS day FROM events),
g AS (SELECT user_id, day, day - CAST(row_number() OVER (PARTITION BY user_id ORDER BY day) AS INTEGER) AS island FROM d),
r AS (SELECT user_id, island, count(*) AS n, min(day) AS a FROM g GROUP BY ALL),
b AS (SELECT user_id, max(n) AS longest, arg_min(a, (-n, a)) AS a FROM r GROUP BY ALL)
SELECT longest, count(*) AS users, CAST(sum(a - DATE '1970-01-01') AS BIGINT) AS starts FROM b GROUP BY ALL""",
    "sessions": """WITH p AS (SELECT user_id, epoch_us(occurred_at) AS t,
  lag(epoch_us(occurred_at)) OVER (PARTITION BY user_id ORDER BY occurred_at) AS before FROM events),
n AS (SELECT user_id, t, count(*) FILTER (before IS NULL OR t - before > 1800000000)
  OVER (PARTITION BY user_id ORDER BY t) AS session FROM p),
s AS (SELECT user_id, session, count(*) AS events, (max(t) - min(t)) / 1e6 AS seconds FROM n GROUP BY ALL)
SELECT session, count(*) AS sessions, CAST(sum(events) AS BIGINT) AS events, sum(seconds) AS seconds FROM s GROUP BY ALL""",
}

# Journeys of a million visitors: two and a half touches each on average, every fourth ends in an order.
JOURNEYS = """COPY (WITH t AS (SELECT j, n, hash(j * 31 + n) AS h FROM (SELECT range AS j,
    unnest(range(CAST(1 + hash(range) % 4 AS BIGINT))) AS n FROM range({count}))),
log AS (
  SELECT j AS journey, TIMESTAMPTZ '2025-01-01 00:00:00Z' + to_microseconds(CAST((hash(j + 7) % 200) * 86400000000
    + n * 108000000000 + h % 3600000000 AS BIGINT)) AS happened, 'touch' AS kind,
    'channel ' || CAST(h % 12 AS VARCHAR) AS channel, CAST(NULL AS BIGINT) AS amount FROM t
  UNION ALL SELECT range, TIMESTAMPTZ '2025-01-01 00:00:00Z' + to_microseconds(CAST((hash(range + 7) % 200) * 86400000000
    + 540000000000 AS BIGINT)), 'order', NULL, CAST(hash(range + 3) % 100000 AS BIGINT) FROM range({count})
    WHERE hash(range + 5) % 4 = 0)
SELECT row_number() OVER (ORDER BY happened, journey, kind DESC) AS id, * FROM log ORDER BY happened, journey, kind DESC)
TO '{path}' (FORMAT PARQUET, COMPRESSION ZSTD)"""


def rows(answer):
    """An answer as rows to compare: whole numbers and texts, floating numbers apart."""
    return sorted(([str(cell) for cell in row if not isinstance(cell, float)],
                   [cell for cell in row if isinstance(cell, float)]) for row in answer)


def is_same(ours, theirs):
    ours, theirs = rows(ours), rows(theirs)
    return len(ours) == len(theirs) > 0 and all(
        a[0] == b[0] and len(a[1]) == len(b[1])
        and all(math.isclose(x, y, rel_tol=1e-9, abs_tol=1e-9) for x, y in zip(a[1], b[1]))
        for a, b in zip(ours, theirs))


def shaped(case, answer):
    """Answers of ours in the shape of the peers'."""
    if case == "funnel":
        tenants = {}
        for tenant, step, entered in answer:
            tenants.setdefault(tenant, {})[step] = entered
        return [[tenant, *(steps[step] for step in sorted(steps))] for tenant, steps in tenants.items()]
    if case == "sessions":
        return [[session, count, int(events), float(seconds)] for session, count, events, seconds in answer]
    if case == "streaks":
        return [[longest, users, int(starts)] for longest, users, starts in answer]
    if case == "attribution":
        # Money is split by whole numbers here, by rounding or not at all there: it is compared by our own check.
        return [[model, channel, float(conversions), int(touches)]
                for model, channel, conversions, value, touches in answer]
    return answer


def peers(python, lake, journeys, count, cases):
    """Answers and least seconds of the peers, each in a process of its own."""
    place = query.shared()
    environment = {**os.environ, "PEERS_LAKE": str(lake), "JOURNEYS": str(journeys)}
    found = {}
    for engine in ("duckdb", "polars", "chdb"):
        done = subprocess.run(
            [python, str(HERE / "analytics_peer.py"), engine, str(place), str(count), *cases],
            env=environment, stdout=subprocess.PIPE)
        if done.returncode == 0:
            found[engine] = json.loads(done.stdout.decode().splitlines()[-1])
        else:
            print(f"{engine} is not measured (exit {done.returncode})", file=sys.stderr)
    return found


def run(program, row_count, runs, folder, measure):
    chosen = os.environ.get("ALMANAC_BENCH_CASES")
    wanted = chosen.split(",") if chosen else [*OURS, *series.OURS, "local-date"]
    good = series.run(program, row_count, runs, folder, measure, [case for case in series.OURS if case in wanted])
    if "local-date" in wanted:
        good &= local_dates.run(pathlib.Path(program).parent / "ParquetTiming", row_count, 5, folder)
    cases = [case for case in OURS if case in wanted]
    return (events(program, row_count, runs, folder, measure, cases) if cases else True) and good


def events(program, row_count, runs, folder, measure, cases):
    """The questions about events."""
    folder = pathlib.Path(folder)
    lake = pathlib.Path(
        os.environ.get("ALMANAC_BENCH_LAKE") or query.make_lake(program, query.shared(), row_count, folder / "lake"))
    python = os.environ.get("ALMANAC_BENCH_PYTHON", sys.executable)
    journeys = folder / "journeys.parquet"
    count = max(row_count // 10, 1_000)
    statement = JOURNEYS.format(count=count, path=journeys)
    subprocess.run([python, "-c", f"import duckdb; duckdb.sql({statement!r})"], check=True, stdout=subprocess.DEVNULL)
    tables = {"events": f"{lake}/events/*.parquet", "journeys": str(journeys)}
    ours = query.Ours(program, measure, tables)
    mine, theirs, answers = {case: [] for case in cases}, {}, {}
    for _ in range(min(runs, 3)):
        for engine, figures in peers(python, lake, journeys, 2, cases).items():
            for case, (seconds, answer) in figures.items():
                theirs.setdefault(case, {}).setdefault(engine, []).append(seconds)
                answers.setdefault(case, {})[engine] = answer
        for case in cases:
            mine[case].append(ours.ask(OURS[case], folder / f"{case}.answer"))
            answers[case]["ours"] = shaped(case, cells(folder / f"{case}.answer"))
    checks = []
    if "attribution" in cases:
        check = ATTRIBUTION.format(more=f"model => [{MODELS}], by => 'check'")
        ours.ask(f"SELECT diff_minor, unattributed_minor FROM {check}", folder / "check.answer")
        checks = cells(folder / "check.answer")
    good = True
    for case in cases:
        equal = all(
            is_same(answers[case]["ours"], answer) for engine, answer in answers[case].items() if engine != "ours")
        if case == "attribution":
            equal = equal and len(checks) == 7 and all(int(cell) == 0 for row in checks for cell in row)
        figures = {engine: statistics.median(times) for engine, times in theirs[case].items()}
        most = {"funnel": 1.0, "retention": 1.0}.get(case, 0.5)
        bound = figures if most == 1.0 else {"duckdb": figures["duckdb"]}
        seconds = statistics.median(run["s"] for run in mine[case])
        query.line(
            f"analytics-{case}", seconds, figures, equal, rows=row_count if case != "attribution" else count,
            ratio_max=most, holds=seconds <= most * min(bound.values()),
            cpu_s=round(statistics.median(run["cpu_s"] for run in mine[case]), 3),
            peak_mib=round(max(run["peak_mib"] for run in mine[case]), 1))
        good &= equal
    return good


def cells(path):
    """The rows of a Parquet file."""
    import pyarrow.parquet

    table = pyarrow.parquet.read_table(path)
    return [[plain(cell) for cell in row] for row in zip(*(column.to_pylist() for column in table.columns))]


def plain(cell):
    """A cell as JSON has it: dates and instants as days, decimals as whole numbers."""
    if cell is None or isinstance(cell, (bool, int, float, str)):
        return cell
    if hasattr(cell, "isoformat"):
        return cell.isoformat()[:10]
    return int(cell) if int(cell) == cell else float(cell)

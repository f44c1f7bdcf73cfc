"""Runs the questions of analytics.py in another engine: analytics_peer.py ENGINE HARNESS RUNS CASE…

Prints {case: [least seconds, rows]} as one line of JSON. The harness's queries and Polars programs are those of its
folders sql and agg; PEERS_LAKE and JOURNEYS name the data.
"""

import json
import os
import pathlib
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import analytics

engine, place, runs, cases = sys.argv[1], pathlib.Path(sys.argv[2]), int(sys.argv[3]), sys.argv[4:]
lake, journeys = os.environ["PEERS_LAKE"], os.environ["JOURNEYS"]
HARNESS = {"funnel": "q06_funnel.sql", "retention": "q05_retention_weekly.sql"}


def in_duckdb():
    import duckdb

    connection = duckdb.connect()
    connection.execute("SET threads = 2; SET TimeZone = 'UTC'; SET preserve_insertion_order = false")
    for name, path in (("events", f"{lake}/events/*.parquet"), ("journeys", journeys)):
        connection.execute(f"CREATE VIEW {name} AS SELECT * FROM read_parquet('{path}')")

    def answer(case):
        if case == "attribution":
            return attribution(connection)
        sql = analytics.DUCKDB.get(case) or (place / "sql" / "duckdb" / HARNESS[case]).read_text()
        return connection.sql(sql).to_arrow_table()

    return answer


# Paths once, then every model: lists keep a path's touches in order, so that no model needs a window of its own.
PATHS = """CREATE OR REPLACE TEMP TABLE paths AS
WITH o AS (SELECT journey, happened FROM journeys WHERE kind = 'order'),
t AS (SELECT t.journey, t.happened, t.id, t.channel, o.happened AS converted FROM journeys t LEFT JOIN o ON o.journey = t.journey
  WHERE t.kind = 'touch')
SELECT journey, bool_and(coalesce(happened >= converted - INTERVAL 30 DAY AND happened <= converted, false)) AS converts,
  list(channel ORDER BY happened, id) AS path, list(epoch_us(happened) ORDER BY happened, id) AS times FROM t GROUP BY journey"""

CREDITS = """WITH p AS (SELECT *, len(path) AS n FROM paths WHERE converts),
t AS (SELECT journey, n, path, unnest(path) AS channel, unnest(range(1, n + 1)) AS i,
  unnest(list_transform(times, lambda x: pow(2.0, (x - times[n]) / 604800e6))) AS decay FROM p),
s AS (SELECT *, sum(decay) OVER (PARTITION BY journey) AS total FROM t),
c AS (SELECT channel, count(*) AS touches, count(*) FILTER (i = 1) AS first, count(*) FILTER (i = n) AS last,
  sum(1.0::DOUBLE / n) AS linear,
  sum(CASE WHEN n = 1 THEN 1.0::DOUBLE WHEN n = 2 THEN 0.5 WHEN i = 1 OR i = n THEN 0.4 ELSE 0.2::DOUBLE / (n - 2) END) AS position_based,
  sum(decay / total) AS time_decay FROM s GROUP BY channel),
h AS (SELECT channel, sum(1.0::DOUBLE / len(channels)) AS shapley FROM (SELECT list_distinct(path) AS channels,
  unnest(list_distinct(path)) AS channel FROM p) GROUP BY channel)
SELECT channel, first, last, linear, position_based, time_decay, shapley, touches FROM c JOIN h USING (channel)"""

STEPS = """WITH w AS (SELECT unnest(list_concat(['(start)'], path)) AS a,
  unnest(list_concat(path, [CASE WHEN converts THEN '(conv)' ELSE '(null)' END])) AS b FROM paths)
SELECT a, b, count(*) FROM w WHERE a <> b GROUP BY ALL"""


def attribution(connection):
    """The heuristics and Shapley in SQL; the chain's steps counted in SQL, solved by numpy."""
    import numpy

    connection.execute(PATHS)
    credits = connection.execute(CREDITS).fetchall()
    steps = connection.execute(STEPS).fetchall()
    states = ["(start)"] + sorted({b for _, b, _ in steps if b not in ("(conv)", "(null)")})
    index = {state: number for number, state in enumerate(states)}
    counts = numpy.zeros((len(states), len(states) + 2))
    for a, b, count in steps:
        counts[index[a], {"(null)": len(states), "(conv)": len(states) + 1}.get(b, index.get(b))] += count
    chances = counts / counts.sum(1, keepdims=True)

    def converts(removed=None):
        inner = chances[:, :len(states)].copy()
        if removed is not None:
            inner[:, removed] = 0
        return numpy.linalg.solve(numpy.eye(len(states)) - inner, chances[:, -1])[0]

    base = converts()
    effects = {state: 1 - converts(index[state]) / base for state in states[1:]}
    total, conversions = sum(effects.values()), sum(row[1] for row in credits)
    answer = []
    for channel, first, last, linear, position, decay, shapley, touches in credits:
        values = {"first": first, "last": last, "linear": linear, "position_based": position, "time_decay": decay,
                  "markov": effects[channel] / total * conversions, "shapley": shapley}
        answer += [[model, channel, float(value), touches] for model, value in values.items()]
    return answer


def in_chdb():
    import chdb.session
    import pyarrow

    session = chdb.session.Session()
    session.query("SET max_threads = 2")
    session.query("CREATE DATABASE IF NOT EXISTS lake ENGINE = Atomic")
    session.query(f"CREATE VIEW lake.events AS SELECT * FROM file('{lake}/events/*.parquet', Parquet)")
    session.query("USE lake")

    def answer(case):
        sql = (place / "sql" / "chdb" / HARNESS[case]).read_text() + (
            " SETTINGS max_threads = 2, session_timezone = 'UTC', output_format_arrow_string_as_string = 1")
        return pyarrow.ipc.open_stream(session.query(sql, "ArrowStream").bytes()).read_all()

    return answer


def in_polars():
    os.environ["POLARS_MAX_THREADS"] = "2"
    import polars

    sys.path.insert(0, str(place / "agg"))
    import polars_queries

    tables = {"events": polars.scan_parquet(f"{lake}/events/*.parquet")}

    def answer(case):
        return polars_queries.Q[HARNESS[case][:3]](tables).collect(engine="streaming").to_arrow()

    return answer


answer = {"duckdb": in_duckdb, "chdb": in_chdb, "polars": in_polars}[engine]()
found = {}
for case in cases:
    if engine != "duckdb" and case not in HARNESS:
        continue
    best = float("inf")
    for _ in range(runs):
        start = time.perf_counter()
        made = answer(case)
        best = min(best, time.perf_counter() - start)
    if not isinstance(made, list):
        made = zip(*(column.to_pylist() for column in made.columns))
    found[case] = [best, [[analytics.plain(cell) for cell in row] for row in made]]
print(json.dumps(found))

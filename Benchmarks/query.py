"""Queries: the ten reports of the shared peers' harness beside DuckDB and the other engines that are there, the 22 queries
of TPC-H beside DuckDB, and what a query costs that reads nothing.

Ours and the peers run all queries in one process each, and the better of two runs counts: ours is `query --batch -`, from a
line of SQL to a line of JSON; the peers' time ends with the answer as an Arrow table. `process_s` is ours as a process of its
own for the one query, from its start until the answer is written as a Parquet file: peak memory, processor time and the answer
that is compared are those of this process. All have two threads and read the same Parquet files. All take turns; a figure is
the median of the turns.

The reports' queries, data and the peers' forms of them are those of ALMANAC_SHARED/bench/peers ("../shared" beside the
checkout where that is not set). ALMANAC_BENCH_LAKE names a folder with the data; without it they are generated in a
Postgres cluster and extracted.
"""

import json
import math
import os
import pathlib
import statistics
import subprocess
import sys
import time

import cluster as clusters

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent
TABLES = ["events", "users", "contents", "touches", "conversions", "accounts", "wallet_txns"]
ENGINES = {"duckdb": "duckdb", "polars": "polars", "datafusion": "datafusion", "chdb": "chdb"}
TPCH_RATIO_MAX = 1.5
START_RATIO_MAX = 2.0


def shared():
    place = pathlib.Path(os.environ.get("ALMANAC_SHARED", ROOT.parent / "shared")) / "bench" / "peers"
    if not (place / "agg" / "agg.py").exists():
        raise SystemExit(f"error: the reports' queries are not in {place}\n  try    ALMANAC_SHARED=FOLDER")
    return place


def make_lake(program, place, rows, folder):
    """The tables of the reports, generated and extracted into a Parquet file each."""
    with clusters.running() as cluster:
        cluster.psql("postgres", "-c", "CREATE DATABASE peers")
        generator = place / "gen"
        for script, values in (
                ("00_schema.sql", {"n": rows}), ("10_events.sql", {"lo": 0, "hi": rows - 1}), ("20_others.sql", {})):
            settings = [part for name, value in values.items() for part in ("-v", f"{name}={value}")]
            text = (generator / script).read_bytes()
            command = [str(cluster.programs / "psql"), "-X", "-q", "-v", "ON_ERROR_STOP=1", *settings,
                       "-d", cluster.url("peers")]
            subprocess.run(command, check=True, input=text)
        for table in TABLES:
            (folder / table).mkdir(parents=True)
            subprocess.run(
                [program, "extract", "--url", cluster.url("peers"), "--table", table, "--to",
                 str(folder / table / "all.parquet")], check=True, stdout=subprocess.DEVNULL)
    return folder


class Ours:
    def __init__(self, program, measure, tables):
        self.program, self.measure = program, measure
        self.tables = [part for name, path in tables.items() for part in ("--table", f"{name}={path}")]

    def ask(self, sql, answer):
        """One query in a process of its own, its answer in a Parquet file."""
        query = pathlib.Path(f"{answer}.sql")
        query.write_text(sql)
        return self.measure(
            ["sh", "-c", 'exec "$@" >"$0"', str(answer), self.program, "query", "--threads", "2", *self.tables,
             "-f", str(query), "--format", "parquet"])


class OursInProcess:
    """All queries in one process, by `--batch`."""

    def __init__(self, ours):
        self.process = subprocess.Popen(
            [ours.program, "query", "--threads", "2", *ours.tables, "--batch", "-"], stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, text=True)

    def seconds(self, sql):
        best = float("inf")
        for _ in range(2):
            start = time.perf_counter()
            self.process.stdin.write(json.dumps(sql) + "\n")
            self.process.stdin.flush()
            answer = self.process.stdout.readline()
            best = min(best, time.perf_counter() - start)
        if "rows" not in json.loads(answer):
            raise SystemExit(f"error: a query failed: {answer[:300]}")
        return best

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def cells(path):
    """An answer as rows of comparable values: numbers as such, all else as text; lists are left out."""
    import pyarrow.parquet

    table = pyarrow.parquet.read_table(path)
    kept = [column for column in table.columns if "list" not in str(column.type)]
    return list(zip(*(column.to_pylist() for column in kept))), [str(column.type) for column in kept]


def is_same(path, peer):
    """Whether two answers are the same rows in any order: what is exact exactly, floating values to 1e-9."""
    ours, _ = cells(path)
    theirs, types = cells(peer)
    floating = [index for index, kind in enumerate(types) if kind in ("double", "float") or kind.startswith("decimal")]
    exact = [index for index in range(len(types)) if index not in floating]

    def key(row):
        return [(row[index] is not None, text(row[index])) for index in exact]

    def text(value):
        # Dates and instants at midnight are one day; whole numbers of any type are one number.
        if isinstance(value, (int, float)) and not isinstance(value, bool) and float(value).is_integer():
            return str(int(value))
        return str(value).removesuffix("+00:00").removesuffix(" 00:00:00")

    def number(row):
        return [float("-inf") if row[index] is None else float(row[index]) for index in floating]

    ours, theirs = (sorted(((key(row), number(row)) for row in rows)) for rows in (ours, theirs))
    return len(ours) == len(theirs) and all(
        mine == other and all(x == y or math.isclose(x, y, rel_tol=1e-9, abs_tol=1e-9) for x, y in zip(a, b))
        for (mine, a), (other, b) in zip(ours, theirs))


def reports(program, lake, runs, folder, measure):
    place, python = shared(), os.environ.get("ALMANAC_BENCH_PYTHON", sys.executable)
    engines = [
        engine for engine, module in ENGINES.items()
        if subprocess.run([python, "-c", f"import {module}"], stderr=subprocess.DEVNULL).returncode == 0]
    queries = {path.name[:3]: path.read_text() for path in sorted((place / "sql" / "duckdb").glob("*.sql"))}
    ours = Ours(program, measure, {table: f"{lake}/{table}/*.parquet" for table in TABLES})
    out = folder / "reports"
    (out / "answers").mkdir(parents=True)
    environment = {**os.environ, "PEERS_LAKE": str(lake), "PEERS_OUT": str(out)}
    mine, whole = {name: [] for name in queries}, {name: [] for name in queries}
    theirs = {engine: {name: [] for name in queries} for engine in engines}
    for _ in range(runs):
        for engine in engines:
            # Two runs of each query in the process: the first fills its caches, the better one counts.
            subprocess.run(
                [python, str(place / "agg" / "agg.py"), engine, "2"], check=True, env=environment,
                stdout=subprocess.DEVNULL)
            times = json.loads((out / "answers" / f"{engine}_times.json").read_text())
            for name, (least, _) in times.items():
                theirs[engine][name].append(least)
        process = OursInProcess(ours)
        for name, sql in queries.items():
            mine[name].append(process.seconds(sql))
        process.close()
        for name, sql in queries.items():
            whole[name].append(ours.ask(sql, out / "answers" / f"almanac_{name}.parquet"))
    good, sums, processes = True, {"ours": 0.0, **{engine: 0.0 for engine in engines}}, 0.0
    for name in queries:
        peers = {engine: statistics.median(theirs[engine][name]) for engine in engines if theirs[engine][name]}
        seconds = statistics.median(mine[name])
        process_s = statistics.median(run["s"] for run in whole[name])
        processes += process_s
        equal = is_same(
            out / "answers" / f"almanac_{name}.parquet", out / "answers" / f"duckdb_{name}.parquet")
        sums["ours"] += seconds
        for engine, value in peers.items():
            sums[engine] += value
        good &= equal
        line(f"query-{name}", seconds, peers, equal, process_s=round(process_s, 3),
             peak_mib=round(max(run["peak_mib"] for run in whole[name]), 1),
             cpu_s=round(statistics.median(run["cpu_s"] for run in whole[name]), 3))
    line("query-reports", sums.pop("ours"), sums, good, process_s=round(processes, 3))
    return good


def tpch(program, scale, runs, folder, measure):
    """TPC-H beside the DuckDB that made its data."""
    place = folder / "tpch"
    place.mkdir()
    subprocess.run(
        [sys.executable, str(ROOT / "Tests" / "Oracles" / "tpch.py"), str(place), str(scale)], check=True)
    answers = json.loads((place / "answers.json").read_text())
    tables = {path.stem: str(path) for path in place.glob("*.parquet")}
    ours = Ours(program, measure, tables)
    mine, theirs = {name: [] for name in answers}, {name: [] for name in answers}
    whole = {name: [] for name in answers}
    for _ in range(runs):
        done = subprocess.run(
            [sys.executable, str(HERE / "query_peer.py"), str(place)], check=True, stdout=subprocess.PIPE)
        for name, seconds in json.loads(done.stdout).items():
            theirs[name].append(seconds)
        process = OursInProcess(ours)
        for name, answer in answers.items():
            mine[name].append(process.seconds(answer["sql"]))
        process.close()
        for name, answer in answers.items():
            whole[name].append(ours.ask(answer["sql"], place / f"almanac-{name}.answer"))
    good, ratios = True, []
    for name in answers:
        seconds = statistics.median(mine[name])
        equal = is_same(place / f"almanac-{name}.answer", place / f"duckdb-{name}.answer")
        ratios.append(seconds / statistics.median(theirs[name]))
        good &= equal
        line(f"query-tpch-{int(name):02d}", seconds, {"duckdb 1.5": statistics.median(theirs[name])}, equal, scale=scale,
             process_s=round(statistics.median(run["s"] for run in whole[name]), 3),
             peak_mib=round(max(run["peak_mib"] for run in whole[name]), 1))
    mean = math.exp(statistics.mean(map(math.log, ratios)))
    print(json.dumps({
        "case": "query-tpch", "ratio": round(mean, 3), "ratio_of": "geometric mean", "ratio_max": TPCH_RATIO_MAX,
        "peer": "duckdb 1.5", "answers_equal": good, "holds": mean <= TPCH_RATIO_MAX, "scale": scale}), flush=True)
    return good


def start(program, runs, folder, measure):
    """`query 'select 1'` beside a C program that does nothing, linked to the same libraries."""
    listed = subprocess.run(["ldd", program], check=True, stdout=subprocess.PIPE).stdout.decode()
    libraries = [part.split("=>")[1].split()[0] for part in listed.splitlines() if "=> /" in part]
    source, hello = folder / "hello.c", folder / "hello"
    source.write_text('#include <stdio.h>\nint main(void) { puts("hello"); return 0; }\n')
    subprocess.run(
        ["cc", "-O2", "-o", str(hello), str(source), "-Wl,--no-as-needed", "-Wl,--allow-shlib-undefined", *libraries,
         *(f"-Wl,-rpath,{folder}" for folder in sorted({os.path.dirname(path) for path in libraries}))], check=True)
    mine, theirs = [], []
    for _ in range(max(runs, 11)):
        theirs.append(measure([str(hello)])["s"])
        mine.append(measure([program, "query", "select 1"])["s"])
    seconds, peer = statistics.median(mine), statistics.median(theirs)
    line("query-start", seconds, {"hello": peer}, True, holds=seconds <= START_RATIO_MAX * peer)
    return True


def line(case, seconds, peers, equal, **more):
    """A row of the results: ours, the fastest peer, and the ratio to each."""
    best = min(peers, key=peers.get)
    print(json.dumps({
        "case": case, "ours_s": round(seconds, 3), "peer": best, "peer_s": round(peers[best], 3),
        "ratio": round(seconds / peers[best], 3), "answers_equal": equal,
        "ratios": {peer: round(seconds / value, 3) for peer, value in peers.items()}, **more}), flush=True)


def run(program, rows, runs, folder, measure):
    folder = pathlib.Path(folder)
    lake = os.environ.get("ALMANAC_BENCH_LAKE") or make_lake(program, shared(), rows, folder / "lake")
    good = start(program, runs, folder, measure)
    good &= reports(program, lake, min(runs, 3), folder, measure)
    return tpch(program, max(rows / 10_000_000, 0.01), min(runs, 3), folder, measure) and good

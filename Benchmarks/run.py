"""Runs a benchmark: ours and a peer's figures from the same run, and whether both came to the same answer.

    run.py PROGRAM NAME [--rows N] [--runs N] [--only CASE]

    extract-memory   peak memory of extracting the events table into one Parquet file, at a tenth and at the whole
                     number of rows; the second may be at most 1.2 times the first
    extract          the table, one tenant, fifty and a thousand tenants, shared tables and increments, beside psql
                     draining the same binary COPY into nothing: see extraction.py
    parquet          Parquet files: writing from memory, reading, size and memory, beside Polars, DuckDB and pyarrow: see
                     parquet_files.py
    analytics        funnels, retention, streaks, sessions, attribution and series beside other engines: see analytics.py
    query            reports and TPC-H beside DuckDB and other engines: see query.py
    lake             opening, appending to, merging into and compacting Delta tables, beside delta-rs: see lake.py
    nightly          fifty tenants from Postgres to lake, aggregates, PDF, workbook and CSV, and a second night with one
                     percent more rows, beside the same in Python: see nightly.py
    render           a report of 10 pages and 20 charts, a CSV file and a workbook of a tenth of its rows, beside floors
                     in C and Python tools: see render.py

Each case ends with a line of JSON: case, ours_s, peer, peer_s, ratio, answers_equal, peak_mib, cpu_s (ours; seconds are
medians of the runs, taken by turns). Ends with 1 where answers differ or a bound does not hold.
"""

import argparse
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time

import analytics
import cluster as clusters
import extraction
import lake
import nightly
import parquet_files
import query
import render

HERE = pathlib.Path(__file__).resolve().parent
MEMORY_RATIO_MAX = 1.2

# An order-free hash of all columns: the sum of 32 bits of each row's MD5. The same text in both dialects.
COLUMNS = ["tenant_id", "event_id", "user_id", "{at}", "event_type", "content_id", "channel", "country", "duration_ms",
           "revenue_minor", "session_id", "props"]
ROW = "concat_ws('|', " + ", ".join(f"coalesce(cast({column} as text), '~')" for column in COLUMNS) + ")"
POSTGRES = (
    "SELECT count(*) || ' ' || sum(('x' || substr(md5(" + ROW.format(at="(extract(epoch from occurred_at) * 1000000)::bigint")
    + "), 1, 8))::bit(32)::bigint) FROM events")
DUCKDB = (
    "SELECT count(*) || ' ' || sum(cast('0x' || substr(md5(" + ROW.format(at="epoch_us(occurred_at)")
    + "), 1, 8) as bigint)) FROM read_parquet('{path}')")


def measure(command):
    """Runs a command to its end, its output thrown away: wall seconds, CPU seconds and peak MiB."""
    done = subprocess.run(
        [sys.executable, "-I", "-S", str(HERE / "measure.py"), *command], stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, check=True)
    result = json.loads(done.stdout)
    if result["status"] != 0:
        raise SystemExit(f"error: {' '.join(map(str, command[:3]))} … ended with {result['status']}")
    return result


def line(case, ours, peer, theirs, equal, **more):
    print(json.dumps({
        "case": case, "ours_s": round(ours["s"], 3), "peer": peer, "peer_s": round(theirs["s"], 3),
        "ratio": round(ours["s"] / theirs["s"], 3), "answers_equal": equal, "peak_mib": round(ours["peak_mib"], 1),
        "cpu_s": round(ours["cpu_s"], 3), **more}), flush=True)


def answer(path):
    import duckdb

    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'UTC'")
    return connection.execute(DUCKDB.format(path=path)).fetchone()[0]


def shared_generators():
    """The scripts of the shared peers' harness, where it lies beside the clone; else None."""
    folder = pathlib.Path(os.environ.get("ALMANAC_SHARED", HERE.parent.parent / "shared")) / "bench" / "peers" / "gen"
    return folder if (folder / "10_events.sql").exists() else None


def generate(cluster, database, rows):
    """The events table: of the shared peers' harness where it lies beside the clone, else of events.sql."""
    cluster.psql("postgres", "-c", f"CREATE DATABASE {database}")
    shared = shared_generators()
    start = time.perf_counter()
    if shared:
        cluster.psql(database, "-v", f"n={rows}", "-f", str(shared / "00_schema.sql"))
        cluster.psql(database, "-v", "lo=0", "-v", f"hi={rows - 1}", "-f", str(shared / "10_events.sql"))
        cluster.psql(database, "-c", "VACUUM (ANALYZE, FREEZE) events", "-c", "CHECKPOINT")
        source = "peers"
    else:
        cluster.psql(database, "-v", f"rows={rows}", "-f", str(HERE / "events.sql"))
        source = "own"
    print(f"made {rows:,} events ({source}) in {time.perf_counter() - start:.1f} s", file=sys.stderr)
    return source


def extract_memory(program, rows, runs, folder):
    peaks, equal = [], True
    with clusters.running() as cluster:
        for count in (max(rows // 10, 1), rows):
            source = generate(cluster, f"events_{count}", count)
            place = extraction.Place(program, cluster, f"events_{count}", folder, measure, min(runs, 3))
            found = place.by_turns(ours=place.extract_table, theirs=place.drain_table)
            ours, theirs = found["ours"], found["theirs"]
            same = cluster.value(place.database, POSTGRES) == answer(place.path)
            line(f"extract-memory-{count}", ours, "psql COPY", theirs, same, rows=count, data=source,
                 file_mib=round(os.path.getsize(place.path) / 2**20, 1))
            peaks.append(ours)
            equal = equal and same
    ratio = peaks[1]["peak_mib"] / peaks[0]["peak_mib"]
    print(json.dumps({
        "case": "extract-memory", "ours_s": round(peaks[1]["s"], 3), "peer": "ours at a tenth of the rows",
        "peer_s": round(peaks[0]["s"], 3), "ratio": round(ratio, 3), "ratio_of": "peak_mib",
        "ratio_max": MEMORY_RATIO_MAX, "answers_equal": equal, "peak_mib": round(peaks[1]["peak_mib"], 1),
        "peer_peak_mib": round(peaks[0]["peak_mib"], 1), "cpu_s": round(peaks[1]["cpu_s"], 3)}))
    return equal and ratio <= MEMORY_RATIO_MAX


def extract(program, rows, runs, folder, only=None):
    with clusters.running() as cluster:
        generate(cluster, "events", rows)
        place = extraction.Place(program, cluster, "events", folder, measure, min(runs, 3))
        return extraction.run(
            place, lambda path: cluster.value("events", POSTGRES) == answer(path), rows, only)


def parquet(program, rows, runs, folder):
    timing = pathlib.Path(program).parent / "ParquetTiming"
    python = os.environ.get("ALMANAC_BENCH_PYTHON", sys.executable)
    ready = os.environ.get("ALMANAC_BENCH_EVENTS")
    if ready:
        return parquet_files.run(timing, python, ready, rows, runs, folder, measure)
    with clusters.running() as cluster:
        generate(cluster, "events", rows)
        place = extraction.Place(program, cluster, "events", folder, measure, 1)
        place.extract_table()
    return parquet_files.run(timing, python, str(place.path), rows, runs, folder, measure)


def queries(program, rows, runs, folder):
    return query.run(program, rows, runs, folder, measure)


def operators(program, rows, runs, folder):
    return analytics.run(program, rows, runs, folder, measure)


def night(program, rows, runs, folder):
    with clusters.running() as cluster:
        generate(cluster, "nightly", rows)
        shared = shared_generators()
        if shared:
            cluster.psql("nightly", "-f", str(shared / "20_others.sql"))
            cluster.psql("nightly", "-f", str(shared / "30_index.sql"))
        else:
            cluster.psql("nightly", "-v", f"rows={rows}", "-f", str(HERE / "nightly.sql"))
        return nightly.run(program, cluster, "nightly", folder, measure, min(runs, 3))


BENCHMARKS = {
    "extract-memory": (extract_memory, 10_000_000), "extract": (extract, 10_000_000), "parquet": (parquet, 10_000_000),
    "analytics": (operators, 10_000_000), "lake": (lake.run, 10_000_000), "query": (queries, 10_000_000),
    "nightly": (night, 10_000_000), "render": (render.run, 10_000_000)}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("name", choices=sorted(BENCHMARKS))
    parser.add_argument("--rows", type=int)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--only", help="one case of extract")
    arguments = parser.parse_args()
    benchmark, rows = BENCHMARKS[arguments.name]
    # SIGTERM as an exception, so that the cluster is stopped.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    folder = tempfile.mkdtemp(prefix="almanac-bench-files-", dir="/var/tmp")
    try:
        more = {"only": arguments.only} if arguments.only else {}
        good = benchmark(arguments.program, arguments.rows or rows, max(arguments.runs, 1), folder, **more)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())

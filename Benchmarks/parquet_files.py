"""The benchmark of Parquet files: ours beside Polars, DuckDB and pyarrow, each on its own file; called by run.py.

    parquet-write-1, -3      the events table from memory to one file, zstd at level 1 and 3
    parquet-read             that file (level 3) into memory, all columns
    parquet-read-3           three of its columns
    parquet-size-1, -3       the bytes of the files
    parquet-memory-copy      peak memory of reading and writing batch by batch, at a tenth of the rows and at all
    parquet-memory-scan      the same of reading alone

Seconds are those inside the process, the median of the runs; engines take turns in each of two rounds. The answer is an
order-free hash of all rows, asked of one engine for every file. A case's peer is the fastest (smallest) of the three; the
others stand beside it in `peers`. Ends badly where an answer differs, where ours is slower than DuckDB or pyarrow, where
our file is larger than the smallest of theirs, or where memory grows.
"""

import json
import os
import pathlib
import statistics
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
PEERS = ["polars", "duckdb", "pyarrow"]
MUST_BEAT = ["duckdb", "pyarrow"]
MEMORY_RATIO_MAX = 1.2
MEMORY_MIB_MAX = 150
THREE = ["tenant_id", "occurred_at", "user_id"]

# One file for each tenant in plain types that every engine reads alike, as a lake of extracted tables has them.
PREPARE = """
import duckdb, pyarrow, pyarrow.parquet, sys
source, folder, low, high = sys.argv[1:5]
connection = duckdb.connect()
connection.execute("SET TimeZone = 'UTC'")
may_miss = {"duration_ms", "revenue_minor"}
kinds = {row[0]: row[1] for row in connection.execute(f"DESCRIBE SELECT * FROM read_parquet('{source}')").fetchall()}
session = "session_id" if kinds["session_id"] == "BLOB" else "from_hex(replace(session_id::text, '-', ''))"
tenants = connection.execute(f"SELECT DISTINCT tenant_id FROM read_parquet('{source}') ORDER BY 1").fetchall()
for (tenant,) in tenants:
    rows = connection.execute(
        f"SELECT * REPLACE ({session} AS session_id, props::text AS props) "
        f"FROM read_parquet('{source}') WHERE tenant_id = {tenant} AND event_id >= {low} AND event_id < {high} "
        "ORDER BY event_id").to_arrow_table()
    columns, fields = [], []
    for field, column in zip(rows.schema, rows.columns):
        kind = pyarrow.binary(16) if field.name == "session_id" else field.type
        columns.append(column.cast(kind))
        fields.append(pyarrow.field(field.name, kind, nullable=field.name in may_miss))
    pyarrow.parquet.write_table(
        pyarrow.Table.from_arrays(columns, schema=pyarrow.schema(fields)), f"{folder}/t{tenant:03}.parquet",
        compression="zstd", compression_level=3, row_group_size=131072, store_schema=False)
"""

ANSWER = """
import duckdb, sys
connection = duckdb.connect()
connection.execute("SET TimeZone = 'UTC'")
connection.execute("SET enable_progress_bar = false")
columns = ["tenant_id", "event_id", "user_id", "epoch_us(occurred_at)", "event_type", "content_id", "channel", "country",
           "duration_ms", "revenue_minor", "hex(session_id)", "props"]
row = "concat_ws('|', " + ", ".join(f"coalesce({column}::text, '~')" for column in columns) + ")"
print(connection.execute(f"SELECT count(*), sum(hash({row})::hugeint) FROM read_parquet('{sys.argv[1]}')").fetchone())
"""


class Engines:
    def __init__(self, timing, python):
        self.timing, self.python = timing, python

    def run(self, command):
        done = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL)
        if done.returncode != 0:
            raise SystemExit(f"error: {' '.join(map(str, command[:3]))} …: {done.stderr[-2000:]}")
        return done.stdout

    def script(self, program, *arguments):
        return self.run([self.python, "-c", program, *map(str, arguments)]).strip()

    def seconds(self, command):
        lines = [line.split() for line in self.run(command).splitlines() if line and line[0].isdigit()]
        return [float(line[0]) for line in lines], {int(line[1]) for line in lines}

    def write(self, engine, level, runs, path, folder):
        if engine == "ours":
            return self.seconds(
                [self.timing, "write", str(level), str(runs), path, *sorted(map(str, folder.glob("*.parquet")))])
        return self.seconds([self.python, str(HERE / "parquet_peer.py"), engine, "write", str(level), str(runs), path,
                             str(folder)])

    def read(self, engine, runs, path, columns):
        if engine == "ours":
            return self.seconds([self.timing, "read", str(runs), path, *columns])
        return self.seconds([self.python, str(HERE / "parquet_peer.py"), engine, "read", str(runs), path, *columns])


def in_turns(runs, body):
    """All engines' seconds in two rounds, the second in the other order, without each round's first run."""
    results, rows = {}, set()
    for order in (["ours", *PEERS], [*PEERS[::-1], "ours"]):
        for engine in order:
            seconds, counted = body(engine, (runs + 1) // 2 + 1)
            results.setdefault(engine, []).extend(seconds[1:])
            rows |= counted
    return {engine: statistics.median(seconds) for engine, seconds in results.items()}, rows


def line(case, figures, equal, unit="s", holds=True, **more):
    """A row of the results: ours, the best peer, and the ratio to each."""
    best = min(PEERS, key=lambda peer: figures[peer])
    print(json.dumps({
        "case": case, f"ours_{unit}": round(figures["ours"], 3), "peer": best, f"peer_{unit}": round(figures[best], 3),
        "ratio": round(figures["ours"] / figures[best], 3), "answers_equal": equal, "holds": holds,
        "peers": {peer: round(figures[peer], 3) for peer in PEERS},
        "ratios": {peer: round(figures["ours"] / figures[peer], 3) for peer in PEERS}, **more}), flush=True)
    return equal and holds


def memory(case, measure, command, paths, rows):
    peaks = [measure(command(path)) for path in paths]
    ratio = peaks[1]["peak_mib"] / peaks[0]["peak_mib"]
    holds = ratio <= MEMORY_RATIO_MAX and peaks[1]["peak_mib"] < MEMORY_MIB_MAX
    print(json.dumps({
        "case": case, "ours_s": round(peaks[1]["s"], 3), "peer": "ours at a tenth of the rows",
        "peer_s": round(peaks[0]["s"], 3), "ratio": round(ratio, 3), "ratio_of": "peak_mib", "ratio_max": MEMORY_RATIO_MAX,
        "answers_equal": True, "holds": holds, "peak_mib": round(peaks[1]["peak_mib"], 1), "peak_mib_max": MEMORY_MIB_MAX,
        "peer_peak_mib": round(peaks[0]["peak_mib"], 1), "cpu_s": round(peaks[1]["cpu_s"], 3), "rows": rows}), flush=True)
    return holds


def run(timing, python, source, rows, runs, folder, measure):
    """- source: the events table in one file, or a folder of one file for each tenant."""
    folder, engines = pathlib.Path(folder), Engines(timing, python)
    whole, tenth = pathlib.Path(source), folder / "tenth"
    tenth.mkdir()
    if not whole.is_dir():
        whole = folder / "whole"
        whole.mkdir()
        engines.script(PREPARE, source, whole, 0, rows)
    engines.script(PREPARE, f"{whole}/*.parquet", tenth, 0, rows // 10)
    expected = engines.script(ANSWER, f"{whole}/*.parquet")
    good = True

    def path(engine, level):
        return str(folder / f"{engine}-{level}.parquet")

    for level in (1, 3):
        figures, _ = in_turns(
            runs, lambda engine, count: engines.write(engine, level, count, path(engine, level), whole))
        answers = {engine: engines.script(ANSWER, path(engine, level)) for engine in figures}
        equal = set(answers.values()) == {expected}
        good &= line(f"parquet-write-{level}", figures, equal, rows=rows,
                     holds=all(figures["ours"] < figures[peer] for peer in MUST_BEAT))
        sizes = {engine: os.path.getsize(path(engine, level)) / 1e6 for engine in figures}
        good &= line(f"parquet-size-{level}", sizes, equal, unit="mb",
                     holds=sizes["ours"] <= min(sizes[peer] for peer in PEERS))
    for case, columns in (("parquet-read", []), ("parquet-read-3", THREE)):
        figures, counted = in_turns(runs, lambda engine, count: engines.read(engine, count, path(engine, 3), columns))
        good &= line(case, figures, counted == {rows}, rows=rows,
                     holds=all(figures["ours"] < figures[peer] for peer in MUST_BEAT))

    copied = [str(folder / f"copied-{name}.parquet") for name in ("tenth", "whole")]
    sources = dict(zip(copied, (tenth, whole)))
    good &= memory(
        "parquet-memory-copy", measure,
        lambda target: [timing, "copy", "3", target, *sorted(map(str, sources[target].glob("*.parquet")))], copied, rows)
    good &= engines.script(ANSWER, copied[1]) == expected
    good &= memory("parquet-memory-scan", measure, lambda file: [timing, "scan", file], copied, rows)
    return good

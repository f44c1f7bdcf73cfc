"""The lake's benchmarks: ours beside delta-rs on copies of the same table, in the same run; called by run.py.

    open       the state of a table of 10,000 files with a checkpoint
    append     1,000 rows, without the time that is spent in fsync
    merge      0.1 % of the rows updated and 0.01 % inserted by key
    compact    1,000 small files into files of 128 MiB; and our memory at a tenth of them and at all

Ours runs as a test of the Lake target (LakeMeasurements), since the operations have no verb that takes rows; theirs as a
Python process. Both tell the seconds of the operation alone, and their peak memory.
"""

import json
import os
import pathlib
import shutil
import subprocess
import sys

OPEN_RATIO_MAX = 3.0
MERGE_RATIO_MAX = 0.5
APPEND_SECONDS_MAX = 0.020
MEMORY_RATIO_MAX = 1.3

COMMON = """
import json, resource, sys, time
import deltalake, numpy, pyarrow as pa
path, rows = sys.argv[1], int(sys.argv[2])
def batch(ids, name="name"):
    ids = numpy.asarray(ids, dtype="int64")
    return pa.table({
        "id": pa.array(ids), "at": pa.array(1_790_000_000_000_000 + ids * 1_000_000, pa.timestamp("us", "UTC")),
        "price": pa.Array.from_buffers(pa.decimal128(12, 2), len(ids), [None, pa.py_buffer(
            numpy.stack([ids * 7 % 1_000_003, numpy.zeros_like(ids)], axis=1).astype("int64").tobytes())]),
        "quantity": pa.array((ids % 97).astype("int32")),
        "name": pa.array([f"{name} {i}" for i in (ids % 1000).tolist()])})
def tell(seconds, **more):
    print(json.dumps({"s": seconds, "peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, **more}))
"""

MAKE_OPEN = COMMON + """
import os, uuid
deltalake.write_deltalake(path, batch(range(100)))
log = os.path.join(path, "_delta_log")
add = [json.loads(line)["add"] for line in open(os.path.join(log, f"{0:020}.json")) if '"add"' in line][0]
for version in range(1, 101):
    with open(os.path.join(log, f"{version:020}.json"), "w") as file:
        for index in range(100 if version < 100 else 99):
            file.write(json.dumps({"add": dict(add, path=f"part-{index:05}-{uuid.uuid4()}.snappy.parquet")}) + "\\n")
deltalake.DeltaTable(path).create_checkpoint()
"""

OPEN = COMMON + """
best = 1e9
for _ in range(7):
    start = time.perf_counter()
    table = deltalake.DeltaTable(path)
    files = len(table.file_uris())
    best = min(best, time.perf_counter() - start)
tell(best, files=files)
"""

MAKE_TABLE = COMMON + """
step = max(rows // 10, 1)
for start in range(0, rows, step):
    deltalake.write_deltalake(path, batch(numpy.arange(start, min(rows, start + step))), mode="append")
"""

MERGE = COMMON + """
ids = numpy.arange(17, rows, 1000)
new = rows + numpy.arange(len(ids) // 10)
source = pa.concat_tables([batch(ids, "merged"), batch(new, "merged")])
table = deltalake.DeltaTable(path)
start = time.perf_counter()
done = (table.merge(source, predicate="t.id = s.id", source_alias="s", target_alias="t")
        .when_matched_update_all().when_not_matched_insert_all().execute())
tell(time.perf_counter() - start, updated=done["num_target_rows_updated"], inserted=done["num_target_rows_inserted"])
"""

APPEND = COMMON + """
rows = batch(range(1000))
deltalake.write_deltalake(path, rows)
times = []
for _ in range(60):
    start = time.perf_counter()
    deltalake.write_deltalake(path, rows, mode="append")
    times.append(time.perf_counter() - start)
tell(sorted(times)[30])
"""

COMPACT = COMMON + """
table = deltalake.DeltaTable(path)
start = time.perf_counter()
done = table.optimize.compact(target_size=128 << 20)
tell(time.perf_counter() - start, removed=done["numFilesRemoved"], added=done["numFilesAdded"])
"""

# An order-free hash of all rows.
ANSWER = """
import deltalake, duckdb, sys
rows = deltalake.DeltaTable(sys.argv[1]).to_pyarrow_dataset()
duckdb.execute("set timezone = 'UTC'")
# Its bar would be part of the answer.
duckdb.execute("set enable_progress_bar = false")
print(duckdb.sql("select count(*), sum(hash(id, epoch_us(\\"at\\"), price, quantity, name)::hugeint) from rows").fetchone())
"""


def python(program, *arguments):
    done = subprocess.run([sys.executable, "-c", program, *map(str, arguments)], capture_output=True, text=True)
    if done.returncode != 0:
        raise SystemExit(f"error: delta-rs: {done.stderr[-2000:]}")
    return done.stdout.strip()


def theirs(program, path, rows):
    return json.loads(python(program, path, rows).splitlines()[-1])


def ours(root, case, folder, rows):
    result = pathlib.Path(folder) / "ours.json"
    result.unlink(missing_ok=True)
    done = subprocess.run(
        ["swift", "test", "-c", "release", "--skip-build", "--disable-xctest", "--filter", "LakeMeasurements"], cwd=root,
        env=dict(os.environ, ALMANAC_BENCH_CASE=case, ALMANAC_BENCH_FOLDER=str(folder), ALMANAC_BENCH_ROWS=str(rows)),
        capture_output=True, text=True)
    if done.returncode != 0 or not result.exists():
        raise SystemExit(f"error: ours, {case}: {done.stdout[-3000:]}{done.stderr[-1000:]}")
    return json.loads(result.read_text())


def line(case, mine, peer, equal, holds, **more):
    print(json.dumps({
        "case": case, "ours_s": round(mine["s"], 4), "peer": "delta-rs", "peer_s": round(peer["s"], 4),
        "ratio": round(mine["s"] / peer["s"], 3), "answers_equal": equal, "holds": holds,
        "peak_mib": round(mine["peak_mib"], 1), "peer_peak_mib": round(peer["peak_mib"], 1), **more}), flush=True)
    return equal and holds


def copies(folder, make, rows, name="table"):
    """A table of delta-rs, twice."""
    python(make, folder / "made", rows)
    shutil.copytree(folder / "made", folder / name)
    return folder / "made", folder / name


def fresh(folder, name):
    path = pathlib.Path(folder) / name
    path.mkdir()
    return path


def run(_program, rows, _runs, folder):
    root = pathlib.Path(os.environ.get("ALMANAC_BENCH_PACKAGE", pathlib.Path(__file__).resolve().parent.parent))
    good = True

    place = fresh(folder, "open")
    made, _ = copies(place, MAKE_OPEN, 100)
    mine, peer = ours(root, "open", place, rows), theirs(OPEN, made, rows)
    good &= line("lake-open", mine, peer, mine["files"] == peer["files"] == 10_000,
                 mine["s"] <= OPEN_RATIO_MAX * peer["s"], files=mine["files"], ratio_max=OPEN_RATIO_MAX)

    place = fresh(folder, "append")
    mine, peer = ours(root, "append", place, rows), theirs(APPEND, place / "theirs", rows)
    good &= line("lake-append", mine, peer, mine["rows"] == 61_000, mine["s"] <= APPEND_SECONDS_MAX,
                 seconds_max=APPEND_SECONDS_MAX, worst_s=round(mine["worst_s"], 4))

    place = fresh(folder, "merge")
    made, copy = copies(place, MAKE_TABLE, rows)
    mine, peer = ours(root, "merge", place, rows), theirs(MERGE, made, rows)
    equal = python(ANSWER, copy) == python(ANSWER, made) and mine["updated"] == peer["updated"]
    good &= line("lake-merge", mine, peer, equal, mine["s"] <= MERGE_RATIO_MAX * peer["s"], rows=rows,
                 updated=mine["updated"], inserted=mine["inserted"], ratio_max=MERGE_RATIO_MAX)
    shutil.rmtree(place)

    peaks = []
    for count in (200_000, 2_000_000):
        place = fresh(folder, f"compact-{count}")
        ours(root, "small-files", place, count)
        shutil.copytree(place / "table", place / "theirs")
        before = python(ANSWER, place / "table")
        mine, peer = ours(root, "compact-sorted", place, count), theirs(COMPACT, place / "theirs", count)
        equal = before == python(ANSWER, place / "table") == python(ANSWER, place / "theirs")
        peaks.append(mine["peak_mib"])
        flat = peaks[-1] <= MEMORY_RATIO_MAX * peaks[0]
        good &= line(f"lake-compact-{mine['removed']}", mine, peer, equal, flat, rows=count, files=mine["removed"],
                     became=mine["added"], peak_ratio=round(peaks[-1] / peaks[0], 3), peak_ratio_max=MEMORY_RATIO_MAX)
    return good

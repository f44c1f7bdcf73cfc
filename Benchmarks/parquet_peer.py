"""One peer's part of the Parquet benchmark, in a process of its own, with two threads.

    parquet_peer.py ENGINE write LEVEL RUNS TARGET FOLDER      the folder's rows from memory to one file
    parquet_peer.py ENGINE read RUNS FILE [COLUMN...]          a file, or some of its columns, into memory

Prints a line for each run: seconds, rows read. What is loaded before is not counted. Each engine holds rows as it likes best,
and writes as it does by itself but for the codec.
"""

import os
import sys
import time

os.environ["POLARS_MAX_THREADS"] = "2"


def pyarrow_engine():
    import pyarrow
    import pyarrow.parquet as files

    pyarrow.set_cpu_count(2)
    pyarrow.set_io_thread_count(2)
    return (
        lambda folder: files.read_table(folder).combine_chunks(),
        lambda rows, level, path: files.write_table(rows, path, compression="zstd", compression_level=level),
        lambda path, columns: files.read_table(path, columns=columns).num_rows)


def polars_engine():
    import polars

    return (
        lambda folder: polars.read_parquet(folder + "/*.parquet").rechunk(),
        lambda rows, level, path: rows.write_parquet(path, compression="zstd", compression_level=level),
        lambda path, columns: polars.read_parquet(path, columns=columns).height)


def duckdb_engine():
    import duckdb

    connection = duckdb.connect(config={"threads": 2})
    connection.execute("SET TimeZone = 'UTC'; SET preserve_insertion_order = false")

    def load(folder):
        connection.execute(f"CREATE TABLE rows AS SELECT * FROM read_parquet('{folder}/*.parquet')")

    def write(_, level, path):
        connection.execute(f"COPY rows TO '{path}' (FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL {level})")

    def read(path, columns):
        names = ", ".join(columns) if columns else "*"
        return connection.sql(f"SELECT {names} FROM read_parquet('{path}')").to_arrow_table().num_rows

    return load, write, read


def timed(runs, body):
    for _ in range(runs):
        start = time.perf_counter()
        rows = body()
        print(time.perf_counter() - start, rows, flush=True)


def main(engine, mode, *rest):
    load, write, read = {"pyarrow": pyarrow_engine, "polars": polars_engine, "duckdb": duckdb_engine}[engine]()
    if mode == "write":
        level, runs, path, folder = int(rest[0]), int(rest[1]), rest[2], rest[3]
        rows = load(folder)
        timed(runs, lambda: (write(rows, level, path), 0)[1])
    else:
        runs, path, columns = int(rest[0]), rest[1], list(rest[2:]) or None
        timed(runs, lambda: read(path, columns))


if __name__ == "__main__":
    main(*sys.argv[1:])

"""DuckDB's times for TPC-H, and its answers as Parquet files:  query_peer.py FOLDER

FOLDER holds a Parquet file for each table and answers.json. Each query runs twice in this process, on two threads; the
better time counts. The answer is one line of JSON: seconds by the query's number.
"""

import json
import pathlib
import sys
import time

import duckdb
import pyarrow.parquet

folder = pathlib.Path(sys.argv[1])
connection = duckdb.connect(config={"threads": 2})
for path in sorted(folder.glob("*.parquet")):
    connection.execute(f"create view {path.stem} as select * from read_parquet('{path}')")
seconds = {}
for name, answer in json.loads((folder / "answers.json").read_text()).items():
    best = float("inf")
    for _ in range(2):
        start = time.perf_counter()
        table = connection.sql(answer["sql"]).to_arrow_table()
        best = min(best, time.perf_counter() - start)
    pyarrow.parquet.write_table(table, folder / f"duckdb-{name}.answer")
    seconds[name] = best
print(json.dumps(seconds))

"""Makes the tables of TPC-H as Parquet files, and DuckDB's answers to its 22 queries.

    python tpch.py FOLDER SCALE

FOLDER then holds a Parquet file for each table and answers.json: for each query its SQL and DuckDB's rows as texts.
"""

import json
import pathlib
import sys

import duckdb
import duckdb_extension_tpch

TABLES = ["customer", "lineitem", "nation", "orders", "part", "partsupp", "region", "supplier"]


def main(folder, scale):
    extension = next(pathlib.Path(duckdb_extension_tpch.__file__).parent.rglob("tpch.duckdb_extension"))
    connection = duckdb.connect(config={"allow_unsigned_extensions": "true", "threads": 2})
    connection.execute(f"load '{extension}'")
    connection.execute(f"call dbgen(sf={float(scale)})")
    for table in TABLES:
        connection.execute(f"copy {table} to '{folder}/{table}.parquet' (format parquet, row_group_size 30000)")
    answers = {}
    for number, sql in connection.execute("select query_nr, query from tpch_queries() order by 1").fetchall():
        rows = [[None if value is None else str(value) for value in row] for row in connection.execute(sql).fetchall()]
        answers[str(number)] = {"sql": sql, "rows": rows}
    pathlib.Path(folder, "answers.json").write_text(json.dumps(answers))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])

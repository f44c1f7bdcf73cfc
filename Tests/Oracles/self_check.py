"""Checks the checker: read_delta.py and read_parquet.py agree on tables that delta-rs and pyarrow wrote, and notice what
must be noticed. scripts/test runs it before the tests that rely on it.
"""

import datetime
import decimal
import io
import json
import os
import pathlib
import sys
import tempfile
from contextlib import redirect_stdout

import canon
import deltalake
import pyarrow as pa
import pyarrow.parquet as pq
import read_delta
import read_parquet

UTC = datetime.timezone.utc


def sample():
    instants = [datetime.datetime(1960, 1, 1, 1, 2, 3, 456789, tzinfo=UTC), datetime.datetime(2025, 11, 2, 5, 30, tzinfo=UTC)]
    return pa.table({
        "number": pa.array([1, 2, None], pa.int64()), "text": ["a", None, "ü\x1f"],
        "float": [0.1, float("nan"), -0.0], "flag": [True, None, False],
        "day": pa.array([datetime.date(1969, 12, 31), None, datetime.date(9999, 12, 31)]),
        "at": pa.array([*instants, None], pa.timestamp("us", "UTC")),
        "amount": pa.array([decimal.Decimal("1.10"), None, decimal.Decimal("-0.05")], pa.decimal128(38, 2)),
        "bytes": pa.array([b"x", b"", None], pa.binary())})


def answer(program, *arguments):
    output = io.StringIO()
    with redirect_stdout(output):
        code = program.main(list(arguments))
    return code, json.loads(output.getvalue())


def check(condition, what):
    if not condition:
        sys.exit(f"the oracles are not right: {what}")


def main():
    with tempfile.TemporaryDirectory() as folder:
        lake = f"{folder}/lake"
        table = f"{lake}/tenant/raw/things"
        deltalake.write_deltalake(table, sample())
        deltalake.write_deltalake(table, sample(), mode="append")
        code, seen = answer(read_delta, lake)
        once = canon.describe_arrow(sample())
        check(code == 0 and seen["agree"], "the readers do not agree on a table that delta-rs wrote")
        check(all(r["rows"] == 6 for r in seen["tables"][0]["readers"].values()), "rows are lost")
        twice = f"{2 * int(once['hash'], 16) % 2**64:016x}"
        check(seen["tables"][0]["readers"]["log"]["hash"] == twice, "the hash depends on order or files")

        # One value of one row differs: the hash must.
        changed = sample().set_column(0, "number", pa.array([1, 3, None], pa.int64()))
        check(canon.describe_arrow(changed)["hash"] != once["hash"], "a changed value goes unnoticed")
        # A value that moves to the next column must not look the same.
        left, right = pa.table({"a": ["xy"], "b": ["z"]}), pa.table({"a": ["x"], "b": ["yz"]})
        check(canon.describe_arrow(left)["hash"] != canon.describe_arrow(right)["hash"], "columns run together")

        # A file that the log says is live is gone, or is longer than the log says.
        file = sorted(pathlib.Path(table).glob("*.parquet"))[0]
        content = file.read_bytes()
        file.write_bytes(content + b"x")
        check(answer(read_delta, lake)[0] == 1, "a file of another size goes unnoticed")
        file.unlink()
        check(answer(read_delta, lake)[0] == 1, "a missing file goes unnoticed")
        check(answer(read_delta, f"{folder}/nothing")[0] == 1, "an empty lake counts as agreement")

        plain = f"{folder}/plain.parquet"
        pq.write_table(sample(), plain, compression="none", write_page_checksum=True, use_dictionary=False)
        check(answer(read_parquet, plain)[0] == 0, "the readers do not agree on a file that pyarrow wrote")
        broken = bytearray(pathlib.Path(plain).read_bytes())
        # The last byte of the first column's page: its values stay readable, only the checksum can tell.
        column = pq.ParquetFile(plain).metadata.row_group(0).column(0)
        broken[column.data_page_offset + column.total_compressed_size - 1] ^= 1
        pathlib.Path(plain).write_bytes(broken)
        check(answer(read_parquet, plain)[0] == 1, "a flipped bit goes unnoticed")
    print(f"The oracles agree with each other: deltalake {deltalake.__version__}, pyarrow {pa.__version__}.")


if __name__ == "__main__":
    os.chdir(pathlib.Path(__file__).resolve().parent)
    main()

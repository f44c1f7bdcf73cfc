"""The series of series.py, and what statsmodels and pymannkendall make of them.

    series_peer.py generate PATH COUNT DAYS
    series_peer.py stl|mann-kendall PATH COUNT ANSWER     prints {"s": seconds}
    series_peer.py compare CASE OURS ANSWER               prints {"same": …, "rows": …}
"""

import json
import sys
import time

import numpy as np


def generate(path, count, days):
    import pyarrow as pa
    import pyarrow.parquet

    random = np.random.default_rng(2024)
    day = np.arange(days)
    values = (
        random.uniform(50, 500, (count, 1)) + random.normal(0, 0.2, (count, 1)) * day
        + random.normal(0, 20, (count, 7))[:, day % 7] + random.normal(0, 8, (count, days)))
    # A day at a time, as a lake of daily loads has them.
    table = pa.table({
        "s": pa.array(np.tile(np.arange(count, dtype=np.int32), days)),
        "day": pa.array(np.repeat(day + 19_000, count).astype(np.int32), pa.date32()),
        "v": pa.array(values.T.reshape(-1))})
    pyarrow.parquet.write_table(table, path, compression="zstd")


def series(path, count):
    import pyarrow.parquet

    table = pyarrow.parquet.read_table(path, columns=["s", "v"])
    s, v = table["s"].to_numpy(), table["v"].to_numpy()
    order = np.argsort(s, kind="stable")
    return v[order].reshape(s.max() + 1, -1)[:count]


def stl(values):
    from statsmodels.tsa.seasonal import STL

    parts = np.empty((3, *values.shape))
    start = time.perf_counter()
    for index, own in enumerate(values):
        fit = STL(own, period=7).fit()
        parts[0, index], parts[1, index], parts[2, index] = fit.trend, fit.seasonal, fit.resid
    return time.perf_counter() - start, parts


def mann_kendall(values):
    import pymannkendall

    tests = np.empty((len(values), 6))
    start = time.perf_counter()
    for index, own in enumerate(values):
        found = pymannkendall.original_test(own)
        tests[index] = found.s, found.var_s, found.z, found.p, found.slope, found.intercept
    return time.perf_counter() - start, tests


def compare(case, ours, theirs):
    import pyarrow.parquet

    table = pyarrow.parquet.read_table(ours)
    answer = np.load(theirs)["answer"]
    metric = table["metric"].to_numpy()
    if case == "stl":
        order = np.lexsort((table["bucket_start"].to_numpy(), metric))
        own = np.stack([table[name].to_numpy()[order].reshape(answer.shape[1:]) for name in ("trend", "seasonal", "resid")])
    else:
        order = np.argsort(metric)
        own = np.stack([table[name].to_numpy()[order] for name in ("s", "var_s", "z", "p", "slope", "intercept")], axis=1)
    # Probabilities near 0 are 1 - cdf there, and have the digits of 1.
    same = own.shape == answer.shape and bool(np.allclose(own, answer, rtol=1e-9, atol=1e-9))
    print(json.dumps({"same": same, "rows": table.num_rows}))


if __name__ == "__main__":
    what, *rest = sys.argv[1:]
    if what == "generate":
        generate(rest[0], int(rest[1]), int(rest[2]))
    elif what == "compare":
        compare(*rest)
    else:
        seconds, answer = {"stl": stl, "mann-kendall": mann_kendall}[what](series(rest[0], int(rest[1])))
        np.savez(rest[2], answer=answer)
        print(json.dumps({"s": seconds}))

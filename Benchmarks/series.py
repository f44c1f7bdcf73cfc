"""Series over time beside the Python packages of the field: part of scripts/bench analytics.

    stl             non-robust decomposition of 10,000 series of 400 days: beside statsmodels' STL
    mann-kendall    Mann and Kendall's test with Sen's slope of 2,000 such series: beside pymannkendall's original_test

Ours is a process with two threads, from its start until the answer (every trend, season and rest; every test) is written as
a Parquet file; the peers are one process each, their time begins when the series lie in its memory as arrays and ends with
the last result. All take turns, and a figure is the median of the turns. Answers are compared value by value, to 1e-9.
"""

import json
import os
import pathlib
import statistics
import subprocess
import sys

import query

HERE = pathlib.Path(__file__).resolve().parent

DAYS = 400
COUNTS = {"stl": 10_000, "mann-kendall": 2_000}
RATIOS = {"stl": 1 / 3, "mann-kendall": 1 / 20}
PEERS = {"stl": "statsmodels", "mann-kendall": "pymannkendall"}
OURS = {
    "stl": """SELECT metric, bucket_start, trend, seasonal, resid FROM decompose(TABLE (SELECT * FROM series WHERE s < {count}),
  metric => s, at => day, value => v, period => 7)""",
    "mann-kendall": """SELECT metric, s, var_s, z, p, slope, intercept FROM trend_test(TABLE (SELECT * FROM series
  WHERE s < {count}), metric => s, at => day, value => v)""",
}


def generate(python, path, count):
    """Series of a level, a slope, a week and noise, a row for each day, in no order of the series."""
    subprocess.run([python, str(HERE / "series_peer.py"), "generate", str(path), str(count), str(DAYS)], check=True)


def is_same(python, case, ours, theirs):
    done = subprocess.run(
        [python, str(HERE / "series_peer.py"), "compare", case, str(ours), str(theirs)], stdout=subprocess.PIPE, check=True)
    answer = json.loads(done.stdout)
    return answer["same"] and answer["rows"] > 0


def run(program, rows, runs, folder, measure, cases):
    if not cases:
        return True
    folder = pathlib.Path(folder)
    python = os.environ.get("ALMANAC_BENCH_PYTHON", sys.executable)
    scale = min(rows, 10_000_000) / 10_000_000
    counts = {case: max(int(count * scale), 50) for case, count in COUNTS.items()}
    path = folder / "series.parquet"
    generate(python, path, max(counts.values()))
    ours = query.Ours(program, measure, {"series": str(path)})
    good = True
    for case in cases:
        mine, theirs = [], []
        for _ in range(min(runs, 3)):
            done = subprocess.run(
                [python, str(HERE / "series_peer.py"), case, str(path), str(counts[case]), str(folder / f"{case}.npz")],
                stdout=subprocess.PIPE, check=True)
            theirs.append(json.loads(done.stdout.decode().splitlines()[-1])["s"])
            mine.append(ours.ask(OURS[case].format(count=counts[case]), folder / f"{case}.answer"))
        equal = is_same(python, case, folder / f"{case}.answer", folder / f"{case}.npz")
        seconds, peer = statistics.median(one["s"] for one in mine), statistics.median(theirs)
        holds = seconds <= RATIOS[case] * peer
        query.line(
            f"analytics-{case}", seconds, {PEERS[case]: peer}, equal, series=counts[case], days=DAYS,
            ratio_max=round(RATIOS[case], 3), holds=holds, cpu_s=round(statistics.median(one["cpu_s"] for one in mine), 3),
            peak_mib=round(max(one["peak_mib"] for one in mine), 1))
        good &= equal and holds
    return good

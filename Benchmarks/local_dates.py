"""Local dates of a column of instants beside a floor in C, which copies the column and looks each instant up in a table of
offsets: what a day costs before anything is counted by it. Both run in one process each, over instants in memory, on one
thread, the better of the runs; the sums of the dates are compared."""

import datetime
import pathlib
import subprocess
import zoneinfo

import query

HERE = pathlib.Path(__file__).resolve().parent
ZONE = "America/New_York"
RATIO_MAX = 2.0


def offsets(zone, first, last):
    """(first instant, offset) in microseconds of each stretch of constant offset."""
    own = zoneinfo.ZoneInfo(zone)

    def offset(second):
        moment = datetime.datetime.fromtimestamp(second, datetime.timezone.utc).astimezone(own)
        return int(moment.utcoffset().total_seconds())

    table, at = [(-(2**62), offset(first))], first
    while at < last:
        after = at + 86_400
        if offset(after) != offset(at):
            low, high = at, after
            while high - low > 1:
                middle = (low + high) // 2
                low, high = (middle, high) if offset(middle) == offset(at) else (low, middle)
            table.append((high * 1_000_000, offset(high)))
        at = after
    return [(at, seconds * 1_000_000) for at, seconds in table]


def run(timing, row_count, runs, folder):
    import numpy
    import pyarrow
    import pyarrow.parquet

    folder = pathlib.Path(folder)
    first, last = 1_704_067_200, 1_767_225_600
    chance = numpy.random.default_rng(1)
    instants = chance.integers(first * 1_000_000, last * 1_000_000, row_count, dtype=numpy.int64)
    # As events lie in files: by day, in no order within.
    instants = instants[numpy.argsort(instants // 86_400_000_000, kind="stable")]
    instants.tofile(folder / "instants")
    column = pyarrow.array(instants).cast(pyarrow.timestamp("us", "UTC"))
    pyarrow.parquet.write_table(pyarrow.table({"at": column}), folder / "instants.parquet")
    numpy.array(offsets(ZONE, first - 86_400, last + 86_400), dtype=numpy.int64).tofile(folder / "table")
    floor = folder / "floor_dates"
    subprocess.run(["cc", "-O2", HERE / "floor_dates.c", "-o", floor], check=True)
    ours, theirs = [], []
    for _ in range(3):
        ours += answers([timing, "local-dates", ZONE, folder / "instants.parquet", runs])
        theirs += answers([floor, folder / "instants", folder / "table", runs])
    equal = len({day for _, day in ours + theirs}) == 1
    seconds, peer = min(s for s, _ in ours), min(s for s, _ in theirs)
    query.line(
        "analytics-local-date", seconds, {"copy and look-up in C": peer}, equal, rows=row_count, ratio_max=RATIO_MAX,
        holds=seconds <= RATIO_MAX * peer)
    return equal


def answers(command):
    done = subprocess.run([str(word) for word in command], check=True, capture_output=True, text=True)
    return [(float(line.split()[0]), int(line.split()[1])) for line in done.stdout.splitlines()]

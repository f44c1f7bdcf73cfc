"""Rendering beside floors written in C and beside the Python tools that people use: workbook, CSV and pages, in one run.

Floors are compiled here from floor_workbook.c and floor_pages.c with cc, against the same libraries as the program. They
draw and write from counters: they read no data, lay nothing out and check nothing. Peers are Polars, DuckDB and openpyxl
of the oracles' Python; XlsxWriter and matplotlib are asked too where ALMANAC_PEERS_PYTHON names a Python that has them.
"""

import json
import os
import pathlib
import shutil
import statistics
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
WORKBOOK_RATIO_MAX = 1.15
PAGES_RATIO_MAX = 2.0
MEMORY_MIB_MAX = 100

# --- Data: pure functions of the row number, so that every tool and both ends see the same values.

X = "(i * 2654435761 % 4294967296)"
KINDS = ("['view','play','like','search','scroll','share','comment','follow','add_to_cart','checkout_start','purchase',"
         "'contribution']")
CHANNELS = "['organic','direct','push','paid_social','email','referral','paid_search','affiliate']"
COUNTRIES = ("['NG','US','GH','KE','ZA','GB','IN','BR','CI','SN','EG','CA','DE','FR','UG','TZ','RW','CM','ZM','AE']")

SHEET = f"""
SELECT i::bigint AS event_id, (1 + {X} % 50)::int AS tenant_id, (100000000 + {X} % 400000)::bigint AS user_id,
    make_timestamp(1735689600000000 + i * 34000000) AS occurred_at, ({KINDS})[1 + ({X} % 12)::int] AS event_type,
    ({CHANNELS})[1 + (({X} >> 4) % 8)::int] AS channel,
    'Content ' || ({X} % 100000) || ' of tenant ' || ({X} % 50 + 1) AS title,
    (({X} % 4000000) / 100)::decimal(18, 2) AS revenue, ({X} % 30000)::int AS duration_ms,
    ({X} % 1000000)::double / 1000 AS score
FROM (SELECT range AS i FROM range({{rows}}))"""

EVENTS = f"""
SELECT (1 + {X} % 50)::int AS tenant_id, i::bigint AS event_id, (100000000 + {X} % 400000)::bigint AS user_id,
    make_timestamp(1735689600000000 + i * (34560000000000 // {{rows}})) AS occurred_at,
    ({KINDS})[1 + ({X} % 12)::int] AS event_type, CASE WHEN {X} % 7 > 0 THEN (1 + {X} % 100000)::bigint END AS content_id,
    ({CHANNELS})[1 + (({X} >> 4) % 8)::int] AS channel, ({COUNTRIES})[1 + (({X} >> 8) % 20)::int] AS country,
    ({X} % 30000)::int AS duration_ms, CASE WHEN {X} % 12 >= 10 THEN ({X} % 4000000)::bigint END AS revenue_minor,
    md5((i // 5)::varchar) AS session_id,
    '{{{{"v": ' || ({X} % 9) || ', "ab": "' || (['a', 'b', 'c'])[1 + ({X} % 3)::int] || '"}}}}' AS props
FROM (SELECT range AS i FROM range({{rows}}))"""

COPY = "SET TimeZone = 'UTC'; SET threads = 2; COPY ({query}) TO '{path}' (FORMAT parquet, COMPRESSION zstd)"

POLARS_CSV = """
import sys, polars
polars.scan_parquet(sys.argv[1]).sink_csv(sys.argv[2])"""

DUCKDB_CSV = """
import sys, duckdb
connection = duckdb.connect(config={"threads": 2})
connection.execute("SET TimeZone = 'UTC'")
connection.execute(f"COPY (FROM read_parquet('{sys.argv[1]}')) TO '{sys.argv[2]}' (FORMAT csv, HEADER)")"""

OPENPYXL = """
import sys, openpyxl, pyarrow.parquet
book = openpyxl.Workbook(write_only=True)
sheet = book.create_sheet("data")
file = pyarrow.parquet.ParquetFile(sys.argv[1])
sheet.append(file.schema_arrow.names)
for batch in file.iter_batches():
    for row in zip(*(column.to_pylist() for column in batch.columns)):
        sheet.append(row)
book.save(sys.argv[2])"""

XLSXWRITER = """
import sys, xlsxwriter, pyarrow.parquet
book = xlsxwriter.Workbook(sys.argv[2], {"constant_memory": True})
sheet = book.add_worksheet("data")
instant, money = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"}), book.add_format({"num_format": "#,##0.00"})
file = pyarrow.parquet.ParquetFile(sys.argv[1])
sheet.write_row(0, 0, file.schema_arrow.names)
number = 0
for batch in file.iter_batches():
    for row in zip(*(column.to_pylist() for column in batch.columns)):
        number += 1
        for column, value in enumerate(row):
            if column == 3: sheet.write_datetime(number, column, value, instant)
            elif column == 7: sheet.write_number(number, column, value, money)
            elif isinstance(value, str): sheet.write_string(number, column, value)
            else: sheet.write_number(number, column, value)
book.close()"""

MATPLOTLIB = """
import sys, numpy, matplotlib
matplotlib.use("pdf")
import matplotlib.pyplot as plt
from matplotlib.backends.backend_pdf import PdfPages
luck = numpy.random.default_rng(1)
def draw(axes, chart):
    axes.set_title(f"Chart {chart + 1} of the report")
    kind = chart % 5
    if kind == 0:
        for series in range(3): axes.plot(200 + 150 * series + 120 * luck.random(365), label=f"series {series}")
        axes.legend()
    elif kind == 1: axes.barh(numpy.arange(20), 20 + 75 * luck.random(20))
    elif kind == 2: axes.stackplot(numpy.arange(120), 30 + 60 * luck.random((4, 120)))
    elif kind == 3:
        values = luck.random((12, 12))
        axes.pcolormesh(values, cmap="Blues")
        for i in range(144): axes.text(i % 12 + .5, i // 12 + .5, f"{100 * values[i // 12, i % 12]:.0f}%", fontsize=7)
    else:
        for series in range(2): axes.scatter(luck.random(300), luck.random(300), s=10)
with PdfPages(sys.argv[1]) as pdf:
    for page in range(10):
        figure, axes = plt.subplots(2, 1, figsize=(8.27, 11.69))
        for index, part in enumerate(axes): draw(part, 2 * page + index)
        pdf.savefig(figure); plt.close(figure)"""


def measure(*command):
    """Runs a command to its end: wall seconds, CPU seconds and peak MiB."""
    done = subprocess.run(
        [sys.executable, "-I", "-S", str(HERE / "measure.py"), *map(str, command)], stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, check=True)
    result = json.loads(done.stdout)
    if result["status"] != 0:
        raise SystemExit(f"error: {' '.join(map(str, command[:4]))} … ended with {result['status']}")
    return result


def turns(runs, **commands):
    """The commands by turns; of each the medians."""
    results = {name: [] for name in commands}
    for _ in range(runs):
        for name, command in commands.items():
            results[name].append(measure(*command))
    return {name: {key: statistics.median(result[key] for result in found) for key in ("s", "cpu_s", "peak_mib")}
            for name, found in results.items()}


def line(case, ours, peer, theirs, equal, holds, **more):
    print(json.dumps({
        "case": case, "ours_s": round(ours["s"], 3), "peer": peer, "peer_s": round(theirs["s"], 3),
        "ratio": round(ours["s"] / theirs["s"], 3), "answers_equal": equal, "holds": holds,
        "peak_mib": round(ours["peak_mib"], 1), "peer_peak_mib": round(theirs["peak_mib"], 1),
        "cpu_s": round(ours["cpu_s"], 3), "peer_cpu_s": round(theirs["cpu_s"], 3),
        "cpu_ratio": round(ours["cpu_s"] / theirs["cpu_s"], 3), **more}), flush=True)
    return equal and holds


def parquet(query, rows, path):
    import duckdb

    duckdb.connect().execute(COPY.format(query=query.format(rows=rows), path=path))
    return path


def floor(name, folder, package):
    """Compiles a floor."""
    flags = subprocess.run(
        ["pkg-config", "--cflags", "--libs", package], check=True, capture_output=True, text=True).stdout.split()
    program = folder / name
    subprocess.run(["cc", "-O2", HERE / f"{name}.c", "-o", program, *flags, "-lm"], check=True)
    return program


def further_peers():
    python = os.environ.get("ALMANAC_PEERS_PYTHON")
    if not python:
        print("ALMANAC_PEERS_PYTHON is not set: XlsxWriter and matplotlib are not asked", file=sys.stderr)
    return python


# --- Workbooks

def sheet_answer(path):
    """Count, and sums of the numbers, of a workbook's first sheet; and one text of it."""
    import openpyxl

    sheet = openpyxl.load_workbook(path, read_only=True).worksheets[0]
    rows = sheet.iter_rows(min_row=2, values_only=True)
    count, sums, length = 0, [0, 0, 0, 0, 0, 0], 0
    for row in rows:
        count += 1
        for place, column in enumerate((0, 1, 2, 7, 8, 9)):
            sums[place] += round(row[column] * 1000)
        length += len(row[4]) + len(row[5]) + len(row[6])
    return count, sums, length


def workbook(program, folder, rows, runs):
    source = parquet(SHEET, rows, folder / "sheet.parquet")
    ours, theirs = folder / "ours.xlsx", folder / "theirs.xlsx"
    commands = {
        "ours": (program, "parquet", "convert", source, "--to", ours, "--replace", "--quiet"),
        "floor": (floor("floor_workbook", folder, "xlsxwriter"), theirs, rows)}
    found = turns(runs, **commands)
    # Checked on a tenth: reading a workbook in Python takes longer than all the rest.
    small = max(rows // 10, 1)
    measure(program, "parquet", "convert", parquet(SHEET, small, folder / "small.parquet"), "--to", folder / "a.xlsx")
    measure(commands["floor"][0], folder / "b.xlsx", small)
    equal = sheet_answer(folder / "a.xlsx") == sheet_answer(folder / "b.xlsx")
    holds = found["ours"]["s"] <= WORKBOOK_RATIO_MAX * found["floor"]["s"]
    good = line(f"render-workbook-{rows}", found["ours"], "libxlsxwriter in C", found["floor"], equal,
                holds and found["ours"]["peak_mib"] <= MEMORY_MIB_MAX, rows=rows, ratio_max=WORKBOOK_RATIO_MAX,
                peak_mib_max=MEMORY_MIB_MAX, file_mib=round(ours.stat().st_size / 2**20, 1))
    python = further_peers()
    peers = [("openpyxl", sys.executable, OPENPYXL)] + ([("XlsxWriter", python, XLSXWRITER)] if python else [])
    for name, interpreter, text in peers:
        # One run each, of a tenth of the rows: they take minutes.
        peer = measure(interpreter, "-c", text, folder / "small.parquet", folder / "c.xlsx")
        mine = measure(program, "parquet", "convert", folder / "small.parquet", "--to", folder / "a.xlsx", "--replace")
        good &= line(f"render-workbook-{small}", mine, name, peer, sheet_answer(folder / "c.xlsx")
                     == sheet_answer(folder / "a.xlsx"), mine["s"] <= peer["s"], rows=small)
    return good


# --- CSV

def csv_answer(path):
    """Order-free sums over the typed rows of a CSV file."""
    import duckdb

    names = "tenant_id, event_id, user_id, epoch_us(occurred_at), event_type, content_id, channel, country, " \
            "duration_ms, revenue_minor, session_id, props"
    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'UTC'")
    return connection.execute(
        f"SELECT count(*), sum(hash({names})) FROM read_csv('{path}', header = true, all_varchar = false, types = "
        "{'tenant_id': 'INT', 'event_id': 'BIGINT', 'user_id': 'BIGINT', 'occurred_at': 'TIMESTAMP', 'content_id': "
        "'BIGINT', 'duration_ms': 'INT', 'revenue_minor': 'BIGINT'})").fetchone()


def separated(program, folder, rows, runs):
    source = parquet(EVENTS, rows, folder / "events.parquet")
    paths = {name: folder / f"{name}.csv" for name in ("ours", "polars", "duckdb")}
    found = turns(
        runs, ours=(program, "parquet", "convert", source, "--to", paths["ours"], "--machine", "--replace", "--quiet"),
        polars=(sys.executable, "-c", POLARS_CSV, source, paths["polars"]),
        duckdb=(sys.executable, "-c", DUCKDB_CSV, source, paths["duckdb"]))
    answers = {name: csv_answer(path) for name, path in paths.items()}
    good = True
    for name, title in (("polars", "Polars"), ("duckdb", "DuckDB")):
        holds = found["ours"]["cpu_s"] <= found[name]["cpu_s"] and found["ours"]["peak_mib"] <= MEMORY_MIB_MAX
        good &= line(f"render-csv-{rows}", found["ours"], title, found[name], answers["ours"] == answers[name], holds,
                     rows=rows, cpu_ratio_max=1.0, peak_mib_max=MEMORY_MIB_MAX,
                     file_mib=round(paths["ours"].stat().st_size / 2**20, 1))
    for path in paths.values():
        path.unlink()
    return good


# --- Pages

MODEL = """version: 1
description: {name} of the benchmark.
grain: [{grain}]
bucket: {{ column: day, grain: day }}
columns:
  day: {{ type: date, label: Day, description: The day. }}
{columns}"""

NAMES = {"text": "{{ type: text, label: {0}, description: A name. }}",
         "number": "{{ type: number, unit: count, label: {0}, description: A number. }}"}


def platform(folder):
    """A platform whose report has twenty charts, and the Parquet files of its models."""
    import duckdb

    root = folder / "Reports" / "bench"
    for name in ("models", "reports"):
        (root / name).mkdir(parents=True)
    shutil.copytree(HERE.parent / "Templates", folder / "Templates")
    models = {
        "lines": ({"kind": "text", "value": "number"},
                  "SELECT DATE '2025-01-01' + i::int AS day, ['North', 'West', 'South'][1 + k::int] AS kind, "
                  "200 + 150 * k + 60 * sin(i / 9.0) + (i * 7919 + k * 31) % 120 AS value "
                  "FROM range(365) a(i), range(3) b(k) ORDER BY 1, 2"),
        "bars": ({"item": "text", "value": "number"},
                 "SELECT DATE '2025-12-31' AS day, 'Item ' || i AS item, (200 + (i * 7919) % 750)::double AS value "
                 "FROM range(20) a(i)"),
        "areas": ({"kind": "text", "value": "number"},
                  "SELECT DATE '2025-09-03' + i::int AS day, ['East', 'North', 'South', 'West'][1 + k::int] AS kind, "
                  "(80 + (i * 7919 + k * 977) % 150)::double AS value FROM range(120) a(i), range(4) b(k) ORDER BY 1, 2"),
        "cells": ({"row": "text", "col": "text", "value": "number"},
                  "SELECT DATE '2025-12-31' AS day, 'R' || (10 + i) AS row, 'C' || (10 + k) AS col, "
                  "((i * 7919 + k * 977) % 100)::double AS value FROM range(12) a(i), range(12) b(k)"),
        "dots": ({"item": "text", "kind": "text", "size": "number", "value": "number"},
                 "SELECT DATE '2025-12-31' AS day, 'i' || i || k AS item, ['Old', 'New'][1 + k::int] AS kind, "
                 "(i * 7919 % 1009)::double AS size, ((i * i * 31 + k * 977) % 1013)::double AS value "
                 "FROM range(300) a(i), range(2) b(k)")}
    metrics, files = ["version: 1", "metrics:"], {}
    for name, (columns, query) in models.items():
        words = "\n".join(f"  {column}: " + NAMES[kind].format(column.capitalize()) for column, kind in columns.items())
        grain = ["day"] + [column for column, kind in columns.items() if kind == "text"]
        (root / "models" / f"{name}.yaml").write_text(MODEL.format(name=name, grain=", ".join(grain), columns=words))
        for column, kind in columns.items():
            if kind == "number":
                metrics.append(f"  {name}_{column}: {{ label: {column.capitalize()}, model: {name}, "
                               f"expr: sum({column}), unit: count, good: up, definition: A sum. }}")
        files[name] = folder / f"{name}.parquet"
        duckdb.connect().execute(f"COPY ({query}) TO '{files[name]}' (FORMAT parquet)")
    (root / "metrics.yaml").write_text("\n".join(metrics) + "\n")
    charts = ["mark: line, data: lines, x: day, y: lines_value, color: kind",
              "mark: bars, data: bars, x: item, y: bars_value, top: 20",
              "mark: area, data: areas, x: day, y: areas_value, color: kind, stack: zero",
              "mark: heat_map, data: cells, x: row, y: cells_value, color: col",
              "mark: scatter, data: dots, x: dots_size, y: dots_value, color: kind"]
    lines = ["version: 1", "slug: yearly", "title: Yearly report", "period: { grain: year }", "formats: [pdf]",
             "sections:"]
    for number in range(20):
        lines += [f"  - chart: {{ name: c{number}, {charts[number % 5]}, title: Chart {number + 1} of the report, "
                  "subtitle: Measure and unit }"]
    lines += ["  - heading: Figures", "  - table: { name: days, data: lines, title: Days, columns: [day, kind, "
              "{ metric: lines_value, bar: true }], sort: [day, kind], page_rows: 90 }"]
    (root / "reports" / "yearly.yaml").write_text("\n".join(lines) + "\n")
    tenant = folder / "bench.yaml"
    tenant.write_text("version: 1\nid: bench\nplatform: bench\nname: Bench\ncalendar: { timezone: UTC }\n"
                      "locale: en\ncurrency: USD\n")
    return root / "reports" / "yearly.yaml", tenant, files


def page_count(path):
    done = subprocess.run(["pdfinfo", path], check=True, capture_output=True, text=True).stdout
    return int(done.split("Pages:")[1].split()[0])


def pages(program, folder, runs):
    report, tenant, files = platform(folder)
    data = [word for name, path in files.items() for word in ("--data", f"{name}={path}")]
    ours, theirs = folder / "pages", folder / "floor.pdf"
    commands = {
        "ours": (program, "reports", "render", report, *data, "--tenant-file", tenant, "--as-of", "2026-01-01T00:00:00Z",
                 "--format", "pdf", "--to", ours, "--quiet"),
        "floor": (floor("floor_pages", folder, "cairo"), theirs)}
    measure(*commands["ours"])
    found = turns(max(runs, 5), **commands)
    count = page_count(ours / "report.pdf")
    good = line("render-pages", found["ours"], "Cairo in C", found["floor"], count >= 10 == page_count(theirs),
                found["ours"]["s"] <= PAGES_RATIO_MAX * found["floor"]["s"]
                and found["ours"]["peak_mib"] <= MEMORY_MIB_MAX, pages=count, charts=20, ratio_max=PAGES_RATIO_MAX,
                peak_mib_max=MEMORY_MIB_MAX, file_kib=round((ours / "report.pdf").stat().st_size / 1024))
    if python := further_peers():
        peer = measure(python, "-c", MATPLOTLIB, folder / "peer.pdf")
        good &= line("render-pages", found["ours"], "matplotlib", peer, page_count(folder / "peer.pdf") == 10,
                     found["ours"]["s"] <= peer["s"], pages=count, charts=20)
    return good


def run(program, rows, runs, folder):
    """`rows` is that of the CSV file; the workbook has a tenth of them."""
    folder = pathlib.Path(folder)
    good = True
    for name, body in (("pages", lambda place: pages(program, place, runs)),
                       ("csv", lambda place: separated(program, place, rows, min(runs, 3))),
                       ("workbook", lambda place: workbook(program, place, max(rows // 10, 10), min(runs, 3)))):
        place = folder / name
        place.mkdir()
        good &= body(place)
        shutil.rmtree(place)
    return good

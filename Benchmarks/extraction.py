"""Extraction beside psql draining the same rows, and beside the tools that people use: one table, one tenant, fifty
tenants, a thousand small ones, shared tables read once, and increments.

The floor is psql that throws away the same binary COPY: nothing is decoded, compressed or kept. Ours includes the start
of the program, the files and, where there is a project, the ledger and the commits. Further peers are asked where they can
be had: ALMANAC_PEERS_PYTHON names a Python with adbc_driver_postgresql and pyarrow, ALMANAC_SCANNER_PYTHON one with DuckDB
and its extension for Postgres.
"""

import json
import os
import pathlib
import statistics
import subprocess
import sys
import time

RATIO_MAX = {"table": 1.4, "tenant": 1.2, "tenants": 1.2, "append": 0.02, "merge": 0.25}
MEMORY_MIB_MAX = 100
# A tenant of the middle: 2.2 % of the rows.
MID_TENANT = 10
SMALL_TENANTS, SMALL_TABLES, SMALL_ROWS = 1_000, 6, 20
SMALL_FACTOR_MIN, FAN_OUT_FACTOR_MIN = 10, 5
COPY = "COPY ({}) TO STDOUT (FORMAT binary)"

ADBC = """
import sys, adbc_driver_postgresql.dbapi as dbapi, pyarrow.parquet as parquet
with dbapi.connect(sys.argv[1]) as connection, connection.cursor() as cursor:
    cursor.execute(sys.argv[2])
    reader = cursor.fetch_record_batch()
    with parquet.ParquetWriter(sys.argv[3], reader.schema, compression="zstd", compression_level=1) as writer:
        for batch in reader: writer.write_batch(batch)"""

# One connection is kept; a file for each tenant and table.
ADBC_TENANTS = """
import sys, adbc_driver_postgresql.dbapi as dbapi, pyarrow.parquet as parquet
url, folder, tenants, tables = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
with dbapi.connect(url) as connection:
    for tenant in range(1, tenants + 1):
        for table in range(1, tables + 1):
            with connection.cursor() as cursor:
                cursor.execute(f"SELECT * FROM small_{table} WHERE tenant_id = {tenant}")
                parquet.write_table(cursor.fetch_arrow_table(), f"{folder}/{tenant}-{table}.parquet",
                                    compression="zstd", compression_level=1)"""

SCANNER = """
import sys, duckdb
from duckdb_extensions import import_extension
import_extension("postgres_scanner")
connection = duckdb.connect(config={"threads": 2})
connection.execute("LOAD postgres_scanner")
connection.execute(f"ATTACH '{sys.argv[1]}' AS source (TYPE postgres, READ_ONLY)")
connection.execute(f"COPY ({sys.argv[2]}) TO '{sys.argv[3]}' (FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1)")"""


class Place:
    """A database and a folder, and what is run with them."""

    def __init__(self, program, cluster, database, folder, measure, runs):
        self.program, self.cluster, self.database = program, cluster, database
        self.folder, self.measure, self.runs = pathlib.Path(folder), measure, runs
        self.url = cluster.url(database)
        self.psql = str(cluster.programs / "psql")
        self.path = self.folder / "ours.parquet"

    def drain(self, *queries):
        """psql that throws away the rows of each query, one after the other on one connection."""
        commands = [word for query in queries for word in ("-c", COPY.format(query))]
        return self.measure([self.psql, "-X", "-q", "-d", self.url, *commands])

    def drain_by_two(self):
        """Each of two connections drains half of the pages: the floor of a parallel read."""
        half = int(self.cluster.value(self.database, "SELECT pg_relation_size('events') / 8192")) // 2
        halves = [COPY.format(f"SELECT * FROM events WHERE ctid {sign} '({half},0)'") for sign in ("<", ">=")]
        start = time.perf_counter()
        running = [subprocess.Popen([self.psql, "-X", "-q", "-d", self.url, "-c", text], stdin=subprocess.DEVNULL,
                                    stdout=subprocess.DEVNULL) for text in halves]
        if any([process.wait() for process in running]):
            raise SystemExit("error: psql could not drain the table")
        return {"s": time.perf_counter() - start, "cpu_s": 0.0, "peak_mib": 0.0}

    def extract(self, *source):
        self.path.unlink(missing_ok=True)
        return self.measure([self.program, "extract", "--url", self.url, *source, "--to", str(self.path), "--quiet"])

    def extract_table(self):
        return self.extract("--table", "events")

    def drain_table(self):
        return self.drain("SELECT * FROM events")

    def by_turns(self, **commands):
        results = {name: [] for name in commands}
        for turn in range(self.runs + 1):
            for name, command in commands.items():
                found = command()
                if turn > 0:
                    results[name].append(found)
        return {name: {key: statistics.median(one[key] for one in found) for key in ("s", "cpu_s", "peak_mib")}
                for name, found in results.items()}


class Project:
    """A project whose tenants read one database; its lake is made anew for each full run."""

    def __init__(self, place, name, datasets, tenants, isolation, column):
        self.place, self.root = place, place.folder / name
        for part in ("tenants", "Reports/bench/models", "Reports/bench/reports"):
            (self.root / part).mkdir(parents=True)
        (self.root / "almanac.yaml").write_text("version: 1\n")
        (self.root / "Reports/bench/metrics.yaml").write_text("version: 1\nmetrics: {}\n")
        (self.root / "Reports/bench/datasets.yaml").write_text("version: 1\ndatasets:\n" + datasets)
        for tenant in tenants:
            keys = f", column: {column}, key: \"{tenant}\"" if isolation != "database" else ""
            (self.root / f"tenants/t{tenant}.yaml").write_text(
                f"version: 1\nid: t{tenant}\nplatform: bench\n"
                f"source: {{ url: env:ALMANAC_BENCH_URL, isolation: {isolation}{keys} }}\n"
                "calendar: { timezone: UTC }\nlocale: en\ncurrency: USD\nreports: [nothing]\n")
        self.before = {path.name for path in self.root.iterdir()}
        os.environ["ALMANAC_BENCH_URL"] = place.url

    def forget(self):
        """Puts aside what was made; it is removed with the folder of the benchmark. A file system without a journal keeps
        inodes that were just removed from being used again, and whoever is measured next would search among them."""
        for path in list(self.root.iterdir()):
            if path.name not in self.before:
                old = self.place.folder / "old"
                old.mkdir(exist_ok=True)
                path.rename(old / f"{len(list(old.iterdir()))}-{path.name}")

    def run(self, *options):
        return self.place.measure([self.place.program, "run", "--project", str(self.root), "--quiet", *options])

    def run_anew(self, *options):
        self.forget()
        return self.run(*options)

    def holds_all_of(self, table, key):
        """Whether the tables of all tenants, read by delta-rs, have the rows of the source: their number and the sum of
        their keys."""
        import deltalake
        import pyarrow.compute

        count, total = 0, 0
        for path in sorted(self.root.glob(f"lake/*/raw/{table}")):
            keys = deltalake.DeltaTable(str(path)).to_pyarrow_table(columns=[key]).column(key)
            count, total = count + len(keys), total + (pyarrow.compute.sum(keys).as_py() or 0)
        wanted = self.place.cluster.value(self.place.database, f"SELECT count(*) || ' ' || sum({key}) FROM {table}")
        return f"{count} {total}" == wanted


def line(case, ours, peer, theirs, equal, holds, **more):
    print(json.dumps({
        "case": f"extract-{case}", "ours_s": round(ours["s"], 3), "peer": peer, "peer_s": round(theirs["s"], 3),
        "ratio": round(ours["s"] / theirs["s"], 3), "answers_equal": equal, "holds": holds,
        "peak_mib": round(ours["peak_mib"], 1), "cpu_s": round(ours["cpu_s"], 3), **more}), flush=True)
    return equal and holds


def further_peers(place):
    """The commands of the peers that can be had, by their names: url, query and file follow."""
    peers = {}
    if python := os.environ.get("ALMANAC_SCANNER_PYTHON"):
        peers["DuckDB"] = lambda table, where: place.measure(
            [python, "-c", SCANNER, place.url, f"SELECT * FROM source.public.{table}{where}",
             str(place.folder / "duckdb.parquet")])
    if other := os.environ.get("ALMANAC_PEERS_PYTHON"):
        peers["ADBC"] = lambda table, where: place.measure(
            [other, "-c", ADBC, place.url, f"SELECT * FROM {table}{where}", str(place.folder / "adbc.parquet")])
    for name in {"ALMANAC_SCANNER_PYTHON", "ALMANAC_PEERS_PYTHON"} - os.environ.keys():
        print(f"{name} is not set: its peers are not asked", file=sys.stderr)
    return peers


def table(place, answers, rows):
    """The whole table, over two connections."""
    found = place.by_turns(ours=place.extract_table, floor=place.drain_by_two)
    equal = answers(place.path)
    good = line(
        "table", found["ours"], "psql over two connections", found["floor"], equal,
        found["ours"]["s"] <= RATIO_MAX["table"] * found["floor"]["s"] and found["ours"]["peak_mib"] <= MEMORY_MIB_MAX,
        rows=rows, ratio_max=RATIO_MAX["table"], peak_mib_max=MEMORY_MIB_MAX)
    for name, run in further_peers(place).items():
        peer = place.by_turns(ours=place.extract_table, peer=lambda: run("events", ""))
        good &= line("table", peer["ours"], name, peer["peer"], equal, peer["ours"]["s"] < peer["peer"]["s"], rows=rows,
                     peer_peak_mib=round(peer["peer"]["peak_mib"], 1))
    return good


def tenant(place):
    """One tenant of the shared table."""
    where = f" WHERE tenant_id = {MID_TENANT}"
    query = f"SELECT * FROM events{where}"
    count = int(place.cluster.value(place.database, f"SELECT count(*) FROM events{where}"))
    found = place.by_turns(ours=lambda: place.extract("--query", query), floor=lambda: place.drain(query))
    import pyarrow.parquet

    equal = pyarrow.parquet.read_metadata(place.path).num_rows == count
    good = line("tenant", found["ours"], "psql", found["floor"], equal,
                found["ours"]["s"] <= RATIO_MAX["tenant"] * found["floor"]["s"], rows=count,
                ratio_max=RATIO_MAX["tenant"])
    for name, run in further_peers(place).items():
        peer = place.by_turns(ours=lambda: place.extract("--query", query), peer=lambda: run("events", where))
        good &= line("tenant", peer["ours"], name, peer["peer"], equal, peer["ours"]["s"] < peer["peer"]["s"], rows=count)
    return good


def tenants(place, rows):
    """Fifty tenants one after the other, on a connection that is kept."""
    numbers = range(1, 51)
    project = Project(place, "fifty", "  events: { from: events, sync: snapshot }\n", numbers, "column", "tenant_id")
    queries = [f"SELECT * FROM events WHERE tenant_id = {number}" for number in numbers]
    found = place.by_turns(ours=lambda: project.run_anew("--workers", "1"), floor=lambda: place.drain(*queries))
    equal = project.holds_all_of("events", "event_id")
    return line("tenants", found["ours"], "psql on one connection", found["floor"], equal,
                found["ours"]["s"] <= RATIO_MAX["tenants"] * found["floor"]["s"], rows=rows, tenants=50,
                ratio_max=RATIO_MAX["tenants"])


def small_tenants(place):
    """A thousand tenants with six small tables each: one at a time, and by reading the shared tables once."""
    count = SMALL_TENANTS
    for number in range(1, SMALL_TABLES + 1):
        place.cluster.psql(place.database, "-c", f"""
            CREATE TABLE small_{number} AS SELECT g AS id, 1 + g % {count} AS tenant_id, 'Item ' || g AS name,
                (g * 7919 % 100000 / 100.0)::numeric(12,2) AS price, timestamptz '2026-01-01' + g * interval '1 s' AS at
            FROM generate_series(0, {count * SMALL_ROWS - 1}) g;""", "-c",
            f"CREATE INDEX ON small_{number} (tenant_id)", "-c", f"VACUUM (ANALYZE, FREEZE) small_{number}")
    datasets = "".join(
        f"  small_{number}: {{ from: small_{number}, sync: snapshot }}\n" for number in range(1, SMALL_TABLES + 1))
    good = True
    times = {}
    for isolation in ("column", "fan-out"):
        project = Project(place, isolation, datasets, range(1, count + 1), isolation, "tenant_id")
        times[isolation] = project.run_anew()
        equal = all(project.holds_all_of(f"small_{number}", "id") for number in range(1, SMALL_TABLES + 1))
        if isolation == "column":
            python = os.environ.get("ALMANAC_PEERS_PYTHON")
            if python:
                folder = place.folder / "adbc"
                folder.mkdir()
                peer = place.measure(
                    [python, "-c", ADBC_TENANTS, place.url, str(folder), str(count), str(SMALL_TABLES)])
                drain = place.drain(*(f"SELECT * FROM small_{table} WHERE tenant_id = {tenant}"
                                      for tenant in range(1, count + 1) for table in range(1, SMALL_TABLES + 1)))
                good &= line("small-tenants", times["column"], "ADBC and pyarrow in a loop, nothing synced", peer, equal,
                             SMALL_FACTOR_MIN * times["column"]["s"] <= peer["s"], tenants=count, tables=SMALL_TABLES,
                             tenants_a_minute=round(count / times["column"]["s"] * 60),
                             drain_s=round(drain["s"], 2), factor_min=SMALL_FACTOR_MIN)
        else:
            good &= line("fan-out", times["fan-out"], "ours, one tenant at a time", times["column"], equal,
                         FAN_OUT_FACTOR_MIN * times["fan-out"]["s"] <= times["column"]["s"], tenants=count,
                         tables=SMALL_TABLES, tenants_a_minute=round(count / times["fan-out"]["s"] * 60),
                         factor_min=FAN_OUT_FACTOR_MIN)
    return good


def increments(place, rows):
    """New rows of 0.1 %, and changes of 0.1 %, against reading everything."""
    place.cluster.psql(place.database, "-c", """
        CREATE TABLE items AS SELECT event_id AS id, occurred_at AS changed_at, user_id, event_type, country, duration_ms,
            revenue_minor FROM events""", "-c", "ALTER TABLE items ADD PRIMARY KEY (id)",
        "-c", "CREATE INDEX ON items (changed_at)", "-c", "VACUUM (ANALYZE, FREEZE) items")
    few = max(rows // 1000, 1)
    changes = {
        "append": f"""INSERT INTO items SELECT {2 * rows} + id, timestamptz '2027-01-01' + id * interval '1 ms', user_id,
            event_type, country, duration_ms, revenue_minor FROM items ORDER BY id LIMIT {few}""",
        "merge": f"""UPDATE items SET changed_at = timestamptz '2027-02-01' + id * interval '1 ms', duration_ms = 1
            WHERE id % 1000 = 7"""}
    good = True
    for sync, change in changes.items():
        key = "cursor: changed_at" + (", find_deletes: never" if sync == "merge" else "")
        project = Project(place, sync, f"  items: {{ from: items, sync: {sync}, key: [id], {key} }}\n", [1], "database", "")
        full = project.run()
        place.cluster.psql(place.database, "-c", change, "-c", "ANALYZE items")
        increment = project.run()
        equal = project.holds_all_of("items", "id")
        good &= line(sync, increment, "ours, reading everything", full, equal,
                     increment["s"] <= RATIO_MAX[sync] * full["s"], rows=rows, changed=few, ratio_max=RATIO_MAX[sync],
                     full_peak_mib=round(full["peak_mib"], 1))
    return good


def run(place, answers, rows, only=None):
    """All cases, or one of them: table, tenant, tenants, small or increments."""
    cases = {"table": lambda: table(place, answers, rows), "tenant": lambda: tenant(place),
             "tenants": lambda: tenants(place, rows), "small": lambda: small_tenants(place),
             "increments": lambda: increments(place, rows)}
    good = True
    for name, body in cases.items():
        if name == "tenant":
            place.cluster.psql(place.database, "-c", "CREATE INDEX ON events (tenant_id, occurred_at)", "-c",
                               "VACUUM (ANALYZE, FREEZE) events")
        if only in (None, name):
            good &= body()
    return good

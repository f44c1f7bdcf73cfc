"""The night as one glues it in Python: for each tenant ADBC to zstd Parquet, DuckDB for the aggregates, matplotlib for a
PDF of four pages and six charts, XlsxWriter for a workbook of three sheets, and a CSV file.

    nightly_peer.py URL FOLDER PROCESSES ZONE

Writes answers.json into the folder: of each tenant what nightly.py compares with our aggregates. The last line is JSON.
"""

import json
import multiprocessing
import os
import pathlib
import resource
import sys
import time

TENANTS = range(1, 51)
LOCAL = "timezone('{zone}', occurred_at)"
QUERIES = {
    "daily": f"""WITH d AS (
        SELECT CAST({LOCAL} AS DATE) AS day, count(*) AS events, count(DISTINCT user_id) AS dau,
          count(DISTINCT session_id) AS sessions, CAST(coalesce(sum(revenue_minor), 0) AS BIGINT) AS revenue_minor
        FROM events GROUP BY 1)
      SELECT *, avg(events) OVER w AS events_7d, avg(revenue_minor) OVER w AS revenue_7d
      FROM d
      WINDOW w AS (ORDER BY day RANGE BETWEEN INTERVAL 6 DAYS PRECEDING AND CURRENT ROW) ORDER BY day""",
    "channels": f"""SELECT CAST(date_trunc('week', {LOCAL}) AS DATE) AS week, channel, count(DISTINCT user_id) AS users
      FROM events GROUP BY 1, 2 ORDER BY 1, 2""",
    "types": "SELECT event_type, count(*) AS events FROM events GROUP BY 1 ORDER BY 2 DESC",
    "durations": """SELECT country, count(duration_ms) AS events, quantile_cont(duration_ms, 0.5) AS p50_ms,
        quantile_cont(duration_ms, 0.95) AS p95_ms
      FROM events WHERE duration_ms IS NOT NULL GROUP BY 1 ORDER BY 2 DESC""",
    "retention": f"""WITH a AS (SELECT DISTINCT user_id, CAST(date_trunc('month', {LOCAL}) AS DATE) AS m FROM events),
        f AS (SELECT user_id, min(m) AS c FROM a GROUP BY 1)
      SELECT c AS cohort, datediff('month', c, m) AS age, count(*) AS users FROM a JOIN f USING (user_id)
      GROUP BY 1, 2 ORDER BY 1, 2""",
    "ledger": """WITH r AS (
        SELECT CAST(date_trunc('month', posted_at) AS DATE) AS m, amount,
          sum(amount) OVER (PARTITION BY account_id ORDER BY posted_at, txn_id ROWS UNBOUNDED PRECEDING) AS bal
        FROM wallet_txns)
      SELECT m AS month, sum(amount) AS net, sum(sum(amount)) OVER (ORDER BY m) AS balance, min(bal) AS lowest,
        count(*) AS txns FROM r GROUP BY 1 ORDER BY 1""",
    "top_contents": f"""WITH s AS (
        SELECT CAST(date_trunc('week', {LOCAL}) AS DATE) AS week, content_id,
          CAST(sum(CASE event_type WHEN 'view' THEN 1 WHEN 'play' THEN 2 WHEN 'like' THEN 3 WHEN 'comment' THEN 5
            WHEN 'share' THEN 8 ELSE 0 END) AS BIGINT) AS score FROM events GROUP BY 1, 2),
        r AS (SELECT *, row_number() OVER (PARTITION BY week ORDER BY score DESC, content_id) AS pos FROM s)
      SELECT week, pos, content_id, title, kind, score FROM r JOIN contents USING (content_id) WHERE pos <= 50
      ORDER BY week, pos""",
}
# What an answer is compared by: exact numbers, and floating ones to a part in 1e9.
CHECKS = {
    "daily": "SELECT count(*), sum(events), sum(dau), sum(sessions), sum(revenue_minor), sum(events_7d) FROM {table}",
    "channels": "SELECT count(*), sum(users) FROM {table}",
    "types": "SELECT count(*), sum(events) FROM {table}",
    "durations": "SELECT count(*), sum(events), sum(p50_ms), sum(p95_ms) FROM {table}",
    "retention": "SELECT count(*), sum(users), sum(age * users) FROM {table}",
    "ledger": "SELECT count(*), sum(net), sum(balance), sum(lowest), sum(txns) FROM {table}",
    "top_contents": "SELECT count(*), sum(score), sum(pos * content_id % 1000003) FROM {table}",
}
TABLES = ("events", "contents", "wallet_txns", "conversions")


def pdf(path, answers, tenant):
    import matplotlib

    matplotlib.use("pdf")
    import matplotlib.pyplot as plot
    import numpy
    from matplotlib.backends.backend_pdf import PdfPages

    daily = answers["daily"]

    def events(axes):
        axes.plot(daily["day"], daily["events"], lw=0.8)
        axes.plot(daily["day"], daily["events_7d"], lw=1.5)
        axes.set_title("Events a day, 7-day mean")
        axes.grid(axis="y")

    def active(axes):
        axes.plot(daily["day"], daily["dau"], lw=0.8)
        axes.set_title("Daily active users")
        axes.grid(axis="y")

    def channels(axes):
        rows = answers["channels"]
        names, weeks = sorted(set(rows["channel"])), numpy.unique(rows["week"])
        values = numpy.zeros((len(names), len(weeks)))
        values[numpy.searchsorted(names, rows["channel"].astype(str)), numpy.searchsorted(weeks, rows["week"])] = rows["users"]
        axes.stackplot(weeks, values, labels=names)
        axes.legend(fontsize=7)
        axes.set_title("Weekly users by channel")

    def types(axes):
        axes.barh(answers["types"]["event_type"].astype(str), answers["types"]["events"])
        axes.set_title("Events by type")

    def durations(axes):
        rows = answers["durations"]
        places = numpy.arange(len(rows["events"]))
        axes.bar(places - 0.2, rows["p50_ms"], 0.4)
        axes.bar(places + 0.2, rows["p95_ms"], 0.4)
        axes.set_xticks(places, rows["country"].astype(str))
        axes.set_title("Duration by country")

    def retention(axes):
        rows = answers["retention"]
        cohorts = numpy.unique(rows["cohort"])
        values = numpy.zeros((len(cohorts), 18))
        values[numpy.searchsorted(cohorts, rows["cohort"]), rows["age"].astype(int)] = rows["users"]
        values = values / numpy.maximum(values[:, :1], 1)
        axes.pcolormesh(values, cmap="Blues")
        axes.set_title("Monthly retention")
        for row in range(values.shape[0]):
            for column in range(values.shape[0] - row):
                axes.text(column + 0.5, row + 0.5, f"{100 * values[row, column]:.0f}%", ha="center", va="center", fontsize=6)

    with PdfPages(path) as pages:
        for title, charts in (("activity", (events, active)), ("acquisition", (channels, types)),
                              ("quality", (durations,)), ("retention", (retention,))):
            figure, places = plot.subplots(len(charts), 1, figsize=(8.27, 11.69))
            figure.suptitle(f"Tenant {tenant} - {title}")
            for axes, chart in zip(numpy.atleast_1d(places), charts):
                chart(axes)
            pages.savefig(figure)
            plot.close(figure)


def workbook(path, answers):
    import xlsxwriter

    with xlsxwriter.Workbook(path, {"constant_memory": True, "default_date_format": "yyyy-mm-dd"}) as book:
        for name, key in (("Daily", "daily"), ("Top contents", "top_contents"), ("Ledger", "ledger")):
            sheet, rows = book.add_worksheet(name), answers[key]
            sheet.write_row(0, 0, list(rows))
            columns = [column.tolist() if column.dtype.kind != "M" else column.astype("datetime64[us]").tolist()
                       for column in rows.values()]
            for row, values in enumerate(zip(*columns), 1):
                for column, value in enumerate(values):
                    sheet.write(row, column, value)


def work(arguments):
    url, folder, zone, tenants, threads = arguments
    import adbc_driver_postgresql.dbapi as adbc
    import duckdb
    import pyarrow
    import pyarrow.compute
    import pyarrow.parquet

    engine = duckdb.connect(config={"threads": threads})
    engine.execute("SET TimeZone = 'UTC'")
    found = {}
    with adbc.connect(url) as connection, connection.cursor() as cursor:
        for tenant in tenants:
            place = pathlib.Path(folder) / f"t{tenant}"
            place.mkdir(parents=True, exist_ok=True)
            for table in TABLES:
                cursor.execute(f"SELECT * FROM {table} WHERE tenant_id = {tenant}")
                rows = cursor.fetch_arrow_table()
                for index, field in enumerate(rows.schema):
                    # ADBC gives numeric, uuid and jsonb as extension types: text, bytes, text.
                    if isinstance(field.type, pyarrow.BaseExtensionType):
                        plain = pyarrow.chunked_array([chunk.storage for chunk in rows.column(index).chunks],
                                                      field.type.storage_type)
                        rows = rows.set_column(index, field.name, plain)
                    if table == "wallet_txns" and field.name == "amount":
                        amount = rows.column(index).cast(pyarrow.string()).cast(pyarrow.decimal128(18, 2))
                        rows = rows.set_column(index, field.name, amount)
                pyarrow.parquet.write_table(rows, place / f"{table}.parquet", compression="zstd")
                engine.execute(f"CREATE OR REPLACE VIEW {table} AS SELECT * FROM read_parquet('{place}/{table}.parquet')")
            del rows
            answers = {name: engine.execute(query.format(zone=zone)).fetchnumpy() for name, query in QUERIES.items()}
            found[tenant] = {name: [float(value) for value in engine.execute(
                CHECKS[name].format(table=f"({QUERIES[name].format(zone=zone)})")).fetchone()] for name in CHECKS} \
                if os.environ.get("NIGHTLY_CHECKS") else {}
            pdf(place / "report.pdf", answers, tenant)
            workbook(place / "report.xlsx", answers)
            engine.execute(f"""COPY (SELECT event_id, user_id, occurred_at, event_type, channel, country, revenue_minor
                FROM events WHERE revenue_minor IS NOT NULL ORDER BY event_id) TO '{place}/revenue.csv' (FORMAT csv, HEADER)""")
    return found, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main():
    url, folder, processes, zone = sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4]
    start = time.perf_counter()
    bins = [[0.0, []] for _ in range(processes)]
    for tenant in sorted(TENANTS, reverse=True):     # the largest tenants have the highest numbers
        smallest = min(bins, key=lambda bin: bin[0])
        smallest[0] += tenant ** 2
        smallest[1].append(tenant)
    jobs = [(url, folder, zone, tenants, max(1, 2 // processes)) for _, tenants in bins]
    if processes == 1:
        parts = [work(jobs[0])]
    else:
        with multiprocessing.get_context("spawn").Pool(processes) as pool:
            parts = pool.map(work, jobs)
    if os.environ.get("NIGHTLY_CHECKS"):
        answers = {tenant: found for part, _ in parts for tenant, found in part.items()}
        (pathlib.Path(folder) / "answers.json").write_text(json.dumps(answers))
    own, children = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    print(json.dumps({
        "s": time.perf_counter() - start, "cpu_s": own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime,
        "peak_mib": max(peak for _, peak in parts), "peaks_mib": [round(peak) for _, peak in parts]}))


if __name__ == "__main__":
    main()

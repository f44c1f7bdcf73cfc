"""The numbers of the shared oracles, put to the operators themselves.

shared_numbers.py SEED FOLDER reads `oracles/*.json` of the folder that ALMANAC_SHARED names and prints JSON as operators.py
does: each fixture whose input is in its file, as a table and the rows that are to come. SEED is not used.
"""

import datetime
import json
import os
import pathlib
import sys

import pyarrow

import operators

TEXT, WHOLE, REAL, DAY = pyarrow.string(), pyarrow.int64(), pyarrow.float64(), pyarrow.date32()
INSTANT = pyarrow.timestamp("us", "UTC")
NEW_YEAR = datetime.date(2025, 1, 1)


def oracle(name):
    return json.loads((pathlib.Path(os.environ["ALMANAC_SHARED"]) / "oracles" / f"{name}.json").read_text())


def days(count):
    return [NEW_YEAR + datetime.timedelta(days=index) for index in range(count)]


def moment(text):
    return datetime.datetime.fromisoformat(text).astimezone(operators.UTC)


def date(text):
    return text and datetime.date.fromisoformat(text)


class Questions:
    def __init__(self, folder):
        self.folder, self.tables, self.answers = folder, {}, []

    def table(self, name, **columns):
        self.tables[name] = operators.write(self.folder, name, columns)

    def ask(self, name, ours, rows):
        self.answers.append({"name": name, "ours": ours, "rows": [[operators.cell(value) for value in row] for row in rows]})


def time(questions):
    own = oracle("o0_time_money")
    values = [15, 20, 35, 40, 50]
    questions.table("v", x=(WHOLE, values))
    for share, value in own["quantiles_15_20_35_40_50"]["quantile_type7"].items():
        questions.ask(f"quantile {share}", f"SELECT quantile_cont(x, {share}) FROM v", [[float(value)]])
    for share, value in own["quantiles_15_20_35_40_50"]["percentile_disc"].items():
        if float(share):
            questions.ask(f"quantile_disc {share}", f"SELECT quantile_disc(x, {share}) FROM v", [[value]])
    for text, shifted in own["shift_clamp"].items():
        day, number, unit = text.split()
        questions.ask(text, f"SELECT (DATE '{day}' + INTERVAL '{number} {unit}')::date", [[date(shifted)]])
    for day, week in own["iso_week"].items():
        questions.ask(week, f"SELECT to_char(DATE '{day}', 'IYYY-\"W\"IW-ID')", [[week]])


def engagement(questions):
    own = oracle("o1_engagement")
    rows = own["rates"]["rows"]
    questions.table("videos", video=(TEXT, [row["video"] for row in rows]), **{
        name: (WHOLE, [row[name] for row in rows]) for name in ("views", "likes", "comments", "shares")})
    questions.ask("rates", "SELECT entity_id, er_views, like_rate, like_wilson_lo, like_wilson_hi FROM engagement_rates(TABLE videos, "
                  "entity_id => video, views => views, likes => likes, comments => comments, shares => shares) ORDER BY 1",
                  [[row["video"], row["er"], row["like_rate"], row["wilson_lo"], row["wilson_hi"]]
                   for row in sorted(rows, key=lambda row: row["video"])])
    lives = own["kaplan_meier"]
    questions.table("lives", t=(REAL, [float(t) for t in lives["durations"]]), o=(WHOLE, lives["observed"]))
    columns = zip(*(lives[name] for name in ("timeline", "at_risk", "events", "S", "ci_lo", "ci_hi")))
    questions.ask("Kaplan and Meier", "SELECT t, at_risk, events, s, ci_lo, ci_hi FROM survival(TABLE lives, duration => t, event => o = 1) "
                  "WHERE t > 0 ORDER BY 1", [[float(row[0]), *row[1:]] for row in columns if row[0] > 0])
    questions.ask("median", "SELECT median FROM survival_median(TABLE lives, duration => t, event => o = 1)", [[float(lives["median"])]])


def trends(questions):
    own = oracle("o2_trends")
    names = {"tau": "Tau", "s": "s", "var_s": "var_s", "z": "z", "p": "p", "slope": "slope", "intercept": "intercept"}
    for name, test in own["mann_kendall"].items():
        # Fewer than three values have no trend here (rule T4); the others are asked with what stands for missing days.
        if name in ("nile", "missing_values_slope_keeps_true_positions", "two"):
            continue
        questions.table(f"mk_{name}", day=(DAY, days(len(test["x"]))), x=(REAL, [float(x) for x in test["x"]]))
        more = ", method => 'seasonal', period => 4" if name == "seasonal_p4" else ""
        given = {column: key for column, key in names.items() if column != "intercept" or not more}
        questions.ask(f"Mann-Kendall {name}", f"SELECT {', '.join(given)} FROM trend_test(TABLE mk_{name}, at => day, value => x{more})",
                      [[int(test[key]) if column == "s" else float(test[key]) for column, key in given.items()]])
    moving = own["moving"]
    questions.table("moving", day=(DAY, days(8)), x=(REAL, moving["x"]))
    questions.ask("trailing average", "SELECT sma FROM trend_series(TABLE moving, at => day, value => x, window => 3) ORDER BY bucket_start",
                  [[value] for value in moving["sma3_full_window"]])
    questions.ask("centred average", "SELECT sma FROM trend_series(TABLE moving, at => day, value => x, window => 3, centred => true) "
                  "ORDER BY bucket_start", [[value] for value in moving["centered_3"]])
    questions.ask("exponential average", "SELECT ema FROM trend_series(TABLE moving, at => day, value => x, window => 3, alpha => 0.5) "
                  "WHERE value IS NOT NULL ORDER BY bucket_start", [[value] for value in moving["ema_alpha0.5_recursive"]])
    odd = own["anomaly"]
    questions.table("odd", day=(DAY, days(len(odd["x"]))), x=(REAL, odd["x"]))
    questions.ask("modified z", "SELECT anomaly_score, is_anomaly::text FROM anomalies(TABLE odd, at => day, value => x, method => "
                  "'modified_z') ORDER BY bucket_start",
                  [[z, "true" if flag else "false"] for z, flag in zip(odd["modified_z"], odd["flag_3.5"])])
    questions.ask("fences", "SELECT DISTINCT lower, upper FROM anomalies(TABLE odd, at => day, value => x, method => 'iqr')",
                  [[odd["iqr"]["lo"], odd["iqr"]["hi"]]])
    for index, row in enumerate(own["growth"]["rows"]):
        questions.table(f"growth_{index}", day=(DAY, days(2)), x=(REAL, [row["prev"], row["cur"]]))
        questions.ask(f"growth {index}", f"SELECT abs_change, pct_change, status FROM trend_series(TABLE growth_{index}, at => day, value "
                      f"=> x) WHERE bucket_start = DATE '2025-01-02'",
                      [[None if row["abs"] is None else float(row["abs"]), row["pct"], row["status"]]])
    hot = own["trending"]
    events = [(item, at, weight) for item in "AB" for at, weight in hot[f"events_{item}"]]
    start = datetime.datetime(2025, 1, 1, tzinfo=operators.UTC)
    questions.table("hot", item=(TEXT, [event[0] for event in events]), w=(REAL, [float(event[2]) for event in events]),
                    id=(WHOLE, list(range(len(events)))), at=(INSTANT, [start + datetime.timedelta(seconds=event[1]) for event in events]))
    for second in (7_200, 86_400):
        at = (start + datetime.timedelta(seconds=second)).isoformat()
        questions.ask(f"trending at {second}", "SELECT item_id, score FROM trending(TABLE hot, item => item, actor => id, at => at, weight "
                      f"=> w, half_life => 6.0, min_actors => 1, as_of => TIMESTAMPTZ '{at}') ORDER BY 1",
                      [[item, hot[f"{item}@{second}"]] for item in "AB"])


def journeys(questions, name, paths):
    """A log of paths: (channels, conversions, nulls); each a journey of its own."""
    rows = []
    for channels, conversions, nulls in paths:
        for number in range(conversions + nulls):
            journey = f"{'.'.join(channels)} {number}"
            steps = [(channel, "touch") for channel in channels] + ([(None, "order")] if number < conversions else [])
            rows += [(journey, index, channel, kind) for index, (channel, kind) in enumerate(steps)]
    start = datetime.datetime(2025, 1, 1, tzinfo=operators.UTC)
    questions.table(name, j=(TEXT, [row[0] for row in rows]), n=(WHOLE, [row[1] for row in rows]), c=(TEXT, [row[2] for row in rows]),
                    kind=(TEXT, [row[3] for row in rows]), at=(INSTANT, [start + datetime.timedelta(hours=row[1]) for row in rows]))
    return (f"attribution(TABLE {name}, journey => j, at => at, seq => n, touch => kind = 'touch', channel => c, conversion => kind = "
            "'order', conversion_id => j, model => '{}')")


def attribution(questions):
    own = oracle("o3_attribution")
    tiny = own["tiny"]
    call = journeys(questions, "tiny", [(path.split(" > "), conv, null) for path, conv, _, null in tiny["paths(path,conv,value,null)"]])
    for model, key in (("first", "first"), ("last", "last"), ("linear", "linear"), ("position_based", "position")):
        questions.ask(f"tiny {model}", f"SELECT channel, conversions FROM {call.format(model)} WHERE conversions > 0 ORDER BY 1",
                      [[channel, float(value)] for channel, value in sorted(tiny[key].items()) if value])
    exact = tiny["markov_exact_no_self_loops"]
    questions.ask("tiny markov", f"SELECT channel, removal_effect, conversions FROM {call.format('markov')} ORDER BY 1",
                  [[channel, exact["removal_effect"][channel], exact["conversions"][channel]] for channel in "ABC"])
    # What mam adds up is each journey's own split; the fixture has 10 digits of it.
    questions.ask("tiny markov by journey", f"SELECT channel, round(conversions::decimal(20, 8), 8)::double precision FROM "
                  f"{call.format('markov_journey')} ORDER BY 1",
                  [[channel, round(tiny["mam_markov"]["aggregated_conversions"][channel], 8)] for channel in "ABC"])
    cycle = own["edge"]["markov_cycle"]
    call = journeys(questions, "cycle", [("ABA", 1, 1), ("BAB", 1, 3)])
    questions.ask("cycle", f"SELECT channel, removal_effect, conversions FROM {call.format('markov')} ORDER BY 1",
                  [[channel, cycle["removal_effect"][channel], cycle["conversions"][channel]] for channel in "AB"])
    call = journeys(questions, "whole", [("AB", 3, 0), ("B", 2, 0)])
    questions.ask("without nulls", f"SELECT channel, removal_effect FROM {call.format('markov')} ORDER BY 1",
                  [[channel, own["edge"]["markov_no_nulls_all_RE"][channel]] for channel in "AB"])


def ledger(questions):
    own = oracle("o4_ledger")
    lines = own["journal"]
    questions.table("j", **{name: (TEXT, [line[name] for line in lines]) for name in ("account", "ref", "status")},
                    **{name: (WHOLE, [line[name] for line in lines]) for name in ("seq", "leg", "amount_minor")},
                    **{name: (INSTANT, [moment(line[name]) for line in lines]) for name in ("effective_at", "recorded_at")})
    given = ("TABLE (SELECT *, leg::integer AS l, effective_at + INTERVAL '1 hour' AS lagos FROM j), account => account, currency => 'NGN', "
             "amount => amount_minor, counted => status = 'completed'")
    questions.ask("running balance", f"SELECT ref, amount_minor, balance_after_minor FROM ledger_running({given}, at => effective_at, seq => "
                  "seq, leg => l, ref => ref) WHERE account = 'wallet:ada' ORDER BY effective_at, seq",
                  [[row["ref"], row["amount"], row["balance_after"]] for row in own["running_wallet_ada"]])
    questions.ask("closing balances", f"SELECT account, balance_minor FROM balance_at({given}, at => effective_at, as_of => TIMESTAMPTZ "
                  "'2026-01-01T00:00:00Z') ORDER BY 1", sorted([name, value] for name, value in own["closing_balances"].items()))
    # Lagos is an hour ahead all year: its days are those of UTC an hour later.
    questions.ask("statement", f"SELECT account, bucket_start, opening_minor, credits_minor, debits_minor, closing_minor, n FROM statement("
                  f"{given}, at => lagos, to => DATE '2025-02-01') WHERE n > 0 AND account IN ('wallet:ada', 'circle:1:pot') ORDER BY 1, 2",
                  sorted([row["account"], date(row["date"]), row["opening"], row["credits"], row["debits"], row["closing"], row["count"]]
                         for row in own["daily_statement"] if row["count"] and row["date"] < "2025-02-01"))
    questions.ask("average balance", f"SELECT account, average_daily_minor, average_days FROM balance_at({given}, at => lagos, \"from\" => "
                  "DATE '2025-01-01', as_of => TIMESTAMPTZ '2025-02-01T00:00:00Z') WHERE account IN ('wallet:ada', 'circle:1:pot') ORDER BY 1",
                  sorted([name, row["adb_minor_half_even"], row["days"]] for name, row in own["average_daily_balance_jan"].items()))
    when = own["point_in_time"]
    questions.ask("balance as it was known", f"SELECT balance_minor FROM balance_at({given}, at => lagos, recorded => recorded_at, as_of => "
                  "TIMESTAMPTZ '2025-02-01T00:00:00Z', known_at => TIMESTAMPTZ '2025-02-01T00:00:00Z') WHERE account = 'wallet:ada'",
                  [[when["wallet:ada end of 2025-01-31 Lagos, as known 2025-02-01"]]])


def revenue(questions):
    own = oracle("o5_revenue")
    plans = own["mrr"]["subscriptions"]
    questions.table("plans", customer=(TEXT, [plan["cust"] for plan in plans]), every=(TEXT, [plan["interval"] for plan in plans]),
                    begins=(DAY, [date(plan["start"]) for plan in plans]), ends=(DAY, [date(plan["end"]) for plan in plans]),
                    price=(WHOLE, [plan["price"] for plan in plans]), quantity=(WHOLE, [plan["qty"] for plan in plans]))
    questions.ask("bridge", "SELECT bucket_start, opening_minor, new_minor, reactivation_minor, expansion_minor, contraction_minor, "
                  "churn_minor, closing_minor, customers_open, customers_new, customers_lost, gross_churn, nrr, grr, logo_churn FROM "
                  "mrr_bridge(TABLE plans, currency => 'USD', customer => customer, start => begins, \"end\" => ends, price => price, "
                  "quantity => quantity, interval => every, \"from\" => DATE '2025-01-01', to => DATE '2025-06-01') ORDER BY 1",
                  [[date(row["month"] + "-01"), row["opening"], row["new"], row["reactivation"], row["expansion"], row["contraction"],
                    row["churn"], row["closing"], row["n_open"], row["n_new"], row["n_churn"], row["gross_mrr_churn"], row["nrr"],
                    row["grr"], row["logo_churn"]] for row in own["mrr"]["movements"]])
    for text, monthly in own["normalise"].items():
        price, quantity, every = int(text.split()[0]), int(text.split()[1][1:]), text.split()[-1]
        questions.ask(text, f"SELECT closing_minor FROM mrr_bridge(TABLE (SELECT 1 AS c), currency => 'USD', customer => c, start => DATE "
                      f"'2025-01-01', price => {price}, quantity => {quantity}, interval => '{every}', to => DATE '2025-02-01')", [[monthly]])
    orders = [(order["order"], order["d"], "order", order["status"], order["items"], order["items"] * own["gmv"]["fee_bp"] // 10_000)
              for order in own["gmv"]["orders"]]
    orders += [(back["order"], back["d"], "refund", "paid", back["amount"], back["fee_back"]) for back in own["gmv"]["refunds"]]
    questions.table("orders", id=(TEXT, [row[0] for row in orders]), day=(DAY, [date(row[1]) for row in orders]),
                    kind=(TEXT, [row[2] for row in orders]), status=(TEXT, [row[3] for row in orders]),
                    amount=(WHOLE, [row[4] for row in orders]), fee=(WHOLE, [row[5] for row in orders]))
    questions.ask("sales", "SELECT bucket_start, orders, gmv_minor, refunds_by_refund_date_minor, refunds_by_order_date_minor, nmv_minor, "
                  "fee_minor, fee_returned_minor, platform_revenue_minor, take_rate, aov_minor FROM sales(TABLE orders, currency => 'USD', "
                  "\"order\" => id, at => day, sale => kind = 'order' AND status = 'paid', refund => kind = 'refund', amount => amount, fee => "
                  "fee) ORDER BY 1",
                  [[date(row["month"] + "-01"), row["orders"], row["gmv"], row["refunds_by_refund_date"], row["refunds_by_order_date"],
                    row["nmv"], row["platform_fee_gross"], row["fee_refunded"], row["platform_revenue_net"], row["take_rate"],
                    None if row["aov"] is None else int(row["aov"])] for row in own["gmv"]["rows"]])


def main():
    questions = Questions(sys.argv[2])
    for part in (time, engagement, trends, attribution, ledger, revenue):
        part(questions)
    json.dump({"tables": questions.tables, "answers": questions.answers}, sys.stdout)


if __name__ == "__main__":
    main()

import AlmanacTesting
import Columnar
import Foundation
import Query
import Testing

@Suite struct RecurringRevenueTests {
    /// Trials, add-ons, a plan swapped for another, a customer who leaves and comes back, one whom snapshots do not see.
    private static let subscriptions = """
        WITH s(id, customer, started, ended, price, seats, billing) AS (VALUES
          ('s1', 'acme', DATE '2025-01-10', NULL, 10000, 1, 'month'),
          ('s2', 'beta', DATE '2025-01-15', DATE '2025-03-15', 12000, 1, 'month'),
          ('s3', 'beta', DATE '2025-03-15', NULL, 144000, 1, 'year'),
          ('s4', 'core', DATE '2025-01-20', DATE '2025-02-10', 5000, 2, 'month'),
          ('s5', 'core', DATE '2025-04-02', NULL, 8000, 1, 'month'),
          ('s6', 'dune', DATE '2025-02-01', DATE '2025-03-01', 0, 1, 'month'),
          ('s7', 'dune', DATE '2025-03-01', NULL, 6000, 1, 'month'),
          ('s8', 'echo', DATE '2025-02-03', DATE '2025-02-20', 7000, 1, 'month'),
          ('s9', 'acme', DATE '2025-02-10', NULL, 3000, 1, 'month'),
          ('s10', 'fox', DATE '2025-01-05', DATE '2025-04-01', 20000, 1, 'month'),
          ('s11', 'fox', DATE '2025-04-01', NULL, 15000, 1, 'month'))
        """
    private static let call = """
        mrr_bridge(TABLE s, currency => 'USD', customer => customer, start => started, end => ended, price => price,
        quantity => seats, interval => billing, from => DATE '2025-01-01', to => DATE '2025-06-01')
        """

    @Test("The bridge of the specification")
    func worked() throws {
        let rows = try AnalyticsSession.rows(
            Self.subscriptions
                + """
                 SELECT bucket_start, opening_minor, new_minor, reactivation_minor, expansion_minor, contraction_minor,
                churn_minor, fx_minor, closing_minor, customers_open, customers_new, customers_lost, arpa_minor, intra_month
                FROM \(Self.call) ORDER BY 1
                """)
        #expect(
            rows == [
                "2025-01-01|0|52000|0|0|0|0|0|52000|0|4|0|13000|0",
                "2025-02-01|52000|0|0|3000|0|-10000|0|45000|4|0|1|15000|1",
                "2025-03-01|45000|6000|0|0|0|0|0|51000|3|1|0|12750|0",
                "2025-04-01|51000|0|8000|0|-5000|0|0|54000|4|0|0|10800|0",
                "2025-05-01|54000|0|0|0|0|0|0|54000|5|0|0|10800|0",
            ])
        let ratios = try AnalyticsSession.make().rows(
            Self.subscriptions + " SELECT gross_churn, nrr, grr, logo_churn, (new_minor + reactivation_minor + "
                + "expansion_minor) / nullif(-(contraction_minor + churn_minor), 0)::double FROM \(Self.call) ORDER BY bucket_start"
        ).rows
        let expected: [[Double?]] = [
            [nil, nil, nil, nil, nil], [0.19230769230769232, 0.8653846153846154, 0.8076923076923077, 0.25, 0.3],
            [0, 1, 1, 0, nil], [0.09803921568627451, 0.9019607843137255, 0.9019607843137255, 0, 1.6],
            [0, 1, 1, 0, nil],
        ]
        for (row, numbers) in zip(ratios, expected) {
            for (value, number) in zip(row, numbers) { #expect(Numbers.isClose(value, number, 1e-12)) }
        }
        #expect(ratios.count == 5)
    }

    @Test(
        "A month's share of a price is rounded once, half to even",
        arguments: [
            (10000, 1, "year", 833), (9999, 1, "year", 833), (2500, 3, "month", 7500), (1000, 1, "week", 4333),
            (3001, 1, "quarter", 1000), (6, 1, "year", 0), (18, 1, "year", 2), (100, 1, "day", 3042),
        ])
    func normalised(_ price: Int, _ seats: Int, _ billing: String, _ expected: Int) throws {
        let rows = try AnalyticsSession.rows(
            "SELECT closing_minor FROM mrr_bridge(TABLE (SELECT 1 AS c), currency => 'USD', customer => c, "
                + "start => DATE '2025-01-02', price => \(price), quantity => \(seats), interval => '\(billing)', "
                + "from => DATE '2025-01-01', to => DATE '2025-02-01')")
        #expect(rows == ["\(expected)"])
    }

    @Test("Discounts, trials and failing payments")
    func terms() throws {
        func closings(_ more: String) throws -> [String] {
            try AnalyticsSession.rows(
                "SELECT closing_minor FROM mrr_bridge(TABLE (SELECT 1 AS c), currency => 'USD', customer => c, "
                    + "start => DATE '2025-01-02', price => 1000, interval => 'month', from => DATE '2025-01-01', "
                    + "to => DATE '2025-04-01', \(more)) ORDER BY bucket_start")
        }
        #expect(try closings("discount => 250") == ["750", "750", "750"])
        #expect(try closings("recurring => false") == [])
        // 15 January and 30 days: 14 February.
        #expect(try closings("past_due => DATE '2025-01-15'") == ["1000", "0", "0"])
        #expect(try closings("past_due => DATE '2025-01-15', dunning_days => 45") == ["1000", "1000", "0"])
    }

    @Test(
        "Random subscriptions: the bridge closes, chains and ends at what a plain count of snapshots finds",
        arguments: 1...8)
    func closes(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        struct Own { var customer: Int, start: Int, end: Int?, price: Int, usd: Bool }
        let all = (0..<300).map { _ in
            let start = Int.random(in: 0..<500, using: &generator)
            return Own(
                customer: Int.random(in: 0..<60, using: &generator), start: start,
                end: Bool.random(using: &generator) ? start + Int.random(in: 0..<200, using: &generator) : nil,
                price: Int.random(in: 0..<5, using: &generator) * 100, usd: Bool.random(using: &generator))
        }
        let values = all.map { own in
            "('\(own.usd ? "USD" : "EUR")', \(own.customer), DATE '2024-01-01' + \(own.start), "
                + (own.end.map { "DATE '2024-01-01' + \($0)" } ?? "NULL") + ", \(own.price))"
        }
        let with = "WITH s(currency, c, a, z, price) AS (VALUES \(values.joined(separator: ", "))) "
        let call =
            "mrr_bridge(TABLE s, currency => currency, customer => c, start => a, end => z, price => price, "
            + "interval => 'month', from => DATE '2024-03-01', to => DATE '2026-01-01')"
        let open = try AnalyticsSession.rows(
            with
                + "SELECT count(*) FROM \(call) WHERE closing_minor <> opening_minor + new_minor + reactivation_minor + "
                + "expansion_minor + contraction_minor + churn_minor + fx_minor")
        #expect(open == ["0"])
        let chain = try AnalyticsSession.rows(
            with
                + "SELECT count(*) FROM (SELECT opening_minor AS o, lag(closing_minor) OVER (PARTITION BY currency ORDER BY "
                + "bucket_start) AS c FROM \(call)) b WHERE o <> c")
        #expect(chain == ["0"])
        let session = try AnalyticsSession.make()
        let rows = try session.rows(
            with + "SELECT currency, bucket_start, closing_minor, customers_open FROM \(call) ORDER BY 1, 2"
        ).rows
        #expect(rows.count == 44)
        for row in rows {
            guard case .text(let currency) = row[0], case .date(let first) = row[1] else {
                throw ColumnarError.missingValue(column: "")
            }
            let start = Int(first) - 19_723
            let next = try session.rows("SELECT (DATE '1970-01-01' + \(first) + INTERVAL '1 month')::date").rows[0][0]
            guard case .date(let behind) = next else { throw ColumnarError.missingValue(column: "") }
            let end = Int(behind) - 19_723
            func amounts(_ at: Int) -> [Int: Int] {
                var sums: [Int: Int] = [:]
                for own in all where own.usd == (currency == "USD") && own.start < at && own.end ?? .max >= at {
                    sums[own.customer, default: 0] += own.price
                }
                return sums.filter { $0.value > 0 }
            }
            #expect(row[2] == .int(Int64(amounts(end).values.reduce(0, +))))
            #expect(row[3] == .int(Int64(amounts(start).count)))
        }
    }

    @Test(
        "Wrong terms are refused",
        arguments: [
            ("price => -1, interval => 'month'", "below 0"), ("price => 1, interval => 'decade'", "another word"),
            ("price => 1, interval => NULL", "'interval' has rows"),
            ("price => 1.5, interval => 'month'", "minor units"),
            ("price => 1, interval => 'month', end => DATE '2024-01-01'", "ends before"),
            ("price => 9223372036854775807, quantity => 2, interval => 'month'", "fit 64 bits"),
        ])
    func refused(_ arguments: String, _ message: String) throws {
        let error = #expect(throws: QueryError.self) {
            _ = try AnalyticsSession.rows(
                "SELECT * FROM mrr_bridge(TABLE (SELECT 1 AS c), currency => 'USD', customer => c, "
                    + "start => DATE '2025-01-02', \(arguments))")
        }
        #expect(error?.message.contains(message) == true, "\(error?.message ?? "")")
    }
}

@Suite struct SalesTests {
    private static let entries = """
        WITH e(kind, id, at, status, amount, fee) AS (VALUES
          ('order', 'o1', DATE '2025-01-30', 'paid', 20000, 2000), ('order', 'o2', DATE '2025-01-31', 'paid', 10000, 1000),
          ('order', 'o3', DATE '2025-02-01', 'cancelled', 9900, 990), ('order', 'o4', DATE '2025-02-03', 'paid', 333, 33),
          ('order', 'o5', DATE '2025-02-28', 'pending', 5000, 500), ('order', 'o6', DATE '2025-03-01', 'paid', 40000, 4000),
          ('refund', 'o1', DATE '2025-02-05', NULL, 20000, 2000), ('refund', 'o6', DATE '2025-03-20', NULL, 10000, 1000),
          ('refund', 'o2', DATE '2025-04-02', NULL, 2500, 250))
        """
    private static let call = """
        sales(TABLE e, currency => 'USD', order => id, at => at, sale => kind = 'order' AND status = 'paid',
        refund => kind = 'refund', amount => amount, fee => fee)
        """

    @Test("Sales of the specification: both views of refunds, and ratios of sums")
    func worked() throws {
        let rows = try AnalyticsSession.rows(
            Self.entries
                + """
                 SELECT bucket_start, orders, gmv_minor, refunds_by_refund_date_minor, refunds_by_order_date_minor, nmv_minor,
                fee_minor, fee_returned_minor, platform_revenue_minor, aov_minor FROM \(Self.call) ORDER BY 1
                """)
        #expect(
            rows == [
                "2025-01-01|2|30000|0|22500|30000|3000|0|3000|15000",
                "2025-02-01|1|333|20000|0|-19667|33|2000|-1967|333",
                "2025-03-01|1|40000|10000|10000|30000|4000|1000|3000|40000",
                "2025-04-01|0|0|2500|0|-2500|0|250|-250|NULL",
            ])
        let session = try AnalyticsSession.make()
        let rates = try session.rows(Self.entries + "SELECT take_rate FROM \(Self.call) ORDER BY bucket_start").rows
        for (row, rate) in zip(rates, [0.1, -5.906906906906907, 0.075, nil]) {
            #expect(Numbers.isClose(row[0], rate, 1e-12))
        }
        let total = try session.rows(
            Self.entries + "SELECT sum(platform_revenue_minor)::double / sum(gmv_minor)::double FROM \(Self.call)"
        ).rows
        #expect(Numbers.isClose(total[0][0], 0.05378698477243968, 1e-12))
    }

    @Test("Random orders: both views have one total; the numbers are those of SQL", arguments: 1...6)
    func identities(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        var values: [String] = []
        for order in 0..<120 {
            let currency = order % 3 == 0 ? "KES" : "NGN"
            let day = Int.random(in: 0..<200, using: &generator)
            for _ in 0..<Int.random(in: 1...3, using: &generator) {
                values.append("('s', '\(currency)', \(order), \(day), \(Int.random(in: 0..<900, using: &generator)))")
            }
            for _ in 0..<Int.random(in: 0...2, using: &generator) {
                let later = day + Int.random(in: 0..<90, using: &generator)
                values.append("('r', '\(currency)', \(order), \(later), \(Int.random(in: 0..<500, using: &generator)))")
            }
        }
        let with = """
            WITH raw(kind, currency, id, day, amount) AS (VALUES \(values.joined(separator: ", "))),
            e AS (SELECT *, DATE '2024-12-20' + day AS at FROM raw)
            """
        for grain in ["day", "week", "month", "quarter", "year"] {
            let call =
                "sales(TABLE e, currency => currency, order => id, at => at, sale => kind = 's', refund => kind = 'r', "
                + "amount => amount, grain => '\(grain)')"
            let ours = try AnalyticsSession.rows(
                with
                    + "SELECT currency, bucket_start, orders, gmv_minor, refunds_by_refund_date_minor FROM \(call) WHERE "
                    + "orders <> 0 OR gmv_minor <> 0 OR refunds_by_refund_date_minor <> 0 ORDER BY 1, 2")
            let plain = try AnalyticsSession.rows(
                with + """
                    , b AS (SELECT currency, date_trunc('\(grain)', at::timestamp)::date AS b, kind, id, amount FROM e),
                    f AS (SELECT currency, count(DISTINCT CASE WHEN kind = 's' THEN id END) AS o,
                    coalesce(sum(CASE WHEN kind = 's' THEN amount END), 0) AS g,
                    coalesce(sum(CASE WHEN kind = 'r' THEN amount END), 0) AS r, b FROM b GROUP BY currency, b)
                    SELECT currency, b, o, g, r FROM f WHERE o <> 0 OR g <> 0 OR r <> 0 ORDER BY 1, 2
                    """)
            #expect(ours == plain)
            let same = try AnalyticsSession.rows(
                with + "SELECT currency FROM \(call) GROUP BY currency HAVING sum(refunds_by_refund_date_minor) <> "
                    + "sum(refunds_by_order_date_minor)")
            #expect(same == [])
        }
    }

    @Test("Refunds without a sale, and rows that are both, are refused")
    func refused() throws {
        let call =
            "FROM sales(TABLE (SELECT 1 AS id, now() AS at), currency => 'USD', order => id, at => at, amount => 1, "
        for (conditions, message) in [
            ("sale => false, refund => true", "has no sale"),
            ("sale => true, refund => true", "both a sale and a refund"),
        ] {
            let error = #expect(throws: QueryError.self) {
                _ = try AnalyticsSession.rows("SELECT * \(call)\(conditions))")
            }
            #expect(error?.message.contains(message) == true)
        }
        #expect(try AnalyticsSession.rows("SELECT * \(call)sale => false)") == [])
    }
}

@Suite struct CohortRevenueTests {
    @Test("Random orders: cohorts are those of SQL, cumulative sums run", arguments: 1...4)
    func cohorts(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let values = (0..<300).map { _ in
            "(\(Int.random(in: 0..<40, using: &generator)), \(Int.random(in: 0..<300, using: &generator)), "
                + "\(Int.random(in: 0..<500, using: &generator)))"
        }
        let with = """
            WITH raw(c, day, amount) AS (VALUES \(values.joined(separator: ", "))),
            o AS (SELECT c, DATE '2024-01-15' + day AS at, amount FROM raw)
            """
        let call = "cohort_revenue(TABLE o, customer => c, at => at, amount => amount)"
        let ours = try AnalyticsSession.rows(
            with + "SELECT cohort_start, k, customers, revenue_minor FROM \(call) WHERE customers > 0 ORDER BY 1, 2")
        let plain = try AnalyticsSession.rows(
            with + """
                , f AS (SELECT c, date_trunc('month', min(at)::timestamp)::date AS m FROM o GROUP BY c)
                SELECT m, (extract(year FROM at) - extract(year FROM m)) * 12 + extract(month FROM at) - extract(month FROM m)
                AS k, count(DISTINCT o.c), sum(amount) FROM o JOIN f ON o.c = f.c GROUP BY 1, 2 ORDER BY 1, 2
                """)
        #expect(ours == plain)
        let running = try AnalyticsSession.rows(
            with
                + "SELECT count(*) FROM (SELECT cumulative_minor AS s, sum(revenue_minor) OVER (PARTITION BY cohort_start "
                + "ORDER BY k ROWS UNBOUNDED PRECEDING) AS r FROM \(call)) x WHERE s <> r")
        #expect(running == ["0"])
    }

    @Test("Two currencies are refused")
    func currencies() throws {
        let error = #expect(throws: QueryError.self) {
            _ = try AnalyticsSession.rows(
                "WITH o(c, cur) AS (VALUES (1, 'NGN'), (2, 'KES')) SELECT * FROM cohort_revenue(TABLE o, customer => c, "
                    + "at => now(), amount => 1, currency => cur)")
        }
        #expect(error?.message.contains("more than one currency") == true)
    }
}

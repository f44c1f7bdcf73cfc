import AlmanacTesting
import CivilTime
import Columnar
import Query
import Testing

/// The journal of a savings circle, wallets and an escrow: its numbers were made by DuckDB, pandas and beancount.
enum Journal {
    static func rows(_ sql: String, zone: String = "Africa/Lagos", now: String = "2025-02-10T00:00:00Z") throws
        -> [String]
    {
        let session = try AnalyticsSession.make(
            tables: ["j": AnalyticsFixtures.path("journal.csv")], zone: zone, now: now)
        return AnalyticsSession.text(try session.rows(sql).rows)
    }

    static let arguments = """
        TABLE j, account => account, currency => 'NGN', at => effective_at, amount => amount_minor,
        counted => status = 'completed'
        """
}

@Suite struct BalanceTests {
    @Test("Postings of one instant are told apart by seq and leg")
    func running() throws {
        let rows = try Journal.rows(
            """
            SELECT ref, amount_minor, balance_after_minor FROM ledger_running(\(Journal.arguments), seq => seq, leg => leg,
            ref => ref) WHERE account = 'wallet:ada' ORDER BY effective_at, seq, leg
            """)
        #expect(
            rows == [
                "dep-ada|3000000|3000000", "c1-ada|-500000|2500000", "p1|1485000|3985000", "esc1-rel|630000|4615000",
                "c2-ada|-500000|4115000", "wd1|-1000000|3115000", "wd1-rev|1000000|4115000", "p2p|-50000|4065000",
                "c3-ada|-500000|3565000",
            ])
    }

    @Test("The last balances are the sums of the accounts, and sum to 0")
    func closing() throws {
        let rows = try Journal.rows(
            """
            SELECT account, balance_minor, pending_minor FROM balance_at(\(Journal.arguments),
            pending => status = 'pending', as_of => DATE '2025-02-01') ORDER BY account
            """)
        #expect(
            rows == [
                "circle:1:pot|0|0", "escrow:chi|0|0", "external:bank|-6600000|-90000", "platform:fees|115000|0",
                "wallet:ada|3565000|0", "wallet:bayo|1635000|90000", "wallet:chi|1285000|0",
            ])
    }

    @Test("A balance at an instant, and as it was known")
    func pointInTime() throws {
        func balance(_ account: String, _ asOf: String, _ more: String = "") throws -> [String] {
            try Journal.rows(
                "SELECT balance_minor FROM balance_at(\(Journal.arguments), recorded => recorded_at, "
                    + "as_of => DATE '\(asOf)'\(more)) WHERE account = '\(account)'")
        }
        #expect(try balance("wallet:ada", "2025-02-01") == ["3565000"])
        #expect(try balance("wallet:ada", "2025-02-01", ", known_at => DATE '2025-02-01'") == ["3615000"])
        #expect(try balance("circle:1:pot", "2025-01-22") == ["1000000"])
        #expect(try balance("circle:1:pot", "2025-01-07") == ["1000000"])
        #expect(try balance("wallet:zoe", "2025-02-01") == [])
        #expect(try balance("wallet:ada", "2024-01-01") == ["0"])
    }

    @Test("Average daily balances are rounded half to even")
    func averages() throws {
        let rows = try Journal.rows(
            """
            SELECT account, average_daily_minor, average_days FROM balance_at(\(Journal.arguments),
            as_of => DATE '2025-02-01', from => DATE '2025-01-01') WHERE account IN ('wallet:ada', 'circle:1:pot') ORDER BY 1
            """)
        #expect(rows == ["circle:1:pot|535484|31", "wallet:ada|3680806|31"])
        // Two hours of 100 in one day, 0 in front: 100 × 2 / 24 by time, 100 by closings; opened a day late changes nothing.
        let small = try AnalyticsSession.rows(
            """
            SELECT average_daily_minor, average_time_minor, average_days FROM balance_at(TABLE (SELECT 'a' AS account,
            TIMESTAMPTZ '2025-01-02T22:00:00Z' AS at, 100 AS amount), account => account, currency => 'USD', at => at,
            amount => amount, opened => DATE '2025-01-02', as_of => DATE '2025-01-03', from => DATE '2025-01-01')
            """)
        #expect(small == ["100|8|1"])
    }

    @Test("Days have an opening and a closing, also without movement; 23:00Z is tomorrow in Lagos")
    func statements() throws {
        let rows = try Journal.rows(
            """
            SELECT account, bucket_start, opening_minor, credits_minor, debits_minor, closing_minor, n FROM
            statement(\(Journal.arguments), from => DATE '2025-01-01', to => DATE '2025-02-01')
            WHERE account IN ('wallet:ada', 'circle:1:pot')
              AND (n > 0 OR bucket_start IN (DATE '2025-01-01', DATE '2025-01-31')) ORDER BY account DESC, bucket_start
            """)
        #expect(
            rows == [
                "wallet:ada|2025-01-01|0|3000000|0|3000000|1", "wallet:ada|2025-01-06|3000000|0|500000|2500000|1",
                "wallet:ada|2025-01-07|2500000|1485000|0|3985000|1", "wallet:ada|2025-01-11|3985000|630000|0|4615000|1",
                "wallet:ada|2025-01-13|4615000|0|500000|4115000|1",
                "wallet:ada|2025-01-16|4115000|1000000|1000000|4115000|2",
                "wallet:ada|2025-01-17|4115000|0|50000|4065000|1", "wallet:ada|2025-01-20|4065000|0|500000|3565000|1",
                "wallet:ada|2025-01-31|3565000|0|0|3565000|0", "circle:1:pot|2025-01-01|0|0|0|0|0",
                "circle:1:pot|2025-01-06|0|1000000|0|1000000|2", "circle:1:pot|2025-01-07|1000000|500000|1500000|0|2",
                "circle:1:pot|2025-01-12|0|200000|0|200000|1", "circle:1:pot|2025-01-13|200000|500000|0|700000|1",
                "circle:1:pot|2025-01-15|700000|300000|0|1000000|1",
                "circle:1:pot|2025-01-20|1000000|1000000|0|2000000|2",
                "circle:1:pot|2025-01-21|2000000|0|1000000|1000000|1",
                "circle:1:pot|2025-01-28|1000000|1000000|2000000|0|3",
                "circle:1:pot|2025-01-31|0|0|0|0|0",
            ])
    }

    @Test(
        "Random ledgers: running balances are those of window functions, statements close and chain", arguments: 1...6)
    func identities(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let zones = [
            "UTC", "America/St_Johns", "America/Sao_Paulo", "Pacific/Apia", "Australia/Lord_Howe", "Asia/Kathmandu",
        ]
        let rows = (0..<400).map { id in
            let account = ["'a'", "'b'", "'c'", "NULL"].randomElement(using: &generator) ?? "'a'"
            let currency = Bool.random(using: &generator) ? "NGN" : "KES"
            // Few instants, so that many are tied.
            let at = 1_289_100_000 + 1_800 * Int.random(in: 0..<400, using: &generator)
            let instant = Instant(secondsSinceEpoch: Int64(at))
            let amount = Int.random(in: -900...900, using: &generator)
            return "(\(id), \(account), '\(currency)', TIMESTAMPTZ '\(instant)', \(amount))"
        }
        let with = "WITH p(id, account, currency, at, amount) AS (VALUES \(rows.joined(separator: ", "))) "
        let given = "TABLE p, account => account, currency => currency, at => at, amount => amount"
        let zone = zones[Int(seed) % zones.count]
        func count(_ sql: String) throws -> [String] {
            try AnalyticsSession.rows(with + sql, zone: zone, now: "2010-11-20T00:00:00Z")
        }
        #expect(
            try count(
                """
                , w AS (SELECT id, sum(amount) OVER (PARTITION BY account, currency ORDER BY at, id ROWS UNBOUNDED PRECEDING)
                AS b FROM p) SELECT count(*), sum(CASE WHEN w.b = r.balance_after_minor THEN 1 ELSE 0 END) FROM
                ledger_running(\(given), seq => id) r JOIN w ON w.id = r.seq
                """) == ["400|400"])
        let statement = "statement(\(given), to => DATE '2010-11-21')"
        #expect(
            try count(
                "SELECT count(*) FROM \(statement) WHERE closing_minor <> opening_minor + credits_minor - debits_minor")
                == ["0"])
        #expect(
            try count(
                """
                SELECT count(*) FROM (SELECT opening_minor, lag(closing_minor) OVER (PARTITION BY account, currency
                ORDER BY bucket_start) AS before, lag(bucket_start) OVER (PARTITION BY account, currency ORDER BY
                bucket_start) AS day, bucket_start FROM \(statement)) s
                WHERE opening_minor <> coalesce(before, 0) OR bucket_start <> coalesce(day + 1, bucket_start)
                """) == ["0"])
        #expect(
            try count(
                """
                , d AS (SELECT account, currency, CAST(at AS DATE) AS day, count(*) AS n, sum(amount) AS net FROM p
                GROUP BY 1, 2, 3) SELECT (SELECT count(*) FROM d), count(*), sum(CASE WHEN s.n = d.n AND
                s.credits_minor - s.debits_minor = d.net THEN 1 ELSE 0 END) - count(*) FROM \(statement) s JOIN d ON
                s.account IS NOT DISTINCT FROM d.account AND s.currency = d.currency AND s.bucket_start = d.day
                """) == (try count("SELECT count(*), count(*), 0 FROM \(statement) WHERE n > 0")))
    }

    @Test(
        "What makes an order or an amount unknown is refused",
        arguments: [
            ("ledger_running(TABLE p, account => a, currency => 'X', at => t, amount => m)", "needs 'seq'"),
            (
                "ledger_running(TABLE p, account => a, currency => 'X', at => t, amount => m, seq => 1)",
                "same 'at' and 'seq'"
            ),
            (
                "ledger_running(TABLE p, account => a, currency => 'X', at => t, amount => m, seq => NULL)",
                "'seq' has rows"
            ),
            (
                "ledger_running(TABLE p, account => a, currency => 'X', at => t, amount => n, seq => i)",
                "'amount' has rows"
            ),
            ("ledger_running(TABLE p, account => a, currency => 'X', at => t, amount => big, seq => i)", "fit 64 bits"),
            ("ledger_running(TABLE p, account => a, currency => 'X', at => t, amount => 1.5, seq => i)", "minor units"),
            ("ledger_running(TABLE p, account => a, at => t, amount => m, seq => i)", "needs 'currency'"),
            ("statement(TABLE p, account => a, currency => 'X', at => far, amount => m)", "1900 to 2100"),
            (
                "statement(TABLE p, account => a, currency => 'X', at => t, amount => m, grain => 'hour')",
                "'grain' is one of"
            ),
            (
                "statement(TABLE p, account => a, currency => 'X', at => t, amount => m, from => DATE '9999-01-01')",
                "1900 to"
            ),
            (
                "balance_at(TABLE p, account => a, currency => 'X', at => t, amount => m, known_at => DATE '2025-01-01')",
                "needs 'recorded'"
            ),
        ])
    func refused(_ call: String, _ message: String) throws {
        let with = """
            WITH p(i, a, t, far, m, n, big) AS (VALUES
              (1, 'x', TIMESTAMPTZ '2025-01-01T00:00:00Z', TIMESTAMPTZ '2201-01-01T00:00:00Z', 1, 1, 9223372036854775807),
              (2, 'x', TIMESTAMPTZ '2025-01-01T00:00:00Z', TIMESTAMPTZ '2201-01-01T00:00:00Z', 1, NULL, 9223372036854775807))
            """
        let error = #expect(throws: QueryError.self) { _ = try AnalyticsSession.rows(with + "SELECT * FROM \(call)") }
        #expect(error?.message.contains(message) == true, "\(error?.message ?? "")")
    }

    @Test("No rows give no rows", arguments: ["ledger_running", "statement", "balance_at"])
    func empty(_ name: String) throws {
        let more = name == "ledger_running" ? ", seq => 1" : ""
        let sql = "SELECT * FROM \(name)(TABLE (SELECT 'a' AS a, now() AS t, 1 AS m WHERE false), account => a, "
        #expect(try AnalyticsSession.rows(sql + "currency => 'X', at => t, amount => m\(more))") == [])
    }
}

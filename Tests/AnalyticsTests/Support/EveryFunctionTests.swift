import Columnar
import Query
import Testing

/// What holds for every operator on series, ledgers and revenue.
@Suite struct EveryFunctionTests {
    /// Calls over one table, so that rows of any kind can be put behind them.
    private static let calls: [(name: String, arguments: String)] = [
        ("trend_series", "at => at, value => x"), ("trend_test", "at => at, value => x"),
        ("trend_test", "at => at, value => x, method => 'hamed_rao'"),
        ("trend_test", "at => at, value => x, method => 'seasonal'"),
        (
            "decompose",
            "at => at, value => x, "
                + "robust => true"
        ),
        ("anomalies", "at => at, value => x"), ("anomalies", "at => at, value => x, method => 'modified_z'"),
        ("anomalies", "at => at, value => x, method => 'iqr'"), ("anomalies", "at => at, value => x, method => 'gesd'"),
        ("forecast", "at => at, value => x, h => 3"), ("trending", "item => k, actor => k, at => at, weight => abs(x)"),
        ("ledger_running", "account => k, currency => 'X', at => at, seq => id, amount => m"),
        ("statement", "account => k, currency => 'X', at => at, amount => m, to => DATE '2025-03-01'"),
        ("balance_at", "account => k, currency => 'X', at => at, amount => m, from => DATE '2024-12-01'"),
        (
            "contribution_status",
            "circle => 1, member => k, round => id, due => id % 2 = 0, payment => id % 2 = 1, amount => abs(m), at "
                + "=> at, seq => id"
        ),
        (
            "rotation",
            "circle => 1, member => k, round => id, due => true, payout => true, amount => abs(m), at "
                + "=> at, seq => id"
        ),
        (
            "member_position",
            "circle => 1, member => k, due => true, payment => true, payout => true, amount => "
                + "abs(m), at => at"
        ),
        ("score_history", "user => k, at => at, seq => id, score => m, tier => k"),
        (
            "loan_book",
            "loan => k, currency => 'X', disbursed => true, repaid => true, due => true, amount => "
                + "abs(m), at => at"
        ),
        ("mrr_bridge", "currency => 'X', customer => k, start => at, price => abs(m), interval => 'month'"),
        ("sales", "currency => 'X', order => k, at => at, sale => true, amount => m"),
        ("cohort_revenue", "customer => k, at => at, amount => m"),
    ]

    @Test("No rows give no rows")
    func empty() throws {
        let table = "(SELECT DATE '2025-01-01' AS at, 1.0::double AS x, 'a' AS k, 1 AS m, 1 AS id WHERE false)"
        for (name, arguments) in Self.calls {
            let rows = try AnalyticsSession.rows("SELECT * FROM \(name)(TABLE \(table), \(arguments))")
            #expect(rows == [], "\(name)")
        }
    }

    @Test(
        "One row, equal values, and values that are missing, infinite or vast are no trap",
        arguments: [
            "SELECT DATE '2025-01-01' AS at, 7.0::double AS x, 'a' AS k, 5 AS m, 1 AS id",
            "SELECT DATE '2025-01-01' + i AS at, 7.0::double AS x, 'a' AS k, 5 AS m, i AS id FROM "
                + "generate_series(0, 40) g(i)",
            "SELECT DATE '2025-01-01' + i AS at, NULL::double AS x, 'a' AS k, 0 AS m, i AS id FROM "
                + "generate_series(0, 40) g(i)",
            """
            SELECT DATE '2025-01-01' + i AS at, CASE i % 4 WHEN 0 THEN 'NaN'::double WHEN 1 THEN 'Infinity'::double
            WHEN 2 THEN
            -1.7e308 ELSE 1.7e308 END AS x, NULL::text AS k, -5 AS m, i AS id FROM generate_series(0, 40) g(i)
            """,
            """
            SELECT DATE '2025-01-01' + i AS at, 0.0::double AS x, 'a' AS k, CASE WHEN i % 2 = 0 THEN
            9223372036854775807 ELSE
            -9223372036854775807 END AS m, i AS id FROM generate_series(0, 40) g(i)
            """,
        ])
    func edges(_ table: String) throws {
        for (name, arguments) in Self.calls {
            do {
                _ = try AnalyticsSession.rows("SELECT * FROM \(name)(TABLE (\(table)), \(arguments))")
            } catch let error as QueryError {
                // Refused with a reason: a sum too great, a weight or an amount that has no meaning.
                #expect(!error.message.isEmpty, "\(name)")
            }
        }
    }

    @Test("DESCRIBE FUNCTION tells arguments, columns, formula, source, edge cases and an example")
    func described() throws {
        for name in Set(Self.calls.map(\.name)).union(["reconcile"]) {
            let rows = try AnalyticsSession.rows("DESCRIBE FUNCTION \(name)")
            for part in ["summary|", "argument|", "column|", "formula|", "source|", "example|"] {
                #expect(rows.contains { $0.hasPrefix(part) }, "\(name): \(part)")
            }
        }
    }

    @Test("DESCRIBE FUNCTION attribution lists the columns of each answer, and those are the columns it has")
    func describedAnswers() throws {
        let described = try AnalyticsSession.make().rows("DESCRIBE FUNCTION attribution").rows
        let call =
            "attribution(TABLE (SELECT 1 AS j, now() AS at, 2 AS id, 'a' AS c), journey => j, at => at, seq => id, "
            + "touch => true, channel => c, conversion => false, conversion_id => id"
        for (grain, part) in [
            ("channel", "column"), ("conversion", "column, by => 'conversion'"), ("credit", "column, by => 'credit'"),
            ("check", "column, by => 'check'"),
        ] {
            let answer = try AnalyticsSession.make().rows("SELECT * FROM \(call), by => '\(grain)')")
            let names = described.filter { $0[0] == .text(part) }.map { AnalyticsSession.text([[$0[1]]])[0] }
            #expect(names == answer.columns.map(\.name) && !names.isEmpty, "\(grain)")
        }
    }
}

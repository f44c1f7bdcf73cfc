import Columnar
import Query
import Testing

@Suite struct ReconciliationTests {
    /// The journal with an entry of one leg, a deposit that is there twice, and snapshots of which one is wrong.
    private static func entries(_ isCorrupted: Bool) -> String {
        let more =
            isCorrupted
            ? """
            UNION ALL SELECT 'posting', 'x1', 99, 0, 'wallet:chi', TIMESTAMPTZ '2025-01-18T00:00:00Z', -100
            UNION ALL SELECT 'posting', 'dep-ada', 100, 0, 'wallet:ada', TIMESTAMPTZ '2025-01-19T00:00:00Z', 3000000
            UNION ALL SELECT 'posting', 'dep-ada', 100, 1, 'external:bank', TIMESTAMPTZ '2025-01-19T00:00:00Z',
            -3000000
            """ : ""
        return """
            WITH e AS (SELECT 'posting' AS kind, ref, seq, leg, account, effective_at AS at, amount_minor AS amount
            FROM j
              WHERE status = 'completed' \(more)
              UNION ALL SELECT 'wallet', NULL::text, NULL::bigint, NULL::bigint, account, DATE '2025-02-01', amount
              FROM (VALUES
                ('wallet:ada', 3565000), ('wallet:bayo', \(isCorrupted ? 1635001 : 1635000)), ('wallet:chi',
                1285000)) w(account, amount)
              UNION ALL SELECT 'escrow', NULL::text, NULL::bigint, NULL::bigint, 'escrow:chi', DATE '2025-02-01', 0)
            """
    }

    private static let call = """
        reconcile(TABLE e, account => account, currency => 'NGN', at => at, seq => seq, leg => leg, amount => amount,
        ref => ref, posting => kind = 'posting', wallet => kind = 'wallet', escrow => kind = 'escrow',
        pot => account LIKE 'circle:%', above_zero => account NOT LIKE 'external:%' AND account NOT LIKE 'platform:%')
        """

    @Test("A whole ledger has one finding: a wallet that was below 0 for some hours")
    func whole() throws {
        let rows = try Journal.rows(Self.entries(false) + "SELECT * FROM \(Self.call)")
        #expect(
            rows == [
                "R1|NULL|0|0|0|ok", "R2|NULL|0|0|0|ok", "R3|NULL|0|0|0|ok", "R5|NULL|0|0|0|ok",
                "R6|wallet:chi|0|-200000|-200000|error", "R8|NULL|0|0|0|ok", "R9|NULL|0|0|0|ok",
            ])
    }

    @Test("Planted errors are found: one leg, a deposit twice, a snapshot that is 1 too high")
    func planted() throws {
        let rows = try Journal.rows(
            Self.entries(true) + "SELECT \"check\", subject, diff_minor, severity FROM \(Self.call) WHERE "
                + "severity <> 'ok'")
        #expect(rows.contains("R1|x1|-100|error"))
        #expect(rows.filter { $0.hasPrefix("R1|") }.count == 1)
        #expect(rows.contains("R8|dep-ada|1|error"))
        #expect(rows.contains("R6|wallet:chi|-200100|error"))
        #expect(rows.contains { $0.hasPrefix("R9|seq ") && $0.hasSuffix("|warning") })
        // The planted entries change two wallets, and the third snapshot is wrong.
        #expect(
            rows.filter { $0.hasPrefix("R2|") } == [
                "R2|wallet:ada|-3000000|error", "R2|wallet:bayo|1|error", "R2|wallet:chi|100|error",
            ])
    }

    @Test("Seals, statements and contributions are held to the postings")
    func others() throws {
        let with = """
            WITH e(kind, ref, seq, account, at, amount, opening, credits, debits) AS (VALUES
              ('p', 'a', 1, 'w', DATE '2025-01-01', 100, 0, 0, 0), ('p', 'a', 1, 'b', DATE '2025-01-01', -100, 0, 0, 0),
              ('p', 'c', 3, 'pot', DATE '2025-01-05', -50, 0, 0, 0), ('p', 'c', 3, 'w', DATE '2025-01-05', 50, 0, 0, 0),
              ('seal', NULL, NULL, 'w', DATE '2025-01-03', 90, 0, 0, 0), ('seal', NULL, NULL, 'b', DATE '2025-01-03',
              -90, 0, 0, 0),
              ('adjust', NULL, NULL, 'b', DATE '2025-01-04', NULL, 0, 0, 0),
              ('line', NULL, NULL, 'w', DATE '2025-01-01', 100, 0, 100, 0), ('line', NULL, NULL, 'b', DATE
              '2025-01-01', 1, 0, 0, 2),
              ('paid', 'a', NULL, 'w', DATE '2025-01-01', 100, 0, 0, 0), ('paid', 'z', NULL, 'w', DATE '2025-01-01',
              7, 0, 0, 0))
            """
        let rows = try AnalyticsSession.rows(
            with + """
                SELECT * FROM reconcile(TABLE e, account => account, currency => 'USD', at => at, seq => seq, leg =>
                amount,
                amount => amount, ref => ref, posting => kind = 'p', seal => kind = 'seal', adjustment => kind =
                'adjust',
                statement => kind = 'line', opening => opening, credits => credits, debits => debits,
                contribution => kind = 'paid', pot => account = 'pot')
                """)
        #expect(
            rows == [
                "R1|NULL|0|0|0|ok", "R4|z|7|0|-7|error", "R5|pot|0|-50|-50|error", "R7|b|-2|1|3|error",
                "R8|NULL|0|0|0|ok",
                "R9|seq 2|1|0|-1|warning", "R10|w|100|90|-10|error",
            ])
        let none = try AnalyticsSession.rows(
            with + "SELECT * FROM reconcile(TABLE (SELECT * FROM e WHERE false), account => account, currency => "
                + "'USD', "
                + "at => at, seq => seq, amount => amount, posting => true)")
        #expect(none == ["R9|NULL|0|0|0|ok"])
    }
}

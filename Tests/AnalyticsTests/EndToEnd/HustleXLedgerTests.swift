import AlmanacTesting
import Foundation
import Query
import Testing

/// Made-up ledgers through Postgres, `extract`, files and the engine: what was planted is found again.
@Suite(
    .serialized,
    .enabled(
        if: TestPostgres.isInstalled && HustleXLedger.program != nil,
        "needs a Postgres server's programs and ALMANAC_PROGRAM, which scripts/test sets"))
struct HustleXLedgerTests {
    @Test("What was planted is found again", arguments: [1, 2])
    func truths(_ index: Int) throws {
        let ledger = try HustleXLedger(index: index)
        try expectBalances(ledger)
        try expectPlants(ledger)
        try expectCircles(ledger)
        try expectLoans(ledger)
    }

    private func expectBalances(_ ledger: HustleXLedger) throws {
        let wallets = """
            SELECT sum(balance_minor) FROM balance_at(TABLE transactions, account => wallet_id, currency => 'X',
              at => effective_at, amount => amount, counted => status = 'completed')
            """
        #expect(try ledger.number(wallets) == ledger.truths.walletsMinor)
        let statements = """
            SELECT sum(closing_minor) FILTER (WHERE bucket_start = DATE '2026-06-01'),
              count(*) FILTER (WHERE opening_minor + credits_minor - debits_minor <> closing_minor)
            FROM statement(TABLE transactions, account => wallet_id, currency => 'X', at => effective_at, amount => amount,
              counted => status = 'completed', grain => 'month', from => DATE '2025-01-01', to => DATE '2026-07-01')
            """
        #expect(try ledger.rows(statements) == ["\(ledger.truths.walletsMinor)|0"])
        let sales = """
            WITH entries AS (
              SELECT id AS o, completed_at AS at, 'sale' AS kind, agreed_price AS amount, platform_fee AS fee
              FROM gig_contracts WHERE completed_at IS NOT NULL
              UNION ALL SELECT contract_id, resolved_at, 'refund', refund_amount, 0 FROM gig_disputes
              WHERE resolved_at IS NOT NULL)
            SELECT sum(gmv_minor), sum(fee_minor), sum(refunds_by_refund_date_minor), sum(refunds_by_order_date_minor)
            FROM sales(TABLE entries, currency => 'X', "order" => o, at => at, sale => kind = 'sale',
              refund => kind = 'refund', amount => amount, fee => fee)
            """
        let truths = ledger.truths
        #expect(
            try ledger.rows(sales) == [
                "\(truths.gmvMinor)|\(truths.feesMinor)|\(truths.refundsMinor)|\(truths.refundsMinor)"
            ])
    }

    /// Each planted error of the books, and no other.
    private func expectPlants(_ ledger: HustleXLedger) throws {
        let books = """
            WITH entries AS (
              SELECT wallet_id AS account, effective_at AS at, seq, 1 AS leg, amount, 'posting' AS kind FROM transactions
              WHERE status = 'completed'
              UNION ALL SELECT id, TIMESTAMPTZ '2026-07-01 00:00:00Z', 0, 1, balance, 'wallet' FROM wallets)
            SELECT "check", subject, expected_minor, actual_minor FROM reconcile(TABLE entries, account => account,
              currency => 'X', at => at, seq => seq, leg => leg, amount => amount, posting => kind = 'posting',
              wallet => kind = 'wallet', above_zero => true) WHERE severity <> 'ok' AND "check" IN ('R2', 'R6')
            """
        #expect(try ledger.rows(books).sorted() == ledger.planted(["R2", "R6"]))
        let transfers = """
            WITH entries AS (
              SELECT wallet_id AS account, effective_at AS at, min(seq) OVER (PARTITION BY reference) AS seq,
                CAST(row_number() OVER (PARTITION BY reference ORDER BY seq) AS integer) AS leg, amount, reference
              FROM transactions WHERE type LIKE 'transfer%' AND status = 'completed')
            SELECT "check", subject, expected_minor, actual_minor FROM reconcile(TABLE entries, account => account,
              currency => 'X', at => at, seq => seq, leg => leg, amount => amount, ref => reference, posting => true)
            WHERE severity <> 'ok' AND "check" IN ('R1', 'R8')
            """
        #expect(try ledger.rows(transfers) == ledger.planted(["R1"]))
        let deposits = """
            SELECT "check", subject, expected_minor, actual_minor FROM reconcile(
              TABLE (SELECT * FROM transactions WHERE type = 'deposit'), account => wallet_id, currency => 'X',
              at => effective_at, seq => seq, amount => amount, ref => reference, posting => true)
            WHERE severity <> 'ok' AND "check" = 'R8'
            """
        #expect(try ledger.rows(deposits) == ledger.planted(["R8"]))
        let sequence = """
            SELECT count(*) FROM reconcile(TABLE transactions, account => wallet_id, currency => 'X',
              at => effective_at, seq => seq, amount => amount, posting => true)
            WHERE severity <> 'ok' AND "check" = 'R9'
            """
        #expect(try ledger.rows(sequence) == ["1"])
    }

    /// The dues' statuses, and the circle that breaks.
    private func expectCircles(_ ledger: HustleXLedger) throws {
        let entries = """
            WITH entries AS (
              SELECT m.circle_id, c.member_id, c.round, 'due' AS kind, c.amount,
                CAST(c.due_date AS timestamp) AT TIME ZONE '\(ledger.truths.timezone)' AS at, c.id
              FROM contributions c JOIN circle_members m ON m.id = c.member_id
              UNION ALL SELECT m.circle_id, c.member_id, c.round, 'payment', c.paid_amount, c.paid_at, c.id
              FROM contributions c JOIN circle_members m ON m.id = c.member_id WHERE c.paid_at IS NOT NULL
              UNION ALL SELECT circle_id, member_id, round, 'payout', gross, paid_at, id FROM circle_payouts)
            """
        let statuses = """
            \(entries) SELECT status, count(*) FROM contribution_status(TABLE entries, circle => circle_id,
              member => member_id, round => round, due => kind = 'due', payment => kind = 'payment', amount => amount,
              at => at, seq => id, as_of => DATE '2026-07-01') GROUP BY status ORDER BY status
            """
        let expected = ledger.truths.contributions.sorted { $0.key < $1.key }.map { "\($0.key)|\($0.value)" }
        #expect(try ledger.rows(statuses) == expected)
        let broken = ledger.truths.brokenCircle
        let rotation = """
            \(entries) SELECT CAST(min(paid_minor * 100 / scheduled_minor) FILTER (WHERE round < \(broken.round)) AS integer),
              CAST(max(paid_minor * 100 / scheduled_minor) FILTER (WHERE round > \(broken.round)) AS integer)
            FROM rotation(TABLE entries, circle => circle_id, member => member_id, round => round, due => kind = 'due',
              payout => kind = 'payout', amount => amount, at => at, seq => id, as_of => DATE '2026-07-01')
            WHERE circle_id = '\(broken.id)'
            """
        let shares = try ledger.rows(rotation)[0].split(separator: "|").compactMap { Int($0) }
        #expect(shares.count == 2 && shares[0] > 70 && shares[1] < 60, "\(shares)")
    }

    private func expectLoans(_ ledger: HustleXLedger) throws {
        let book = """
            WITH entries AS (
              SELECT id AS loan, 'disbursed' AS kind, principal AS amount, disbursed_at AS at FROM loans
              UNION ALL SELECT loan_id, 'due', due_amount, CAST(due_date AS timestamp) AT TIME ZONE
                '\(ledger.truths.timezone)' FROM loan_installments
              UNION ALL SELECT loan_id, 'repaid', paid_amount, paid_at FROM loan_installments WHERE paid_at IS NOT NULL)
            SELECT sum(disbursed_minor), sum(outstanding_minor), sum(at_risk_minor) FROM loan_book(TABLE entries,
              loan => loan, currency => 'X', disbursed => kind = 'disbursed', repaid => kind = 'repaid',
              due => kind = 'due', amount => amount, at => at, as_of => DATE '2026-07-01')
            """
        let loans = ledger.truths.loans
        #expect(
            try ledger.rows(book) == ["\(loans.disbursedMinor)|\(loans.outstandingMinor)|\(loans.par30Minor)"])
    }
}

/// A tenant of HustleX that the program has made and extracted, and what is true of it.
final class HustleXLedger {
    static let program = ProcessInfo.processInfo.environment["ALMANAC_PROGRAM"].flatMap { $0.isEmpty ? nil : $0 }

    struct Truths: Decodable {
        struct Plant: Decodable {
            let check, subject: String
            let expected, actual: Int64
        }
        struct Circle: Decodable {
            let id: String
            let round: Int
        }
        struct Loans: Decodable { let disbursedMinor, outstandingMinor, par30Minor: Int64 }

        let timezone: String
        let walletsMinor, gmvMinor, feesMinor, refundsMinor: Int64
        let contributions: [String: Int64]
        let brokenCircle: Circle
        let loans: Loans
        let planted: [Plant]
    }

    private static let tables = [
        "transactions", "wallets", "gig_contracts", "gig_disputes", "circle_members", "contributions", "circle_payouts",
        "loans", "loan_installments",
    ]

    let truths: Truths
    private let session: QuerySession
    private let folder: URL

    init(index: Int) throws {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("hustlex-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let cluster = try TestPostgres.cluster()
        let url = cluster.url(database: try cluster.makeDatabase())
        let file = folder.appendingPathComponent("truths.json")
        try Self.run(
            "generate", "--platform", "hustlex", "--url", url, "--tenants", "\(index)", "--scale", "0.5", "--truths",
            file.path)
        let tenant = "hustlex-000\(index)"
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        let known = try decoder.decode([String: Truths].self, from: Data(contentsOf: file))
        truths = try #require(known[tenant])
        var paths: [String: String] = [:]
        for table in Self.tables {
            let path = folder.appendingPathComponent("\(table).parquet").path
            try Self.run(
                "extract", "--url", url, "--table", "\(tenant.replacing("-", with: "_")).\(table)", "--to", path)
            paths[table] = path
        }
        session = try AnalyticsSession.make(tables: paths, zone: truths.timezone, now: "2026-07-01T00:00:00Z")
    }

    deinit { try? FileManager.default.removeItem(at: folder) }

    func rows(_ sql: String) throws -> [String] { AnalyticsSession.text(try session.rows(sql).rows) }

    func number(_ sql: String) throws -> Int64? { try rows(sql).first.flatMap { Int64($0) } }

    /// The planted errors of some checks as rows.
    func planted(_ checks: [String]) -> [String] {
        truths.planted.filter { checks.contains($0.check) }
            .map { "\($0.check)|\($0.subject)|\($0.expected)|\($0.actual)" }.sorted()
    }

    private static func run(_ arguments: String...) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: try #require(program))
        process.arguments = arguments
        process.standardOutput = FileHandle.nullDevice
        let errors = Pipe()
        process.standardError = errors
        try process.run()
        let text = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        #expect(process.terminationStatus == 0, "\(arguments[0]): \(text)")
    }
}

import Analytics
import CivilTime
import Columnar
import Effects
import Foundation
import Query
import SystemPackage
import Testing

/// Operators over more rows than the budget holds: answers are those of memory, row by row and bit by bit, no file is left,
/// and what can't be done in pieces is refused by name.
@Suite struct SmallBudgetTests {
    /// 300,000 rows of 30,000 people on 200 days.
    private static let events = """
        (SELECT i AS id, 'person ' || (i * 7919) % 30011 AS k, (i * 31) % 97 AS m, cast(i % 13 AS double precision) / 7 AS x,
            TIMESTAMPTZ '2025-01-01T00:00:00Z' + (i * 104729 % 17280000) * INTERVAL '1 second' AS at,
            CASE i % 5 WHEN 0 THEN 'view' WHEN 1 THEN 'cart' WHEN 2 THEN 'buy' ELSE 'look' END AS kind,
            CASE i % 3 WHEN 0 THEN 'ads' WHEN 1 THEN 'mail' ELSE 'social' END AS channel
         FROM generate_series(1, 300000) s(i))
        """

    /// Calls that are computed partition by partition.
    private static let calls: [(name: String, arguments: String)] = [
        ("active_users", "actor => k, day => at"),
        ("growth_accounting", "actor => k, day => at, grain => 'month'"),
        (
            "funnel",
            "actor => k, at => at, seq => id, steps => [kind = 'view', kind = 'cart', kind = 'buy']"
        ),
        ("retention", "actor => k, day => at, grain => 'week'"), ("streaks", "actor => k, day => at"),
        ("sessions", "actor => k, at => at"),
        (
            "habit_completion",
            "actor => k, habit => channel, day => at, seq => id, target => m, done => m"
        ),
        ("counter_deltas", "entity => k, day => at, seq => id, counter => m"),
        ("trending", "item => k, actor => channel, at => at, weight => x, min_actors => 1"),
        (
            "attribution",
            "journey => k, at => at, seq => id, touch => kind = 'view', channel => channel, conversion => kind = 'buy', "
                + "conversion_id => id, value => m"
        ),
        (
            "attribution",
            "journey => k, at => at, seq => id, touch => kind = 'view', channel => channel, conversion => kind = 'buy', "
                + "conversion_id => id, value => m, by => 'credit', model => 'linear'"
        ),
        (
            "attribution",
            "journey => k, at => at, seq => id, touch => kind = 'view', channel => channel, conversion => kind = 'buy', "
                + "conversion_id => id, value => m, by => 'credit', model => 'markov_journey'"
        ),
        (
            "attribution",
            "journey => k, at => at, seq => id, touch => kind = 'view', channel => channel, conversion => kind = 'buy', "
                + "conversion_id => id, value => m, model => 'markov_journey'"
        ),
        (
            "reconcile",
            "account => k, currency => 'X', at => at, seq => id, amount => m - 40, ref => 'ref ' || id / 3, posting => "
                + "id % 10 <> 0, wallet => id % 10 = 0, above_zero => true"
        ),
        ("ledger_running", "account => k, currency => 'X', at => at, seq => id, amount => m"),
        ("balance_at", "account => k, currency => 'X', at => at, amount => m"),
        (
            "statement",
            "account => k, currency => 'X', at => at, amount => m, grain => 'year', to => DATE '2026-01-01'"
        ),
        (
            "score_history",
            "user => k, at => at, seq => id, score => cast(m AS integer), tier => channel"
        ),
        ("sales", "currency => 'X', order => k, at => at, sale => kind = 'buy', amount => m"),
        ("cohort_revenue", "customer => k, at => at, amount => m"),
    ]

    private static func session(_ mebibytes: Int?, _ place: SpillPlace?) throws -> QuerySession {
        let zones = AnalyticsSession.zones
        var options = QueryOptions(
            zones: zones, now: try Instant(parsing: "2026-01-01T00:00:00Z").microsecondsSinceEpoch,
            clock: SystemClock())
        options.threads = 2
        options.tableFunctions = AnalyticsFunctions.all
        options.memoryBytesMax = mebibytes.map { $0 << 20 }
        options.spillPlace = place
        return QuerySession(
            catalog: FileCatalog(
                [:], store: DiskFileStore(), random: SystemRandom(), clock: SystemClock()),
            options: options)
    }

    private static func place() -> SpillPlace {
        SpillPlace(
            store: DiskFileStore(),
            folder: FilePath(FileManager.default.temporaryDirectory.path).appending(
                "spill-\(UUID().uuidString)"))
    }

    /// The rows of a floating answer to the last bit.
    private static func text(_ rows: [[Scalar]]) -> [String] {
        rows.map { row in
            row.map { value in
                if case .double(let number) = value { "\(number.bitPattern)" } else { "\(value)" }
            }
            .joined(separator: "|")
        }
    }

    @Test("Answers are those of memory", arguments: calls.indices)
    func same(_ index: Int) throws {
        let (name, arguments) = Self.calls[index]
        let sql = "SELECT * FROM \(name)(TABLE \(Self.events), \(arguments))"
        let place = Self.place()
        let whole = Self.text(try Self.session(nil, nil).rows(sql).rows)
        let spilled = Self.text(try Self.session(32, place).rows(sql).rows)
        #expect(whole == spilled, "\(name): \(whole.count) rows, \(spilled.count)")
        #expect(try place.store.status(of: place.folder) == nil)
        let explained = try Self.session(32, place).explanation(of: SourceText(sql), analyses: true)
        #expect(explained.peakBytes ?? .max <= 32 << 20, "\(name)")
        #expect(try place.store.status(of: place.folder) == nil)
    }

    @Test("Rows are put away, and the plan says so")
    func spills() throws {
        let sql =
            "SELECT count(*) FROM ledger_running(TABLE \(Self.events), account => k, currency => 'X', at => at, seq => "
            + "id, amount => m)"
        let explained = try Self.session(32, Self.place()).explanation(
            of: SourceText(sql), analyses: true)
        #expect(explained.spilledBytes ?? 0 > 1 << 20)
        #expect(explained.lines.contains { $0.contains("put away on disk") })
    }

    @Test(
        "One account with all rows is read within the budget; without a place for rows what does not fit is an error"
    )
    func oneAccount() throws {
        let reconcile =
            "SELECT * FROM reconcile(TABLE \(Self.events), account => 'bank', currency => 'X', at => at, seq => id, "
            + "amount => m - 50, posting => true, above_zero => true)"
        let place = Self.place()
        let whole = Self.text(try Self.session(nil, nil).rows(reconcile).rows)
        #expect(Self.text(try Self.session(8, place).rows(reconcile).rows) == whole)
        #expect(whole.count == 2 && whole.contains { $0.contains("bank") })
        #expect(try place.store.status(of: place.folder) == nil)
        let streaks = "SELECT * FROM streaks(TABLE \(Self.events), actor => k, day => at)"
        let error = #expect(throws: QueryError.self) { try Self.session(1, nil).rows(streaks) }
        #expect(error?.code == .budget)
    }
}

import Columnar
import Foundation
import Query
import Testing

@Suite struct ScenarioTests {
    @Test(arguments: try Scenario.all())
    func answers(_ scenario: Scenario) throws {
        if let first = scenario.expected.first, first.hasPrefix("error: ") {
            let error = #expect(throws: QueryError.self) { _ = try session().rows(scenario.sql) }
            #expect("error: \(error?.code.rawValue ?? "")" == first)
            return
        }
        let rows = try session().rows(scenario.sql).rows
        #expect(scenario.expects(rows), "\(Scenario.text(rows)) is not \(scenario.expected)")
    }

    /// The plan as it was written, by one thread, gives the same rows: what the optimiser leaves out changes nothing.
    @Test(arguments: try Scenario.all())
    func answersWithoutOptimiser(_ scenario: Scenario) throws {
        guard !(scenario.expected.first?.hasPrefix("error: ") ?? false) else { return }
        let rows = try session(threads: 1, isOptimized: false).rows(scenario.sql).rows
        #expect(scenario.expects(rows), "\(Scenario.text(rows)) is not \(scenario.expected)")
    }

    /// The cases are no opinion of ours.
    @Test(.enabled(if: Oracle.python != nil, "needs ALMANAC_ORACLE_PYTHON and a Postgres server's programs"))
    func otherEnginesAgree() throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: try #require(Oracle.python))
        let script = Scenario.folder.deletingLastPathComponent().appendingPathComponent("Oracles/scenarios.py")
        process.arguments = [script.path, Scenario.folder.path]
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        #expect(process.terminationStatus == 0, "\(text)")
        #expect(text.contains("\"cases\": \(try Scenario.all().count)"))
    }

    @Test(arguments: [
        ("select 1 / 0", QueryError.Code.divisionByZero), ("select 2147483647 + 1", .overflow),
        ("select nosuch", .unknownName), ("select * from nosuch", .unknownName), ("select 1 +", .syntax),
        ("select cast('x' as integer)", .badCast), ("select :p", .unboundParameter), ("select ln(0)", .invalidArgument),
        ("select sum(x) from (values (1)) t(x) group by sum(x)", .syntax), ("selec 1", .syntax),
        ("select x from (values (1)) t(x) where sum(x) > 1", .syntax),
        ("select (select x from (values (1), (2)) t(x))", .manyRows),
        ("select x, sum(y) from (values (1, 2)) t(x, y)", .type),
    ])
    func errorsHaveAPlace(_ sql: String, _ code: QueryError.Code) throws {
        let error = #expect(throws: QueryError.self) { _ = try session().rows(sql) }
        #expect(error?.code == code)
        #expect(error?.range != nil)
    }

    @Test func errorsShowTheLine() throws {
        let error = try #require(#expect(throws: QueryError.self) { _ = try session().rows("select 1,\n  nosuch + 1") })
        let text = error.rendered(in: SourceText("select 1,\n  nosuch + 1"))
        #expect(text == "there is no column 'nosuch'\n  at query:2:3\n      nosuch + 1\n      ^^^^^^")
    }

    @Test func explanationsTellRowsOfEachOperator() throws {
        let sql = "select x % 2, count(*) from generate_series(1, 10) g(x) where x > 4 group by 1"
        let explained = try session().explanation(of: SourceText(sql), analyses: true)
        #expect(explained.rows == 2)
        #expect(explained.lines.contains { $0.contains("filter") && $0.contains("(6 rows") })
        let lines = try session().rows("explain " + sql).rows
        #expect(lines.count >= 3)
    }

    /// Exact up to 2,048 values, within three standard errors above, and the same for any number of threads.
    @Test(arguments: ["x", "x::text", "x::double precision", "x::decimal(30, 2) * 1000000000000000000"])
    func approximateCounts(_ value: String) throws {
        for (count, tolerance) in [(1_500, 0), (200_000, 4_860)] {
            let sql =
                "select approx_count_distinct(\(value)), count(distinct y) from (select x % \(count) as x, x % 7 as y "
                + "from generate_series(1, 400000) g(x)) t"
            let rows = try session().rows(sql).rows
            #expect(rows == (try session(threads: 1).rows(sql).rows))
            guard case .int(let found) = rows[0][0] else {
                Issue.record("no number")
                continue
            }
            #expect(abs(Int(found) - count) <= tolerance)
            #expect(rows[0][1] == .int(7))
        }
        let none = "select approx_count_distinct(x), approx_count_distinct('') from (select 1 as x where false) t"
        #expect(Scenario.text(try session().rows(none).rows) == ["0|0"])
    }

    @Test func budgetsEndAQuery() throws {
        var options = QueryOptions.forTests
        options.rowsMax = 10
        options.memoryBytesMax = 1 << 20
        let narrow = session(options)
        for sql in [
            "select * from generate_series(1, 100)",
            "select count(*) from (select x, count(*) from generate_series(1, 1000000) g(x) group by x) t",
        ] {
            let error = #expect(throws: QueryError.self) { _ = try narrow.rows(sql) }
            #expect(error?.code == .budget)
        }
        options = .forTests
        options.secondsMax = 1e-9
        let late = #expect(throws: QueryError.self) { _ = try session(options).rows("select 1") }
        #expect(late?.code == .budget)
        options = .forTests
        options.isCancelled = { true }
        let cancelled = #expect(throws: QueryError.self) { _ = try session(options).rows("select 1") }
        #expect(cancelled?.code == .cancelled)
    }
}

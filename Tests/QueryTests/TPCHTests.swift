import Columnar
import Foundation
import Kernels
import Query
import Testing

/// The 22 queries of TPC-H at scale 0.1 beside DuckDB's answers.
@Suite struct TPCHTests {
    private struct Answer: Decodable {
        let sql: String
        let rows: [[String?]]
    }

    private static let tables = [
        "customer", "lineitem", "nation", "orders", "part", "partsupp", "region", "supplier",
    ]

    static let canGenerate: Bool = {
        guard let python = ProcessInfo.processInfo.environment["ALMANAC_ORACLE_PYTHON"] else { return false }
        return (try? run(python, ["-c", "import duckdb_extension_tpch"])) == 0
    }()

    private static func run(_ program: String, _ arguments: [String]) throws -> Int32 {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = arguments
        process.standardError = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        return process.terminationStatus
    }

    @Test(.enabled(if: TPCHTests.canGenerate, "needs ALMANAC_ORACLE_PYTHON with duckdb_extension_tpch"))
    func allQueriesAnswerAsDuckDB() throws {
        let python = try #require(ProcessInfo.processInfo.environment["ALMANAC_ORACLE_PYTHON"])
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("tpch-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let script = Scenario.folder.deletingLastPathComponent().appendingPathComponent("Oracles/tpch.py")
        #expect(try Self.run(python, [script.path, folder.path, "0.1"]) == 0)
        let answers = try JSONDecoder().decode(
            [String: Answer].self, from: Data(contentsOf: folder.appendingPathComponent("answers.json")))
        #expect(answers.count == 22)
        let paths = Dictionary(
            uniqueKeysWithValues: Self.tables.map { ($0, folder.appendingPathComponent("\($0).parquet").path) })
        var frugal = QueryOptions.forTests
        frugal.bytesReadMax = 1 << 16
        let tooMuch = #expect(throws: QueryError.self) {
            _ = try session(frugal, tables: paths).rows("select sum(l_extendedprice) from lineitem")
        }
        #expect(tooMuch?.code == .budget)
        for (number, answer) in answers.sorted(by: { Int($0.key) ?? 0 < Int($1.key) ?? 0 }) {
            let rows = try session(.forTests, tables: paths).rows(answer.sql).rows
            try #require(rows.count == answer.rows.count, "query \(number)")
            for (mine, theirs) in zip(rows, answer.rows) {
                #expect(zip(mine, theirs).allSatisfy { Self.isSame($0, $1) }, "query \(number): \(mine) \(theirs)")
            }
            // The same of a budget that the larger joins and groups don't fit: they go by the disk.
            var narrow = QueryOptions.forTests
            narrow.memoryBytesMax = 6 << 20
            narrow.spillPlace = SpillTests.place()
            let spilled = try session(narrow, tables: paths).rows(answer.sql).rows
            try #require(spilled.count == answer.rows.count, "query \(number) in 6 MiB")
            for (mine, theirs) in zip(spilled, answer.rows) {
                #expect(zip(mine, theirs).allSatisfy { Self.isSame($0, $1) }, "query \(number) in 6 MiB")
            }
        }
    }

    /// DuckDB divides and averages in doubles; all else is exact.
    private static func isSame(_ mine: Scalar, _ theirs: String?) -> Bool {
        guard let theirs else { return mine == .null }
        let text = TextValues.text(mine)
        if text == theirs { return true }
        guard let x = Double(text), let y = Double(theirs) else { return false }
        return abs(x - y) <= 1e-9 * max(abs(x), abs(y)) + 1e-9
    }
}

import Columnar
import Foundation
import Query
import Testing

/// Operators on random tables beside DuckDB, statsmodels, pandas, beancount, scipy and marketing-attribution-models: the
/// scripts of Oracles hold the questions.
@Suite struct OperatorOracleTests {
    private struct Answer: Decodable {
        struct Cell: Decodable {
            let text: String?
            let whole: Int?
            let number: Double?
        }
        let name: String
        let ours: String
        let rows: [[Cell]]
    }

    private struct Answers: Decodable {
        let tables: [String: String]
        let answers: [Answer]
    }

    private static let python = ProcessInfo.processInfo.environment["ALMANAC_ORACLE_PYTHON"]

    private static func output(_ arguments: [String]) throws -> (status: Int32, data: Data) {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: python ?? "")
        process.arguments = arguments
        process.standardError = FileHandle.nullDevice
        let pipe = Pipe()
        process.standardOutput = pipe
        try process.run()
        let data = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return (process.terminationStatus, data)
    }

    static let canAsk: Bool = {
        python != nil && (try? output(["-c", "import duckdb, statsmodels, pandas, beancount, pyarrow"]))?.status == 0
    }()
    static let canAskOfJourneys: Bool = { canAsk && (try? output(["-c", "import mam.core, scipy"]))?.status == 0 }()

    @Test(
        "Answers are theirs, row by row",
        .enabled(
            if: OperatorOracleTests.canAsk, "needs ALMANAC_ORACLE_PYTHON with duckdb, statsmodels, pandas and beancount"
        ),
        arguments: [1, 2, 3, 4])
    func random(seed: Int) throws { try compare("operators.py", seed, 24) }

    @Test(
        "Circles and reconciliations are those of DuckDB and beancount",
        .enabled(if: OperatorOracleTests.canAsk, "needs ALMANAC_ORACLE_PYTHON with duckdb and beancount"),
        arguments: [1, 2, 3, 4])
    func circles(seed: Int) throws { try compare("circles.py", seed, 11) }

    @Test(
        "Markov's and Shapley's attribution is that of marketing-attribution-models, scipy and the definition",
        .enabled(
            if: OperatorOracleTests.canAskOfJourneys,
            "needs ALMANAC_ORACLE_PYTHON with duckdb, scipy and marketing-attribution-models"),
        arguments: [1, 2, 3, 4])
    func journeys(seed: Int) throws { try compare("journeys.py", seed, 5) }

    private static let hasShared: Bool = {
        let folder = ProcessInfo.processInfo.environment["ALMANAC_SHARED"] ?? ""
        return !folder.isEmpty && FileManager.default.fileExists(atPath: folder + "/oracles/o5_revenue.json")
    }()

    @Test(
        "The numbers of the shared oracles, each by its operator",
        .enabled(
            if: OperatorOracleTests.canAsk && hasShared,
            "needs ALMANAC_ORACLE_PYTHON with duckdb, and the shared oracles, which ALMANAC_SHARED names"))
    func shared() throws { try compare("shared_numbers.py", 1, 75) }

    /// Puts the questions of a script to a session that reads its tables.
    private func compare(_ script: String, _ seed: Int, _ count: Int) throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("operators-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let path = AnalyticsFixtures.folder.deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("Oracles/\(script)").path
        let answer = try Self.output([path, "\(seed)", folder.path])
        try #require(answer.status == 0)
        let oracle = try JSONDecoder().decode(Answers.self, from: answer.data)
        #expect(oracle.answers.count == count)
        let session = try AnalyticsSession.make(tables: oracle.tables)
        for theirs in oracle.answers {
            let ours = try session.rows(theirs.ours).rows
            #expect(ours.count == theirs.rows.count && !ours.isEmpty, "\(theirs.name)")
            let different = zip(ours, theirs.rows).first { row, their in
                row.count != their.count || !zip(row, their).allSatisfy(Self.isSame)
            }
            #expect(different == nil, "\(theirs.name): \(different.map { "\($0)" } ?? "")")
        }
    }

    /// Counts, money, dates and texts are the same; doubles to 1e-9.
    private static func isSame(_ value: Scalar, _ their: Answer.Cell) -> Bool {
        if let text = their.text { return AnalyticsSession.text([[value]]) == [text] }
        if let whole = their.whole { return AnalyticsSession.text([[value]]) == ["\(whole)"] }
        guard let number = their.number else { return value == .null }
        guard case .double(let own) = value else { return Double(AnalyticsSession.text([[value]])[0]) == number }
        return abs(own - number) <= 1e-9 * max(1, abs(number))
    }
}

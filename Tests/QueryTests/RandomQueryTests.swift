import Foundation
import Testing

/// The short form of `scripts/prove random-sql`: random queries over random tables, beside DuckDB and Postgres.
@Suite struct RandomQueryTests {
    private struct Answer: Decodable {
        let tried, lost, doubled, failed: Int
    }

    private static let program = ProcessInfo.processInfo.environment["ALMANAC_PROGRAM"].flatMap {
        $0.isEmpty ? nil : $0
    }

    @Test(
        .enabled(
            if: Oracle.python != nil && program != nil,
            "needs ALMANAC_PROGRAM, ALMANAC_ORACLE_PYTHON and a Postgres server's programs"))
    func otherEnginesAgree() throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: try #require(Oracle.python))
        let script = Scenario.folder.deletingLastPathComponent().appendingPathComponent("Oracles/random_sql.py")
        process.arguments = [script.path, try #require(Self.program), "--count", "500", "--seed", "4001"]
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        #expect(process.terminationStatus == 0, "\(text)")
        let line = try #require(text.split(separator: "\n").last)
        let answer = try JSONDecoder().decode(Answer.self, from: Data(line.utf8))
        #expect(answer.tried == 500 && answer.lost == 0 && answer.doubled == 0 && answer.failed == 0, "\(text)")
    }
}

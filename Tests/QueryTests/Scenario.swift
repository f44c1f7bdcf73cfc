import CivilTime
import Columnar
import Effects
import Foundation
import Kernels
import Query
import SystemPackage

/// A case of Tests/Scenarios: SQL and the rows that another engine gives for it.
struct Scenario: CustomStringConvertible, Sendable {
    let file: String
    let name: String
    let sql: String
    let expected: [String]

    var description: String { "\(file): \(name)" }

    /// The folder of this checkout's scenarios.
    static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("Scenarios")

    /// All cases of all files.
    static func all() throws -> [Scenario] {
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.hasSuffix(".test") }
            .sorted()
        return try names.flatMap { name in
            try read(String(contentsOf: folder.appendingPathComponent(name), encoding: .utf8), file: name)
        }
    }

    private static func read(_ text: String, file: String) -> [Scenario] {
        var scenarios: [Scenario] = []
        for block in text.components(separatedBy: "-- case ").dropFirst() {
            let lines = block.components(separatedBy: "\n")
            guard let split = lines.firstIndex(of: "----") else { continue }
            let sql = lines[1..<split].filter { !$0.hasPrefix("-- ") }.joined(separator: "\n")
            let rows = lines[(split + 1)...].prefix { !$0.isEmpty }
            scenarios.append(Scenario(file: file, name: lines[0], sql: sql, expected: Array(rows)))
        }
        return scenarios
    }

    /// Whether rows are those that the file expects.
    func expects(_ rows: [[Scalar]]) -> Bool {
        let found = Self.text(rows)
        return found.count == expected.count && zip(found, expected).allSatisfy { Self.isSame($0, $1) }
    }

    private static func isSame(_ found: String, _ expected: String) -> Bool {
        if found == expected || (found.isEmpty && expected == "\"\"") { return true }
        let (mine, others) = (found.components(separatedBy: "|"), expected.components(separatedBy: "|"))
        return mine.count == others.count
            && zip(mine, others).allSatisfy { a, b in
                if a == b { return true }
                guard let x = Double(a), let y = Double(b), x.isFinite, y.isFinite else { return false }
                // More digits than a double holds are compared as text: decimals lose none.
                if a.count(where: \.isNumber) > 15, b.count(where: \.isNumber) > 15, !a.contains(".") { return false }
                return abs(x - y) <= 1e-11 * max(abs(x), abs(y)) + 1e-14
            }
    }

    /// Rows as the files write them.
    static func text(_ rows: [[Scalar]]) -> [String] {
        rows.map { $0.map { $0 == .null ? "NULL" : plain($0) }.joined(separator: "|") }
    }

    /// Decimals without the zeros at their end: another engine may keep fewer digits.
    private static func plain(_ value: Scalar) -> String {
        let text = TextValues.text(value)
        guard case .decimal = value, text.contains(".") else { return text }
        let cut = text.reversed().drop { $0 == "0" }.drop { $0 == "." }
        return String(cut.reversed())
    }
}

/// Python with the other engines, where it is there, and a Postgres server to ask.
enum Oracle {
    static let python: String? = {
        let folder = "/usr/lib/postgresql"
        let versions = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        guard versions.contains(where: { FileManager.default.fileExists(atPath: "\(folder)/\($0)/bin/initdb") }) else {
            return nil
        }
        return ProcessInfo.processInfo.environment["ALMANAC_ORACLE_PYTHON"]
    }()
}

extension QueryOptions {
    static var forTests: QueryOptions {
        let zones = ZoneDatabase { path in FileManager.default.contents(atPath: path).map { Array($0) } }
        return QueryOptions(zones: zones, now: 1_780_000_000_000_000, clock: SystemClock())
    }
}

/// A session with tables of files.
func session(_ options: QueryOptions, tables: [String: String] = [:]) -> QuerySession {
    let catalog = FileCatalog(
        tables.mapValues { FilePath($0) }, store: DiskFileStore(), random: SystemRandom(), clock: SystemClock())
    return QuerySession(catalog: catalog, options: options)
}

/// A session without tables.
func session(threads: Int = 2, isOptimized: Bool = true) -> QuerySession {
    var options = QueryOptions.forTests
    options.threads = threads
    options.isOptimized = isOptimized
    return session(options)
}

import CivilTime
import Columnar
import Effects
import Foundation
import Kernels
import Query

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

/// A session without tables.
func session(threads: Int = 2) -> QuerySession {
    let zones = ZoneDatabase { path in FileManager.default.contents(atPath: path).map { Array($0) } }
    var options = QueryOptions(zones: zones, now: 1_780_000_000_000_000, clock: SystemClock())
    options.threads = threads
    let catalog = FileCatalog([:], store: DiskFileStore(), random: SystemRandom(), clock: SystemClock())
    return QuerySession(catalog: catalog, options: options)
}

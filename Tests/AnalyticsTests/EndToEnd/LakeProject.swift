import AlmanacTesting
import Foundation
import Testing

/// A project of one tenant whose source is a database of the test's cluster: tables are read into its lake by the program,
/// and asked about with the tenant's own tables, as its user does.
final class LakeProject {
    static var canRun: Bool { TestPostgres.isInstalled && HustleXLedger.program != nil }

    private let folder: URL
    private let url: String
    private let zone: String

    /// - Parameters:
    ///   - sql: makes the tables in schema `shop`, and fills them; psql's commands are understood.
    ///   - datasets: the tables, each with its key.
    init(timezone: String, datasets: [(name: String, key: String)], _ sql: String) throws {
        zone = timezone
        folder = FileManager.default.temporaryDirectory.appendingPathComponent(
            "lake-\(UUID().uuidString)")
        let cluster = try TestPostgres.cluster()
        url = cluster.url(database: try cluster.makeDatabase("CREATE SCHEMA shop;\n\(sql)"))
        let shop = folder.appendingPathComponent("Reports/shop")
        let tenants = folder.appendingPathComponent("tenants")
        for folder in [shop, tenants] {
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        }
        let tables = datasets.map {
            "  \($0.name): { from: \($0.name), sync: snapshot, key: [\($0.key)] }\n"
        }.joined()
        try "version: 1\n".write(
            to: folder.appendingPathComponent("almanac.yaml"), atomically: true, encoding: .utf8)
        try "version: 1\ndatasets:\n\(tables)".write(
            to: shop.appendingPathComponent("datasets.yaml"), atomically: true, encoding: .utf8)
        try """
        version: 1
        id: public
        platform: shop
        name: Public data
        source: { url: env:PUBLIC_DATA_URL, isolation: schema, schema: shop }
        calendar: { timezone: \(timezone), week_start: monday }
        locale: en-US
        currency: USD
        reports: ["*"]

        """.write(to: tenants.appendingPathComponent("public.yaml"), atomically: true, encoding: .utf8)
        // Reads all tables, and compares counts, sums and keys with the source.
        try run(["reconcile", "--tenant", "public"])
    }

    deinit { try? FileManager.default.removeItem(at: folder) }

    /// The answers of queries over the lake, each a list of rows with `|` between the cells.
    func ask(_ questions: [String]) throws -> [[String]] {
        let lines = try questions.map { String(decoding: try JSONEncoder().encode($0), as: UTF8.self) }
        let file = folder.appendingPathComponent("questions.txt")
        try lines.joined(separator: "\n").write(to: file, atomically: true, encoding: .utf8)
        let answers = try run(["query", "--tenant", "public", "--zone", zone, "--batch", file.path])
        return try answers.split(separator: "\n").map { line in
            let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
            let rows = try #require(object?["rows"] as? [[Any]], "\(line.prefix(500))")
            return rows.map { $0.map { $0 is NSNull ? "NULL" : "\($0)" }.joined(separator: "|") }
        }
    }

    /// Runs the program in the project.
    @discardableResult
    func run(_ arguments: [String]) throws -> String {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: try #require(HustleXLedger.program))
        process.arguments = arguments + ["--project", folder.path]
        var environment = ProcessInfo.processInfo.environment
        environment["PUBLIC_DATA_URL"] = url
        process.environment = environment
        let log = folder.appendingPathComponent("errors.txt")
        FileManager.default.createFile(atPath: log.path, contents: nil)
        process.standardError = try FileHandle(forWritingTo: log)
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        let errors = (try? String(contentsOf: log, encoding: .utf8)) ?? ""
        try #require(process.terminationStatus == 0, "\(arguments[0]): \(errors)")
        return text
    }
}

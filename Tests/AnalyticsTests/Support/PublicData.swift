import Columnar
import Effects
import Foundation
import Parquet
import Query
import SystemPackage

/// Public data sets, fetched when tests run and in no repository: see scripts/prepare-datasets.
enum PublicData {
    /// Their folder.
    static let folder = ProcessInfo.processInfo.environment["ALMANAC_DATASETS"]

    /// Whether a file is there.
    static func has(_ name: String) -> Bool {
        folder.map { FileManager.default.fileExists(atPath: "\($0)/\(name)") } ?? false
    }

    /// The lines of a file, cut at `separator`, without the first.
    static func records(_ name: String, separator: Character) throws -> [[Substring]] {
        let text = try String(contentsOfFile: "\(folder ?? "")/\(name)", encoding: .utf8)
        return text.split(separator: "\n").dropFirst().map { line in
            line.split(separator: separator, omittingEmptySubsequences: false)
        }
    }

    /// Calls with the path of a Parquet file of a query's answer, which is removed afterwards.
    static func withParquet<Result>(
        of sql: String, tables: [String: String], _ body: (String) throws -> Result
    ) throws -> Result {
        let session = try AnalyticsSession.make(tables: tables)
        var batches: [ColumnBatch] = []
        try session.forEachBatch(SourceText(sql)) { batches.append($0) }
        return try withParquet(batches, body)
    }

    /// Calls with the path of a Parquet file of batches, which is removed afterwards.
    static func withParquet<Result>(_ batches: [ColumnBatch], _ body: (String) throws -> Result) throws -> Result {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID().uuidString).parquet").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        var options = ParquetWriterOptions()
        options.rowGroupRowCount = 50_000
        let file = try DiskFileStore().create(FilePath(path))
        let writer = try ParquetFileWriter(schema: batches[0].schema, options: options, file: file)
        for batch in batches { try writer.write(batch) }
        _ = try writer.finish()
        return try body(path)
    }
}

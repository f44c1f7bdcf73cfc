import Columnar
import Effects
import Foundation
import Parquet
import SystemPackage
import Testing

/// Files that pyarrow, DuckDB and Polars write in odd configurations, seed by seed: our canonical text is what they
/// wrote, nothing in them is found wrong, and what a predicate leaves unread it would not have wanted.
@Suite(.enabled(if: oraclePython != nil, "needs ALMANAC_ORACLE_PYTHON, which scripts/test sets"))
struct ForeignFilesTests {
    private static let program = "Tests/Oracles/foreign_parquet.py"

    /// Files whose rows have no type here, by their column's fault: the canonical text has them all the same.
    private static let refused = ["wide": "decimals of", "nanoseconds": "no whole microseconds"]

    @Test(arguments: [1, 2, 3])
    func rowsAreWhatOthersWrote(seed: Int) throws {
        try withTemporaryFolder { folder in
            let result = try SystemProcessRunner().run(
                ProcessCommand(try #require(oraclePython), [Self.program, folder.string, String(seed)]))
            try #require(result.exitCode == 0, "\(result.errors)")
            let names = try DiskFileStore().names(in: folder).filter { $0.hasSuffix(".parquet") }.map {
                String($0.dropLast(8))
            }
            #expect(names.count > 40)
            for name in names {
                do {
                    try Self.check(name, seed, in: folder)
                } catch {
                    Issue.record("\(name) of seed \(seed): \(error)")
                }
            }
        }
    }

    private static func check(_ name: String, _ seed: Int, in folder: FilePath) throws {
        let store = DiskFileStore()
        let path = folder.appending(name + ".parquet")
        let wanted = try store.contents(of: folder.appending(name + ".canon"))
        var text: [UInt8] = []
        try CanonicalRows(try ParquetFileReader(try store.open(path))).forEachPiece { text += $0 }
        if text != wanted {
            let got = String(decoding: text, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
            let lines = String(decoding: wanted, as: UTF8.self).split(
                separator: "\n", omittingEmptySubsequences: false)
            let row = zip(got, lines).enumerated().first { $1.0 != $1.1 }
            let cells = row.map {
                zip($1.0.split(separator: "\t"), $1.1.split(separator: "\t")).enumerated().first { $1.0 != $1.1 }
            }
            Issue.record(
                "\(name): \(got.count) lines, not \(lines.count); row \(row?.offset ?? -1), \("\(cells as Any)".prefix(300))"
            )
        }
        let reader = try ParquetFileReader(try store.open(path))
        let problems = try reader.problems()
        #expect(problems.isEmpty, "\(name): \("\(problems)".prefix(500))")
        var rows: [[Scalar]] = []
        do {
            try reader.forEachBatch { rows += $0.rows }
        } catch let error as ParquetError {
            let reason = refused[name]
            #expect(reason.map { error.reason.contains($0) } ?? false, "\(name): \(error)")
            return
        }
        #expect(refused[name] == nil, "\(name) is read")
        try comparePredicates(name, seed, path, reader.schema, rows)
    }

    /// For some values of each flat column: a scan that leaves row groups and pages out gives what holding all rows
    /// against the predicate gives.
    private static func comparePredicates(
        _ name: String, _ seed: Int, _ path: FilePath, _ schema: Schema, _ rows: [[Scalar]]
    ) throws {
        guard Set(schema.fields.map(\.name)).count == schema.fields.count else { return }
        let reader = try ParquetFileReader(try DiskFileStore().open(path))
        var batches: [ColumnBatch] = []
        try reader.forEachBatch { batches.append($0) }
        let compared = schema.fields.indices.filter { isCompared(schema.fields[$0].type) }
        // A few columns of each file: others of the next one.
        let step = max(1, compared.count / 4)
        let first = name.utf8.reduce(seed) { $0 &+ Int($1) } % step
        for place in stride(from: first, to: compared.count, by: step) {
            let (position, field) = (compared[place], schema.fields[compared[place]])
            let column = ScanColumn(field.name)
            var predicates: [ScanPredicate] = [.isNull(column), .isNotNull(column)]
            for row in [rows.count / 3, rows.count - 1] where rows.indices.contains(row) {
                let value = rows[row][position]
                guard value != .null else { continue }
                for comparison in ScanPredicate.Comparison.allCases {
                    predicates.append(.compare(column, comparison, value))
                }
                predicates.append(.not(.compare(column, .lessOrEqual, value)))
            }
            for predicate in predicates {
                let filter = try ScanFilter(predicate, schema: schema)
                var expected: [[Scalar]] = []
                for batch in batches { expected += batch.filtered(by: try filter.selection(of: batch)).rows }
                var found: [[Scalar]] = []
                try reader.forEachBatch(where: predicate) { found += $0.rows }
                #expect(comparable(found) == comparable(expected), "\(name): \(predicate)")
            }
        }
    }

    /// Rows with texts in place of NaNs, which differ from themselves.
    private static func comparable(_ rows: [[Scalar]]) -> [[Scalar]] {
        rows.map { row in
            row.map { value in
                switch value {
                case .float(let number) where number.isNaN: .text("NaN")
                case .double(let number) where number.isNaN: .text("NaN")
                default: value
                }
            }
        }
    }

    private static func isCompared(_ type: LogicalType) -> Bool {
        switch type {
        case .interval, .list, .structure, .map: false
        default: true
        }
    }
}

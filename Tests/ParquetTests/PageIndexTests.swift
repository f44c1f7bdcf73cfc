import Columnar
import Effects
import Foundation
import Parquet
import SystemPackage
import Testing

/// Rows with a rising id, texts of very different lengths, so that columns' pages begin at different rows, a list and
/// a column that is missing for long stretches.
private struct UnevenTable {
    static let schema = Schema([
        Field("id", .int64, isNullable: false), Field("text", .text), Field("sparse", .int32), Field("score", .double),
        Field("tags", .list(element: Field("element", .int32))), Field("code", .text), Field("at", .timestamp),
    ])

    static func rows(_ count: Int, seed: UInt64) -> [[Scalar]] {
        var generator = SplitMix(seed)
        return (0..<count).map { row in
            let length = row % 97 < 30 ? 200 : generator.below(6)
            return [
                .int(Int64(row) * 3), .text(String(repeating: "x", count: length) + "\(generator.below(1_000))"),
                row / 500 % 2 == 0 ? .null : .int(Int64(row / 10)), .double(Double(row % 701) - 350),
                generator.below(5) == 0
                    ? .null : .list((0..<generator.below(4)).map { .int(Int64(row + $0)) }),
                .text("k\(generator.next() % 100_000)"), .timestamp(Int64(row) * 60_000_000),
            ]
        }
    }

    static func write(
        _ rows: [[Scalar]], to path: FilePath, rowGroup: Int, pageRows: Int = 100, bloom: Set<String> = [],
        sorting: [ColumnOrder] = []
    ) throws {
        let file = try DiskFileStore().create(path)
        var options = ParquetWriterOptions()
        options.rowGroupRowCount = rowGroup
        options.pageRowCount = pageRows
        options.pageByteCountTarget = 2_000
        options.bloomFilterColumns = bloom
        options.sorting = sorting
        let writer = try ParquetFileWriter(schema: schema, options: options, file: file)
        for start in stride(from: 0, to: rows.count, by: 333) {
            try writer.write(
                try ColumnBatch(schema: schema, rows: Array(rows[start..<min(start + 333, rows.count)])))
        }
        _ = try writer.finish()
        try file.close()
    }
}

/// Where the footer of a file begins, which is where its indexes end.
func indexEnd(of bytes: [UInt8]) -> Int {
    bytes.count - 8 - (0..<4).reduce(0) { $0 | Int(bytes[bytes.count - 8 + $1]) << ($1 * 8) }
}

@Suite struct PageIndexTests {
    /// The twin of every read that passes over pages, through columns whose pages begin at different rows.
    @Test(arguments: [3, 4, 5] as [UInt64])
    func pagesPassedOverChangeNoRow(seed: UInt64) throws {
        try withTemporaryFolder { folder in
            let path = folder.appending("a.parquet")
            let rows = UnevenTable.rows(4_000, seed: seed)
            try UnevenTable.write(rows, to: path, rowGroup: 1_700, bloom: ["code", "id"])
            var generator = SplitMix(seed)
            var skipped = 0
            for _ in 0..<200 {
                let predicate = Self.predicate(&generator, depth: 2)
                let expected = rows.filter {
                    RandomPredicate.truth(predicate, $0, UnevenTable.schema) == true
                }
                let (found, statistics) = try read(path, where: predicate)
                #expect(found == expected, "\(predicate)")
                skipped += statistics.pagesSkipped
                let narrow = try read(path, where: predicate, columns: ["tags", "text"]).rows
                #expect(narrow == expected.map { [$0[4], $0[1]] }, "\(predicate)")
            }
            #expect(skipped > 1_000)
        }
    }

    /// Rows by their numbers come from the pages in which they lie, of every column, and a stop is one.
    @Test(arguments: [6, 7] as [UInt64])
    func rowsByTheirNumbersAreReadFromTheirPages(seed: UInt64) throws {
        try withTemporaryFolder { folder in
            let path = folder.appending("a.parquet")
            let (count, perGroup) = (4_000, 1_700)
            let rows = UnevenTable.rows(count, seed: seed)
            try UnevenTable.write(rows, to: path, rowGroup: perGroup)
            var generator = SplitMix(seed)
            let reader = try ParquetFileReader(try DiskFileStore().open(path))
            for _ in 0..<100 {
                let (group, column) = (generator.below(3), generator.below(UnevenTable.schema.fields.count))
                let groupCount = min(perGroup, count - group * perGroup)
                let wanted = Set((0...generator.below(8)).map { _ in Int32(generator.below(groupCount)) }).sorted()
                let name = UnevenTable.schema.fields[column].name
                var found: [Scalar] = []
                try reader.forEachBatch(of: name, rowGroup: group, around: wanted) { batch, first in
                    for row in wanted where (first..<first + batch.rowCount).contains(Int(row)) {
                        found.append(batch.scalar(Int(row) - first))
                    }
                    return true
                }
                #expect(found == wanted.map { rows[group * perGroup + Int($0)][column] }, "\(name) \(wanted)")
                var calls = 0
                try reader.forEachBatch(of: name, rowGroup: group, around: wanted) { _, _ in
                    calls += 1
                    return false
                }
                #expect(calls == 1)
            }
            #expect(reader.scanStatistics.pagesSkipped > 500)
        }
    }

    private static func predicate(_ generator: inout SplitMix, depth: Int) -> ScanPredicate {
        if depth > 0, generator.below(2) > 0 {
            let parts = (0..<2).map { _ in predicate(&generator, depth: depth - 1) }
            switch generator.below(3) {
            case 0: return .and(parts)
            case 1: return .or(parts)
            default: return .not(parts[0])
            }
        }
        let row = generator.below(4_000)
        switch generator.below(7) {
        case 0: return .between("id", .int(Int64(row) * 3), .int(Int64(row) * 3 + 200))
        case 1: return .compare("sparse", .lessOrEqual, .int(Int64(row / 10)))
        case 2: return .isNull("sparse")
        case 3: return .compare("at", .greater, .timestamp(Int64(row) * 60_000_000))
        case 4: return .isAmong("code", [.text("k\(generator.below(100_000))"), .text("k\(generator.below(100_000))")])
        case 5: return .compare("score", .equal, .double(Double(row % 701) - 350))
        default: return .compare("id", .equal, .int(Int64(row)))
        }
    }

    /// "One page of ten" reads one page of each column and little else.
    @Test func onlyThePagesThatMustBeAreRead() throws {
        try withTemporaryFolder { folder in
            let path = folder.appending("a.parquet")
            let rows = UnevenTable.rows(2_000, seed: 1)
            try UnevenTable.write(rows, to: path, rowGroup: 2_000)
            let size = try #require(try DiskFileStore().status(of: path)).size
            let (found, statistics) = try read(
                path, where: .between("id", .int(3 * 1_010), .int(3 * 1_020)), columns: ["at", "id"])
            #expect(found == rows[1_010...1_020].map { [$0[6], $0[0]] })
            // Two columns of 20 pages each: one page of each is needed, and no dictionary.
            #expect(statistics.pagesRead == 2 && statistics.pagesSkipped == 38)
            #expect(statistics.rowsRead == 100)
            #expect(statistics.bytesRead < size / 4)
            let whole = try ParquetFileReader(try DiskFileStore().open(path))
            try whole.forEachBatch(columns: ["at", "id"]) { _ in }
            #expect(whole.scanStatistics.pagesRead == 40 && whole.scanStatistics.pagesSkipped == 0)
        }
    }

    @Test func bloomFiltersRuleOutRowGroups() throws {
        try withTemporaryFolder { folder in
            let path = folder.appending("a.parquet")
            let rows = UnevenTable.rows(4_000, seed: 8)
            try UnevenTable.write(rows, to: path, rowGroup: 500, bloom: ["code"])
            var (wanted, read8) = (0, 0)
            for row in stride(from: 0, to: 4_000, by: 40) {
                let key = rows[row][5]
                let (found, statistics) = try read(path, where: .compare("code", .equal, key))
                #expect(found == rows.filter { $0[5] == key })
                wanted += Set(rows.indices.filter { rows[$0][5] == key }.map { $0 / 500 }).count
                read8 += statistics.rowGroupsRead
            }
            // Of 100 values that are not there at most a few are thought to be: without filters all 800 are read.
            #expect(read8 >= wanted && read8 <= wanted + 40)
        }
    }

    /// Every flipped byte of the indexes and filters leaves the rows right or is an error.
    @Test func damagedIndexesGiveNoOtherRows() throws {
        try withTemporaryFolder { folder in
            let (whole, damaged) = (folder.appending("a.parquet"), folder.appending("b.parquet"))
            let rows = UnevenTable.rows(300, seed: 2)
            try UnevenTable.write(rows, to: whole, rowGroup: 300, pageRows: 50)
            let store = DiskFileStore()
            let bytes = try store.contents(of: whole)
            let metadata = try ParquetFileReader(try store.open(whole)).metadata
            let first = metadata.rowGroups[0].columns.reduce(4) { $0 + Int($1.compressedByteCount) }
            let footer = indexEnd(of: bytes)
            #expect(footer > first)
            let predicate = ScanPredicate.isNotNull("id")
            for position in first..<footer {
                var changed = bytes
                changed[position] ^= 0x15
                try? store.remove(damaged)
                let file = try store.create(damaged)
                try file.write(changed.span)
                try file.close()
                // No row is ruled out here by what is left of the bounds: all are there, or an error is.
                if let found = try? read(damaged, where: predicate, columns: ["at"]).rows {
                    #expect(found.count == rows.count, "byte \(position)")
                }
            }
        }
    }

    /// With any operator, a damaged index never adds a row: what is read is held against the predicate again.
    @Test func damagedIndexesAddNoRowWhateverTheOperator() throws {
        try withTemporaryFolder { folder in
            let (whole, damaged) = (folder.appending("a.parquet"), folder.appending("b.parquet"))
            let rows = UnevenTable.rows(300, seed: 2)
            try UnevenTable.write(rows, to: whole, rowGroup: 300, pageRows: 50, bloom: ["id", "code"])
            let store = DiskFileStore()
            let bytes = try store.contents(of: whole)
            var predicates: [ScanPredicate] = [
                .isNull("sparse"), .isNotNull("sparse"), .isAmong("id", [.int(3), .int(600)]),
                .not(.compare("id", .less, .int(450))), .between("id", .int(300), .int(360)),
                .isAmong("code", [rows[7][5]]),
            ]
            for comparison in ScanPredicate.Comparison.allCases {
                predicates += [
                    .compare("id", comparison, .int(450)), .compare("text", comparison, .text("x")),
                    .compare("score", comparison, .double(0)), .compare("sparse", comparison, .int(12)),
                ]
            }
            let expected = try predicates.map { try Set(read(whole, where: $0, columns: ["at"]).rows) }
            let footer = indexEnd(of: bytes)
            let metadata = try ParquetFileReader(try store.open(whole)).metadata
            let first = metadata.rowGroups[0].columns.reduce(4) { $0 + Int($1.compressedByteCount) }
            for position in stride(from: first, to: footer, by: 11) {
                var changed = bytes
                changed[position] ^= UInt8(truncatingIfNeeded: 1 << (position % 8))
                try? store.remove(damaged)
                let file = try store.create(damaged)
                try file.write(changed.span)
                try file.close()
                for (predicate, expected) in zip(predicates, expected) {
                    guard let found = try? read(damaged, where: predicate, columns: ["at"]).rows else { continue }
                    #expect(expected.isSuperset(of: found), "byte \(position), \(predicate)")
                    #expect(Set(found).count == found.count, "byte \(position), \(predicate)")
                }
            }
        }
    }

    /// The deep check reads indexes and filters, too: a lie in them is found, and named by its column.
    @Test func deepChecksFindWhatIndexesAndFiltersClaim() throws {
        try withTemporaryFolder { folder in
            let (whole, damaged) = (folder.appending("a.parquet"), folder.appending("b.parquet"))
            try UnevenTable.write(
                UnevenTable.rows(300, seed: 2), to: whole, rowGroup: 300, pageRows: 50, bloom: ["id", "code"])
            let store = DiskFileStore()
            let bytes = try store.contents(of: whole)
            let reader = try ParquetFileReader(try store.open(whole))
            #expect(try reader.problems().isEmpty)
            let chunks = reader.metadata.rowGroups[0].columns

            func problems(_ change: (inout [UInt8]) -> Void) throws -> [FileProblem] {
                var changed = bytes
                change(&changed)
                try? store.remove(damaged)
                let file = try store.create(damaged)
                try file.write(changed.span)
                try file.close()
                return try ParquetFileReader(try store.open(damaged)).problems()
            }

            // The bits of the filter are gone: no value may be in it.
            let filter = try #require(chunks[0].bloomFilter)
            let cleared = try problems { changed in
                for position in Int(filter.offset) + 40..<Int(filter.offset) + Int(filter.byteCount) {
                    changed[position] = 0
                }
            }
            #expect(cleared.map(\.column) == ["id"] && cleared.allSatisfy { $0.problem.contains("bloom filter") })
            // Every byte of the first column's index means something.
            for place in [try #require(chunks[0].columnIndex), try #require(chunks[0].offsetIndex)] {
                var found = 0
                for position in Int(place.offset)..<Int(place.offset) + Int(place.byteCount) {
                    let named = try problems { $0[position] ^= 0x40 }
                    #expect(named.allSatisfy { $0.column == "id" }, "byte \(position): \(named)")
                    if !named.isEmpty { found += 1 }
                }
                // Wider bounds, the order of boundaries and the marks of fields that nobody needs are no lies.
                #expect(found * 10 >= Int(place.byteCount) * 5, "\(found) of \(place.byteCount)")
            }
        }
    }

    private static let program = #"""
        import json, sys, pyarrow.parquet as pq, duckdb
        file = pq.ParquetFile(sys.argv[1])
        group = file.metadata.row_group(0)
        chunks = [group.column(i) for i in range(group.num_columns)]
        probes = [duckdb.sql(f"select bool_or(bloom_filter_excludes) from parquet_bloom_probe('{sys.argv[1]}', 'code', '{key}')"
                             ).fetchone()[0] for key in sys.argv[2:]]
        counts = [duckdb.sql(f"select count(*) from '{sys.argv[1]}' where code = '{key}'").fetchone()[0] for key in sys.argv[2:]]
        between = duckdb.sql(f"select count(*) from '{sys.argv[1]}' where id between 3000 and 3030").fetchone()[0]
        print(json.dumps({
            "columnIndex": [c.has_column_index for c in chunks], "offsetIndex": [c.has_offset_index for c in chunks],
            "sorting": [[s.column_index, s.descending, s.nulls_first] for s in group.sorting_columns],
            "probes": probes, "counts": counts, "between": between, "rows": pq.read_table(sys.argv[1]).num_rows}))
        """#

    private struct Answer: Decodable {
        let columnIndex: [Bool]
        let offsetIndex: [Bool]
        let probes: [Bool]
        let counts: [Int]
        let between: Int
        let rows: Int
    }

    @Test(.enabled(if: oraclePython != nil, "needs ALMANAC_ORACLE_PYTHON, which scripts/test sets"))
    func pyarrowAndDuckDBReadTheIndexesAndFilters() throws {
        try withTemporaryFolder { folder in
            let path = folder.appending("a.parquet")
            let rows = UnevenTable.rows(2_000, seed: 5)
            try UnevenTable.write(
                rows, to: path, rowGroup: 1_000, bloom: ["code", "id"],
                sorting: [ColumnOrder("id"), ColumnOrder("score", isDescending: true, nullsFirst: true)])
            let present = rows.prefix(50).map { if case .text(let key) = $0[5] { key } else { "" } }
            let absent = (0..<50).map { "none\($0)" }
            let result = try SystemProcessRunner().run(
                ProcessCommand(try #require(oraclePython), ["-c", Self.program, path.string] + present + absent))
            #expect(result.exitCode == 0, "\(result.errors)")
            let answer = try JSONDecoder().decode(Answer.self, from: Data(result.output.utf8))
            #expect(answer.columnIndex.allSatisfy { $0 } && answer.offsetIndex.allSatisfy { $0 })
            #expect(result.output.contains("[[0, false, false], [3, true, true]]"))
            #expect(answer.rows == 2_000 && answer.between == 11)
            // What DuckDB's probe says of keys that are there, and of keys that are not.
            for (key, count) in zip(present, answer.counts) {
                #expect(count == rows.filter { $0[5] == .text(key) }.count)
            }
            #expect(answer.probes.suffix(50).filter { $0 }.count >= 47)
        }
    }

    private static let foreignFile =
        "\(sharedFolder)/parquet-testing/upstream/data_index_bloom_encoding_stats.parquet"

    @Test(
        .enabled(
            if: FileManager.default.fileExists(atPath: foreignFile),
            "needs the shared conformance set, which ALMANAC_SHARED names"))
    func filtersOfOtherWritersAreUnderstood() throws {
        let path = Self.foreignFile
        let reader = try ParquetFileReader(try DiskFileStore().open(FilePath(path)))
        var texts: [Scalar] = []
        try reader.forEachBatch { texts += $0.rows.map { $0[0] } }
        let name = reader.schema.fields[0].name
        for text in texts {
            #expect(try read(FilePath(path), where: .compare(ScanColumn(name), .equal, text)).rows.count >= 1)
        }
        let (_, statistics) = try read(FilePath(path), where: .compare(ScanColumn(name), .equal, .text("Hello?")))
        #expect(statistics.rowGroupsRead == 0)
    }
}

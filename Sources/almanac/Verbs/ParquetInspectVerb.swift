internal import ArgumentParser
internal import Parquet

/// `parquet inspect`: what a file's footer says, column by column.
struct ParquetInspect: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "inspect",
        abstract: "Show how a file is laid out: encodings, sizes, statistics and indexes, column by column.",
        discussion: """
            Examples:
              almanac parquet inspect orders.parquet
              almanac parquet inspect orders.parquet --json
              almanac parquet inspect published/ua/activity_daily.parquet
            """)

    @OptionGroup var common: CommonOptions

    @Argument(help: "The file.")
    var file: String

    func run() throws {
        let reader = try openParquet(file)
        let answer = Answer(reader)
        guard !common.json else { return try common.console.answer(json: answer) }
        common.console.answer(
            "\(answer.rows) rows in \(answer.rowGroups) row groups, written by \(answer.createdBy ?? "an unknown writer")"
        )
        var table = TextTable([
            ("COLUMN", .left), ("TYPE", .left), ("ENCODINGS", .left), ("CODEC", .left), ("BYTES", .right),
            ("RATIO", .right), ("NULLS", .right), ("STATISTICS", .right), ("PAGE INDEX", .right), ("BLOOM", .right),
            ("SORTED", .left), ("WHY", .left),
        ])
        for column in answer.columns { table.add(column.cells(of: answer.rowGroups)) }
        for line in table.lines { common.console.answer(line) }
    }

    private struct Answer: Encodable {
        let rows: Int64
        let rowGroups: Int
        let createdBy: String?
        let columns: [Column]

        init(_ reader: ParquetFileReader) {
            rows = reader.metadata.rowCount
            rowGroups = reader.metadata.rowGroups.count
            createdBy = reader.metadata.createdBy
            columns = reader.inspection().map(Column.init)
        }
    }

    private struct Column: Encodable {
        let column: String
        let type: String
        let encodings: [String]
        let codecs: [String]
        let compressedBytes: Int64
        let uncompressedBytes: Int64
        let values: Int64
        let nulls: Int64?
        let rowGroupsWithStatistics: Int
        let rowGroupsWithColumnIndex: Int
        let rowGroupsWithOffsetIndex: Int
        let rowGroupsWithBloomFilter: Int
        let sortingPosition: Int?
        let descending: Bool
        let encrypted: Bool
        let why: String

        init(_ inspection: ColumnInspection) {
            column = inspection.column
            type = inspection.physicalType
            encodings = inspection.encodings
            codecs = inspection.codecs
            compressedBytes = inspection.compressedByteCount
            uncompressedBytes = inspection.uncompressedByteCount
            values = inspection.valueCount
            nulls = inspection.nullCount
            rowGroupsWithStatistics = inspection.boundedRowGroupCount
            rowGroupsWithColumnIndex = inspection.columnIndexCount
            rowGroupsWithOffsetIndex = inspection.offsetIndexCount
            rowGroupsWithBloomFilter = inspection.bloomFilterCount
            sortingPosition = inspection.sortingPosition
            descending = inspection.isSortedDescending
            encrypted = inspection.isEncrypted
            why = inspection.reason
        }

        func cells(of rowGroups: Int) -> [String] {
            let tenths = compressedBytes > 0 ? uncompressedBytes / max(1, compressedBytes / 10) : 0
            func some(_ count: Int) -> String { count == 0 ? "–" : count == rowGroups ? "all" : "\(count)" }
            return [
                column, type, encodings.joined(separator: " "), codecs.joined(separator: " "), "\(compressedBytes)",
                "\(tenths / 10).\(tenths % 10)", nulls.map { "\($0)" } ?? "?", some(rowGroupsWithStatistics),
                some(min(rowGroupsWithColumnIndex, rowGroupsWithOffsetIndex)), some(rowGroupsWithBloomFilter),
                sortingPosition.map { "\($0)\(descending ? " down" : "")" } ?? "–",
                encrypted ? "\(why) (encrypted)" : why,
            ]
        }
    }
}

internal import ArgumentParser
internal import Columnar
internal import Effects
internal import Parquet
internal import Runs

struct ParquetVerb: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "parquet", abstract: "Look into Parquet files.",
        subcommands: [Cat.self, SchemaOf.self, Verify.self, Rewrite.self])

    struct Cat: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Print a file's rows.",
            discussion: """
                Examples:
                  almanac parquet cat orders.parquet --limit 10
                  almanac parquet cat orders.parquet --columns id,revenue_minor --format csv
                  almanac parquet cat orders.parquet --json
                """)

        @OptionGroup var common: CommonOptions
        @OptionGroup var rows: RowOptions

        @Flag(name: .long, help: "Print the canonical text of all rows, for comparisons by hash.")
        var canon = false

        @Argument(help: "The file.")
        var file: String

        func run() throws {
            let reader = try openParquet(file)
            guard !canon else {
                return try classifying("read \(file)") {
                    try CanonicalRows(reader).forEachPiece { common.console.answer(bytes: $0) }
                }
            }
            let names = rows.columnNames
            let schema = try classifying("read \(file)") { try names.map(reader.schema.selecting) ?? reader.schema }
            var printer = RowPrinter(common.console, rows.format(common), schema: schema, limit: rows.limit)
            try classifying("read \(file)") {
                for index in reader.metadata.rowGroups.indices where !printer.isFull {
                    printer.print(try reader.rowGroup(index, columns: names))
                }
            }
            printer.finish()
        }
    }

    struct SchemaOf: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "schema", abstract: "Print a file's columns.",
            discussion: """
                Examples:
                  almanac parquet schema orders.parquet
                  almanac parquet schema orders.parquet --json
                  almanac parquet schema published/ua/activity_daily.parquet
                """)

        @OptionGroup var common: CommonOptions

        @Argument(help: "The file.")
        var file: String

        func run() throws { try SchemaAnswer(try openParquet(file).schema).print(common) }
    }

    struct Rewrite: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Write a file's rows into another file.",
            discussion: """
                Examples:
                  almanac parquet rewrite in.parquet out.parquet
                  almanac parquet rewrite in.parquet small.parquet --level 9
                  almanac parquet rewrite in.parquet out.parquet --row-group-rows 50000 --json
                """)

        @OptionGroup var common: CommonOptions

        @Argument(help: "The file to read.")
        var input: String

        @Argument(help: "The file to make; there must be none of this name.")
        var output: String

        @Option(name: .long, help: "zstd's level.")
        var level = 3

        @Option(name: .long, help: "Rows of a row group.")
        var rowGroupRows = ParquetWriterOptions().rowGroupRowCount

        func validate() throws {
            guard (1...19).contains(level) else { throw ValidationError("--level goes from 1 to 19") }
            guard (1...100_000_000).contains(rowGroupRows) else {
                throw ValidationError("--row-group-rows goes from 1 to 100000000")
            }
        }

        func run() throws {
            let reader = try openParquet(input)
            let clock = SystemClock()
            let start = clock.monotonicNanoseconds()
            try classifying("rewrite \(input)") {
                let committed = CommittedFile(store: DiskFileStore(), random: SystemRandom())
                try committed.commit(absolute(output)) { file in
                    var options = ParquetWriterOptions()
                    options.compressionLevel = level
                    options.rowGroupRowCount = rowGroupRows
                    options.createdBy = "almanac/\(EngineVersion.text)"
                    let writer = try ParquetFileWriter(schema: reader.schema, options: options, file: file)
                    try reader.forEachBatch { try writer.write($0) }
                    _ = try writer.finish()
                } verify: { file in
                    let rows = try ParquetFileReader(file).metadata.rowCount
                    guard rows == reader.metadata.rowCount else {
                        throw FileError(.readWrite, "read back", path: output)
                    }
                }
            }
            let seconds = Double(clock.monotonicNanoseconds() - start) / 1e9
            guard !common.json else {
                return try common.console.answer(
                    json: Answer(rows: reader.metadata.rowCount, file: output, seconds: seconds))
            }
            common.console.answer("\(reader.metadata.rowCount) rows -> \(output)  \(RunProgress.seconds(seconds))")
        }

        private struct Answer: Encodable {
            let rows: Int64
            let file: String
            let seconds: Double
        }
    }
}

/// Which rows are printed and how.
struct RowOptions: ParsableArguments {
    @Option(name: .long, help: "Columns to print, with commas between them; else all.")
    var columns: String?

    @Option(name: .long, help: "At most so many rows.")
    var limit: Int?

    @Option(name: .long, help: "table, csv or json (a line for each row).")
    var format: RowFormat?

    var columnNames: [String]? { columns.map { $0.split(separator: ",").map(String.init) } }

    func format(_ common: CommonOptions) -> RowFormat { format ?? (common.json ? .json : .table) }
}

/// Columns as `schema` shows them.
struct SchemaAnswer: Encodable {
    struct Column: Encodable {
        let name: String
        let type: String
        let nullable: Bool
        let notes: [String: String]
    }

    let columns: [Column]

    init(_ schema: Schema) {
        columns = schema.fields.map {
            Column(name: $0.name, type: $0.type.description, nullable: $0.isNullable, notes: $0.metadata)
        }
    }

    func print(_ common: CommonOptions) throws {
        guard !common.json else { return try common.console.answer(json: self) }
        var table = TextTable([("COLUMN", .left), ("TYPE", .left), ("NULL", .left), ("NOTES", .left)])
        for column in columns {
            let notes = column.notes.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: " ")
            table.add([column.name, column.type, column.nullable ? "yes" : "no", notes])
        }
        for line in table.lines { common.console.answer(line) }
    }
}

/// Opens a file named on the command line.
func openParquet(_ file: String) throws -> ParquetFileReader {
    let options = try ParquetKeys.readerOptions()
    return try classifying("read \(file)") {
        try ParquetFileReader(try DiskFileStore().open(absolute(file)), options: options)
    }
}

/// Does something whose errors become failures that say what could not be done.
func classifying<Result>(_ doing: String, _ body: () throws -> Result) throws -> Result {
    do { return try body() } catch { throw Failure(classifying: error, doing: doing) }
}

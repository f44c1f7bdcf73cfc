internal import ArgumentParser
internal import Columnar
internal import Configuration
internal import Effects
internal import Parquet
internal import Runs

struct ParquetVerb: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "parquet", abstract: "Look into Parquet files.",
        subcommands: [
            ParquetInspect.self, Cat.self, SchemaOf.self, Verify.self, ParquetRewrite.self, ParquetConvert.self,
        ])

    struct Cat: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Print a file's rows.",
            discussion: """
                Examples:
                  almanac parquet cat orders.parquet --limit 10
                  almanac parquet cat orders.parquet --columns id,revenue_minor --format csv
                  almanac parquet cat orders.parquet \\
                    --where "placed_on >= '2026-10-01' AND city IN ('Lagos', 'Accra')"
                  almanac parquet cat orders.parquet --json
                """)

        @OptionGroup var common: CommonOptions
        @OptionGroup var rows: RowOptions

        @Option(
            name: .customLong("where"),
            help: "Only the rows for which this is true: comparisons with AND, OR, NOT, IN, BETWEEN, IS NULL.")
        var condition: String?

        @Flag(name: .long, help: "Print the canonical text of all rows, for comparisons by hash.")
        var canon = false

        @Argument(help: "The file.")
        var file: String

        func run() throws {
            let reader = try openParquet(file)
            let predicate = try condition.map { try Self.predicate($0, reader) }
            guard !canon else {
                return try classifying("read \(file)") {
                    try CanonicalRows(reader).forEachPiece(where: predicate) { common.console.answer(bytes: $0) }
                }
            }
            let names = rows.columnNames
            let schema = try classifying("read \(file)") { try names.map(reader.schema.selecting) ?? reader.schema }
            var printer = RowPrinter(common.console, rows.format(common), schema: schema, limit: rows.limit)
            try classifying("read \(file)") {
                do {
                    try reader.forEachBatch(columns: names, where: predicate) { batch in
                        printer.print(batch)
                        if printer.isFull { throw Enough() }
                    }
                } catch is Enough {
                    // As many rows as were asked for.
                }
            }
            printer.finish()
        }

        private struct Enough: Error {}

        /// The predicate of `--where`; a column that is not there is met with one that is near.
        private static func predicate(_ text: String, _ reader: ParquetFileReader) throws -> ScanPredicate {
            do throws(PredicateTextError) {
                return try ScanPredicate(text: text, schema: reader.schema)
            } catch {
                let names = reader.schema.fields.map(\.name)
                let near = error.unknownColumn.flatMap { Suggestion.nearest(to: $0, among: names) }
                var failure = Failure(.usage, "can't read --where", why: error.description)
                failure.remedy = near.map { "did you mean '\($0)'?" }
                throw failure
            }
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
